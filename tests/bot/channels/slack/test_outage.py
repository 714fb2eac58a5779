"""Slack's door while the shop's database is away."""

from collections.abc import Iterator

import pytest

from core.config import Config
from core.database.engine import Database
from tests.bot.channels.slack.web_api import WebApi
from tests.bot.channels.slack.workspace import Workspace, opened
from tests.conftest import SettableClock


@pytest.fixture
def closed(config: Config, clock: SettableClock, api: WebApi) -> Iterator[Workspace]:
    """A shop whose database is away."""
    database = Database("postgresql://nobody@127.0.0.1:9/none")
    yield opened(database, config, clock, api)
    database.close()


def test_while_the_database_is_away_slack_keeps_the_message_and_whoever_wrote_is_told_once(closed: Workspace) -> None:
    event = {"type": "message", "channel_type": "im", "channel": "D1ADA", "user": "U1ADA", "text": "hello"}
    assert closed.event(event, event_id="Ev1").status_code == 500
    assert closed.event(event, event_id="Ev1", headers={"x-slack-retry-num": "1"}).status_code == 500
    assert len(closed.api.posted("D1ADA")) == 1


def test_a_click_while_the_database_is_away_is_told_so(closed: Workspace) -> None:
    button = {"type": "button", "action_id": "answer:0", "text": {"type": "plain_text", "text": "Yes"}, "value": "v"}
    message = {"ts": "1.1", "channel": "D1ADA", "blocks": [{"type": "actions", "elements": [button]}]}
    assert closed.press("U1ADA", message, "Yes").status_code == 200
    assert len(closed.api.posted("D1ADA")) == 1


def test_a_command_while_the_database_is_away_is_told_so(closed: Workspace) -> None:
    assert closed.command("U1PAT", "what is waiting?").status_code == 200
    assert len(closed.api.given_to("chat.postEphemeral")) == 1


def test_a_planners_click_while_the_database_is_away_is_told_so(closed: Workspace) -> None:
    shown = [
        {"type": "button", "action_id": f"proposal:{verb}", "text": {"type": "plain_text", "text": verb}, "value": "{}"}
        for verb in ("approve", "edit")
    ]
    message = {"ts": "1.1", "channel": "C0PLAN", "blocks": [{"type": "actions", "elements": shown}]}
    assert closed.press("U1PAT", message, "approve").status_code == 200
    assert len(closed.api.given_to("chat.postEphemeral")) == 1
    assert closed.press("U1PAT", message, "edit").status_code == 200
    assert closed.api.views[-1]["title"]["text"] == "Not just now"
