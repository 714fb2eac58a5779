"""Which record of ours is which of a connected system's, and whether what is told of it is news."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from core.canonical import BY_NAME
from core.database.upsert import insert_new, upsert
from core.exchange.model import ENDING, Drift, Record, version
from core.exchange.rows import OriginRow
from core.mailroom import outbox

_AT_ONCE = 500
_NEW = {"feed": "", "gone": False, "served_there": False, "awaits": "", "not_taken": []}


@dataclass(frozen=True)
class Told:
    """How records came: by which feed, and whether they were `asked` for; `whole` where all there is was asked for."""

    feed: str = ""
    asked: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Stands:
    """How a record of ours stands in another system, as of a version."""

    external_id: str
    state: str
    version: str


@dataclass(frozen=True)
class Sifted:
    """Records that are news, in our own numbers; of older ones the rows that are as good as newer ones; the drift."""

    fresh: Sequence[Record]
    older: Sequence[Record]
    drift: Drift


def sift(session: Session, system: str, records: Sequence[Record], told: Told, now: datetime) -> Sifted:
    """Keep what is news; what we are writing back ourselves is looked up again once that is settled.

    What was asked for goes before what was told of the same moment, and of two told the same one wins in any order.
    """
    known = _known(session, system, [(one.table, one.external_id) for one in records])
    numbers = _known(session, system, [("orders", one.about) for one in records if one.about])
    beside = {one.external_id: one.key for one in records if one.table == "orders"}
    busy = outbox.under_way(session, system)
    latest: dict[tuple[str, str], Record] = {}
    older: list[Record] = []
    missing = different = 0
    for record in records:
        before, order = known.get((record.table, record.external_id)), numbers.get(("orders", record.about))
        number = (order.key if order else "") or beside.get(record.about, "")
        own = in_our_numbers(record, before.key if before else "", number)
        if busy & {f"{record.table}:{own.key}", f"orders:{number}"}:
            hint(session, system, record.table, record.external_id, now)
            continue
        missing += before is None or not before.version
        different += before is not None and bool(before.version) and before.digest != record.digest
        rival = latest.get((record.table, record.external_id))
        standing = (rival.version, rival.digest) if rival else (before.version, before.digest) if before else ("", "")
        is_news = record.version >= standing[0] if told.asked else (record.version, record.digest) > standing
        if not is_news:
            older.append(own)
            continue
        if rival is not None:
            older.append(rival)
        latest[record.table, record.external_id] = own
    return Sifted(list(latest.values()), older, Drift(len(records), missing, different))


def in_our_numbers(record: Record, key: str, order_number: str) -> Record:
    """The record under the number we know it by, and of the order as we number it."""
    swaps = {}
    if key and key != record.key:
        swaps[BY_NAME[record.table].key[0], record.key] = key
    if record.about and order_number:
        swaps["order_number", record.about] = order_number
    if not swaps:
        return record
    rows = {
        name: [{column: swaps.get((column, value), value) if isinstance(value, str) else value
                for column, value in row.items()} for row in of_it]
        for name, of_it in record.rows.items()
    }  # fmt: skip
    return replace(record, key=key or record.key, rows=rows)


def note(session: Session, system: str, taken: Sequence[tuple[Record, str]], told: Told, now: datetime) -> None:
    """Keep where records came from and how new they are; each with its digest, empty where not all of it went in."""
    rows = [
        {
            "system": system, "table": record.table, "external_id": record.external_id, "key": record.key,
            "version": record.version, "digest": digest, "feed": told.feed, "seen_at": now, "gone": record.gone,
            "served_there": record.served_there, "awaits": record.awaits, "not_taken": sorted(record.not_taken),
        }
        for record, digest in taken
    ]  # fmt: skip
    upsert(session, OriginRow, rows if told.feed else [{k: v for k, v in row.items() if k != "feed"} for row in rows])


def see(session: Session, system: str, records: Sequence[Record], now: datetime) -> None:
    """Note that records are still there, though nothing about them is news."""
    for table in {one.table for one in records}:
        ids = [one.external_id for one in records if one.table == table]
        here = (OriginRow.system == system, OriginRow.table == table, OriginRow.external_id.in_(ids))
        session.execute(update(OriginRow).where(*here).values(seen_at=now))


def link(session: Session, system: str, table: str, external_id: str, key: str) -> None:
    """Remember what a record that we made there is called there."""
    row = {"system": system, "table": table, "external_id": external_id, "key": key, "version": "", "digest": ""}
    insert_new(session, OriginRow, {**row, **_NEW})


def stand(session: Session, system: str, table: str, external_id: str, state: str, now: datetime) -> None:
    """Note how a record stands there that is told by its state alone."""
    here = (OriginRow.system == system, OriginRow.table == table, OriginRow.external_id == external_id)
    session.execute(update(OriginRow).where(*here).values(digest=state, version=version(now), seen_at=now))


def standing(session: Session, system: str, table: str, keys: Sequence[str]) -> dict[str, Stands]:
    """Those of our records that are there too, by our numbers."""
    found: dict[str, Stands] = {}
    for first in range(0, len(keys), _AT_ONCE):
        here = (OriginRow.system == system, OriginRow.table == table, OriginRow.key.in_(keys[first : first + _AT_ONCE]))
        rows = session.scalars(select(OriginRow).where(*here, OriginRow.gone.is_(False)))
        found |= {row.key: Stands(row.external_id, row.digest, row.version) for row in rows}
    return found


def places_of(session: Session, table: str, key: str) -> list[tuple[str, str]]:
    """The systems a record came from, each with its id there."""
    rows = select(OriginRow.system, OriginRow.external_id).where(
        OriginRow.table == table, OriginRow.key == key, OriginRow.gone.is_(False)
    )
    return [(system, external_id) for system, external_id in session.execute(rows.order_by(OriginRow.system))]


def awaiting(session: Session, table: str, act: str) -> list[str]:
    """Our numbers of records whose system waits for an act of ours."""
    rows = select(OriginRow.key).where(
        OriginRow.table == table, OriginRow.awaits == act, OriginRow.gone.is_(False), OriginRow.key != ""
    )
    return list(session.scalars(rows.order_by(OriginRow.key)))


def key_of(session: Session, system: str, table: str, external_id: str) -> str | None:
    """Our number of a record of theirs."""
    row = session.get(OriginRow, (system, table, external_id))
    return row.key if row is not None else None


def hint(session: Session, system: str, table: str, external_id: str, now: datetime) -> None:
    """Have a record looked up."""
    row = {"system": system, "table": table, "external_id": external_id, "key": "", "version": "", "digest": ""}
    if insert_new(session, OriginRow, {**row, **_NEW, "stale_at": now}) is None:
        here = (OriginRow.system == system, OriginRow.table == table, OriginRow.external_id == external_id)
        session.execute(update(OriginRow).where(*here).values(stale_at=now))


def hinted(session: Session, system: str, limit: int) -> list[tuple[str, str, datetime]]:
    """What has to be looked up, longest first: table, id there and since when; not what we are changing ourselves."""
    name = OriginRow.table.concat(":").concat(OriginRow.key)
    rows = (
        select(OriginRow.table, OriginRow.external_id, OriginRow.stale_at)
        .where(
            OriginRow.system == system,
            OriginRow.stale_at.is_not(None),
            name.not_in(outbox.under_way(session, system)),
        )
        .order_by(OriginRow.stale_at, OriginRow.external_id)
        .limit(limit)
    )
    return [(table, external_id, at) for table, external_id, at in session.execute(rows) if at is not None]


def looked_up(session: Session, system: str, table: str, external_id: str, since: datetime) -> None:
    """A record was looked up, unless it was hinted at again meanwhile."""
    here = (OriginRow.system == system, OriginRow.table == table, OriginRow.external_id == external_id)
    session.execute(update(OriginRow).where(*here, OriginRow.stale_at == since).values(stale_at=None))


def keys(session: Session, system: str, table: str) -> list[str]:
    """Our numbers of all records of a table that came from a system."""
    return list(session.scalars(select(OriginRow.key).where(OriginRow.system == system, OriginRow.table == table)))


def feeds_of(session: Session, system: str, table: str) -> list[str]:
    """The feeds that brought records of a table."""
    here = (OriginRow.system == system, OriginRow.table == table, OriginRow.feed != "")
    return list(session.scalars(select(OriginRow.feed).where(*here).distinct().order_by(OriginRow.feed)))


def unseen(session: Session, system: str, feed: str, since: datetime) -> int:
    """How many records a feed brought once that were not there any more when all of them were read."""
    rows = select(func.count()).select_from(OriginRow).where(*_unseen(system, feed, since))
    return session.scalar(rows) or 0


def look_for_unseen(session: Session, system: str, feed: str, since: datetime, now: datetime) -> None:
    """Have those looked up whose end changes something here: only what is not there for sure is gone."""
    ends = OriginRow.table.in_(ENDING)
    session.execute(update(OriginRow).where(*_unseen(system, feed, since), ends).values(stale_at=now))


def _unseen(system: str, feed: str, since: datetime) -> tuple[ColumnElement[bool], ...]:
    here = OriginRow.system == system, OriginRow.feed == feed
    return (*here, OriginRow.seen_at < since, OriginRow.gone.is_(False))


def _known(session: Session, system: str, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], OriginRow]:
    found: dict[tuple[str, str], OriginRow] = {}
    for table in {table for table, _ in names}:
        ids = {external_id for its, external_id in names if its == table}
        here = (OriginRow.system == system, OriginRow.table == table, OriginRow.external_id.in_(ids))
        rows = session.scalars(select(OriginRow).where(*here).execution_options(populate_existing=True))
        found |= {(row.table, row.external_id): row for row in rows}
    return found
