"""A shop with a Telegram door, a stand-in for Telegram, and people who write and press."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from fastapi.testclient import TestClient

from bot.channels.telegram import CHANNEL
from bot.channels.telegram.service import TelegramDoor
from bot.channels.telegram.webhook import PATH
from bot.web.app import create_app
from core.accounts.model import Customer, Visitor
from core.config import Config, Telegram, Web
from core.database.engine import Database
from core.portal import Portal
from integrations.email.client import OutboxCourier
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi
from tests.shop import open_shop

SECRET, OLD_SECRET = "a-secret-of-the-tests", "the-secret-before-that"
_SPEED = 5.0
_updates = count(9001)


@dataclass
class RunningClock:
    """A clock that runs ahead, so that pauses between messages do not take as long as they do."""

    began: datetime = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
    since: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.began + timedelta(seconds=(time.monotonic() - self.since) * _SPEED)

    def forward(self, by: timedelta) -> None:
        """Move it on."""
        self.began += by


@dataclass
class World:
    """Everything a conversation on Telegram needs."""

    api: BotApi
    portal: Portal
    telegram: TelegramDoor
    clock: RunningClock = field(default_factory=RunningClock)
    client: TestClient | None = None

    def deliver(self, update: dict[str, Any]) -> int:
        """Hand an update over as Telegram does; the status where it called us."""
        if self.client is None:
            self.api.offer(update)
            self.settle()
            return 200
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        status = self.client.post(PATH, json=update, headers=headers).status_code
        self.settle()
        return status

    def settle(self) -> None:
        """Wait until everything that came in is answered, as far as it can be."""
        door = self.telegram.door
        self.api.wait_for(lambda: (self.client or not self.api.pending) and not door._has_more)


@dataclass
class Person:
    """Somebody with a private chat, whose number is theirs."""

    world: World
    number: int
    language: str = "en"
    _seen: int = 0

    def say(self, text: str, **more: Any) -> str:
        """Write something; what came back, message by message, in one text."""
        return self.send({"text": text, **more})

    def send(self, content: dict[str, Any], kind: str = "message") -> str:
        """Send a message of any content."""
        self.world.deliver(update({kind: message(self.number, content, self.language)}))
        return self.news()

    def press(self, label: str) -> str:
        """Press the button that begins like this, under the last message that has it."""
        self.world.deliver(update({"callback_query": self.query(label)}))
        return self.news()

    def query(self, label: str) -> dict[str, Any]:
        """A press of that button as Telegram tells it."""
        for shown in reversed(self.messages):
            for row in shown.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"].startswith(label):
                        sender = {"id": self.number, "is_bot": False, "first_name": "P", "language_code": self.language}
                        return {
                            "id": f"query-{next(_updates)}", "from": sender, "message": shown, "chat_instance": "1",
                            "data": button["callback_data"],
                        }  # fmt: skip
        raise AssertionError(f"nothing to press begins with “{label}”")

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the person sees of the bot, oldest first."""
        return self.world.api.in_chat(self.number)

    def news(self) -> str:
        """What came since the last look."""
        fresh, self._seen = self.messages[self._seen :], len(self.messages)
        return "\n".join(str(one.get("text") or one.get("caption") or "") for one in fresh)


def update(content: dict[str, Any]) -> dict[str, Any]:
    """An update with a number of its own."""
    return {"update_id": next(_updates), **content}


def message(
    number: int, content: dict[str, Any], language: str = "en", chat: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A message of somebody, in their own chat where no other is named."""
    sender = {"id": number, "is_bot": False, "first_name": "P", "language_code": language}
    where = chat or {"id": number, "type": "private", "first_name": "P"}
    return {"message_id": next(_updates), "date": 1_780_000_000, "chat": where, "from": sender, **content}


def invitation(portal: Portal, customer_id: str) -> str:
    """A code that the account page shows."""
    holder = Customer(customer_id, "", f"{customer_id}@example.org", "", "en", "GB")
    return portal.invite_chat(Visitor(holder, None, 3, "", ""))


@contextmanager
def open_world(database: Database, api: BotApi, mode: str, **settings: Any) -> Iterator[World]:
    """A shop whose door to Telegram is open."""
    telegram = Telegram.model_validate(
        {"mode": mode, "token": TOKEN, "webhook_secret": SECRET, "previous_webhook_secret": OLD_SECRET,
         "api_url": api.url, "poll_s": 1, "timeout_s": 5, **settings}
    )  # fmt: skip
    config = Config(web=Web(secret="a-secret-that-only-tests-know"), telegram=telegram)
    clock = RunningClock()
    portal = Portal(database, config, clock, couriers={"email": OutboxCourier()})
    open_shop(portal)
    door = TelegramDoor(portal, config)
    portal.engage(CHANNEL, door.courier)
    world = World(api, portal, door, clock)
    app = create_app(portal, config, demo=False)
    if door.routes is not None:
        app.include_router(door.routes)
        world.client = TestClient(app, base_url="http://testserver")
    door.start()
    try:
        api.wait_for(lambda: "de" in api.menus)
        yield world
    finally:
        door.stop()
