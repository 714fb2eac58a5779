"""The door as it runs: mounted on the web door, over Socket Mode, and checked by command."""

import asyncio
import json
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from pydantic import SecretStr

from bot import assembly, checking, serving
from bot.channels.slack import service
from core.config import Config
from tests.bot.channels.slack.web_api import APP, TEAM, Fault, WebApi
from tests.bot.channels.slack.workspace import Workspace, settings
from tests.conftest import SettableClock

ROOT = Path(__file__).parents[4]


@dataclass
class Line:
    """Slack's end of Socket Mode: it sends envelopes until each is acknowledged."""

    envelopes: list[dict[str, Any]]
    acknowledged: list[str] = field(default_factory=list)
    all_heard: threading.Event = field(default_factory=threading.Event)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of the app."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        for envelope in self.envelopes:
            await socket.send_json(envelope)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
            if len(self.acknowledged) == len(self.envelopes):
                self.all_heard.set()
        return socket


@contextmanager
def answering(line: Line) -> Iterator[str]:
    """The line, listening on loopback."""
    ready, stopping, where = threading.Event(), threading.Event(), []

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/", line.serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        where.append(runner.addresses[0][1])
        ready.set()
        await asyncio.to_thread(stopping.wait)
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    ready.wait(5)
    yield f"ws://127.0.0.1:{where[0]}/"
    stopping.set()
    thread.join(5)


def envelope(number: str, event_id: str) -> dict[str, Any]:
    event = {"type": "message", "channel_type": "im", "channel": "D1ADA", "user": "U1ADA", "text": "when are you open?"}
    payload = {"type": "event_callback", "api_app_id": APP, "team_id": TEAM, "event_id": event_id, "event": event}
    return {"envelope_id": number, "type": "events_api", "accepts_response_payload": False, "payload": payload}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_over_socket_mode_each_event_is_acknowledged_and_answered_once(workspace: Workspace) -> None:
    line = Line([envelope("e1", "Ev1"), envelope("e2", "Ev1"), envelope("e3", "Ev2")])
    with answering(line) as url:
        workspace.api.socket_url = url
        by_socket = settings(workspace.api, mode="socket", app_token="xapp-of-the-tests")
        running = service.SlackService(
            workspace.portal, workspace.door.config.model_copy(update={"slack": by_socket}), workspace.clock
        )
        running.start()
        assert line.all_heard.wait(20)
        running.stop()
        running._thread.join(20)
    workspace.clock.forward(timedelta(minutes=2))
    workspace.look_after()
    workspace.portal.deliver()
    assert sorted(line.acknowledged) == ["e1", "e2", "e3"]
    assert len(workspace.api.posted("D1ADA")) == 2


@pytest.fixture
def house(tmp_path: Path, config: Config, clock: SettableClock, api: WebApi, migrated_sqlite: Path) -> assembly.House:
    path = tmp_path / "shop.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = config.database.model_copy(update={"url": f"sqlite:///{path}"})
    return assembly.build(config.model_copy(update={"slack": settings(api), "database": database}), clock)


def test_the_web_door_takes_what_slack_sends(house: assembly.House) -> None:
    app = serving._application(house, lambda: None)
    assert "/slack/events" in [getattr(route, "path", "") for route in app.routes]
    house.close()


def said_of_slack(house: assembly.House) -> list[tuple[bool, str]]:
    found = [(one.is_well, one.text) for one in checking.findings(house) if "lack" in one.text]
    house.close()
    return found


def test_the_check_tells_which_workspace_knows_the_app(house: assembly.House) -> None:
    assert said_of_slack(house) == [(True, "Slack knows the app in Shop (http).")]


def test_the_check_names_missing_scopes(house: assembly.House, api: WebApi) -> None:
    api.scopes = "chat:write,commands"
    assert "im:history" in said_of_slack(house)[1][1]


def test_the_check_tells_when_slack_does_not_know_the_token(house: assembly.House, api: WebApi) -> None:
    api.fail("auth.test", Fault(error="invalid_auth"))
    assert "invalid_auth" in said_of_slack(house)[0][1]


def test_the_manifest_asks_for_what_the_check_looks_for() -> None:
    lines = (ROOT / "slack-manifest.yaml").read_text(encoding="utf-8").split("scopes:")[1].split("settings:")[0]
    assert tuple(line.strip(" -") for line in lines.splitlines() if line.strip().startswith("- ")) == service.SCOPES


def test_the_configuration_has_a_key_for_every_setting_and_no_secret() -> None:
    written = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["slack"]
    secret = {"token", "app_token", "signing_secret", "previous_signing_secret"}
    assert set(written) == set(Config().slack.__class__.model_fields) - secret


@pytest.mark.parametrize("missing", ["token", "signing_secret", "teams"])
def test_a_door_that_could_not_tell_friend_from_foe_is_not_opened(missing: str) -> None:
    told: dict[str, Any] = {"mode": "http", "token": "xoxb", "signing_secret": "secret", "teams": (TEAM,)}
    told[missing] = () if missing == "teams" else SecretStr("")
    with pytest.raises(ValueError, match=missing):
        type(Config().slack)(**told)
