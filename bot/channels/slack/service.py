"""The Slack door as a whole: what the web door offers Slack, what runs beside it, and how it ends."""

import asyncio
import logging
import secrets
import threading
from collections.abc import Coroutine
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from starlette.routing import Route

from bot.channels.slack import customers
from bot.channels.slack.app import BOLT, build
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.gate import PATH, Gate
from bot.channels.slack.posting import PlannersCourier
from core.clock import Clock, utc_now
from core.config import Config, Slack
from core.errors import PortalError, Unavailable
from core.portal import Portal

log = logging.getLogger(__name__)
_LOOKS_EVERY_S = 2.0
_LOOKS_UNTIL_ANEW = 15
_TIMEOUT_S = 10
SCOPES = ("app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "files:read",
          "files:write", "groups:history", "im:history", "im:write")  # fmt: skip
"""What the app has to be allowed; the same as in slack-manifest.yaml."""


class SlackService:
    """Everything that runs for Slack in one process; several processes may, and each event is answered once."""

    def __init__(self, portal: Portal, config: Config, clock: Clock = utc_now) -> None:
        self.courier = PlannersCourier(config, portal, clock)
        self.door = SlackDoor(portal, config, clock)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack", daemon=True)

    @property
    def routes(self) -> list[Route]:
        """What the web door has to offer, where Slack calls us."""
        if self.door.settings.mode != "http":
            return []
        return [Route(PATH, Gate(self.door, build(self.door)).receive, methods=["POST"])]

    def start(self) -> None:
        """Begin to listen, where we call Slack, and to look after what was not answered; Slack away stops nothing."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; what is stored is answered by whoever starts next."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            asyncio.run(self._watch())
        finally:
            self.door.close()  # not before the last answer under way has gone out

    async def _watch(self) -> None:
        line = _Line(self.door) if self.door.settings.mode == "socket" else None
        while not self._stopping.is_set():
            await _tried(customers.look_after(self.door))
            if line is not None:
                await _tried(line.look_after())
            await asyncio.to_thread(self._stopping.wait, _LOOKS_EVERY_S)
        if line is not None:
            await _tried(line.hang_up())
        await self.door.settle()


class _Line:
    """The connection of Socket Mode; one that does not come back by itself is made anew, with a new address."""

    def __init__(self, door: SlackDoor) -> None:
        self._door = door
        self._app = build(door)
        self._handler: AsyncSocketModeHandler | None = None
        self._calling: asyncio.Task[None] | None = None
        self._silent_looks = 0

    async def look_after(self) -> None:
        """Call where nothing is connected, and give up what has been silent too long."""
        if self._handler is None:
            token = self._door.settings.app_token.get_secret_value()
            self._handler = AsyncSocketModeHandler(self._app, token, logger=logging.getLogger(BOLT))
            self._calling = asyncio.create_task(self._handler.connect_async())  # type: ignore[no-untyped-call]
        self._silent_looks = 0 if await self._handler.client.is_connected() else self._silent_looks + 1
        if self._silent_looks > _LOOKS_UNTIL_ANEW:
            await self.hang_up()

    async def hang_up(self) -> None:
        """Close the connection."""
        handler, self._handler, self._silent_looks = self._handler, None, 0
        if self._calling is not None:
            self._calling.cancel()
        if handler is not None:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def _tried(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except PortalError as trouble:
        log.warning("Slack's chats cannot be looked after just now: %s", trouble)
    except Exception:
        log.exception("looking after Slack failed", extra={"reference": secrets.token_hex(4)})


def faults_of(settings: Slack) -> tuple[str, list[str]]:
    """The workspace the token is of, and what keeps the app from working there.

    Raises:
        Unavailable: Slack does not answer, or does not know the token.
    """
    client = WebClient(
        settings.token.get_secret_value(), base_url=settings.api_url, timeout=_TIMEOUT_S, retry_handlers=[]
    )
    try:
        said: Any = client.auth_test()
        if settings.mode == "socket":
            client.apps_connections_open(app_token=settings.app_token.get_secret_value())
    except SlackApiError as refusal:
        raise Unavailable(f"Slack refuses a token: {refusal.response.get('error')}.") from refusal
    except (SlackClientError, OSError) as error:
        raise Unavailable(f"Slack does not answer ({type(error).__name__}).") from error
    headers = {name.lower(): value for name, value in said.headers.items()}
    given = {one.strip() for one in str(headers.get("x-oauth-scopes", "")).split(",")}
    missing = [one for one in SCOPES if one not in given]
    faults = []
    if missing:
        faults.append(f"Slack has not allowed the app {', '.join(missing)}; install it again with slack-manifest.yaml.")
    if said["team_id"] not in settings.teams:
        faults.append(f"Slack's token is of the workspace {said['team_id']}, which slack.teams does not name.")
    return str(said.get("team") or said["team_id"]), faults
