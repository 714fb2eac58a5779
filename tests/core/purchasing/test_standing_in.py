"""Standing in: somebody decides while another is away, with their own limit and as one person."""

from datetime import date

import pytest

from core.config import Config
from core.errors import InvalidInput, NotFound, Refused
from core.portal import Portal
from core.purchasing import standing_in
from core.purchasing.model import Proposal, ProposalStatus
from core.purchasing.standing_in import Away
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

BOSS, PLANNER, JUNIOR = person(shop.BOSS), person(shop.PLANNER), person(shop.JUNIOR)
THIS_WEEK, NEXT_WEEK = Away(date(2026, 6, 15), date(2026, 6, 19)), Away(date(2026, 6, 22), date(2026, 6, 26))
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def stood_in_for(portal: Portal, email: str, day: date) -> list[str]:
    with portal._database.reading() as session:
        return standing_in.stood_in_for(session, email, day)


def test_a_deputy_stands_in_on_the_days_said_and_no_others(planned: Portal) -> None:
    planned.delegate(BOSS, shop.PLANNER, THIS_WEEK)
    assert stood_in_for(planned, shop.PLANNER, date(2026, 6, 19)) == [shop.BOSS]
    assert stood_in_for(planned, shop.PLANNER, date(2026, 6, 20)) == []


def test_the_limit_of_the_deputy_counts(planned: Portal, proposal: Proposal) -> None:
    planned.delegate(BOSS, shop.JUNIOR, THIS_WEEK)
    with pytest.raises(Refused, match="limit"):
        planned.approve(JUNIOR, proposal.proposal_id, proposal.content_hash)


def test_a_deputy_is_one_pair_of_eyes(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"four_eyes_above": 1})})
    careful = Portal(planned._database, strict, clock)
    careful.delegate(BOSS, shop.PLANNER, THIS_WEEK)
    for _ in range(2):
        decided = careful.approve(PLANNER, proposal.proposal_id, proposal.content_hash)
        assert decided.status is ProposalStatus.OPEN
    assert careful.approve(BOSS, proposal.proposal_id, proposal.content_hash).status is ProposalStatus.APPROVED


def test_who_is_away_with_their_deputy_is_asked_through_the_deputys_own(planned: Portal) -> None:
    planned.delegate(BOSS, shop.PLANNER, THIS_WEEK)
    planned.delegate(PLANNER, shop.JUNIOR, THIS_WEEK)
    assert stood_in_for(planned, shop.JUNIOR, date(2026, 6, 16)) == [shop.BOSS, shop.PLANNER]
    assert stood_in_for(planned, shop.PLANNER, date(2026, 6, 16)) == []


def test_nobody_stands_in_for_whoever_stands_in_for_them(planned: Portal) -> None:
    planned.delegate(BOSS, shop.PLANNER, THIS_WEEK)
    with pytest.raises(Refused, match="is away then"):
        planned.delegate(PLANNER, shop.BOSS, THIS_WEEK)
    assert planned.delegate(PLANNER, shop.BOSS, NEXT_WEEK).deputy_name == "Bo"


def test_saying_it_anew_takes_the_place_of_what_was_said(planned: Portal) -> None:
    planned.delegate(BOSS, shop.PLANNER, THIS_WEEK)
    planned.delegate(BOSS, shop.JUNIOR, THIS_WEEK)
    assert [one.deputy for one in planned.delegations(BOSS)] == [shop.JUNIOR]


def test_it_can_be_ended_by_whom_it_concerns(planned: Portal) -> None:
    made = planned.delegate(PLANNER, shop.JUNIOR, THIS_WEEK)
    with pytest.raises(NotFound):
        planned.end_delegation(JUNIOR, made.delegation_id)
    planned.end_delegation(PLANNER, made.delegation_id)
    assert planned.delegations(BOSS) == []


@pytest.mark.parametrize("deputy", [shop.SUPPORT, "nobody@example.org", "ada@example.org"])
def test_only_planners_stand_in(planned: Portal, deputy: str) -> None:
    with pytest.raises(NotFound, match="planner"):
        planned.delegate(BOSS, deputy, THIS_WEEK)


def test_nonsense_is_refused(planned: Portal) -> None:
    with pytest.raises(InvalidInput):
        planned.delegate(BOSS, shop.BOSS, THIS_WEEK)
    with pytest.raises(InvalidInput):
        planned.delegate(BOSS, shop.PLANNER, Away(date(2026, 6, 19), date(2026, 6, 15)))
    with pytest.raises(Refused):
        planned.delegate(JUNIOR, shop.PLANNER, THIS_WEEK, shop.BOSS)


def test_a_decision_says_in_whose_place_it_was_made(planned: Portal, proposal: Proposal) -> None:
    from sqlalchemy import select

    from core.database.audit import AuditRow

    planned.delegate(BOSS, shop.PLANNER, THIS_WEEK)
    planned.approve(PLANNER, proposal.proposal_id, proposal.content_hash)
    with planned._database.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.act == "proposal_approved")).one()
        assert row.detail["in_place_of"] == [shop.BOSS]
