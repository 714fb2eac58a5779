"""One customer's chat at each door of the shop, and what is heard there without what a door has to change."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from bot.channels import console
from bot.channels.slack.drawing import unescaped
from bot.web.app import create_app
from core.accounts import identity
from core.chat import Speaker
from core.config import Config, Web
from core.database.engine import Database
from core.portal import Portal
from tests.bot.channels.slack.web_api import serving
from tests.bot.channels.slack.workspace import SocketWorkspace, Workspace, opened
from tests.bot.channels.telegram.bot_api import served
from tests.bot.channels.telegram.world import Person, invitation, open_world
from tests.bot.web.browser import Browser
from tests.conftest import SettableClock
from tests.flows.wardrobe import VISA
from tests.shop import ADA, BELL, MUG, OPENED, bring, invoice, open_shop, order

EMAIL, USER = "ada@example.org", "U1ADA"
PRESS = "▸ "
"""What stands before the beginning of a button's label where it is pressed."""


@dataclass(frozen=True)
class Heard:
    """An answer as somebody takes it in: its words, what can be pressed, and the documents that came with it."""

    words: str
    buttons: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


class Chat(Protocol):
    """Ada's chat at one door."""

    def hold(self, said: Sequence[str]) -> list[Heard]:
        """Say one thing after the other; what is heard after each."""


def open_orders(portal: Portal) -> None:
    """Two more orders, paid for, and an invoice."""
    invoice(portal, "1002", ADA, [(MUG, "Red Polka Dot Mug", 12, 450), (BELL, "Brass Door Bell", 2, 900)])
    card = {"method_id": VISA, "customer_id": ADA, "kind": "card", "label": "Visa ending in 9001"}
    bring(portal, "payment_methods", card)
    home = {"ship_name": "Ada Löwe", "ship_line1": "1 Mill Lane", "ship_city": "York", "ship_postcode": "YO1 7AA",
            "ship_country": "GB", "payment_method": VISA}  # fmt: skip
    for number in ("1003", "1004"):
        order(portal, number, ADA, [(BELL, "Brass Door Bell", 2, 900)], status="open", **home)
        bring(portal, "payments", {
            "payment_id": f"PAY-{number}", "order_number": number, "kind": "payment", "method": VISA, "method_id": VISA,
            "amount": 2160, "paid_at": OPENED - timedelta(days=5),
        })  # fmt: skip


def in_one_line(*texts: str) -> str:
    """Texts without regard to where a door breaks lines or messages."""
    return " ".join(" ".join(texts).split())


def of_reply(reply: dict[str, Any]) -> Heard:
    """What an answer in JSON says."""
    buttons, documents = ([one[name] for one in reply[key]]
                          for key, name in (("buttons", "label"), ("attachments", "name")))  # fmt: skip
    return Heard(in_one_line(reply["text"]), tuple(buttons), tuple(documents))


def place_of(label: str, buttons: Sequence[str]) -> int:
    """Which of the buttons is meant."""
    return next(at for at, one in enumerate(buttons) if one.startswith(label.removeprefix(PRESS)))


class InTerminal:
    """`storekeeper chat --json`, where a button is pressed by its number."""

    def __init__(self, portal: Portal, config: Config) -> None:
        self._portal, self._config = portal, config

    def hold(self, said: Sequence[str]) -> list[Heard]:
        """A line each."""
        out = io.StringIO()

        def heard() -> list[Heard]:
            return [of_reply(json.loads(line)) for line in out.getvalue().splitlines()]

        def lines() -> Iterator[str]:
            for text in said:
                yield f"/{1 + place_of(text, heard()[-1].buttons)}" if text.startswith(PRESS) else text

        with redirect_stdout(out):
            console.talk(self._portal, self._config, Speaker(ADA, proof=3), lines(), as_json=True)
        return heard()


