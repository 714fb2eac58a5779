"""Sessions end by themselves, and what somebody may do is read each time."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from core.accounts import identity
from core.accounts.model import Role
from core.accounts.rows import CodeRow, CustomerRow, SessionRow, StaffRow
from core.database.engine import Database
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.accounts.conftest import ADDRESS, Doorbell
from tests.core.database.side_by_side import ON_SQLITE
from tests.shop import ADA, PLANNER, bring


def open_session(database: Database, clock: SettableClock, person: str = f"customer:{ADA}") -> str:
    with database.unit_of_work() as session:
        return identity.open_session(session, person, clock.now)


def test_a_session_left_alone_for_half_an_hour_has_ended(
    people: Portal, database: Database, clock: SettableClock
) -> None:
    token = open_session(database, clock)
    clock.forward(timedelta(minutes=29))
    assert people.visitor(token) is not None
    clock.forward(timedelta(minutes=29))
    assert people.visitor(token) is not None
    clock.forward(timedelta(minutes=30))
    assert people.visitor(token) is None


@ON_SQLITE
def test_a_session_looked_at_by_a_program_is_not_kept_alive(
    people: Portal, database: Database, clock: SettableClock
) -> None:
    token = open_session(database, clock)
    clock.forward(timedelta(minutes=29))
    assert people.visitor(token, keeps_alive=False) is not None
    clock.forward(timedelta(minutes=2))
    assert people.visitor(token) is None


@ON_SQLITE
def test_a_session_ends_after_twelve_hours_however_busy(
    people: Portal, database: Database, clock: SettableClock
) -> None:
    token = open_session(database, clock)
    seen = 0
    while people.visitor(token) is not None:
        clock.forward(timedelta(minutes=20))
        seen += 1
    assert seen == 12 * 3


@ON_SQLITE
def test_proof_is_fresh_for_a_quarter_of_an_hour(people: Portal, database: Database, clock: SettableClock) -> None:
    token, proofs = open_session(database, clock), []
    for minutes in (0, 14, 1):
        clock.forward(timedelta(minutes=minutes))
        visitor = people.visitor(token)
        assert visitor is not None
        proofs.append(visitor.proof)
    assert proofs == [3, 3, 2]


def test_rights_are_those_of_this_moment(people: Portal, database: Database, clock: SettableClock) -> None:
    token = open_session(database, clock, f"staff:{PLANNER}")
    before = people.visitor(token)
    bring(people, "staff", {"email": PLANNER, "name": "Pat", "role": "support"})
    after = people.visitor(token)
    assert before is not None
    assert after is not None
    assert before.staff is not None
    assert after.staff is not None
    assert (before.staff.role, before.staff.may_plan) == (Role.PLANNER, True)
    assert (after.staff.role, after.staff.may_plan) == (Role.SUPPORT, False)


@ON_SQLITE
def test_a_session_of_somebody_who_is_gone_opens_nothing(
    people: Portal, database: Database, clock: SettableClock
) -> None:
    tokens = [open_session(database, clock, person) for person in (f"staff:{PLANNER}", f"customer:{ADA}")]
    with database.unit_of_work() as session:
        session.execute(delete(StaffRow))
        session.execute(delete(CustomerRow).where(CustomerRow.customer_id == ADA))
    assert [people.visitor(token) for token in tokens] == [None, None]


def test_signing_out_ends_this_session_and_no_other(people: Portal, database: Database, clock: SettableClock) -> None:
    here, elsewhere = open_session(database, clock), open_session(database, clock)
    people.sign_out(here)
    people.sign_out(here)
    assert people.visitor(here) is None
    assert people.visitor(elsewhere) is not None


@ON_SQLITE
@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000])
def test_a_token_of_nobody_opens_nothing(people: Portal, token: str) -> None:
    assert people.visitor(token) is None


@ON_SQLITE
def test_a_token_is_kept_only_as_a_hash(people: Portal, database: Database, clock: SettableClock) -> None:
    token = open_session(database, clock)
    with database.reading() as session:
        kept = session.scalars(select(SessionRow)).one()
    assert people.visitor(token) is not None
    assert token not in {kept.token_digest, kept.form_token}


@ON_SQLITE
def test_what_can_no_longer_be_used_is_forgotten(doorbell: Doorbell, people: Portal, clock: SettableClock) -> None:
    doorbell.attempt(doorbell.ask(ADDRESS).code)
    clock.forward(timedelta(hours=25))
    people.housekeep()
    with doorbell.database.reading() as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (CodeRow, SessionRow)]
    assert left == [0, 0]
