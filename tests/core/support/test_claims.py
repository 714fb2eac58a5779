"""Who of the shop has a ticket: one at a time, told who where somebody was first, and the bot silent meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.database.audit import AuditRow
from core.database.engine import Database
from core.errors import Conflict
from core.portal import Portal
from core.support import service as support
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, alongside
from tests.core.support.test_tickets import BO, CHAT, JO, SAM, desk, open_ticket, said
from tests.flows.talking import customer
from tests.shop import ADA

__all__ = ["desk"]


def test_the_second_who_claims_is_told_who_has_it(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    assert desk.claim_ticket(SAM, number).claimed_by == SAM.email
    with pytest.raises(Conflict, match="Sam has ticket T-000001 already"):
        desk.claim_ticket(JO, number)


@ON_POSTGRESQL
def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    found = open_ticket(database, clock)
    with database.unit_of_work() as session:
        support.claim_ticket(session, found, SAM, clock.now)
        other = alongside(database, lambda: desk.claim_ticket(JO, found.ticket_number))
    assert "Sam has ticket" in str(other.exception(timeout=30))


@ON_SQLITE
def test_claiming_twice_is_claiming_once(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    desk.claim_ticket(SAM, number)
    desk.claim_ticket(SAM, number)
    with database.reading() as session:
        claims = session.scalar(select(func.count()).where(AuditRow.act == "ticket_claimed"))
    assert claims == 1


@ON_SQLITE
def test_only_who_has_a_ticket_answers_it(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    desk.claim_ticket(SAM, number)
    with pytest.raises(Conflict, match="Sam has ticket"):
        desk.answer_ticket(JO, number, "Hello from Jo.")
    assert said(desk) == []


@ON_SQLITE
def test_an_answer_claims_a_ticket_that_nobody_has(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    assert desk.answer_ticket(SAM, number, "Hello.").claimed_by == SAM.email


@ON_SQLITE
def test_a_released_ticket_is_anybodys_again(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    desk.claim_ticket(SAM, number)
    assert desk.release_ticket(SAM, number).claimed_by is None
    assert desk.claim_ticket(JO, number).claimed_by == JO.email


@ON_SQLITE
def test_nobody_releases_what_another_has_but_an_admin_does(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    with pytest.raises(Conflict, match="nothing to release"):
        desk.release_ticket(SAM, number)
    desk.claim_ticket(SAM, number)
    with pytest.raises(Conflict, match="Sam has ticket"):
        desk.release_ticket(JO, number)
    assert desk.release_ticket(BO, number).claimed_by is None


@ON_SQLITE
def test_two_tickets_of_one_chat_do_not_get_two_people(desk: Portal, database: Database, clock: SettableClock) -> None:
    first = open_ticket(database, clock, is_live=False).ticket_number
    desk.close_ticket(SAM, first)
    second = open_ticket(database, clock).ticket_number
    desk.reopen_ticket(SAM, first)
    desk.claim_ticket(SAM, second)
    with pytest.raises(Conflict, match=f"Sam is talking to this customer already, about ticket {second}"):
        desk.claim_ticket(JO, first)


def test_while_a_person_has_the_chat_the_bot_is_silent(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock, is_live=False).ticket_number
    ada = customer(desk, ADA)
    assert ada.say("when are you open?").text
    desk.claim_ticket(SAM, number)
    answered = ada.say("when are you open?")
    assert (answered.text, answered.buttons, answered.handed_off) == ("", (), True)
    assert [one.text for one in desk.ticket_page(SAM, number).thread][-1] == "when are you open?"
    assert [one.reply.text for one in desk.transcript("web", CHAT, CHAT)][-1] == "when are you open?"


@ON_SQLITE
def test_before_somebody_has_it_the_bot_says_that_it_passes_on(desk: Portal) -> None:
    ada = customer(desk, ADA)
    assert ada.say("talk to a person").handed_off
    waiting = ada.say("it is about my lamp")
    assert "passed that on" in waiting.text
    assert [button.label for button in waiting.buttons] == ["Back to the bot"]


@ON_SQLITE
def test_back_to_the_bot_is_heard_whoever_has_the_chat(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock, is_live=False).ticket_number
    ada = customer(desk, ADA)
    desk.answer_ticket(SAM, number, "Which lamp is it?")
    assert "talking to the bot again" in ada.say("back to the bot").text
    assert ada.say("when are you open?").text
    assert desk.ticket(SAM, number).state == "waiting"


@ON_SQLITE
def test_going_back_ends_a_ticket_that_was_only_a_wish_to_talk(desk: Portal) -> None:
    ada = customer(desk, ADA)
    number = ada.say("talk to a person").actions[0].result["ticket_number"]
    desk.claim_ticket(SAM, number)
    ada.say("back to the bot")
    assert desk.ticket(SAM, number).state == "closed"


@ON_SQLITE
def test_the_bot_goes_on_after_a_release_only_where_nobody_asked_for_a_person(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    ada = customer(desk, ADA)
    number = open_ticket(database, clock, is_live=False).ticket_number
    desk.claim_ticket(SAM, number)
    desk.release_ticket(SAM, number)
    assert not ada.say("when are you open?").handed_off
    ada.say("talk to a person")
    desk.claim_ticket(SAM, number)
    desk.release_ticket(SAM, number)
    assert ada.say("when are you open?").handed_off


@ON_SQLITE
def test_a_button_pressed_while_a_person_has_the_chat_does_nothing(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    ada = customer(desk, ADA)
    ada.say("help")
    number = open_ticket(database, clock).ticket_number
    desk.claim_ticket(SAM, number)
    pressed = ada.press(ada.said[-1].buttons[0].label)
    assert (pressed.text, pressed.actions) == ("", ())


@ON_SQLITE
def test_a_plan_that_waited_for_a_yes_is_gone_when_the_bot_is_back(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock, is_live=False).ticket_number
    ada = customer(desk, ADA)
    assert ada.say("delete my data").asks == "confirm"
    desk.claim_ticket(SAM, number)
    desk.close_ticket(SAM, number)
    assert ada.say("yes").actions == ()


@ON_SQLITE
def test_a_ticket_is_reopened_once(desk: Portal, database: Database, clock: SettableClock) -> None:
    number = open_ticket(database, clock).ticket_number
    desk.close_ticket(SAM, number)
    assert desk.reopen_ticket(SAM, number).state == "waiting"
    with pytest.raises(Conflict, match="open already"):
        desk.reopen_ticket(SAM, number)


@ON_SQLITE
def test_a_caller_that_names_its_delivery_says_the_same_words_twice_and_a_repeat_once(
    desk: Portal, database: Database, clock: SettableClock
) -> None:
    number = open_ticket(database, clock).ticket_number
    for key in ("slack:1", "slack:1", "slack:2"):
        desk.answer_ticket(SAM, number, "One moment.", key)
        clock.forward(timedelta(seconds=1))
    assert said(desk) == ["One moment.", "One moment."]
