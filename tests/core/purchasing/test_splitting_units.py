"""Splitting the units of a line: every unit kept, costed as it is done, and no limit got round."""

import pytest

from core.config import Config
from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.portal import Portal
from core.purchasing.model import Proposal
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.purchasing.test_setting_aside import limited, line_of

BOSS, PLANNER = person(shop.BOSS), person(shop.PLANNER)
STAYS = 144
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def parts(portal: Portal, proposal: Proposal, stays: int = STAYS) -> tuple[Proposal, Proposal]:
    line = line_of(proposal, shop.MUG)
    return portal.split_units(PLANNER, proposal.proposal_id, proposal.content_hash, line, stays)


def mugs(one: Proposal) -> int:
    return sum(line.quantity for line in one.lines if line.sku == shop.MUG)


def test_it_costs_what_was_shown_before(planned: Portal, proposal: Proposal) -> None:
    line = line_of(proposal, shop.MUG)
    shown = planned.cost_split(PLANNER, proposal.proposal_id, proposal.content_hash, line, STAYS)
    assert planned.proposal(BOSS, proposal.proposal_id).revision == proposal.revision
    left, apart = parts(planned, proposal)
    assert (mugs(left), mugs(apart)) == (STAYS, mugs(proposal) - STAYS)
    assert (shown.stays.quantity, shown.goes.quantity) == (mugs(left), mugs(apart))
    assert shown.goes.total == apart.total
    assert shown.stays.total == next(line.total for line in left.lines if line.sku == shop.MUG)
    assert shown.together == shown.stays.total + apart.total
    assert left.total + apart.total == proposal.total + shown.dearer
    assert planned.plan(run="after").proposals == 0


def test_a_price_break_that_is_lost_is_said(planned: Portal, proposal: Proposal) -> None:
    line = line_of(proposal, shop.MUG)
    shown = planned.cost_split(BOSS, proposal.proposal_id, proposal.content_hash, line, mugs(proposal) - 24)
    assert shown.goes.unit_cost.minor > shown.before.unit_cost.minor
    assert shown.dearer.minor == 24 * (shown.goes.unit_cost.minor - shown.before.unit_cost.minor)


@pytest.mark.parametrize(
    ("stays", "why"), [(0, "not none"), (-12, "not none"), (10**30, "not none"), (145, "packs"), (12, "minimum")]
)
def test_what_cannot_be_ordered_is_refused_when_costed_and_when_done(
    planned: Portal, proposal: Proposal, stays: int, why: str
) -> None:
    asked = (BOSS, proposal.proposal_id, proposal.content_hash, line_of(proposal, shop.MUG), stays)
    for verb in (planned.cost_split, planned.split_units):
        with pytest.raises(InvalidInput, match=why):
            verb(*asked)
    assert planned.proposal(BOSS, proposal.proposal_id).content_hash == proposal.content_hash


def test_a_part_below_what_the_supplier_takes_is_refused(planned: Portal, proposal: Proposal) -> None:
    terms = {"supplier": "ACME", "name": "Acme Ceramics", "email": "o@acme.example.org", "lead_time_days": 10.0}
    shop.bring(planned, "suppliers", {**terms, "minimum_order_value": proposal.total.minor - 1})
    asked = (BOSS, proposal.proposal_id, proposal.content_hash, line_of(proposal, shop.MUG), STAYS)
    for verb in (planned.cost_split, planned.split_units):
        with pytest.raises(InvalidInput, match="least that Acme"):
            verb(*asked)


def test_what_was_changed_or_decided_since_is_not_split(planned: Portal, proposal: Proposal) -> None:
    line = line_of(proposal, shop.MUG)
    parts(planned, proposal)
    for verb in (planned.cost_split, planned.split_units):
        with pytest.raises(Conflict, match="changed by Pat"):
            verb(BOSS, proposal.proposal_id, proposal.content_hash, line, STAYS)
    now = planned.proposal(BOSS, proposal.proposal_id)
    planned.reject(BOSS, proposal.proposal_id, now.content_hash, "not now")
    for verb in (planned.cost_split, planned.split_units):
        with pytest.raises(Conflict, match="rejected already by Bo"):
            verb(BOSS, proposal.proposal_id, now.content_hash, line, STAYS)


def test_nobody_else_splits_and_no_line_that_is_not_there(planned: Portal, proposal: Proposal) -> None:
    shown = (proposal.proposal_id, proposal.content_hash)
    for verb in (planned.cost_split, planned.split_units):
        for staff, asked in (
            (person(shop.SUPPORT), (*shown, line_of(proposal, shop.MUG))),
            (BOSS, (*shown, 99)),
            (BOSS, (999, proposal.content_hash, 1)),
        ):
            with pytest.raises(NotFound):
                verb(staff, *asked, STAYS)


def test_it_does_not_get_round_a_limit_or_four_eyes(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"four_eyes_above": 1})})
    careful = Portal(planned._database, strict, clock)
    limited(planned, proposal.total.minor - 1)
    both = parts(planned, proposal)
    for one in both:
        with pytest.raises(Refused, match="counts together with"):
            planned.approve(PLANNER, one.proposal_id, one.content_hash)
    limited(planned, 10 * proposal.total.minor)
    for one in both:
        with pytest.raises(Refused, match="yourself"):
            careful.approve(PLANNER, one.proposal_id, one.content_hash)
