"""Files that people send in Slack."""

import pytest

from tests.bot.channels.slack.web_api import Fault
from tests.bot.channels.slack.workspace import Workspace
from tests.pictures import picture
from tests.shop import ADA

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
USER, PHOTO = "U1ADA", picture()


@pytest.fixture
def ada(workspace: Workspace) -> Workspace:
    workspace.link(USER, "ada@example.org")
    return workspace


def kept(workspace: Workspace) -> list[str]:
    said = workspace.portal.transcript("slack", "D1ADA", f"customer:{ADA}")
    return [one.name for message in said for one in message.reply.attachments]


def send(workspace: Workspace, *files: dict[str, object], text: str = "here is a photo") -> int:
    return workspace.write(USER, text, subtype="file_share", files=list(files)).status_code


def test_a_photo_is_fetched_with_the_token_and_kept(ada: Workspace) -> None:
    assert send(ada, ada.api.file("lamp.jpg", PHOTO)) == 200
    assert kept(ada) == ["lamp.jpg"]


def test_what_is_no_photo_is_not_kept_and_said_so(ada: Workspace) -> None:
    send(ada, ada.api.file("lamp.jpg", b"MZ not a photo"))
    assert kept(ada) == []
    assert "lamp.jpg" in ada.last(USER)["text"]


def test_the_token_goes_to_slack_alone(ada: Workspace) -> None:
    elsewhere = {"id": "F1", "name": "lamp.jpg", "size": 9, "url_private": "http://127.0.0.1:9/lamp.jpg"}
    assert send(ada, elsewhere) == 200
    assert kept(ada) == []


@pytest.mark.parametrize("size", [6_000_000, 10**12])
def test_what_is_too_large_is_not_fetched(ada: Workspace, size: int) -> None:
    send(ada, {**ada.api.file("lamp.jpg", PHOTO), "size": size})
    assert "too large" in ada.last(USER)["text"]


def test_a_file_that_does_not_come_loses_no_word(ada: Workspace) -> None:
    ada.api.fail("files", Fault(status=500))
    assert send(ada, ada.api.file("lamp.jpg", PHOTO), text="when are you open?") == 200
    assert "09:00" in ada.last(USER)["text"]
    assert kept(ada) == []
