"""How far each feed of a system was read, and how it stands."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.upsert import insert_new, upsert
from core.exchange.model import Cursor, Drift, Standing, System
from core.exchange.rows import FeedRow, OriginRow, SystemRow


def introduce(session: Session, system: System) -> None:
    """Write down what a system is called and takes, for whoever meets one of its records."""
    row = {"system": system.name, "label": system.label, "acts": sorted(system.acts)}
    upsert(session, SystemRow, [{**row, "elsewhere": dict(system.elsewhere)}])


def begin(session: Session, system: str, feed: str, now: datetime, *, whole: bool) -> Cursor | None:
    """From where to read on; a reading of everything that was cut off goes on too."""
    empty: dict[str, Any] = {"trouble": "", "succeeded_at": None, "failing_since": None}
    insert_new(session, FeedRow, {"system": system, "feed": feed, **empty})
    row = session.get_one(FeedRow, (system, feed), populate_existing=True)
    if not whole:
        return row.cursor
    if row.whole_began_at is None:
        row.whole_began_at, row.whole, row.drift = now, None, asdict(Drift())
    return row.whole


def keep(session: Session, system: str, feed: str, cursor: Cursor, *, whole: bool) -> None:
    """Go on from here the next time."""
    row = session.get_one(FeedRow, (system, feed), populate_existing=True)
    if whole:
        row.whole = cursor
    else:
        row.cursor = cursor


def recover(session: Session, system: str, feed: str) -> None:
    """What could not be said is said again."""
    failing = (FeedRow.system == system, FeedRow.feed == feed, FeedRow.failing_since.is_not(None))
    session.execute(update(FeedRow).where(*failing).values(failing_since=None, trouble=""))


def add_drift(session: Session, system: str, feed: str, found: Drift) -> None:
    """Add what a page of a reading of everything showed."""
    row = session.get_one(FeedRow, (system, feed), populate_existing=True)
    before = Drift(**(row.drift or {}))
    row.drift = asdict(
        Drift(
            before.seen + found.seen, before.missing + found.missing,
            before.different + found.different, before.extra + found.extra,
        )
    )  # fmt: skip


def began(session: Session, system: str, feed: str) -> datetime | None:
    """When the reading of everything began that is under way."""
    return session.get_one(FeedRow, (system, feed)).whole_began_at


def succeed(session: Session, system: str, feed: str, now: datetime, *, whole: bool) -> None:
    """A feed was read to its end; after everything was read, reading goes on from what was newest in it."""
    row = session.get_one(FeedRow, (system, feed), populate_existing=True)
    row.succeeded_at, row.failing_since, row.trouble = now, None, ""
    if whole:
        row.cursor, row.whole, row.whole_began_at, row.compared_at = row.whole or row.cursor, None, None, now


def compare_soon(session: Session, system: str, feed: str) -> None:
    """Read everything of a feed the next time, and compare."""
    row = session.get(FeedRow, (system, feed), populate_existing=True)
    if row is not None:
        row.cursor = None


def fail(session: Session, system: str, feed: str, trouble: str, now: datetime, *, is_stuck: bool = False) -> None:
    """A feed could not be read on.

    Where it got no further than the last time (`is_stuck`), which failed too, it is the place it goes on from that its
    system does not take: the next reading begins anew, from what changed since the last one that came to its end.
    """
    row = session.get_one(FeedRow, (system, feed), populate_existing=True)
    if is_stuck and row.failing_since is not None:
        row.whole = None
        row.cursor = {"since": row.cursor["since"]} if row.cursor and row.cursor.get("since") else None
    row.failing_since, row.trouble = row.failing_since or now, trouble[:500]


def standings(session: Session, systems: Sequence[str] | None = None) -> list[Standing]:
    """How the feeds of these systems stand, or of all."""
    rows = select(FeedRow, SystemRow.label).join(SystemRow, SystemRow.system == FeedRow.system, isouter=True)
    chosen = rows if systems is None else rows.where(FeedRow.system.in_(systems))
    return [
        Standing(
            row.system, label or row.system, row.feed, row.succeeded_at, row.failing_since, row.trouble,
            Drift(**row.drift) if row.drift and row.compared_at and row.whole_began_at is None else None,
            row.compared_at,
        )
        for row, label in session.execute(chosen.order_by(FeedRow.system, FeedRow.feed))
    ]  # fmt: skip


def system_of(session: Session, table: str, key: str) -> System | None:
    """The system that a record came from, with the acts that it takes on it; None where it is ours alone."""
    found = session.execute(
        select(SystemRow, OriginRow.served_there, OriginRow.not_taken)
        .join(OriginRow, OriginRow.system == SystemRow.system)
        .where(OriginRow.table == table, OriginRow.key == key, OriginRow.gone.is_(False))
        .order_by(SystemRow.system)
        .limit(1)
    ).first()
    if found is None:
        return None
    row, is_served_there, not_taken = found
    acts = frozenset(() if is_served_there else row.acts) - frozenset(not_taken)
    return System(row.system, row.label, acts, dict(row.elsewhere))


def taking(session: Session, act: str, table: str, keys: Sequence[str]) -> set[str]:
    """Which of these records came from a system that takes such an act on them."""
    rows = (
        select(OriginRow.key, SystemRow.acts, OriginRow.not_taken)
        .join(SystemRow, SystemRow.system == OriginRow.system)
        .where(
            OriginRow.table == table, OriginRow.key.in_(keys), OriginRow.gone.is_(False),
            OriginRow.served_there.is_(False),
        )
    )  # fmt: skip
    return {key for key, acts, not_taken in session.execute(rows) if act in acts and act not in not_taken}


def acts_of(session: Session, system: str) -> frozenset[str]:
    """What a system takes from us."""
    row = session.get(SystemRow, system)
    return frozenset(row.acts) if row is not None else frozenset()


def silent_since(session: Session, table: str, key: str) -> tuple[str, datetime | None] | None:
    """Whether the system that a record came from does not answer: its name, and as of when we know the record."""
    failing = session.execute(
        select(SystemRow.label, FeedRow.succeeded_at)
        .join(OriginRow, OriginRow.system == SystemRow.system)
        .join(FeedRow, (FeedRow.system == OriginRow.system) & (FeedRow.feed == OriginRow.feed))
        .where(OriginRow.table == table, OriginRow.key == key, FeedRow.failing_since.is_not(None))
        .limit(1)
    ).first()
    return (failing[0], failing[1]) if failing is not None else None


def reset(session: Session, system: str, feed: str) -> None:
    """Begin a reading of everything anew, wherever the last one was cut off."""
    here = (FeedRow.system == system, FeedRow.feed == feed)
    session.execute(update(FeedRow).where(*here).values(whole=None, whole_began_at=None))
