"""Updates of every kind, as recorded, become what the shop hears, and none of them raises anything."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.updates import Arrival, Ear, Me
from tests.bot.channels.telegram.world import message

EAR = Ear(Me(7000001, "lantern_bot"), ("en", "de"))
GROUP = {"id": -77, "type": "supergroup", "title": "Friends"}


def heard(content: dict[str, Any], chat: dict[str, Any] | None = None, **more: Any) -> Arrival:
    return EAR.hear({"update_id": 5, "message": message(101, {**content, **more}, "de-AT", chat)})


@pytest.mark.parametrize(
    ("typed", "intent", "words"),
    [
        ("/start", "greeting", ""),
        ("/start link-abc", "greeting", "link-abc"),
        ("/orders", "order_history", ""),
        ("/Invoice@lantern_bot 51001", "get_invoice", "51001"),
        ("/stop", "", "STOP"),
        ("/cancel", "cancel_flow", ""),
        ("/track\n1001", "track_order", "1001"),
        ("/nonsense 1", "", "/nonsense 1"),
        ("/orders@another_bot", "", "/orders@another_bot"),
        ("where is it?", "", "where is it?"),
    ],
)
def test_commands_name_what_is_asked_for(typed: str, intent: str, words: str) -> None:
    incoming = heard({"text": typed}).incoming
    assert incoming is not None
    assert (incoming.intent, incoming.text, incoming.chat, incoming.delivery_id) == (intent, words, "101", "5")
    assert incoming.speaker.language == "de"


@pytest.mark.parametrize(
    ("content", "unread"),
    [
        ({"voice": {"file_id": "a", "file_unique_id": "a", "duration": 3}}, "voice"),
        ({"sticker": {"file_id": "a", "file_unique_id": "a", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False}}, "sticker"),
        ({"location": {"longitude": 1.0, "latitude": 2.0}}, "other"),
        ({"contact": {"phone_number": "1", "first_name": "X"}}, "other"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(content: dict[str, Any], unread: str) -> None:
    incoming = heard(content).incoming
    assert incoming is not None
    assert incoming.unread == unread


def test_a_photo_is_a_file_in_its_largest_size_that_is_still_to_be_fetched() -> None:
    sizes = [
        {"file_id": name, "file_unique_id": name, "width": wide, "height": 9} for name, wide in (("s", 9), ("l", 80))
    ]
    incoming = heard({"photo": sizes, "caption": "look"}).incoming
    assert incoming is not None
    assert (incoming.text, incoming.files[0].reference, incoming.unread) == ("look", "l", "")


@pytest.mark.parametrize(
    "more",
    [
        {"forward_origin": {"type": "hidden_user", "sender_user_name": "X", "date": 1}},
        {"via_bot": {"id": 9, "is_bot": True, "first_name": "B"}},
    ],
)
def test_words_that_are_not_ones_own_are_second_hand(more: dict[str, Any]) -> None:
    incoming = heard({"text": "yes"}, **more).incoming
    assert incoming is not None
    assert incoming.is_second_hand


def test_a_notice_of_the_platform_is_no_message() -> None:
    assert heard({"new_chat_title": "x"}, GROUP).incoming is None
    assert heard({"migrate_to_chat_id": -100123}, GROUP).incoming is None


def test_an_answer_to_what_we_said_in_a_group_is_for_us() -> None:
    ours = message(7000001, {"text": "Hello"}, chat=GROUP)
    incoming = heard({"text": "thanks", "reply_to_message": ours}, GROUP).incoming
    assert incoming is not None
    assert incoming.is_group


@pytest.mark.parametrize(("status", "is_open"), [("kicked", False), ("member", True)])
def test_being_blocked_and_let_in_again_is_heard(status: str, is_open: bool) -> None:
    user = {"id": 101, "is_bot": False, "first_name": "P"}
    bot = {"id": 7000001, "is_bot": True, "first_name": "Shop"}
    old, new = {"status": "left", "user": bot}, {"status": status, "user": bot, "until_date": 0}
    told = {"chat": {"id": 101, "type": "private"}, "from": user, "date": 1, "old_chat_member": old,
            "new_chat_member": new}  # fmt: skip
    arrival = EAR.hear({"update_id": 6, "my_chat_member": told})
    assert (arrival.chat, arrival.chat_open) == ("101", is_open)


def test_a_press_under_a_message_too_old_to_be_shown_still_counts() -> None:
    query = {"id": "q", "from": {"id": 101, "is_bot": False, "first_name": "P"}, "chat_instance": "1", "data": "abc",
             "message": {"chat": {"id": 101, "type": "private"}, "message_id": 3, "date": 0}}  # fmt: skip
    arrival = EAR.hear({"update_id": 7, "callback_query": query})
    assert arrival.incoming is not None
    assert arrival.press is not None
    assert (arrival.incoming.button, arrival.press.message) == ("abc", 0)


def test_an_update_that_cannot_be_read_is_answered_where_it_says_whose_it_is() -> None:
    arrival = EAR.hear({"update_id": 8, "message": {"chat": {"id": 101, "type": "private"}, "date": "yesterday"}})
    assert arrival.incoming is not None
    assert arrival.incoming.unread == "other"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "chat", "from", "text", "type", "date", "data", "message", "entities", "photo", "message_id"]), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["update_id", "message", "edited_message", "callback_query", "my_chat_member",
                                        "poll", "channel_post", "something_new"]), _VALUES))  # fmt: skip
def test_no_update_raises_anything(raw: dict[str, Any]) -> None:
    assert isinstance(EAR.hear(raw), Arrival)
