"""Why a letter went, waits or was withdrawn, as whoever runs the shop wants to read it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.database.base import lookup
from core.mailroom import pace
from core.mailroom.outbox import URGENT, is_before
from core.mailroom.rows import OutboxRow

_MOST = 100


@dataclass(frozen=True)
class Explained:
    """One letter without its words: what it is about, how far it is, and why."""

    outbox_id: int
    key: str
    channel: str
    about: str
    state: str
    why: str
    attempts: int
    created_at: datetime
    settled_at: datetime | None


def letters(session: Session, where: tuple[str, str], channels: Collection[str], now: datetime) -> list[Explained]:
    """Letters by (`id`, number), (`customer`, id) or (`order`, number), latest first."""
    rows = session.scalars(
        select(OutboxRow).where(_named(*where)).order_by(OutboxRow.outbox_id.desc()).limit(_MOST)
    ).all()
    return [_explained(session, row, channels, now) for row in rows]


def for_a_person(session: Session, channels: Collection[str], now: datetime) -> list[Explained]:
    """Letters that need a person, latest first."""
    waiting = select(OutboxRow).where(OutboxRow.state.in_(("dead", "unknown")))
    rows = session.scalars(waiting.order_by(OutboxRow.outbox_id.desc()).limit(_MOST)).all()
    return [_explained(session, row, channels, now) for row in rows]


def _named(by: str, what: str) -> ColumnElement[bool]:
    if by == "customer":
        return OutboxRow.customer_id == lookup(what)
    if by == "order":
        return OutboxRow.key.startswith(f"order:{lookup(what)}:", autoescape=True)
    return OutboxRow.outbox_id == (int(what) if what.isdecimal() and len(what) < 19 else -1)


def _explained(session: Session, row: OutboxRow, channels: Collection[str], now: datetime) -> Explained:
    about = str(row.content.get("about") or row.kind)
    why = _why_waiting(session, row, channels, now) if row.state == "ready" else _why(row, now)
    return Explained(
        row.outbox_id, row.key, row.channel, about, row.state, why, row.attempt, row.created_at, row.settled_at
    )


def _why(row: OutboxRow, now: datetime) -> str:
    if row.state == "sent":
        again = "; it may have gone out twice, a sender stopped in between" if row.may_be_repeat else ""
        return f"sent{f', known there as {row.reference}' if row.reference else ''}{again}"
    if row.state in {"leased", "sending"}:
        lost = row.leased_until is not None and row.leased_until < now
        return "its sender stopped; it is taken up again" if lost else "is being sent"
    if row.state == "withdrawn":
        return f"not sent: {row.reason}"
    return f"waits for a person: {row.reason}"


def _why_waiting(session: Session, row: OutboxRow, channels: Collection[str], now: datetime) -> str:
    """The first of the reasons that keep a letter, in the order they are looked at when post is sent."""
    if row.channel not in channels:
        return f"waits: nothing is sent by {row.channel} here; switch the channel on"
    if row.expires_at <= now:
        return "is too old, and is put away when post is sent next"
    if row.not_before > now:
        until = f"{row.not_before:%Y-%m-%d %H:%M} UTC"
        return f"waits until {until}: " + ("quiet hours" if row.held else f"tried {row.attempt} times, {row.reason}")
    before = session.scalar(select(OutboxRow.outbox_id).where(is_before(row)).order_by(OutboxRow.outbox_id).limit(1))
    if before is not None:
        return f"waits behind letter {before} of the same chat"
    rests = pace.free_at(session, row.channel, row.place) if row.place else None
    if rests is not None and rests > now:
        return f"waits until {rests:%Y-%m-%d %H:%M:%S} UTC: the chat takes nothing before"
    return "is due" + (", before everything else" if row.lane == URGENT else "")


def tallied(session: Session) -> dict[tuple[str, str], int]:
    """How many letters stand in each state, by channel and state."""
    rows = session.execute(
        select(OutboxRow.channel, OutboxRow.state, func.count()).group_by(OutboxRow.channel, OutboxRow.state)
    )
    return {(channel, state): count for channel, state, count in rows}
