"""What goes out arrives whole and once, and trouble is told apart: later, never, or nobody there any more."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.telegram.courier import TelegramCourier
from bot.channels.telegram.wire import Wire
from core.mailroom.ports import Gone, Later, Never, Post, Unclear
from core.portal import File
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi, Fault


@pytest.fixture
def courier(api: BotApi) -> Iterator[TelegramCourier]:
    wire = Wire(api.url, TOKEN, timeout_s=1)
    yield TelegramCourier(wire, lambda path: File(path, "application/pdf", b"%PDF-1.7 " + path.encode()), str)
    wire.close()


def post(text: str = "Hello", to: str = "101", **more: Any) -> Post:
    return Post(1, "key", "telegram", to, "notice", {"to": to, "text": text, **more}, 1)


def files(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "media_type": "application/pdf", "url": f"/files/{name}"} for name in names]


def test_the_reference_is_the_number_of_the_message(courier: TelegramCourier, api: BotApi) -> None:
    assert courier.send(post()) == str(api.messages[0]["message_id"])


def test_a_short_text_stands_under_its_only_document(courier: TelegramCourier, api: BotApi) -> None:
    courier.send(post("Your invoice.", attachments=files("a.pdf"), buttons=[{"label": "Thanks", "value": "v"}]))
    assert [(one["caption"], one["document"]["file_name"]) for one in api.messages] == [("Your invoice.", "a.pdf")]
    assert api.messages[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "v"


def test_a_long_letter_arrives_in_parts_with_its_documents_last(courier: TelegramCourier, api: BotApi) -> None:
    courier.send(post("word " * 2000, attachments=files("a.pdf", "b.pdf")))
    assert [("text" in one, "document" in one) for one in api.messages] == [(True, False)] * 3 + [(False, True)] * 2


def test_a_letter_stuck_half_way_goes_on_where_it_stopped(courier: TelegramCourier, api: BotApi) -> None:
    letter = post("word " * 2000)
    courier.send(post())
    api.fail("sendMessage", Fault(), Fault(429, "Too Many Requests", {"retry_after": 7}))
    with pytest.raises(Later) as asked:
        courier.send(letter)
    assert asked.value.after_s == 7
    courier.send(letter)
    assert len(api.messages) == 1 + 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(429, "Too Many Requests", {"retry_after": 3}), Later),
        (Fault(500), Later),
        (Fault(502, "Bad Gateway"), Later),
        (Fault(401, "Unauthorized"), Later),
        (Fault(stalls_s=1.5), Unclear),
        (Fault(403, "Forbidden: bot was blocked by the user"), Gone),
        (Fault(400, "Bad Request: chat not found"), Gone),
        (Fault(400, "Bad Request: message is too long"), Never),
    ],
)
def test_trouble_is_told_apart(courier: TelegramCourier, api: BotApi, fault: Fault, kind: type[Exception]) -> None:
    api.fail("sendMessage", fault)
    with pytest.raises(kind) as trouble:
        courier.send(post())
    assert type(trouble.value) is kind
    assert TOKEN not in str(trouble.value)


def test_a_group_that_moved_is_followed(courier: TelegramCourier, api: BotApi) -> None:
    api.moved[-5] = -1005
    courier.send(post(to="-5"))
    assert len(api.in_chat(-1005)) == 1


def test_what_may_have_come_before_says_so(courier: TelegramCourier, api: BotApi) -> None:
    courier.send(replace(post(language="de"), may_be_repeat=True))
    assert api.messages[0]["text"] == "Hello\n\n(de)"


def test_what_is_no_chat_is_refused(courier: TelegramCourier) -> None:
    with pytest.raises(Never):
        courier.send(post(to="ada@example.org"))


def test_telegram_being_away_is_for_later_and_tells_no_secret() -> None:
    wire = Wire("http://127.0.0.1:9", TOKEN, timeout_s=1)
    with pytest.raises(Later) as trouble:
        TelegramCourier(wire, lambda path: File(path, "", b""), str).send(post())
    assert type(trouble.value) is Later
    assert TOKEN not in repr(trouble.getrepr(chain=True))
