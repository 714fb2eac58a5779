"""Before anything is changed: what it would cost, what it would risk, and what else could be done."""

import pytest

from core.config import Config
from core.errors import InvalidInput, NotFound
from core.portal import Portal
from core.purchasing.model import Proposal
from core.purchasing.recosting import Supposed
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = ON_SQLITE


def mug(proposal: Proposal) -> int:
    return next(line.line for line in proposal.lines if line.sku == shop.MUG)


def test_a_changed_quantity_says_from_and_to_and_what_it_risks(planned: Portal, proposal: Proposal) -> None:
    told = planned.recost(BOSS, proposal.proposal_id, {mug(proposal): 48})
    line = told.lines[0]
    standing = next(one for one in proposal.lines if one.sku == shop.MUG)
    assert (line.before.quantity, line.before.total) == (standing.quantity, standing.total)
    assert (line.after.quantity, line.after.unit_cost.minor, line.after.total.minor) == (48, 200, 9600)
    assert line.without.risk > line.after.risk > line.before.risk
    assert told.total_after == proposal.total - standing.total + line.after.total
    assert planned.proposal(BOSS, proposal.proposal_id).content_hash == proposal.content_hash


def test_the_alternatives_can_all_be_ordered_and_are_priced_as_they_would_be(
    planned: Portal, proposal: Proposal
) -> None:
    line = planned.recost(BOSS, proposal.proposal_id, {mug(proposal): 180}).lines[0]
    kinds = {one.kind: one for one in line.alternatives}
    assert {"proposed", "break_below", "pack_less", "pack_more", "nothing", "least"} <= {*kinds, "proposed"}
    assert (kinds["break_below"].quantity, kinds["break_below"].unit_cost.minor) == (144, 180)
    assert kinds["nothing"].total.minor == 0
    for one in line.alternatives:
        repriced = planned.reprice(BOSS, proposal.proposal_id, {mug(proposal): one.quantity})[mug(proposal)]
        assert (repriced.fault, repriced.total, repriced.expected_cost) == ("", one.total, one.expected_cost)


def test_an_edit_costs_what_was_told_before(planned: Portal, proposal: Proposal) -> None:
    told = planned.recost(BOSS, proposal.proposal_id, {mug(proposal): 480})
    edited = planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {mug(proposal): 480})
    assert edited.total == told.total_after


def test_what_cannot_be_ordered_says_why_and_what_could(planned: Portal, proposal: Proposal) -> None:
    told = planned.recost(BOSS, proposal.proposal_id, {mug(proposal): 481})
    assert "packs of 12" in told.faults[0]
    assert told.total_after == proposal.total


def test_a_total_above_ones_limit_is_told_before_it_is_edited(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"four_eyes_above": 1})})
    careful = Portal(planned._database, strict, clock)
    junior = careful.staff_by_email(shop.JUNIOR)
    assert junior is not None
    notes = careful.recost(junior, proposal.proposal_id, {mug(proposal): 480}).notes
    assert "limit" in notes[0]
    assert "two people" in notes[1]


def test_a_slower_supplier_raises_the_risk_and_the_proposal_and_changes_nothing(
    planned: Portal, proposal: Proposal
) -> None:
    told = planned.what_if(BOSS, proposal.proposal_id, Supposed(lead_days=21))
    assert all(line.risk_then >= line.risk_now for line in told.lines)
    assert any(line.would_propose > line.quantity for line in told.lines)
    assert told.total_then.minor > told.total_now.minor
    assert planned.proposal(BOSS, proposal.proposal_id) == proposal


def test_supposing_what_is_known_is_no_change(planned: Portal, proposal: Proposal) -> None:
    told = planned.what_if(BOSS, proposal.proposal_id, Supposed(demand=1.0))
    assert [(line.would_propose, line.risk_then) for line in told.lines] == [
        (line.quantity, line.reason["risk"]) for line in proposal.lines
    ]


@pytest.mark.parametrize("supposed", [Supposed(), Supposed(lead_days=-1), Supposed(lead_days=4000), Supposed(demand=0)])
def test_what_nobody_can_plan_with_is_refused(planned: Portal, proposal: Proposal, supposed: Supposed) -> None:
    with pytest.raises(InvalidInput):
        planned.what_if(BOSS, proposal.proposal_id, supposed)


def test_a_line_that_is_not_there_is_not_found(planned: Portal, proposal: Proposal) -> None:
    with pytest.raises(NotFound):
        planned.recost(BOSS, proposal.proposal_id, {99: 1})
