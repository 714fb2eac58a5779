"""Tickets: one for each chat that wants a person, answered where it was opened, closed once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.chat import Speaker
from core.conversation import standing
from core.database.audit import AuditRow
from core.database.engine import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.portal import Portal
from core.support import service as support
from core.support.model import Ticket
from core.support.rows import TicketRow
from core.support.service import Handover
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, alongside
from tests.core.purchasing.conftest import person
from tests.flows.talking import Talk
from tests.shop import ADA, BOSS, GRACE, JUNIOR, SUPPORT, bring

SAM, JO, BO = person(SUPPORT), person(JUNIOR), person(BOSS)
CHAT = f"customer:{ADA}"


@pytest.fixture
def desk(portal: Portal) -> Portal:
    bring(
        portal,
        "customers",
        {"customer_id": ADA, "name": "Ada Löwe", "email": "ada@example.org", "country": "GB"},
        {"customer_id": GRACE, "name": "Grace Kim", "email": "grace@example.org", "country": "DE"},
    )
    bring(
        portal,
        "staff",
        {"email": SUPPORT, "name": "Sam", "role": "support"},
        {"email": JUNIOR, "name": "Jo", "role": "support"},
        {"email": BOSS, "name": "Bo", "role": "admin"},
    )
    return portal


def open_ticket(
    database: Database, clock: SettableClock, customer_id: str | None = ADA, chat: str = CHAT, *, is_live: bool = True
) -> Ticket:
    handover = Handover(
        customer_id, "web", chat, "Where is my lamp?", "10:00 person: Where is my lamp?", is_live=is_live
    )
    with database.unit_of_work() as session:
        standing.resume(session, "web", chat, f"customer:{customer_id}" if customer_id else None, clock.now)
        return support.open_ticket(session, handover, clock.now)


def said(portal: Portal, customer_id: str = ADA, chat: str = CHAT) -> list[str]:
    """What staff said to a customer."""
    messages = portal.transcript("web", chat, f"customer:{customer_id}")
    return [message.reply.text for message in messages if message.speaker == "staff"]


@pytest.mark.usefixtures("desk")
def test_a_chat_has_one_open_ticket(database: Database, clock: SettableClock) -> None:
    first, again = open_ticket(database, clock), open_ticket(database, clock)
    assert first.ticket_number == again.ticket_number == "T-000001"
    assert open_ticket(database, clock, GRACE, f"customer:{GRACE}").ticket_number == "T-000002"


def test_after_it_was_closed_the_next_one_is_new(desk: Portal, database: Database, clock: SettableClock) -> None:
    first = open_ticket(database, clock)
    desk.close_ticket(SAM, first.ticket_number)
    assert open_ticket(database, clock).ticket_number != first.ticket_number


def test_open_tickets_come_first_and_the_oldest_of_them_on_top(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    numbers = []
    for chat in ("a", "b", "c"):
        numbers.append(open_ticket(database, clock, None, chat).ticket_number)
        clock.forward(timedelta(minutes=1))
    desk.close_ticket(SAM, numbers[0])
    assert [ticket.ticket_number for ticket in desk.tickets(SAM)] == [numbers[1], numbers[2], numbers[0]]


def test_an_answer_reaches_the_chat_and_pressed_twice_is_said_once(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    for _ in range(2):
        desk.answer_ticket(SAM, number, "  It is on its way. ")
    assert said(desk) == ["It is on its way."]


@ON_SQLITE
def test_the_same_words_in_answer_to_another_question_are_said_again(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    chat = Talk(desk, Speaker(customer_id=ADA, proof=3), chat=CHAT)
    for question in ("Is it packed?", "Is it on its way?"):
        chat.say(question)
        desk.answer_ticket(SAM, number, "Yes.")
    assert said(desk) == ["Yes.", "Yes."]


@ON_SQLITE
def test_an_answer_that_is_a_repeat_leaves_one_audit_row(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    for _ in range(2):
        desk.answer_ticket(SAM, number, "It is on its way.")
    with database.reading() as session:
        answered = session.scalar(select(func.count()).where(AuditRow.act == "ticket_answered"))
    assert answered == 1


def test_a_ticket_is_closed_once_and_not_answered_afterwards(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    desk.close_ticket(SAM, number)
    with pytest.raises(Conflict, match="closed already"):
        desk.close_ticket(SAM, number)
    with pytest.raises(Conflict, match="is closed"):
        desk.answer_ticket(SAM, number, "Hello?")
    assert said(desk) == []


@ON_SQLITE
def test_only_people_of_the_shop_see_tickets(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    stranger = person("eve@example.org")
    for act in (
        lambda: desk.tickets(stranger),
        lambda: desk.ticket(stranger, number),
        lambda: desk.answer_ticket(stranger, number, "Hello"),
        lambda: desk.close_ticket(stranger, number),
        lambda: desk.claim_ticket(stranger, number),
        lambda: desk.release_ticket(stranger, number),
        lambda: desk.reopen_ticket(stranger, number),
        lambda: desk.ticket_page(stranger, number),
    ):
        with pytest.raises(NotFound, match="no such page"):
            act()


@ON_SQLITE
def test_nothing_is_no_answer_and_a_number_of_nothing_is_no_ticket(desk: Portal) -> None:
    with pytest.raises(InvalidInput, match="Write an answer first"):
        desk.answer_ticket(SAM, "T-000001", " \n ")
    with pytest.raises(NotFound, match="no ticket T-9"):
        desk.ticket(SAM, "T-9")


@ON_POSTGRESQL
def test_a_number_with_a_nul_is_no_ticket(desk: Portal) -> None:
    with pytest.raises(NotFound):
        desk.ticket(SAM, "T-\x00")


@ON_SQLITE
@pytest.mark.usefixtures("desk")
def test_a_chat_that_changed_hands_gets_a_ticket_of_its_own(database: Database, clock: SettableClock) -> None:
    of_ada = open_ticket(database, clock, ADA, "counter")
    of_grace = open_ticket(database, clock, GRACE, "counter")
    assert of_grace.customer_id == GRACE
    assert of_ada.ticket_number != of_grace.ticket_number


@ON_SQLITE
def test_an_answer_to_one_customer_is_not_shown_to_another_in_the_same_chat(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock, ADA, "counter").ticket_number
    Talk(desk, Speaker(customer_id=GRACE, proof=3), chat="counter").say("hello")
    desk.answer_ticket(SAM, number, "Your lamp is at 1 Mill Lane.")
    assert said(desk, GRACE, "counter") == []


@ON_POSTGRESQL
def test_closing_and_going_back_to_the_bot_at_once_do_not_block_each_other(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    with database.unit_of_work() as session:
        standing.resume(session, "web", CHAT, CHAT, clock.now)
        closing = alongside(database, lambda: desk.close_ticket(SAM, number))
        support.leave_to_bot(session, "web", CHAT, ADA, clock.now)
    assert isinstance(closing.exception(timeout=30), Conflict)
    with database.reading() as session:
        assert session.get_one(TicketRow, number).status == "closed"
