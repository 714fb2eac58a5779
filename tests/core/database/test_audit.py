"""What was changed cannot be unsaid: the chain holds, and whoever touches a sealed row is found out."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from core.database import audit
from core.database.audit import AuditRow
from core.database.engine import Database
from core.errors import Refused
from core.portal import Portal
from tests.conftest import SettableClock


@pytest.fixture
def written(portal: Portal, database: Database, clock: SettableClock) -> Portal:
    """Five changes, sealed."""
    write(database, clock.now, 5)
    portal.housekeep()
    return portal


def write(database: Database, now: datetime, rows: int) -> None:
    with database.unit_of_work() as session:
        for number in range(rows):
            audit.record(
                session, now, "staff:pat", "edited", f"proposal:{number}", before={"MUG": 1.5}, after=["ü", None]
            )


def test_the_chain_holds_over_what_was_sealed(written: Portal, database: Database, clock: SettableClock) -> None:
    assert written.verify_audit() == 5
    write(database, clock.forward(timedelta(microseconds=1)), 2)
    assert written.verify_audit() == 5
    assert written.housekeep().endswith("2 audit rows sealed")
    assert written.verify_audit() == 7


def test_sealing_again_changes_nothing(written: Portal, database: Database) -> None:
    def digests() -> list[str | None]:
        with database.reading() as session:
            return list(session.scalars(select(AuditRow.digest).order_by(AuditRow.position)))

    before = digests()
    assert written.housekeep().endswith("0 audit rows sealed")
    assert digests() == before


@pytest.mark.parametrize(
    "forged",
    [{"who": "staff:eve"}, {"act": "approved"}, {"subject": "proposal:9"}, {"detail": {}}, {"digest": "0" * 64}],
    ids=lambda forged: next(iter(forged)),
)
def test_a_sealed_row_that_was_changed_is_found(written: Portal, database: Database, forged: dict[str, object]) -> None:
    with database.unit_of_work() as session:
        session.execute(update(AuditRow).where(AuditRow.position == 3).values(**forged))
    with pytest.raises(Refused, match="broken at row 3"):
        written.verify_audit()


def test_a_moment_that_was_changed_is_found(written: Portal, database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        session.execute(update(AuditRow).where(AuditRow.position == 2).values(at=clock.now - timedelta(days=1)))
    with pytest.raises(Refused, match="broken at row 2"):
        written.verify_audit()


def test_a_sealed_row_that_was_taken_out_is_found(written: Portal, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(AuditRow).where(AuditRow.position == 4))
    with pytest.raises(Refused, match="broken at row 4"):
        written.verify_audit()


def test_rows_that_were_exchanged_are_found(written: Portal, database: Database) -> None:
    with database.unit_of_work() as session:
        for old, new in ((2, -1), (3, 2), (-1, 3)):
            session.execute(update(AuditRow).where(AuditRow.position == old).values(position=new))
    with pytest.raises(Refused, match="broken at row 2"):
        written.verify_audit()


def test_rows_cut_off_the_end_are_found(written: Portal, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(AuditRow).where(AuditRow.position >= 4))
    with pytest.raises(Refused):
        written.verify_audit()


def test_a_change_that_failed_leaves_no_row(portal: Portal, database: Database, clock: SettableClock) -> None:
    def fail() -> None:
        with database.unit_of_work() as session:
            audit.record(session, clock.now, "staff:pat", "edited", "proposal:1")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert portal.housekeep().endswith("0 audit rows sealed")
