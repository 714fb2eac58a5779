"""A workspace of people who write, press and command, as Slack tells the app of it: signed, into the app's gate."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from bot.channels.slack import customers
from bot.channels.slack.app import build
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.gate import PATH, Gate
from bot.channels.slack.posting import PlannersCourier
from core.config import Config, Slack
from core.portal import Portal
from tests.bot.channels.slack.web_api import APP, TEAM, TOKEN, WebApi
from tests.conftest import SettableClock

SECRET, PREVIOUS = "the-signing-secret", "the-one-before"
STAFF_CHANNEL, PLANNER_CHANNEL = "C0STAFF", "C0PLAN"


def settings(api: WebApi, **more: Any) -> Slack:
    """The configuration of an app that is called over HTTP and calls the stand-in."""
    told: dict[str, Any] = {
        "mode": "http", "token": TOKEN, "signing_secret": SECRET, "previous_signing_secret": PREVIOUS,
        "api_url": api.url, "app_id": APP, "teams": (TEAM,), "staff_channel": STAFF_CHANNEL,
        "planner_channel": PLANNER_CHANNEL, **more,
    }  # fmt: skip
    return Slack(**told)


@dataclass
class Workspace:
    """One shop with the app in its workspace."""

    portal: Portal
    door: SlackDoor
    app: AsyncApp
    gate: Gate
    clock: SettableClock
    api: WebApi
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, user: str, text: str, **more: Any) -> Response:
        """Somebody writes to the app in their direct message."""
        chat = f"D{user[1:]}"
        told = {"type": "message", "channel_type": "im", "channel": chat, "user": user, "text": text, **more}
        return self.event({"ts": f"1690000000.{next(self.numbers):06d}", "team": TEAM, **told})

    def event(
        self, event: dict[str, Any], *, event_id: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> Response:
        """An event of the workspace."""
        told = {
            "type": "event_callback", "api_app_id": APP, "team_id": TEAM, "event": event,
            "event_id": event_id or f"Ev{next(self.numbers)}", **more,
        }  # fmt: skip
        return self.call(json.dumps(told).encode(), "application/json", headers)

    def press(self, user: str, message: dict[str, Any], label: str, **more: Any) -> Response:
        """Somebody presses the button of a message whose label begins like this."""
        shown = [element for block in message["blocks"] for element in block.get("elements", ())]
        shown += [block["accessory"] for block in message["blocks"] if "accessory" in block]
        button = next(one for one in shown if one.get("type") == "button" and one["text"]["text"].startswith(label))
        place = {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]}
        action = {**button, "action_ts": f"1690000001.{next(self.numbers):06d}"}
        return self.interact({
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "channel": {"id": message["channel"]},
            "container": place, "message": message, "actions": [action], "trigger_id": self.api.trigger(), **more,
        })  # fmt: skip

    def type_in(self, user: str, view: dict[str, Any], block: str, values: dict[str, Any]) -> Response:
        """Somebody presses Enter in a field of an open modal."""
        field = next(one["element"] for one in view["blocks"] if one.get("block_id") == block)
        action = {"type": field["type"], "action_id": field["action_id"], "block_id": block}
        told = {**view, "team_id": TEAM, "state": {"values": values}}
        return self.interact({
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "view": told, "actions": [action],
            "container": {"type": "view", "view_id": view["id"]}, "trigger_id": self.api.trigger(),
        })  # fmt: skip

    def submit(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> Response:
        """Somebody submits a modal."""
        told = {**view, "team_id": TEAM, "state": {"values": values}}
        return self.interact({"type": "view_submission", "user": {"id": user, "team_id": TEAM}, "view": told})

    def interact(self, payload: dict[str, Any]) -> Response:
        """Anything that is pressed or submitted."""
        told = {"api_app_id": APP, "team": {"id": TEAM}, **payload}
        return self.call(urlencode({"payload": json.dumps(told)}).encode(), "application/x-www-form-urlencoded")

    def command(self, user: str, text: str, **more: Any) -> Response:
        """Somebody types `/storekeeper …`."""
        told = {
            "command": "/storekeeper", "text": text, "user_id": user, "team_id": TEAM, "api_app_id": APP,
            "channel_id": f"D{user[1:]}", "trigger_id": self.api.trigger(), **more,
        }  # fmt: skip
        return self.call(urlencode(told).encode(), "application/x-www-form-urlencoded")

    def call(self, body: bytes, kind: str, headers: dict[str, str] | None = None, secret: str = SECRET) -> Response:
        """Send bytes as Slack does; everything the app goes on to do is done when this returns."""
        self.clock.forward(timedelta(seconds=3))  # a channel is told about one thing a second
        sent_at = str(int(self.clock().timestamp()))
        digest = hmac.new(secret.encode(), f"v0:{sent_at}:".encode() + body, hashlib.sha256).hexdigest()
        signed = {"x-slack-request-timestamp": sent_at, "x-slack-signature": f"v0={digest}", "content-type": kind}
        return asyncio.run(self._received(body, {**signed, **(headers or {})}))

    def code_for(self, address: str) -> str:
        """The code in the latest letter to an address."""
        letter = next(one for one in self.portal.letters() if one.to == address)
        return next(word for word in letter.text.split() if word.isdigit() and len(word) == 8)

    def link(self, user: str, address: str) -> None:
        """Somebody shows by a code from their mailbox who they are."""
        self.write(user, "link my account")
        self.write(user, f"<mailto:{address}|{address}>")
        self.write(user, self.code_for(address))

    def last(self, user: str) -> dict[str, Any]:
        """The latest message in somebody's direct message."""
        return self.api.posted(f"D{user[1:]}")[-1]

    def look_after(self) -> None:
        """What runs every few seconds: whatever waits for an answer gets it."""

        async def looking() -> None:
            await customers.look_after(self.door)

        asyncio.run(looking())

    async def _received(self, body: bytes, headers: dict[str, str]) -> Response:
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return waiting.pop()

        told = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": PATH, "headers": told, "query_string": b""}
        answer = await self.gate.receive(Request(scope, receive))
        await self._at_rest()
        return answer

    async def _at_rest(self) -> None:
        """Wait for what Bolt runs after the acknowledgement, and for what the door does after that."""
        here = asyncio.current_task()
        while others := [task for task in asyncio.all_tasks() if task is not here]:
            await asyncio.gather(*others, return_exceptions=True)
        await self.door.settle()


class SocketWorkspace(Workspace):
    """A workspace whose events come by Socket Mode: Bolt's dispatch gets what was said, and nothing is signed."""

    async def _received(self, body: bytes, headers: dict[str, str]) -> Response:
        is_form = headers["content-type"].startswith("application/x-www-form-urlencoded")
        told: dict[str, Any] = dict(parse_qsl(body.decode())) if is_form else json.loads(body)
        payload = json.loads(told["payload"]) if "payload" in told else told
        request = SocketModeRequest(type="", envelope_id=f"envelope-{next(self.numbers)}", payload=payload)
        answer = await run_async_bolt_app(self.app, request)
        await self._at_rest()
        return Response(answer.body, answer.status)


def opened(
    database: Any, config: Config, clock: SettableClock, api: WebApi, made: type[Workspace] = Workspace, **more: Any
) -> Workspace:
    """A workspace over a database."""
    config = config.model_copy(update={"slack": settings(api, **more)})
    portal = Portal(database, config, clock)
    portal.engage("slack", PlannersCourier(config, portal, clock))
    door = SlackDoor(portal, config, clock)
    app = build(door)
    return made(portal, door, app, Gate(door, app), clock, api)
