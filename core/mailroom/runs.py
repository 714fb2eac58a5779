"""Who runs a due job: whoever writes the row of (job, due_at), so that replicas and restarts do it once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.database.upsert import insert_new, upsert
from core.mailroom.rows import RunRow

LEASE = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
ONCE = datetime(1970, 1, 1, tzinfo=UTC)
ALL_THE_TIME = datetime(1970, 1, 2, tzinfo=UTC)


def claim(session: Session, job: str, due_at: datetime, owner: str, now: datetime) -> bool:
    """Take a due run; one that somebody took long ago and never finished may be taken again."""
    due = {"job": job, "due_at": due_at, "owner": owner, "claimed_at": now, "outcome": ""}
    if insert_new(session, RunRow, due):
        return True
    abandoned = update(RunRow).where(
        RunRow.job == job, RunRow.due_at == due_at, RunRow.finished_at.is_(None), RunRow.claimed_at < now - LEASE
    )
    return session.scalar(abandoned.values(owner=owner, claimed_at=now).returning(RunRow.job)) is not None


def finish(session: Session, job: str, due_at: datetime, owner: str, outcome: str, now: datetime) -> None:
    """Note what came of a run."""
    mine = (RunRow.job == job, RunRow.due_at == due_at, RunRow.owner == owner)
    session.execute(update(RunRow).where(*mine).values(finished_at=now, outcome=outcome[:500]))


def note(session: Session, job: str, now: datetime) -> None:
    """Note that a job that runs all the time came to its end; one row for each such job."""
    row = {"job": job, "due_at": ALL_THE_TIME, "owner": "", "claimed_at": now, "finished_at": now, "outcome": ""}
    upsert(session, RunRow, [row])


def is_finished(session: Session, job: str, due_at: datetime = ONCE) -> bool:
    """Whether that run came to its end."""
    row = session.get(RunRow, (job, due_at))
    return row is not None and row.finished_at is not None


def last_finished(session: Session) -> dict[str, datetime]:
    """When each job last came to its end."""
    rows = session.execute(
        select(RunRow.job, func.max(RunRow.finished_at)).where(RunRow.finished_at.is_not(None)).group_by(RunRow.job)
    )
    return {job: finished_at for job, finished_at in rows if finished_at is not None}


def forget_old(session: Session, now: datetime) -> None:
    """Remove runs of long ago; what is done once and for all stays."""
    session.execute(delete(RunRow).where(RunRow.claimed_at < now - KEPT_FOR, RunRow.due_at != ONCE))
