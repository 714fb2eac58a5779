"""Planners see who waits behind a line, by name only where they may; customers hear what was decided."""

from datetime import timedelta

import pytest

from core.portal import Portal
from core.purchasing.model import ProposalLine
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.flows.talking import Talk, customer, guest
from tests.shop import ADA, BOSS, LAMP, OPENED, PLANNER, bring, open_shop


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_shop(portal)
    return customer(portal, ADA)


def nothing_coming(portal: Portal) -> None:
    """The purchase order of lamps is called off."""
    bring(portal, "purchase_orders", {"purchase_order_number": "PO-OLD-1", "supplier": "ACME", "location": "main",
                                      "status": "cancelled", "ordered_at": OPENED - timedelta(days=6),
                                      "expected_on": OPENED.date()})  # fmt: skip


def lamps(portal: Portal, email: str) -> ProposalLine:
    one = portal.proposals(person(email))[0]
    return next(line for line in portal.proposal(person(email), one.proposal_id).lines if line.sku == LAMP)


@ON_SQLITE
def test_a_line_says_how_many_wait_for_how_many_units_and_names_them_to_those_who_may_know(ada: Talk) -> None:
    ada.say("do you have 4 blue glass lamps?")
    ada.say("notify me when the blue glass lamp is back in stock")
    guest(ada.portal).say("do you have 2 blue glass lamps?")
    ada.portal.plan(run="with people")
    line = lamps(ada.portal, PLANNER)
    assert (line.waiting, line.waiting_units, line.waiting_names) == (3, 4 + 3 + 2, ())
    assert lamps(ada.portal, BOSS).waiting_names == ("Ada Löwe", "Grace Kim")


@ON_SQLITE
def test_a_customer_hears_whether_it_is_ordered_proposed_or_declined(ada: Talk, clock: SettableClock) -> None:
    portal = ada.portal
    assert "It was ordered on" in ada.say("when is the blue glass lamp back?").text
    nothing_coming(portal)
    assert "is not on its way" in ada.say("when is the blue glass lamp back?").text
    portal.plan(run="proposed")
    assert "waits for a decision" in ada.say("when is the blue glass lamp back?").text
    one = portal.proposals(person(BOSS))[0]
    portal.reject(person(BOSS), one.proposal_id, one.content_hash, "too dear")
    told = ada.say("when is the blue glass lamp back?").text
    assert "decided not to order" in told
    assert "too dear" not in told
    clock.forward(timedelta(days=4))
    portal.plan(run="again")
    one = portal.proposals(person(BOSS))[0]
    portal.approve(person(BOSS), one.proposal_id, one.content_hash)
    assert "should be back between" in ada.say("when is the blue glass lamp back?").text
