"""What was done for people in their chats, so that the last of it can be taken back for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.conversation.rows import DoneActRow
from core.database.upsert import add

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Done:
    """Something done; `undo` is what taking it back needs to know, None where it cannot be taken back."""

    act_id: int
    intent: str
    undo: dict[str, Any] | None
    done_at: datetime


@dataclass(frozen=True)
class Doer:
    """A person, and which of an account's people it is."""

    person: str
    member: str = ""


def note(session: Session, doer: Doer, intent: str, undo: dict[str, Any] | None, now: datetime) -> None:
    """Keep in mind what was done."""
    row = {"person": doer.person, "member": doer.member, "intent": intent, "undo": undo, "done_at": now}
    add(session, DoneActRow, [{**row, "undone_at": None}])


def last(session: Session, doer: Doer) -> Done | None:
    """The last thing done for somebody that was not taken back."""
    row = session.scalar(
        select(DoneActRow)
        .where(DoneActRow.person == doer.person, DoneActRow.member == doer.member, DoneActRow.undone_at.is_(None))
        .order_by(DoneActRow.act_id.desc())
        .limit(1)
    )
    return Done(row.act_id, row.intent, row.undo, row.done_at) if row is not None else None


def take_back(session: Session, doer: Doer, act_id: int, now: datetime) -> bool:
    """Mark it as taken back; False where it was before, or is somebody else's."""
    taking = update(DoneActRow).where(
        DoneActRow.act_id == act_id,
        DoneActRow.person == doer.person,
        DoneActRow.member == doer.member,
        DoneActRow.undone_at.is_(None),
    )
    return session.scalar(taking.values(undone_at=now).returning(DoneActRow.act_id)) is not None


def forget_old(session: Session, now: datetime) -> None:
    """Remove what can no longer be taken back anyway."""
    session.execute(delete(DoneActRow).where(DoneActRow.done_at < now - KEPT_FOR))
