"""What came in, stored once: a delivery seen before gets the answer it got then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from core.database.upsert import direct, insert_new
from core.mailroom.rows import InboxRow

KEPT_FOR = timedelta(days=30)
MOST_ATTEMPTS = 8
"""So often a delivery is tried before it is left to a person: for about two hours, by the pauses of `retry`."""
_ANSWER = update(InboxRow).where(InboxRow.inbox_id == bindparam("answered")).values(answer=bindparam("answer"))


@dataclass(frozen=True)
class Accepted:
    """A delivery in the inbox; `answer` is set where it was answered before."""

    inbox_id: int
    answer: dict[str, Any] | None


def accept(
    session: Session, *, source: str, delivery_id: str, kind: str, content: dict[str, Any], now: datetime
) -> Accepted:
    """Store a delivery under (source, delivery_id), or find it again.

    Two deliveries of the same id at once wait for each other in the database: the second one sees the first's answer.
    One that was stored before and has no answer yet is this transaction's to answer.
    """
    delivery = {"source": source, "delivery_id": delivery_id, "received_at": now, "kind": kind, "content": content}
    inbox_id = insert_new(session, InboxRow, delivery)
    if inbox_id is not None:
        return Accepted(inbox_id, None)
    known = select(InboxRow).where(InboxRow.source == source, InboxRow.delivery_id == delivery_id)
    row = session.scalars(known.with_for_update()).one()
    return Accepted(row.inbox_id, row.answer)


@dataclass(frozen=True)
class Waiting:
    """A delivery that was stored and has no answer yet; one that failed before is not tried `not_before` a moment."""

    inbox_id: int
    source: str
    kind: str
    content: dict[str, Any]
    received_at: datetime
    attempt: int
    not_before: datetime | None

    def pauses(self, now: datetime) -> bool:
        """Whether it failed a moment ago."""
        return self.not_before is not None and self.not_before > now


def store(
    session: Session, *, source: str, delivery_id: str, kind: str, content: dict[str, Any], now: datetime
) -> bool:
    """Store a delivery to be answered later; False where it is here already."""
    delivery = {"source": source, "delivery_id": delivery_id, "received_at": now, "kind": kind, "content": content}
    return insert_new(session, InboxRow, delivery) is not None


def store_settled(session: Session, source: str, delivery_id: str, kind: str, now: datetime) -> bool:
    """Remember that something came that needs no answer of its own; False where it came before."""
    seen = {"source": source, "delivery_id": delivery_id, "received_at": now, "kind": kind, "content": {}}
    return insert_new(session, InboxRow, {**seen, "answer": {}}) is not None


def oldest_unanswered(session: Session, source: str) -> dict[str, Any] | None:
    """What was stored first of a source and has no answer yet."""
    unanswered = select(InboxRow.content).where(InboxRow.source == source, InboxRow.answer.is_(None))
    return session.scalar(unanswered.order_by(InboxRow.inbox_id).limit(1))


def unanswered(session: Session, beginning: str, before: datetime, limit: int) -> list[str]:
    """Sources that begin like this and have something unanswered that was received before a moment."""
    of_them = InboxRow.source.startswith(beginning, autoescape=True)
    waiting = select(InboxRow.source).where(InboxRow.answer.is_(None), of_them, InboxRow.received_at <= before)
    return list(session.scalars(waiting.distinct().limit(limit)))


def waiting_under(session: Session, beginning: str, after: int, limit: int) -> list[Waiting]:
    """What waits in sources that begin like this, oldest first, behind one that was seen already; not for a person."""
    columns = (InboxRow.inbox_id, InboxRow.source, InboxRow.kind, InboxRow.content, InboxRow.received_at,
               InboxRow.attempt, InboxRow.not_before)  # fmt: skip
    of_them = (InboxRow.source.startswith(beginning, autoescape=True), InboxRow.attempt < MOST_ATTEMPTS)
    chosen = select(*columns).where(InboxRow.answer.is_(None), *of_them, InboxRow.inbox_id > after)
    return [Waiting(*row) for row in session.execute(chosen.order_by(InboxRow.inbox_id).limit(limit))]


def settle(session: Session, inbox_id: int, given: dict[str, Any]) -> None:
    """Answer a delivery, and keep no more of it than that it came."""
    session.execute(update(InboxRow).where(InboxRow.inbox_id == inbox_id).values(answer=given, content={}))


def mark(session: Session, inbox_id: int, kind: str) -> None:
    """Say what kind of delivery it turned out to be."""
    session.execute(update(InboxRow).where(InboxRow.inbox_id == inbox_id).values(kind=kind))


def answer(session: Session, inbox_id: int, given: dict[str, Any]) -> None:
    """Keep the answer for whoever delivers the same again."""
    direct(session).execute(_ANSWER, {"answered": inbox_id, "answer": given})


def forget_old(session: Session, now: datetime) -> None:
    """Remove deliveries that nobody repeats any more."""
    session.execute(delete(InboxRow).where(InboxRow.received_at < now - KEPT_FOR))


def waiting(session: Session) -> int:
    """How many deliveries were stored and have no answer yet."""
    return session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.answer.is_(None))) or 0
