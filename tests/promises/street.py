"""The street before the shop: the real doors to Slack, Telegram and carriers, over stand-ins that may have trouble."""

import asyncio
import base64
import hmac
import json
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from bot.channels.slack.app import build
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.gate import Gate
from bot.channels.slack.posting import PlannersCourier
from bot.channels.telegram import webhook
from bot.channels.telegram.service import TelegramDoor
from core.config import Carriers, Telegram
from core.mailroom.ports import Courier, Post
from core.portal import Portal
from integrations.carriers.webhook import router
from tests.bot.channels.slack import web_api, workspace
from tests.bot.channels.slack.workspace import Workspace
from tests.bot.channels.telegram import bot_api
from tests.bot.channels.telegram.world import SECRET
from tests.promises import stall
from tests.promises.books import read
from tests.promises.crashing import CALL, PostOffice
from tests.promises.world import World

PAT, BO, SAM = "U1PAT", "U1BO", "U1SAM"
_STAFF = {PAT: stall.PLANNER, BO: stall.BOSS, SAM: stall.SUPPORT}
_KEY = b"k" * 32
_TIMEOUT_S, _STALLS_S = 2, 2.5
_TICK = timedelta(seconds=5)
_PATIENCE = timedelta(hours=2)
_SLACK = ("chat.postMessage", "chat.update", "files.getUploadURLExternal", "files.completeUploadExternal")
_TELEGRAM = ("sendMessage", "sendDocument")


@dataclass
class Witness:
    """Stands between the shop and a courier: sees what arrives, and what trouble a platform has with a call."""

    courier: Courier
    office: PostOffice
    troubles: dict[str, Any]
    api: Any
    methods: tuple[str, ...]

    def send(self, post: Post) -> str:
        """Let the courier send it to a platform that is in some mood."""
        mood = self.office.called(post)
        for method in self.methods if mood in self.troubles else ():
            self.api.fail(method, self.troubles[mood])
        try:
            reference = self.courier.send(post)
        except Exception:
            if mood == "torn":
                self.office.take(post)
                self.office.torn.append(post.key)
            raise
        finally:
            self.api.faults.clear()
        self.office.take(post)
        self.office.boundaries.after(f"{CALL}{post.kind}")
        return reference


_SLACKS = {
    "busy": web_api.Fault(429, retry_after=30), "broken": web_api.Fault(500), "silent": web_api.Fault(lost=True),
    "stalled": web_api.Fault(500, stalls_s=_STALLS_S), "torn": web_api.Fault(after=True),
}  # fmt: skip
_TELEGRAMS = {
    "busy": bot_api.Fault(429, "Too Many Requests", {"retry_after": 30}), "broken": bot_api.Fault(500),
    "silent": bot_api.Fault(lost=True), "stalled": bot_api.Fault(500, stalls_s=_STALLS_S),
    "torn": bot_api.Fault(after=True, lost=True),
}  # fmt: skip


@dataclass
class Street(World):
    """A world with one replica, whose people are also in Slack and on Telegram, and whose parcels are told of."""

    slowest: timedelta = timedelta(0)
    standing: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Open the stand-ins, then the shop."""
        self.slack_api = self.standing.enter_context(web_api.serving())
        self.bot_api = self.standing.enter_context(bot_api.served())
        carriers = Carriers.model_validate({"signing_secret": f"whsec_{base64.b64encode(_KEY).decode()}"})
        telegram = Telegram.model_validate(
            {"mode": "webhook", "token": bot_api.TOKEN, "webhook_secret": SECRET, "api_url": self.bot_api.url,
             "timeout_s": _TIMEOUT_S}
        )  # fmt: skip
        slack = workspace.settings(self.slack_api, staff=_STAFF)
        self.config = self.config.model_copy(update={"carriers": carriers, "telegram": telegram, "slack": slack})
        super().__post_init__()

    def start(self) -> None:
        """The portal, and its doors."""
        super().start()
        portal = self.portals[0]
        self.slack = self._slack(portal)
        self.telegram = TelegramDoor(portal, self.config)
        portal.engage("telegram", Witness(self.telegram.courier, self.office, _TELEGRAMS, self.bot_api, _TELEGRAM))
        self.app = FastAPI()
        self.app.include_router(router(self.config.carriers, portal, self.config.shop.zone, self.clock))
        assert self.telegram.routes is not None
        self.app.include_router(self.telegram.routes)

    def stop(self) -> None:
        """Be gone, as a process is."""
        if self.portals:
            self.slack.door.close()
            self.telegram.door.close()
            self.telegram.wire.close()
        super().stop()

    def close(self) -> None:
        """The end of the world."""
        self.stop()
        self.standing.close()

    def _slack(self, portal: Portal) -> Workspace:
        courier = PlannersCourier(self.config, portal, self.clock, _TIMEOUT_S)
        portal.engage("slack", Witness(courier, self.office, _SLACKS, self.slack_api, _SLACK))
        door = SlackDoor(portal, self.config, self.clock)
        app = build(door)
        return Workspace(portal, door, app, Gate(door, app), self.clock, self.slack_api)

    def carrier_tells(self, delivery: str, message: dict[str, Any]) -> None:
        """A signed call of a carrier's relay."""
        body, at = json.dumps(message).encode(), int(self.clock().timestamp())
        digest = hmac.digest(_KEY, f"{delivery}.{at}.".encode() + body, "sha256")
        signature = f"v1,{base64.b64encode(digest).decode()}"
        headers = {"webhook-id": delivery, "webhook-timestamp": str(at), "webhook-signature": signature}
        assert self._knock("/webhooks/carriers/signed", body, headers) == 202

    def telegram_tells(self, update: dict[str, Any]) -> None:
        """An update of Telegram's; everything the door goes on to do is done when this returns."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        assert self._knock(webhook.PATH, json.dumps(update).encode(), headers) == 200
        self._telegram_at_rest()

    def after_a_fault(self) -> None:
        """Ring the clock every few seconds until nothing is left to answer or to send; how long that takes."""
        super().after_a_fault()
        began = self.clock.now
        while self._is_behind() and self.clock.now - began < _PATIENCE:
            self.clock.forward(_TICK)
            self.telegram.door.look_after()
            self._telegram_at_rest()
            self.slack.look_after()
            self.portals[0].deliver(50)
        self.slowest = max(self.slowest, self.clock.now - began)

    def _is_behind(self) -> bool:
        books = read(self.databases[0], ("inbox", "outbox"))
        is_unsent = any(row["state"] in {"ready", "leased", "sending"} for row in books["outbox"])
        return is_unsent or any(row["answer"] is None for row in books["inbox"] if row["source"].startswith("chat:"))

    def _telegram_at_rest(self) -> None:
        while self.telegram.door._has_more and not self.boundaries.is_gone:
            time.sleep(0.002)

    def _knock(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        async def knocking() -> int:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return (await client.post(path, content=body, headers=headers)).status_code

        return asyncio.run(knocking())
