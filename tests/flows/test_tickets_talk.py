"""Customers follow, answer and close their tickets in the chat and on their pages' verbs, and send files with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.chat import Incoming, Speaker, Upload
from core.config import Config, Returns, Web
from core.database.engine import Database
from core.errors import InvalidInput, NotFound, Refused
from core.portal import Portal
from core.uploads.rows import UploadRow
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.flows.talking import Talk, customer, guest
from tests.pictures import picture
from tests.shop import ADA, GRACE, SUPPORT, open_shop

PHOTO = Upload("crack.jpg", picture())
ME = Speaker(ADA, proof=3)
SAM = person(SUPPORT)
pytestmark = ON_SQLITE


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_shop(portal)
    return portal


@pytest.fixture
def ada(shop: Portal) -> Talk:
    return customer(shop, ADA)


def opened(ada: Talk, about: str = "the colour of my lamp") -> str:
    return str(ada.say(f"open a ticket about {about}").actions[0].result["ticket_number"])


def test_what_is_said_to_a_ticket_stands_in_its_thread(ada: Talk) -> None:
    number = opened(ada)
    told = ada.say(f"reply to ticket {number}: it is the blue one")
    assert told.actions[0].name == "reply_ticket"
    thread = ada.portal.my_ticket(ADA, number).thread
    assert [(one.speaker, one.text) for one in thread][-1] == ("customer", "it is the blue one")


def test_what_is_to_be_added_is_asked_for(ada: Talk) -> None:
    number = opened(ada)
    assert ada.say("add something to my ticket").asks == "words"
    ada.say("the box was open")
    assert ada.portal.my_ticket(ADA, number).thread[-1].text == "the box was open"


def test_a_ticket_that_is_named_is_told_with_its_thread(ada: Talk) -> None:
    number = opened(ada)
    ada.portal.answer_ticket(SAM, number, "Which lamp is it?")
    ada.say("back to the bot")
    ada.portal.reply_to_ticket(ME, number, "", "k", (PHOTO,))
    told = ada.say(f"ticket {number}").text
    assert "We, 15 Jun" in told
    assert "Which lamp is it?" in told
    assert "(a file)" in told


def test_whoever_has_several_tickets_is_asked_which(ada: Talk) -> None:
    first = opened(ada)
    ada.portal.close_ticket(SAM, first)
    opened(ada, "the late parcel")
    ada.portal.reopen_ticket(SAM, first)
    asked = ada.say("reply to my ticket: any news?")
    assert asked.asks == "ticket_number"
    assert len(asked.buttons) == 2


def test_a_reply_opens_a_ticket_again_within_the_time_and_not_after(ada: Talk, clock: SettableClock) -> None:
    number = opened(ada)
    ada.portal.close_ticket(SAM, number)
    clock.forward(timedelta(days=14))
    assert ada.say(f"reply to ticket {number}: still the wrong colour").actions[0].result == {"reopened": True}
    assert ada.portal.ticket(SAM, number).state == "waiting"
    ada.portal.close_ticket(SAM, number)
    clock.forward(timedelta(days=14, minutes=1))
    assert "more than 14 days ago" in ada.say(f"reply to ticket {number}: still").text
    assert ada.portal.ticket(SAM, number).state == "closed"


def test_a_customer_closes_their_ticket_after_a_yes(ada: Talk) -> None:
    number = opened(ada)
    assert ada.say("close my ticket").asks == "confirm"
    assert ada.portal.ticket(SAM, number).is_open
    assert ada.press("Yes").actions[0].name == "close_ticket"
    assert ada.portal.ticket(SAM, number).state == "closed"


def test_nobody_reads_answers_or_closes_anothers_ticket(ada: Talk) -> None:
    number, grace = opened(ada), customer(ada.portal, GRACE)
    for said in (f"ticket {number}", f"reply to ticket {number}: mine", f"close ticket {number}"):
        told = grace.say(said)
        assert f"find no ticket {number} of yours" in told.text
    for act in (
        lambda: ada.portal.my_ticket(GRACE, number),
        lambda: ada.portal.close_my_ticket(GRACE, number),
        lambda: ada.portal.reply_to_ticket(Speaker(GRACE, proof=3), number, "mine", "k"),
    ):
        with pytest.raises(NotFound, match="no ticket"):
            act()


def test_a_reply_from_the_page_sent_twice_is_said_once(ada: Talk) -> None:
    number = opened(ada)
    for _ in range(2):
        ada.portal.reply_to_ticket(ME, number, "see the photo", "once", (PHOTO,))
    thread = ada.portal.my_ticket(ADA, number).thread
    assert [(one.text, len(one.files)) for one in thread[1:]] == [("see the photo", 1)]


def test_the_handover_carries_what_is_needed_and_not_where_it_goes(ada: Talk) -> None:
    ada.say("where is order 1001")
    number = opened(ada)
    ticket = ada.portal.ticket(SAM, number)
    assert ticket.proof == 3
    assert ticket.snapshot is not None
    assert ticket.snapshot["order_number"] == "1001"
    assert "Mill Lane" not in str(ticket.snapshot)
    assert "where is order 1001" in ticket.transcript


def test_a_guests_handover_carries_no_order(shop: Portal) -> None:
    talk = guest(shop)
    number = talk.say("talk to a person").actions[0].result["ticket_number"]
    assert shop.ticket(SAM, number).snapshot is None


def test_a_file_without_words_is_asked_what_it_is_for(ada: Talk) -> None:
    number = opened(ada)
    told = ada.send(PHOTO)
    assert "crack.jpg" in told.text
    assert told.buttons[0].label == f"Add it to {number}"
    ada.press("Add it")
    assert len(ada.portal.my_ticket(ADA, number).thread[-1].files) == 1


def test_a_photo_sent_with_the_words_goes_with_the_ticket(ada: Talk) -> None:
    number = ada.send(PHOTO, text="open a ticket about the crack in my mug").actions[0].result["ticket_number"]
    assert len(ada.portal.my_ticket(ADA, number).thread[0].files) == 1


def test_a_photo_sent_while_a_person_has_the_chat_reaches_them(ada: Talk) -> None:
    number = ada.say("talk to a person").actions[0].result["ticket_number"]
    ada.portal.claim_ticket(SAM, number)
    assert ada.send(PHOTO).text == ""
    assert len(ada.portal.ticket_page(SAM, number).thread[-1].files) == 1


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (Upload("a.png", b"<svg onload='x'>"), "cannot be taken"),
        (Upload("a.jpg", b""), "cannot be taken"),
        (Upload("a.jpg", b"\xff\xd8\xff" + bytes(5_000_000)), "too large"),
    ],
)
def test_a_file_that_is_not_taken_is_named_with_why(ada: Talk, sent: Upload, why: str) -> None:
    told = ada.send(sent)
    assert sent.name in told.text
    assert why in told.text


def test_more_files_than_a_message_or_a_day_may_have_are_refused(ada: Talk) -> None:
    assert "up to 3 files" in ada.send(PHOTO, PHOTO, PHOTO, PHOTO).text
    for _ in range(6):
        ada.send(PHOTO, PHOTO, PHOTO)
    assert "20 files a day" in ada.send(PHOTO).text


def test_a_strangers_file_is_not_kept(shop: Portal, database: Database) -> None:
    assert "have to know whose it is" in guest(shop).send(PHOTO).text
    with database.reading() as session:
        assert session.scalars(select(UploadRow)).all() == []


def test_the_same_delivery_keeps_its_file_once(shop: Portal, database: Database) -> None:
    for _ in range(2):
        shop.converse(Incoming("web", "chat", "same", "", ME, files=(PHOTO,)))
        shop.receive(Incoming("telegram", "7", "same", "", ME, files=(PHOTO,)))
    with database.reading() as session:
        assert len(session.scalars(select(UploadRow)).all()) == 2


def claim_damaged(ada: Talk) -> None:
    ada.say("the mug of order 1001 arrived broken")
    while ada.said[-1].asks in {"quantity", "product"}:
        ada.press(ada.said[-1].buttons[0].label)


def test_a_claim_asks_for_its_photo_before_it_is_confirmed(ada: Talk) -> None:
    claim_damaged(ada)
    assert ada.said[-1].asks == "photo"
    assert ada.send(PHOTO).asks == "resolution"
    ada.press("My money back")
    if ada.said[-1].asks != "confirm":
        ada.press(ada.said[-1].buttons[0].label)
    assert "With 1 photo" in ada.said[-1].text
    number = ada.press("Yes").actions[0].result["return_number"]
    case, _ = ada.portal.return_case(SAM, number)
    assert [len(ada.portal.return_photos(SAM, case)[0]), ada.portal.return_photos(SAM, case)[1]] == [1, False]


@pytest.mark.parametrize("word", ["I have no photo", "no"])
def test_a_claim_goes_on_without_a_photo_and_the_shop_sees_that(ada: Talk, word: str) -> None:
    claim_damaged(ada)
    assert ada.say(word).asks == "resolution"
    ada.press("My money back")
    if ada.said[-1].asks != "confirm":
        ada.press(ada.said[-1].buttons[0].label)
    number = ada.press("Yes").actions[0].result["return_number"]
    case, _ = ada.portal.return_case(SAM, number)
    assert ada.portal.return_photos(SAM, case) == ((), True)


def test_where_a_photo_is_a_must_there_is_no_way_around_it(database: Database, clock: SettableClock) -> None:
    config = Config(web=Web(secret="a-secret-that-only-tests-know"), returns=Returns(photo_required=True))
    shop = Portal(database, config, clock)
    open_shop(shop)
    ada = customer(shop, ADA)
    claim_damaged(ada)
    assert (ada.said[-1].asks, ada.said[-1].buttons) == ("photo", ())
    assert ada.say("I have no photo").asks is None
    assert shop.returns(SAM) == []


def test_files_are_handed_over_and_erased_with_their_customer(ada: Talk, database: Database) -> None:
    ada.send(PHOTO)
    assert ada.portal.export_customer(ADA).tables["uploads"][0]["content"]
    ada.portal.erase_customer(ADA, "operator")
    with database.reading() as session:
        assert session.scalars(select(UploadRow)).all() == []


def test_a_page_takes_no_empty_reply_and_none_to_what_closed_long_ago(ada: Talk, clock: SettableClock) -> None:
    number = opened(ada)
    with pytest.raises(InvalidInput, match="Write something"):
        ada.portal.reply_to_ticket(ME, number, "  ", "k")
    ada.portal.close_my_ticket(ADA, number)
    clock.forward(timedelta(days=15))
    with pytest.raises(Refused, match="closed more than 14 days ago"):
        ada.portal.reply_to_ticket(ME, number, "still", "k")


def test_a_ticket_is_followed_and_closed_in_german(shop: Portal) -> None:
    ada = customer(shop, ADA)
    ada.say("Ticket eröffnen wegen der falschen Farbe meiner Lampe")
    if ada.said[-1].asks:
        ada.say("Die Lampe hat die falsche Farbe")
    assert "geschlossen" not in ada.say("meine Tickets zeigen").text
    assert ada.say("mein Ticket schließen").asks == "confirm"
    assert "ist geschlossen" in ada.say("ja").text
