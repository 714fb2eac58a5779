"""Letters as people see them: those that wait for somebody to decide, and the latest that were written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.mailroom.outbox import LIFETIME
from core.mailroom.rows import OutboxRow

_FOR_A_PERSON = ("dead", "unknown")


@dataclass(frozen=True)
class DeadLetter:
    """Post that needs a person: refused, given up, or perhaps sent (`state` is dead or unknown)."""

    outbox_id: int
    channel: str
    kind: str
    to: str
    subject: str
    state: str
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class Discarded:
    """A dead letter that was put away; `may_have_arrived` where its sender stopped while sending."""

    kind: str
    content: dict[str, Any]
    may_have_arrived: bool


@dataclass(frozen=True)
class Written:
    """A letter as it stands in the outbox."""

    to: str
    subject: str
    text: str
    kind: str
    state: str
    created_at: datetime


def failed_since(session: Session, kind: str, since: datetime) -> list[tuple[int, str, dict[str, Any]]]:
    """Post of a kind that needs a person: its number, channel and content."""
    rows = select(OutboxRow.outbox_id, OutboxRow.channel, OutboxRow.content).where(
        OutboxRow.kind == kind, OutboxRow.state.in_(_FOR_A_PERSON), OutboxRow.created_at > since
    )
    return [(number, channel, dict(content)) for number, channel, content in session.execute(rows)]


def dead_letters(session: Session, limit: int = 200) -> list[DeadLetter]:
    """Post that needs a person, latest first."""
    rows = session.scalars(
        select(OutboxRow).where(OutboxRow.state.in_(_FOR_A_PERSON)).order_by(OutboxRow.outbox_id.desc()).limit(limit)
    )
    return [
        DeadLetter(
            row.outbox_id,
            row.channel,
            row.kind,
            str(row.content.get("to", "")),
            str(row.content.get("subject", "")),
            row.state,
            row.reason,
            row.created_at,
        )
        for row in rows
    ]


def retry(session: Session, outbox_id: int, now: datetime) -> None:
    """Send a dead letter after all, with a day of time.

    Raises:
        Conflict: it is not waiting for a person (any more).
    """
    _by_person(session, outbox_id, state="ready", not_before=now, expires_at=now + LIFETIME, settled_at=None, reason="")


def discard(session: Session, outbox_id: int, who: str, now: datetime) -> Discarded:
    """Put a dead letter away for good; what it was, for whoever has to undo what it stood for.

    Raises:
        Conflict: it is not waiting for a person (any more).
    """
    state = session.scalar(select(OutboxRow.state).where(OutboxRow.outbox_id == outbox_id))
    _by_person(session, outbox_id, state="withdrawn", settled_at=now, reason=f"discarded by {who}")
    row = session.get_one(OutboxRow, outbox_id)
    return Discarded(row.kind, dict(row.content), state == "unknown")


def written(session: Session, channel: str, limit: int) -> list[Written]:
    """The latest post of a channel that somebody is meant to get."""
    rows = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.channel == channel, OutboxRow.expires_at > OutboxRow.created_at)
        .order_by(OutboxRow.outbox_id.desc())
        .limit(limit)
    )
    return [
        Written(
            str(row.content.get("to", "")),
            str(row.content.get("subject", "")),
            str(row.content.get("text", "")),
            row.kind,
            row.state,
            row.created_at,
        )
        for row in rows
    ]


def _by_person(session: Session, outbox_id: int, **changes: Any) -> None:
    moving = update(OutboxRow).where(OutboxRow.outbox_id == outbox_id, OutboxRow.state.in_(_FOR_A_PERSON))
    if session.scalar(moving.values(**changes).returning(OutboxRow.outbox_id)) is None:
        raise Conflict("That letter is not waiting for anybody any more; nothing was changed.")
