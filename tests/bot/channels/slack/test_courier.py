"""What the courier makes of Slack's answers, and of texts of every length and kind."""

from typing import Any

import pytest

from bot.channels.slack.courier import SlackCourier
from bot.channels.slack.drawing import LONGEST_TEXT, answers, drawn, parts, summary, unescaped
from core.chat import Attachment, Button, Incoming, Reply, Speaker
from core.mailroom.ports import Gone, Later, Never, Post, Unclear
from core.portal import File
from tests.bot.channels.slack.kit import check_message
from tests.bot.channels.slack.web_api import Fault, WebApi
from tests.bot.channels.slack.workspace import settings

INVOICE = {"name": "invoice.pdf", "media_type": "application/pdf", "url": "/files/token"}


@pytest.fixture
def courier(api: WebApi) -> SlackCourier:
    return SlackCourier(settings(api), lambda _: File("invoice.pdf", "application/pdf", b"%PDF-1.7"))


def post(to: str = "D1ADA", *, may_be_repeat: bool = False, **content: Any) -> Post:
    return Post(1, "key", "slack", to, "note", {"to": to, "text": "Hello.", **content}, 1, may_be_repeat=may_be_repeat)


def test_the_reference_is_the_place_of_the_message(courier: SlackCourier, api: WebApi) -> None:
    place = courier.send(post())
    assert tuple(place.split("/")) in api.messages


def test_a_thread_is_answered_in_the_thread(courier: SlackCourier, api: WebApi) -> None:
    courier.send(post("C1/1690000000.000001"))
    assert api.posted("C1")[0]["thread_ts"] == "1690000000.000001"


def test_what_takes_the_place_of_a_message_edits_it(courier: SlackCourier, api: WebApi) -> None:
    place = courier.send(post())
    assert courier.send(post(place=place, text="Goodbye.")) == place
    assert api.texts() == ["Goodbye."]


def test_nothing_is_unfurled_and_text_stands_beside_blocks(courier: SlackCourier, api: WebApi) -> None:
    courier.send(post())
    sent = api.posted()[0]
    assert (sent["unfurl_links"], sent["unfurl_media"], sent["text"]) == (False, False, "Hello.")


def test_what_may_have_been_said_before_says_so(courier: SlackCourier, api: WebApi) -> None:
    courier.send(post(may_be_repeat=True))
    assert "may be a repeat" in str(api.posted()[0]["blocks"])


def test_a_file_is_uploaded_to_the_chat_of_a_user(courier: SlackCourier, api: WebApi) -> None:
    courier.send(post("U1ADA", attachments=[INVOICE]))
    assert (api.files[0]["channel_id"], api.files[0]["content"]) == ("D1ADA", b"%PDF-1.7")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=500), Later),
        (Fault(status=503), Later),
        (Fault(after=True), Unclear),
        (Fault(error="internal_error"), Later),
        (Fault(error="invalid_auth"), Later),
        (Fault(error="channel_not_found"), Gone),
        (Fault(error="not_in_channel"), Gone),
        (Fault(error="invalid_blocks"), Never),
    ],
)
def test_trouble_is_sorted(courier: SlackCourier, api: WebApi, fault: Fault, kind: type[Exception]) -> None:
    api.fail("chat.postMessage", fault)
    with pytest.raises(kind) as raised:
        courier.send(post())
    assert type(raised.value) is kind


def test_a_channel_that_the_app_is_not_in_stays_open_for_when_it_is(courier: SlackCourier, api: WebApi) -> None:
    api.fail("chat.postMessage", Fault(error="not_in_channel"))
    with pytest.raises(Never) as raised:
        courier.send(post("C0STAFF"))
    assert type(raised.value) is Never


def test_it_never_tries_again_by_itself(courier: SlackCourier, api: WebApi) -> None:
    api.fail("chat.postMessage", Fault(after=True))
    with pytest.raises(Later):
        courier.send(post())
    assert len(api.given_to("chat.postMessage")) == 1


@pytest.mark.parametrize("method", ["chat.postMessage", "files.getUploadURLExternal"])
def test_slack_says_how_long_to_wait(courier: SlackCourier, api: WebApi, method: str) -> None:
    api.fail(method, Fault(status=429, retry_after=30))
    with pytest.raises(Later) as raised:
        courier.send(post(attachments=[INVOICE] if method.startswith("files") else []))
    assert raised.value.after_s == 30


def test_slack_that_is_not_there_is_waited_for(api: WebApi) -> None:
    away = settings(api, api_url="http://127.0.0.1:9/api/")
    with pytest.raises(Later) as raised:
        SlackCourier(away, lambda _: File("", "", b"")).send(post())
    assert type(raised.value) is Later


@pytest.mark.parametrize(
    "text",
    [
        "&" * 12_000,
        "<!channel> " * 900,
        "word " * 2_000,
        "x" * 9_000,
        "line\n" * 1_500,
        "👩‍👩‍👧‍👦" * 900,
        "  \n ",
        "é" * 3_001,
    ],
)
def test_texts_of_every_kind_keep_slacks_limits(text: str) -> None:
    reply = Reply(text, buttons=tuple(Button("A label that is rather long " * 4, "v" * 22) for _ in range(8)))
    for content in answers(Incoming("slack", "D1", "1", "", Speaker()), reply):
        told = drawn(content)
        check_message(told["text"], told["blocks"])


@pytest.mark.parametrize("text", ["&" * 5_000, "<" * 3_901, "a&" * 2_500])
def test_a_summary_is_cut_between_characters_and_never_inside_an_entity(text: str) -> None:
    told = summary(text)
    assert len(told) <= LONGEST_TEXT
    assert text.startswith(unescaped(told))


def test_a_text_in_pieces_loses_no_word() -> None:
    text = " ".join(f"word{number}" for number in range(3_000))
    assert " ".join(parts(text, 500)).split() == text.split()


def test_files_come_one_by_one_after_the_text_with_its_buttons() -> None:
    two = (Attachment("a.pdf", "application/pdf", "/files/a"), Attachment("b.pdf", "application/pdf", "/files/b"))
    told = answers(
        Incoming("slack", "D1", "1", "", Speaker(), thread="1.2"), Reply("Here.", (), buttons=(), attachments=two)
    )
    assert [(one["to"], len(one.get("attachments", ()))) for one in told] == [
        ("D1/1.2", 0),
        ("D1/1.2", 1),
        ("D1/1.2", 1),
    ]
