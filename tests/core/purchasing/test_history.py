"""Decisions are kept with what was predicted of them, beside what they cost so far."""

from datetime import timedelta

import pytest

from core.portal import Delivered, Portal
from core.purchasing.model import Proposal
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
