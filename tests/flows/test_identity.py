"""Chats and people of an account: linked by a code once, within minutes, and only as far as their role goes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.model import Visitor
from core.accounts.rows import InvitationRow
from core.chat import Speaker
from core.database.engine import Database
from core.errors import NeedsProof, NotFound, Refused
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.canaries import MARKS, NUMBERS, open_marked_shop
from tests.flows.talking import Talk
from tests.shop import ADA, BOSS, GRACE

HOLDER, BUYER = "quokka@example.org", "buyer.quokka@example.org"


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_marked_shop(portal)
    return portal


def code_of(shop: Portal) -> str:
    """The code in the latest letter."""
    return next(word for word in shop.letters(1)[0].text.split() if word.isdigit() and len(word) == 8)


def wrong(code: str) -> str:
    return "00000000" if code != "00000000" else "11111111"


def visitor(shop: Portal, address: str) -> Visitor:
    """Somebody who has just signed in."""
    browser = f"browser of {address}"
    shop.ask_for_code(address, browser)
    found = shop.visitor(shop.sign_in(browser, code_of(shop)))
    assert found is not None
    return found


def stranger(shop: Portal, chat: str = "room", channel: str = "console") -> Talk:
    return Talk(shop, Speaker(), channel, chat)


def asked_for_code(shop: Portal, chat: str, address: str = HOLDER) -> Talk:
    """A chat that was mailed a code."""
    talk = stranger(shop, chat)
    talk.say("link this chat to my account")
    assert talk.say(address).asks == "code"
    return talk


# links from the portal


@ON_SQLITE
def test_a_link_from_the_portal_links_the_chat_it_is_opened_in(shop: Portal) -> None:
    talk = stranger(shop)
    assert [one.name for one in talk.say(shop.invite_chat(visitor(shop, HOLDER))).actions] == ["link_account"]
    assert NUMBERS[ADA] in talk.say("show my orders").text


@ON_SQLITE
def test_a_link_from_the_portal_is_used_once(shop: Portal) -> None:
    link = shop.invite_chat(visitor(shop, HOLDER))
    stranger(shop, "first").say(link)
    second = stranger(shop, "second")
    assert second.say(link).actions == ()
    assert NUMBERS[ADA] not in second.say("show my orders").text


@ON_SQLITE
@pytest.mark.parametrize(("minutes", "links"), [(9, True), (10, False)])
def test_a_link_from_the_portal_is_good_for_ten_minutes(
    shop: Portal, clock: SettableClock, minutes: int, links: bool
) -> None:
    link = shop.invite_chat(visitor(shop, HOLDER))
    clock.forward(timedelta(minutes=minutes))
    assert bool(stranger(shop).say(link).actions) == links


@ON_SQLITE
def test_a_new_link_voids_the_one_before(shop: Portal) -> None:
    holder = visitor(shop, HOLDER)
    before, after = shop.invite_chat(holder), shop.invite_chat(holder)
    assert stranger(shop, "first").say(before).actions == ()
    assert stranger(shop, "second").say(after).actions != ()


@ON_SQLITE
def test_a_link_is_made_only_by_somebody_who_just_showed_who_they_are(shop: Portal, clock: SettableClock) -> None:
    shop.ask_for_code(HOLDER, "browser")
    token = shop.sign_in("browser", code_of(shop))
    clock.forward(timedelta(minutes=16))
    stale = shop.visitor(token)
    assert stale is not None
    with pytest.raises(NeedsProof):
        shop.invite_chat(stale)


@ON_SQLITE
def test_a_link_is_long_and_kept_only_as_a_hash(shop: Portal, database: Database) -> None:
    token = shop.invite_chat(visitor(shop, HOLDER)).removeprefix("link-")
    assert len(token) * 6 >= 128
    with database.reading() as session:
        assert token not in {row.digest for row in session.scalars(select(InvitationRow))}


@ON_SQLITE
def test_unlinking_voids_a_link_that_is_still_open(shop: Portal) -> None:
    holder = visitor(shop, HOLDER)
    stranger(shop, "linked").say(shop.invite_chat(holder))
    link = shop.invite_chat(holder)
    assert shop.unlink_chats(holder) == 1
    assert stranger(shop, "late").say(link).actions == ()


@ON_SQLITE
def test_a_link_nobody_made_opens_nothing(shop: Portal) -> None:
    talk = stranger(shop)
    assert "not valid" in talk.say(f"link-{'a' * 22}").text
    assert talk.said[-1].speaker_proof == 0


# codes typed in chats


@ON_SQLITE
def test_a_code_works_only_in_the_chat_that_asked_for_it(shop: Portal) -> None:
    asked_for_code(shop, "mine")
    code = code_of(shop)
    other = asked_for_code(shop, "other", "nobody@example.org")
    assert other.say(code).actions == ()
    assert other.said[-1].speaker_proof == 0


@ON_SQLITE
def test_a_code_for_a_chat_opens_no_browser(shop: Portal) -> None:
    asked_for_code(shop, "mine")
    with pytest.raises(Refused):
        shop.sign_in("some browser", code_of(shop))


@ON_SQLITE
def test_five_wrong_codes_wear_a_code_out(shop: Portal) -> None:
    talk = asked_for_code(shop, "mine")
    code = code_of(shop)
    for _ in range(5):
        talk.say(wrong(code))
    assert talk.say(code).actions == ()


@ON_SQLITE
def test_the_mailbox_and_the_chats_before_hear_of_a_new_chat(shop: Portal) -> None:
    stranger(shop, "first").say(shop.invite_chat(visitor(shop, HOLDER)))
    asked_for_code(shop, "second").say(code_of(shop))
    told = [said.reply.text for said in shop.transcript("console", "first", f"customer:{ADA}")]
    assert "console" in told[-1]
    assert [letter.to for letter in shop.letters(1)] == [HOLDER]


@ON_SQLITE
def test_a_chat_linked_anew_no_longer_speaks_for_whoever_it_spoke_for_before(shop: Portal) -> None:
    talk = stranger(shop)
    talk.say(shop.invite_chat(visitor(shop, HOLDER)))
    talk.say(shop.invite_chat(visitor(shop, "wombat@example.org")))
    shown = talk.say("show my orders").text
    assert NUMBERS[GRACE] in shown
    assert NUMBERS[ADA] not in shown


@ON_SQLITE
def test_many_wrong_codes_of_everybody_alarm_the_shops_admins_once_an_hour(
    shop: Portal, portal: Portal, database: Database, clock: SettableClock
) -> None:
    alarmed = portal._config.model_copy(
        update={"identity": portal._config.identity.model_copy(update={"alarm_wrong_codes": 4})}
    )
    guarded = Portal(database, alarmed, clock)
    for place in range(6):
        with pytest.raises(Refused):
            guarded.sign_in(f"browser {place}", "12345678")
    assert [letter.to for letter in shop.letters() if letter.to == BOSS] == [BOSS]


# people of an account


def talk_of(shop: Portal, role_of: str) -> Talk:
    return Talk(shop, Speaker(ADA, proof=3, member=role_of), "web", f"customer:{ADA}/{role_of}")


@ON_SQLITE
@pytest.mark.parametrize(
    ("role", "words", "may"),
    [
        ("buyer", f"cancel order {NUMBERS[ADA]}9", True),
        ("accounts", f"cancel order {NUMBERS[ADA]}9", False),
        ("owner", f"cancel order {NUMBERS[ADA]}9", True),
        ("buyer", "delete my data", False),
        ("accounts", "delete my data", False),
        ("owner", "delete my data", True),
        ("buyer", f"order the goods of {NUMBERS[ADA]} once more", False),
        ("accounts", f"show order {NUMBERS[ADA]}", True),
    ],
)
def test_a_role_goes_as_far_as_it_goes(shop: Portal, role: str, words: str, may: bool) -> None:
    bring_person(shop, role)
    reply = talk_of(shop, BUYER).say(words)
    assert ("role" not in reply.text) == may, reply.text


def bring_person(shop: Portal, role: str) -> None:
    from tests.shop import bring

    bring(shop, "account_people", {"customer_id": ADA, "email": BUYER, "name": "Quokka Buyer", "role": role})


@ON_SQLITE
def test_a_role_is_read_at_the_moment_of_the_yes(shop: Portal) -> None:
    bring_person(shop, "buyer")
    talk = talk_of(shop, BUYER)
    talk.say(f"cancel order {NUMBERS[ADA]}9")
    bring_person(shop, "accounts")
    assert talk.say("yes").actions == ()


@ON_SQLITE
def test_somebody_removed_is_out_everywhere_at_once(shop: Portal) -> None:
    buyer = visitor(shop, BUYER)
    talk = stranger(shop)
    talk.say(shop.invite_chat(buyer))
    pending = shop.invite_chat(buyer)
    shop.ask_for_code(BUYER, "again")
    code = code_of(shop)
    shop.remove_person(visitor(shop, HOLDER), BUYER)
    assert NUMBERS[ADA] not in talk.say("show my orders").text
    assert stranger(shop, "late").say(pending).actions == ()
    token = shop.sign_in("again", code) if code else ""
    assert shop.visitor(token) is None


@ON_SQLITE
def test_a_buyer_removes_nobody_and_exports_nothing(shop: Portal) -> None:
    bring_person(shop, "buyer")
    buyer = visitor(shop, BUYER)
    with pytest.raises(Refused, match="role"):
        shop.remove_person(buyer, BUYER)
    with pytest.raises(Refused, match="role"):
        shop.export_for(buyer)


@ON_SQLITE
def test_somebody_of_another_account_is_not_found_to_be_removed(shop: Portal) -> None:
    with pytest.raises(NotFound):
        shop.remove_person(visitor(shop, HOLDER), "buyer.wombat@example.org")


@ON_SQLITE
def test_a_member_ends_only_the_chats_they_linked(shop: Portal) -> None:
    holder, buyer = visitor(shop, HOLDER), visitor(shop, BUYER)
    stranger(shop, "of the holder").say(shop.invite_chat(holder))
    stranger(shop, "of the buyer").say(shop.invite_chat(buyer))
    assert shop.unlink_chats(buyer) == 1
    assert [one.chat for one in shop.access(holder).chats] == ["of the holder"]


# guests


def guest_asks(shop: Portal, chat: str, number: str, proof: str) -> str:
    talk = stranger(shop, chat, "web")
    talk.say("where is my order?")
    talk.say(number)
    return talk.say(proof).text


@ON_SQLITE
def test_a_guests_tries_are_counted_by_chat_and_by_order(shop: Portal) -> None:
    talk = stranger(shop, "one", "web")
    for place in range(11):
        talk.say("where is my order?")
        talk.say(f"99{place:04d}")
        talk.say("nobody@example.org")
    assert "many" in talk.said[-1].text
    told = [guest_asks(shop, f"chat {place}", NUMBERS[ADA], "nobody@example.org") for place in range(21)]
    assert len(set(told[:20])) == 1
    assert "many" in told[20]
    assert "Parcelforce" not in guest_asks(shop, "late", NUMBERS[ADA], HOLDER)


@ON_SQLITE
def test_a_guest_reads_the_same_for_a_wrong_number_and_a_wrong_proof(shop: Portal) -> None:
    wrong_number = guest_asks(shop, "a", "999999", HOLDER)
    wrong_proof = guest_asks(shop, "b", NUMBERS[ADA], "wombat@example.org")
    assert wrong_number == wrong_proof
    assert MARKS[ADA] not in wrong_proof


@ON_SQLITE
def test_whoever_was_mailed_too_many_codes_is_told_so_and_the_chat_goes_on(shop: Portal, clock: SettableClock) -> None:
    talk = stranger(shop)
    talk.say(shop.invite_chat(visitor(shop, HOLDER)))
    clock.forward(timedelta(minutes=20))  # linked, and to be shown anew before anything is changed
    said = []
    for _ in range(5):
        said.append(talk.say(f"cancel order {NUMBERS[ADA]}9"))
        talk.say("stop")
    assert said[0].asks == "code"
    assert said[-1].asks is None
    assert "codes" in said[-1].text
    assert NUMBERS[ADA] in talk.say("show my orders").text
