"""Who gets in by Slack's door, and what is asked of whoever does."""

import pytest

from tests.bot.channels.slack.web_api import TEAM
from tests.bot.channels.slack.workspace import PREVIOUS, Workspace
from tests.flows.hostile import STRINGS

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_OF_EACH_CLASS = 2


def test_a_question_is_answered_in_the_direct_message(workspace: Workspace) -> None:
    assert workspace.write("U1ADA", "when are you open?").status_code == 200
    assert "09:00" in workspace.api.texts("D1ADA")[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "1"},
        {"x-slack-request-timestamp": "٣"},
        {"x-slack-signature": "v0=é"},
    ],
)
def test_what_is_not_signed_gets_an_empty_401(workspace: Workspace, headers: dict[str, str]) -> None:
    answer = workspace.call(b"{}", "application/json", headers)
    assert (answer.status_code, answer.body) == (401, b"")


def test_the_secret_before_is_good_while_it_is_changed(workspace: Workspace) -> None:
    asked = b'{"type": "url_verification", "challenge": "are you there"}'
    assert b"are you there" in workspace.call(asked, "application/json", secret=PREVIOUS).body


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"a": NaN}', b'{"a":' * 40 + b"1" + b"}" * 40, b'{"a": 1e400}'])
def test_what_cannot_be_read_gets_an_empty_400(workspace: Workspace, body: bytes) -> None:
    answer = workspace.call(body, "application/json")
    assert (answer.status_code, answer.body) == (400, b"")


@pytest.mark.parametrize("foreign", [{"team": "T0OTHER"}, {"user_team": "T0OTHER"}])
def test_people_of_another_workspace_are_left_unanswered(workspace: Workspace, foreign: dict[str, str]) -> None:
    assert workspace.write("U1ADA", "when are you open?", **foreign).status_code == 200
    assert workspace.api.calls == []


def test_what_comes_for_another_app_is_left_unanswered(workspace: Workspace) -> None:
    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": "hello", "team": TEAM}
    assert workspace.event(event, api_app_id="A0OTHER").status_code == 200
    assert workspace.api.calls == []


def test_a_command_is_answered_in_the_direct_message(workspace: Workspace) -> None:
    assert workspace.command("U1PAT", "", channel_id="C0PLAN").status_code == 200
    assert "No proposal" in workspace.last("U1PAT")["text"]


def test_whoever_opens_the_app_home_finds_it_drawn(workspace: Workspace) -> None:
    workspace.event({"type": "app_home_opened", "tab": "home", "user": "U1PAT"})
    assert workspace.api.homes["U1PAT"]["blocks"]


def test_hostile_words_of_every_class_are_answered_without_markup_or_failure(workspace: Workspace) -> None:
    texts = [text for strings in STRINGS.values() for text in strings[:_OF_EACH_CLASS]]
    for number, text in enumerate(["", "\ud800", "A" * 40_000, "<!channel><@U1PAT>", *texts]):
        user = f"U2EVE{number}"
        assert workspace.write(user, text).status_code == 200, text
        told = workspace.last(user)
        assert "<" not in told["text"], text
        assert {block["text"]["type"] for block in told["blocks"] if "text" in block} == {"plain_text"}
        assert not any(canary in told["text"] for canary in ("TRK", "Löwe", "Mill Lane")), text
    workspace.write("U2EVE", "when are you open?")
    assert "09:00" in workspace.last("U2EVE")["text"]


def test_an_unknown_button_or_view_is_taken_and_does_nothing(workspace: Workspace) -> None:
    action = {"type": "button", "action_id": "nobody:knows", "value": "1", "action_ts": "1.1"}
    pressed = {"type": "block_actions", "user": {"id": "U1ADA"}, "channel": {"id": "D1"}, "actions": [action]}
    assert workspace.interact(pressed).status_code == 200
    view = {"id": "V1", "callback_id": "nobody:knows", "type": "modal", "state": {"values": {}}}
    assert workspace.interact({"type": "view_submission", "user": {"id": "U1ADA"}, "view": view}).status_code == 200
    assert workspace.api.calls == []


def test_an_event_nobody_has_a_use_for_is_taken(workspace: Workspace) -> None:
    assert workspace.event({"type": "reaction_added", "user": "U1ADA", "team": TEAM}).status_code == 200
