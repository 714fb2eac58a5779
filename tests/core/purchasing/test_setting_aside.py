"""Putting off, splitting and holding: nothing is lost, nothing is proposed twice, and no limit is got round."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.config import Config
from core.database.audit import AuditRow
from core.database.engine import Database
from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

BOSS, PLANNER = person(shop.BOSS), person(shop.PLANNER)
FRIDAY = date(2026, 6, 19)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # races are tried on both kinds


def line_of(proposal: Proposal, sku: str) -> int:
    return next(line.line for line in proposal.lines if line.sku == sku)


def limited(portal: Portal, limit: int) -> None:
    """Let the planner approve up to so much, in minor units."""
    shop.bring(portal, "staff", {"email": shop.PLANNER, "name": "Pat", "role": "planner", "approval_limit": limit})


def test_what_is_put_off_is_not_proposed_again_and_comes_back_by_itself(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    asleep = planned.snooze(PLANNER, proposal.proposal_id, proposal.content_hash, FRIDAY)
    assert asleep.is_asleep(clock.now)
    assert planned.plan(run="meanwhile").proposals == 0
    clock.forward(timedelta(days=4))
    back = planned.proposal(PLANNER, proposal.proposal_id)
    assert not back.is_asleep(clock.now)
    assert planned.approve(BOSS, proposal.proposal_id, back.content_hash).purchase_order_number


def test_what_is_put_off_beyond_its_time_can_still_be_decided(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    planned.snooze(PLANNER, proposal.proposal_id, proposal.content_hash, date(2026, 6, 29))
    clock.forward(timedelta(days=14))
    planned.housekeep()
    assert planned.proposal(PLANNER, proposal.proposal_id).status is ProposalStatus.OPEN


@pytest.mark.parametrize("until", [date(2026, 6, 15), date(2026, 6, 1), date(2027, 1, 1)])
def test_a_day_that_is_over_or_far_away_is_no_day_to_put_off_to(
    planned: Portal, proposal: Proposal, until: date
) -> None:
    with pytest.raises(InvalidInput, match="from tomorrow"):
        planned.snooze(PLANNER, proposal.proposal_id, proposal.content_hash, until)


def test_what_was_decided_is_not_put_off(planned: Portal, proposal: Proposal) -> None:
    planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    with pytest.raises(Conflict, match="approved already by Bo"):
        planned.snooze(PLANNER, proposal.proposal_id, proposal.content_hash, FRIDAY)


def test_a_split_keeps_every_unit_and_every_penny(planned: Portal, proposal: Proposal) -> None:
    left, apart = planned.split(BOSS, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)])
    assert left.total + apart.total == proposal.total
    assert sorted(line.sku for one in (left, apart) for line in one.lines) == sorted(
        line.sku for line in proposal.lines
    )
    assert planned.plan(run="after").proposals == 0
    with pytest.raises(Conflict, match="changed"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)


@pytest.mark.parametrize("skus", [(), (shop.MUG, shop.LAMP)])
def test_a_split_leaves_something_on_either_side(planned: Portal, proposal: Proposal, skus: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="not none and not all"):
        planned.split(BOSS, proposal.proposal_id, proposal.content_hash, [line_of(proposal, sku) for sku in skus])


def test_a_split_below_what_the_supplier_takes_is_refused(planned: Portal, proposal: Proposal) -> None:
    terms = {"supplier": "ACME", "name": "Acme Ceramics", "email": "o@acme.example.org", "lead_time_days": 10.0}
    shop.bring(planned, "suppliers", {**terms, "minimum_order_value": proposal.total.minor - 1})
    with pytest.raises(InvalidInput, match="least that Acme"):
        planned.split(BOSS, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)])
    with pytest.raises(InvalidInput, match="least that Acme"):
        planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {line_of(proposal, shop.MUG): 0})


def test_splitting_does_not_get_round_a_limit(planned: Portal, proposal: Proposal) -> None:
    limited(planned, proposal.total.minor - 1)
    parts = planned.split(PLANNER, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)])
    for part in parts:
        with pytest.raises(Refused, match="counts together with"):
            planned.approve(PLANNER, part.proposal_id, part.content_hash)
    for part in parts:
        assert planned.approve(BOSS, part.proposal_id, part.content_hash).purchase_order_number


def test_of_a_split_one_part_may_be_approved_once_the_other_is_rejected(planned: Portal, proposal: Proposal) -> None:
    limited(planned, proposal.total.minor - 1)
    left, apart = planned.split(PLANNER, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)])
    planned.reject(PLANNER, apart.proposal_id, apart.content_hash, "not now")
    assert planned.approve(PLANNER, left.proposal_id, left.content_hash).purchase_order_number


def test_what_a_rejected_part_left_out_counts_when_it_is_proposed_anew(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    limited(planned, proposal.total.minor - 1)
    left, apart = planned.split(PLANNER, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)])
    planned.reject(PLANNER, apart.proposal_id, apart.content_hash, "not now")
    planned.approve(PLANNER, left.proposal_id, left.content_hash)
    clock.forward(timedelta(days=4))
    assert planned.plan(run="anew").proposals == 1
    anew = planned.proposals(PLANNER)[0]
    with pytest.raises(Refused, match="counts together with"):
        planned.approve(PLANNER, anew.proposal_id, anew.content_hash)


def test_cutting_and_planning_the_rest_does_not_get_round_a_limit(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    limited(planned, proposal.total.minor - 1)
    cut = planned.edit(PLANNER, proposal.proposal_id, proposal.content_hash, {line_of(proposal, shop.MUG): 24})
    planned.approve(PLANNER, cut.proposal_id, cut.content_hash)
    clock.forward(timedelta(days=1))
    assert planned.plan(run="the rest").proposals == 1
    rest = planned.proposals(PLANNER)[0]
    assert rest.root == proposal.proposal_id
    with pytest.raises(Refused, match="counts together with"):
        planned.approve(PLANNER, rest.proposal_id, rest.content_hash)
    assert planned.approve(BOSS, rest.proposal_id, rest.content_hash).purchase_order_number


def test_what_was_not_cut_starts_afresh(planned: Portal, proposal: Proposal, clock: SettableClock) -> None:
    planned.reject(BOSS, proposal.proposal_id, proposal.content_hash, "not now")
    clock.forward(timedelta(days=4))
    planned.plan(run="anew")
    assert planned.proposals(BOSS)[0].root is None


def test_who_split_is_no_pair_of_eyes_for_either_part(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"four_eyes_above": 1})})
    careful = Portal(planned._database, strict, clock)
    parts = careful.split(PLANNER, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)])
    for part in parts:
        with pytest.raises(Refused, match="yourself"):
            careful.approve(PLANNER, part.proposal_id, part.content_hash)


def test_held_lines_wait_in_a_proposal_of_their_own(planned: Portal, proposal: Proposal, clock: SettableClock) -> None:
    held = planned.hold(PLANNER, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.MUG)], FRIDAY)
    assert [line.sku for line in held.lines] == [shop.MUG]
    assert held.is_asleep(clock.now)
    left = planned.proposal(PLANNER, proposal.proposal_id)
    assert [line.sku for line in left.lines] == [shop.LAMP]
    assert not left.is_asleep(clock.now)


def test_holding_all_there_is_puts_the_whole_off(planned: Portal, proposal: Proposal) -> None:
    lines = [line.line for line in proposal.lines]
    held = planned.hold(PLANNER, proposal.proposal_id, proposal.content_hash, lines, FRIDAY)
    assert held.proposal_id == proposal.proposal_id


def test_nobody_else_puts_off_or_splits(planned: Portal, proposal: Proposal) -> None:
    stranger = person(shop.SUPPORT)
    for act in (
        lambda: planned.snooze(stranger, proposal.proposal_id, proposal.content_hash, FRIDAY),
        lambda: planned.split(stranger, proposal.proposal_id, proposal.content_hash, [1]),
        lambda: planned.recost(stranger, proposal.proposal_id, {1: 24}),
        lambda: planned.delegations(stranger),
    ):
        with pytest.raises(NotFound):
            act()


def written_down(database: Database, *proposals: Proposal) -> list[tuple[str, str, str]]:
    """Who did what to proposals, in order, as far as setting aside goes."""
    subjects = {f"proposal:{one.proposal_id}": name for one, name in zip(proposals, ("first", "second"), strict=False)}
    with database.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.audit_id)).all()
    return [(row.who.removeprefix("staff:").partition("@")[0], row.act, subjects[row.subject]) for row in rows
            if row.subject in subjects and row.act != "proposal_made"]  # fmt: skip


def test_a_split_is_written_down_for_what_stays_and_for_what_goes(
    planned: Portal, proposal: Proposal, database: Database
) -> None:
    parts = planned.split(PLANNER, proposal.proposal_id, proposal.content_hash, [line_of(proposal, shop.LAMP)])
    told = written_down(database, *parts)
    assert told == [("planner", "proposal_split", "first"), ("planner", "proposal_split_off", "second")]


def test_held_lines_are_written_down_as_split_off_put_off_and_back(
    planned: Portal, proposal: Proposal, clock: SettableClock, database: Database
) -> None:
    lines = [line_of(proposal, shop.LAMP)]
    held = planned.hold(PLANNER, proposal.proposal_id, proposal.content_hash, lines, FRIDAY)
    clock.forward(timedelta(days=4))
    for _ in range(2):
        planned.housekeep()
    told = [(who, act) for who, act, _ in written_down(database, held)]
    assert told == [("planner", "proposal_split_off"), ("planner", "proposal_snoozed"), ("shop", "proposal_back")]


def test_what_is_taken_up_again_is_written_down_once(planned: Portal, proposal: Proposal, database: Database) -> None:
    planned.snooze(PLANNER, proposal.proposal_id, proposal.content_hash, FRIDAY)
    for _ in range(2):
        planned.wake(BOSS, proposal.proposal_id, proposal.content_hash)
    told = [(who, act) for who, act, _ in written_down(database, proposal)]
    assert told == [("planner", "proposal_snoozed"), ("boss", "proposal_woken")]