class OnTheWeb:
    """The chat of a signed-in browser, as JSON."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def hold(self, said: Sequence[str]) -> list[Heard]:
        """A turn each."""
        replies: list[dict[str, Any]] = []
        for text in said:
            content = {"text": text}
            if text.startswith(PRESS):
                pressed = replies[-1]["buttons"][place_of(text, of_reply(replies[-1]).buttons)]
                content = {"text": pressed["label"], "button": pressed["value"]}
            replies.append(self._browser.say(content).json())
        return [of_reply(reply) for reply in replies]


class OnTelegram:
    """A linked chat with the bot."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def hold(self, said: Sequence[str]) -> list[Heard]:
        """A message or a press each."""
        return [self._heard(text) for text in said]

    def _heard(self, text: str) -> Heard:
        before = len(self._person.messages)
        if text.startswith(PRESS):
            self._person.press(text.removeprefix(PRESS))
        else:
            self._person.say(text)
        came = self._person.messages[before:]
        rows = [row for one in came for row in one.get("reply_markup", {}).get("inline_keyboard", ())]
        documents = [one["document"]["file_name"] for one in came if "document" in one]
        words = in_one_line(*(str(one.get("text") or one.get("caption") or "") for one in came))
        return Heard(words, tuple(key["text"] for row in rows for key in row), tuple(documents))


class OnSlack:
    """A linked direct message with the app."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def hold(self, said: Sequence[str]) -> list[Heard]:
        """A message or a press each."""
        return [self._heard(text) for text in said]

    def _heard(self, text: str) -> Heard:
        api, chat = self._workspace.api, f"D{USER[1:]}"
        before, files = len(api.posted(chat)), len(api.files)
        if text.startswith(PRESS):
            self._workspace.press(USER, self._workspace.last(USER), text.removeprefix(PRESS))
        else:
            self._workspace.write(USER, text)
        blocks = [block for one in api.posted(chat)[before:] for block in one["blocks"]]
        words = in_one_line(*(unescaped(one["text"]["text"]) for one in blocks if one["type"] == "section"))
        keys = [key["text"]["text"] for one in blocks if one["type"] == "actions" for key in one["elements"]]
        return Heard(words, tuple(keys), tuple(one["name"] for one in api.files[files:]))


@dataclass
class House:
    """A shop with one door open."""

    portal: Portal
    chat: Chat


def _settings() -> Config:
    return Config(web=Web(secret="a-secret-that-only-tests-know"))


@contextmanager
def terminal(database: Database) -> Iterator[House]:
    """The command line."""
    config = _settings()
    portal = Portal(database, config, SettableClock())
    open_shop(portal)
    yield House(portal, InTerminal(portal, config))


@contextmanager
def web_chat(database: Database) -> Iterator[House]:
    """The web door, over HTTP in process."""
    config, clock = _settings(), SettableClock()
    portal = Portal(database, config, clock)
    open_shop(portal)
    browser = Browser(create_app(portal, config, demo=False))
    with database.unit_of_work() as session:
        browser.keep_session(identity.open_session(session, f"customer:{ADA}", clock.now))
    yield House(portal, OnTheWeb(browser))
    browser.close()


@contextmanager
def telegram(mode: str, database: Database) -> Iterator[House]:
    """The bot over a stand-in of the Bot API that listens on loopback."""
    with served() as api, open_world(database, api, mode) as world:
        person = Person(world, 101)
        person.say(f"/start {invitation(world.portal, ADA)}")
        yield House(world.portal, OnTelegram(person))


@contextmanager
def slack(made: type[Workspace], database: Database) -> Iterator[House]:
    """The app, called as Slack calls it, over a stand-in of the Web API that checks every block."""
    with serving() as api:
        workspace = opened(database, _settings(), SettableClock(), api, made)
        open_shop(workspace.portal)
        workspace.link(USER, EMAIL)
        yield House(workspace.portal, OnSlack(workspace))


DOORS: dict[str, Callable[[Database], AbstractContextManager[House]]] = {
    "terminal": terminal,
    "web chat": web_chat,
    "Telegram by polling": partial(telegram, "polling"),
    "Telegram by webhook": partial(telegram, "webhook"),
    "Slack by signed HTTP": partial(slack, Workspace),
    "Slack by Bolt's dispatch": partial(slack, SocketWorkspace),
}
