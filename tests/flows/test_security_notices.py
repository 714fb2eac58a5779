"""Linked chats hear who got at the account, or tried to; nobody can switch that off."""

import pytest
from sqlalchemy import select

from core.errors import Refused
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.talking import Talk
from tests.flows.test_identity import HOLDER, code_of, shop, stranger, visitor, wrong
from tests.shop import ADA

__all__ = ["shop"]
pytestmark = ON_SQLITE


@pytest.fixture
def room(shop: Portal) -> Talk:
    """A chat in Telegram that is linked already."""
    talk = stranger(shop, "room", "telegram")
    assert talk.say(shop.invite_chat(visitor(shop, HOLDER))).actions
    return talk


def said(talk: Talk) -> str:
    return "\n".join(one.reply.text for one in talk.portal.transcript(talk.channel, talk.chat, f"customer:{ADA}"))


def test_a_chat_hears_that_somebody_signed_in_on_the_web(shop: Portal, room: Talk) -> None:
    assert "signed in" not in said(room)
    visitor(shop, HOLDER)
    assert said(room).count("Somebody just signed in to your account") == 1


def test_a_chat_hears_that_signing_in_is_locked(shop: Portal, room: Talk) -> None:
    for browser in ("one", "two"):
        shop.ask_for_code(HOLDER, browser)
        code = code_of(shop)
        for _ in range(5):
            with pytest.raises(Refused):
                shop.sign_in(browser, wrong(code))
    assert said(room).count("ten wrong codes for your address") == 1


def test_a_chat_hears_where_orders_go_from_now_on(shop: Portal, room: Talk) -> None:
    other = stranger(shop, "other", "telegram")
    other.say(shop.invite_chat(visitor(shop, HOLDER)))
    other.say("change my default address to 12 High Street, Leeds LS1 1AA")
    assert [one.name for one in other.say("yes").actions] == ["change_address"]
    chats = [one["chat"] for one in posted(shop) if "12 High Street" in one["text"] and one["subject"]]
    assert chats == [room.chat]


def posted(shop: Portal) -> list[dict[str, str]]:
    """Notices on their way to Telegram."""
    with shop._database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.channel == "telegram", OutboxRow.kind == "notice"))
        return [{"chat": row.chat, "text": row.content["text"], "subject": row.content["subject"]} for row in rows]


def test_a_chat_that_was_linked_by_mistake_is_let_go(shop: Portal, room: Talk) -> None:
    shown = room.say("undo that")
    assert shown.asks == "confirm"
    assert "The chat in telegram would no longer be linked" in shown.text
    assert [one.name for one in room.say("yes").actions] == ["undo"]
    assert shop.access(visitor(shop, HOLDER)).chats == ()
    assert room.say("show my orders").actions == ()
