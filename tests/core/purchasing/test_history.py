"""Decisions are kept with what was predicted of them, beside what they cost so far."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database.engine import Database
from core.inventory import service as inventory
from core.inventory.service import Movement
from core.portal import Delivered, Portal
from core.purchasing.known import Known
from core.purchasing.model import Proposal
from core.purchasing.rows import ProposalLineRow
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def mug(proposal: Proposal) -> int:
    return next(line.line for line in proposal.lines if line.sku == shop.MUG)


def test_an_override_is_measured_by_what_it_was_predicted_to_change(planned: Portal, proposal: Proposal) -> None:
    told = planned.recost(BOSS, proposal.proposal_id, {mug(proposal): 144})
    edited = planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {mug(proposal): 144})
    planned.approve(BOSS, proposal.proposal_id, edited.content_hash)
    outcome = planned.outcomes(BOSS)[0]
    change = told.expected_after.minor - told.expected_before.minor
    assert outcome.override.minor == pytest.approx(change, abs=4)
    assert outcome.nothing.minor > outcome.decided.minor > outcome.proposed.minor


def test_what_arrived_and_lay_on_the_shelf_is_what_it_cost(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    number = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    line = next(one for one in planned.purchase_order(BOSS, number).lines if one.sku == shop.MUG)
    clock.forward(timedelta(days=10))
    planned.receive_goods(BOSS, number, Delivered("note", {line.line: 24}))
    clock.forward(timedelta(days=10))
    realised = planned.outcomes(BOSS)[0].realised
    assert realised["purchase"].minor == 24 * line.unit_cost.minor
    assert realised["ordering"].minor == 2500 + 2 * 150
    mugs = (6 * 10 + 30 * 10) * 200 * 0.25 / 365
    assert realised["holding"].minor == pytest.approx(mugs, abs=1)


def test_of_what_was_rejected_nothing_is_realised(planned: Portal, proposal: Proposal) -> None:
    planned.reject(BOSS, proposal.proposal_id, proposal.content_hash, "no")
    outcome = planned.outcomes(BOSS)[0]
    assert (outcome.realised, outcome.decided) == ({}, outcome.nothing)


def test_other_quantities_are_played_again_on_the_demand_that_came(
    planned: Portal, proposal: Proposal, clock: SettableClock, database: Database
) -> None:
    """The shelf has 6 mugs; the order's come on day 5, and on day 10 ten are asked for: without it 4 are missed."""
    edited = planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {mug(proposal): 144})
    number = planned.approve(BOSS, proposal.proposal_id, edited.content_hash).purchase_order_number or ""
    order = planned.purchase_order(BOSS, number)
    line = next(one for one in order.lines if one.sku == shop.MUG)
    assert (planned.outcomes(BOSS)[0].simulated, planned.outcomes(BOSS)[0].override_since) == ({}, None)
    clock.forward(timedelta(days=5))
    planned.receive_goods(BOSS, number, Delivered("note", {line.line: 144}))
    clock.forward(timedelta(days=10))
    before = planned.outcomes(BOSS)[0]
    with database.unit_of_work() as session:
        inventory.move(session, Movement("sold", shop.MUG, order.location, -10), clock.now - timedelta(days=5))
        lines = session.scalars(select(ProposalLineRow).where(ProposalLineRow.sku == shop.MUG))
        stockout = Known.from_json(lines.one().known).stockout_cost
    after = planned.outcomes(BOSS)[0]
    a_day = 200 * 0.25 / 365
    proposed = next(one for one in proposal.lines if one.sku == shop.MUG)
    spare, dearer = 144 - proposed.quantity, line.unit_cost.minor - proposed.unit_cost.minor
    assert spare < 0, "the proposal is of more"
    assert after.override_since is not None
    assert after.override_since.minor == pytest.approx(spare * 11 * a_day + 4 * dearer, abs=2)
    missed = after.simulated["nothing"].minor - before.simulated["nothing"].minor
    assert missed == pytest.approx(4 * stockout + 6 * 200 - (3 + 5 * 6) * a_day, abs=2)
    sold = after.simulated["decided"].minor - before.simulated["decided"].minor
    assert sold == pytest.approx(6 * 200 + 4 * line.unit_cost.minor - (5 + 5 * 10) * a_day, abs=2)


def test_what_left_with_an_order_was_asked_for_once_and_what_did_not_leave_was_not(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    """On day 5 four of the six mugs leave; that two did so on day 2 turns out not to be true."""
    planned.reject(BOSS, proposal.proposal_id, proposal.content_hash, "no")
    decided_at = clock.now
    clock.forward(timedelta(days=10))
    before = planned.outcomes(BOSS)[0].simulated["nothing"].minor

    def leaves(number: str, units: int, day: int, status: str) -> None:
        at = decided_at + timedelta(days=day)
        lines = [(shop.MUG, "Red Polka Dot Mug", units, 450)]
        shop.order(planned, number, shop.ADA, lines, placed_at=at, status=status)

    leaves("A-1", 4, 5, "shipped")
    left = planned.outcomes(BOSS)[0].simulated["nothing"].minor
    assert left - before == pytest.approx(4 * 200 - 4 * 5.5 * 200 * 0.25 / 365, abs=2)
    leaves("A-2", 2, 2, "shipped")
    assert planned.outcomes(BOSS)[0].simulated["nothing"].minor > left
    leaves("A-2", 2, 2, "cancelled")
    assert planned.outcomes(BOSS)[0].simulated["nothing"].minor == left


def test_of_what_was_rejected_the_proposal_is_played_from_the_day_it_was_promised_for(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    planned.reject(BOSS, proposal.proposal_id, proposal.content_hash, "no money")
    clock.forward(timedelta(days=1))
    early = planned.outcomes(BOSS)[0].simulated
    clock.forward(timedelta(days=60))
    late = planned.outcomes(BOSS)[0].simulated
    assert early["decided"] == early["nothing"]
    assert late["decided"] == late["nothing"]
    ordering = early["proposed"].minor - early["nothing"].minor
    assert ordering > 0, "it was not there yet: only placing it cost something"
    assert late["proposed"].minor - late["nothing"].minor > ordering, "it lay there since"
