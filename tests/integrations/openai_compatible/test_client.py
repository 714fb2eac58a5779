"""A language model on loopback that advises, talks nonsense, fails or keeps silent, and a shop that asks it."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from core.config import Config
from core.conversation.ports import Advice
from core.database.engine import Database
from core.portal import Portal
from integrations.openai_compatible.client import LanguageModel
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.shop import ADA, open_shop

SAID = "the thingummy 1002 went walkabout, mate"


@dataclass
class Model:
    """What it is asked, and what it answers: text of its own as JSON, or as it stands."""

    says: Any = field(default_factory=dict)
    status: int = 200
    sleeps_s: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""


class _Server(ThreadingHTTPServer):
    model: Model


class _Endpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        model = cast("_Server", self.server).model
        model.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        model.paths.append(self.path)
        model.keys.append(self.headers["Authorization"])
        time.sleep(model.sleeps_s)
        content = model.says if isinstance(model.says, str) else json.dumps(model.says)
        body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        self.send_response(model.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def model() -> Iterator[Model]:
    with _Server(("127.0.0.1", 0), _Endpoint) as server:
        server.model = Model(url=f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.model
        server.shutdown()
        thread.join()


def client(model: Model, timeout_s: float = 5.0) -> LanguageModel:
    return LanguageModel(model.url, "small", "a-key", timeout_s)


@pytest.fixture
def advised(database: Database, config: Config, clock: SettableClock, model: Model) -> Portal:
    portal = Portal(database, config, clock, adviser=client(model))
    open_shop(portal)
    return portal


def test_a_message_is_sent_with_the_names_it_may_have_and_the_key(model: Model) -> None:
    model.says = {"intents": ["track_order"], "slots": {"order_number": "1002"}}
    advice = client(model).advise(SAID, ["track_order", "balance"], ["order_number"])
    assert advice == Advice(("track_order",), (("order_number", "1002"),))
    assert model.paths == ["/v1/chat/completions"]
    assert model.keys == ["Bearer a-key"]
    assert model.asked[0]["model"] == "small"
    assert "track_order, balance" in model.asked[0]["messages"][0]["content"]
    assert model.asked[0]["messages"][1]["content"] == SAID


@pytest.mark.parametrize(
    "says", ["no JSON", "[]", '{"intents": 7}', '{"slots": "no"}', '"text"', "[" * 60000, '{"intents": null}']
)
def test_what_cannot_be_read_is_no_advice(model: Model, says: str) -> None:
    model.says = says
    assert client(model).advise(SAID, ["track_order"], []) is None


def test_a_refusal_is_no_advice_and_the_model_is_left_alone_for_a_while(model: Model) -> None:
    model.status = 503
    asking = client(model)
    assert asking.advise(SAID, ["track_order"], []) is None
    assert asking.advise(SAID, ["track_order"], []) is None
    assert len(model.asked) == 1


def test_who_answers_too_late_is_not_waited_for(model: Model) -> None:
    model.sleeps_s = 0.5
    assert client(model, timeout_s=0.1).advise(SAID, ["track_order"], []) is None


def test_nobody_there_is_no_advice() -> None:
    assert LanguageModel("http://127.0.0.1:9/v1", "small", "", 1.0).advise(SAID, ["track_order"], []) is None


def test_the_key_is_in_no_description_of_the_client(model: Model) -> None:
    assert "a-key" not in repr(client(model))


def test_what_the_shop_does_not_understand_is_done_as_advised(advised: Portal, model: Model) -> None:
    model.says = {"intents": ["track_order"], "slots": {"order_number": "1002"}}
    reply = customer(advised, ADA).say(SAID)
    assert reply.intents == ("track_order",)
    assert reply.slots["order_number"] == "1002"


def test_without_advice_the_shop_answers_as_it_would_alone(advised: Portal, model: Model, portal: Portal) -> None:
    model.status = 500
    told = customer(advised, ADA).say(SAID)
    alone = customer(portal, ADA)
    alone.chat = "another"
    assert told.text == alone.say(SAID).text
    assert not told.intents


def test_unknown_intents_and_details_that_nobody_typed_are_not_believed(advised: Portal, model: Model) -> None:
    model.says = {"intents": ["open_the_till", "track_order"], "slots": {"order_number": "1001", "password": "mate"}}
    reply = customer(advised, ADA).say("that thingummy went walkabout, mate")
    assert reply.intents == ("track_order",)
    assert "order_number" not in reply.slots
    assert "password" not in reply.slots


def test_a_planners_request_is_not_begun_for_a_customer(advised: Portal, model: Model) -> None:
    model.says = {"intents": ["decide_proposal"], "slots": {}}
    assert not customer(advised, ADA).say(SAID).intents


def test_a_change_that_was_advised_still_waits_for_a_yes(advised: Portal, model: Model) -> None:
    model.says = {"intents": ["cancel_order"], "slots": {"order_number": "1002"}}
    reply = customer(advised, ADA).say(SAID)
    assert reply.intents == ("cancel_order",)
    assert reply.actions == ()


def test_what_the_shop_understands_itself_is_not_sent_away(advised: Portal, model: Model) -> None:
    customer(advised, ADA).say("where is my order 1002?")
    assert model.asked == []
