"""Who changed what and when, in rows sealed into a hash chain.

A change writes its audit row in its own transaction; a later pass seals the new rows in order, so that writers never
wait for each other on the end of the chain.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database.base import Base, RowId
from core.database.engine import one_at_a_time
from core.database.numbers import current, note

_SEALED = "audit"


class AuditRow(Base):
    """One change of state; `position` and `digest` are set when it is sealed."""

    __tablename__ = "audit"

    audit_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]]
    position: Mapped[int | None] = mapped_column(unique=True)
    digest: Mapped[str | None]


def record(session: Session, now: datetime, who: str, act: str, subject: str, **detail: Any) -> None:
    """Write down one change, in the transaction that makes it."""
    session.add(AuditRow(at=now, who=who, act=act, subject=subject, detail=detail))


def latest(session: Session, subject: str) -> tuple[str, dict[str, Any]] | None:
    """The last change of a subject: the act and its detail; None where nothing was written of it."""
    rows = select(AuditRow.act, AuditRow.detail).where(AuditRow.subject == subject)
    found = session.execute(rows.order_by(AuditRow.audit_id.desc()).limit(1)).first()
    return (found[0], found[1]) if found is not None else None


def seal(session: Session) -> int:
    """Chain the rows not sealed yet; how many they were."""
    one_at_a_time(session, "audit")
    position, digest = session.execute(
        select(AuditRow.position, AuditRow.digest)
        .where(AuditRow.position.is_not(None))
        .order_by(AuditRow.position.desc())
        .limit(1)
    ).first() or (0, "")
    waiting = session.scalars(select(AuditRow).where(AuditRow.position.is_(None)).order_by(AuditRow.audit_id)).all()
    for row in waiting:
        digest = _digest(str(digest), row)
        position = int(position or 0) + 1
        row.position, row.digest = position, digest
    note(session, _SEALED, int(position or 0))
    return len(waiting)


def first_broken(session: Session) -> int | None:
    """Position of the first sealed row that does not fit the chain, or None where all of it holds."""
    digest, held = "", 0
    rows = session.scalars(select(AuditRow).where(AuditRow.position.is_not(None)).order_by(AuditRow.position))
    for expected, row in enumerate(rows, 1):
        digest = _digest(digest, row)
        if row.position != expected or row.digest != digest:
            return expected
        held = expected
    return held + 1 if held != current(session, _SEALED) else None


def sealed(session: Session) -> int:
    """How many rows the chain holds."""
    return int(session.scalar(select(func.max(AuditRow.position))) or 0)


def _digest(previous: str, row: AuditRow) -> str:
    content = [previous, row.audit_id, row.at.isoformat(), row.who, row.act, row.subject, row.detail]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
