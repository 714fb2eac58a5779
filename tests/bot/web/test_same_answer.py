"""The same question of the same state gets the same answer: every time, from every replica, at every door."""

import json
from typing import Any

import pytest

from bot.channels import console
from core.chat import Incoming, Speaker
from core.config import Config
from core.database.engine import Database
from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE
from tests.conftest import SettableClock

QUESTIONS = (
    "where is my order?",
    "show me my orders",
    "1001",
    "is the blue lamp in stock?",
    "do you have 500 enamel mugs?",
    "when is the enamel mug back?",
    "send me the invoice for 1001",
    "what do I owe?",
    "cancel order 1000",
    "I want to return the blue lamp of order 1001",
    "how do you deliver?",
    "undo that",
    "wo ist meine Bestellung 1001?",
    "why does the moon exist at all",
)


def told(reply: dict[str, Any]) -> dict[str, Any]:
    """An answer without what belongs to one chat: which button it was, and what was noted for the first time."""
    buttons = [button["label"] for button in reply["buttons"]]
    links = [attachment["name"] for attachment in reply["attachments"]]
    actions = [action for action in reply["actions"] if action["name"] != "note_enquiry"]
    return {**reply, "buttons": buttons, "attachments": links, "actions": actions}


def by_portal(portal: Portal, speaker: Speaker, channel: str, turn: int) -> list[dict[str, Any]]:
    """Each question in a chat of its own, so that nothing was said before."""
    return [
        told(portal.converse(Incoming(channel, f"{turn}-{place}", f"{channel}{turn}-{place}", text, speaker)).as_dict())
        for place, text in enumerate(QUESTIONS)
    ]


@ON_SQLITE
def test_the_same_question_of_the_same_state_gets_the_same_answer(
    shop: Portal, database: Database, config: Config, clock: SettableClock
) -> None:
    speaker = Speaker(customer_id=shop.customer_by_email("zoe@example.org"), proof=3)
    replica = Portal(database, config, clock)
    first = by_portal(shop, speaker, "web", 1)
    assert by_portal(shop, speaker, "web", 2) == first
    assert by_portal(replica, speaker, "web", 3) == first
    assert by_portal(replica, speaker, "telegram", 1) == first
    assert len({reply["text"] for reply in first}) > 10


@ON_SQLITE
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_terminal_and_the_web_say_the_same(
    question: str, shop: Portal, zoe: Browser, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    speaker = Speaker(customer_id=shop.customer_by_email("zoe@example.org"), proof=3)
    console.talk(shop, config, speaker, [question], as_json=True)
    in_terminal = json.loads(capsys.readouterr().out)
    on_the_web = zoe.say({"text": question}).json()
    assert told(in_terminal) == told({name: on_the_web[name] for name in in_terminal})
