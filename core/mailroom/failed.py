"""Deliveries that could not be taken in: tried again after growing pauses, and in the end left to a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.mailroom.inbox import MOST_ATTEMPTS, Waiting
from core.mailroom.retry import next_try
from core.mailroom.rows import InboxRow

_FOR_A_PERSON = (InboxRow.answer.is_(None), InboxRow.attempt >= MOST_ATTEMPTS)


@dataclass(frozen=True)
class Failed:
    """A delivery that needs a person; `trouble` names the kind of fault and its reference in the log."""

    inbox_id: int
    source: str
    kind: str
    trouble: str
    attempts: int
    received_at: datetime


def put_off(session: Session, delivery: Waiting, trouble: str, now: datetime) -> None:
    """Count an attempt that failed, and try again after a pause; one that two made at once counts once."""
    attempt = delivery.attempt + 1
    here = (InboxRow.inbox_id == delivery.inbox_id, InboxRow.answer.is_(None), InboxRow.attempt == delivery.attempt)
    tried = {"attempt": attempt, "not_before": next_try(attempt, now), "trouble": trouble}
    session.execute(update(InboxRow).where(*here).values(**tried))


def failed(session: Session, limit: int = 200) -> list[Failed]:
    """Deliveries that need a person, latest first."""
    columns = (InboxRow.inbox_id, InboxRow.source, InboxRow.kind, InboxRow.trouble, InboxRow.attempt,
               InboxRow.received_at)  # fmt: skip
    rows = select(*columns).where(*_FOR_A_PERSON).order_by(InboxRow.inbox_id.desc()).limit(limit)
    return [Failed(*row) for row in session.execute(rows)]


def retry(session: Session, inbox_id: int) -> None:
    """Try a delivery again from the beginning, with all its attempts.

    Raises:
        Conflict: it is not waiting for a person (any more).
    """
    _by_person(session, inbox_id, attempt=0, not_before=None)


def discard(session: Session, inbox_id: int, who: str) -> None:
    """Put a delivery away for good, and keep no more of it than that it came.

    Raises:
        Conflict: it is not waiting for a person (any more).
    """
    _by_person(session, inbox_id, answer={"discarded_by": who}, content={})


def _by_person(session: Session, inbox_id: int, **changes: Any) -> None:
    moving = update(InboxRow).where(InboxRow.inbox_id == inbox_id, *_FOR_A_PERSON)
    if session.scalar(moving.values(**changes).returning(InboxRow.inbox_id)) is None:
        raise Conflict("That delivery is not waiting for anybody any more; nothing was changed.")
