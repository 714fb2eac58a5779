"""Stock: counts, movements with a cause, and enquiries for what was not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from core.database.upsert import direct, insert_new
from core.errors import Conflict
from core.inventory import departures
from core.inventory.rows import EnquiryRow, LocationRow, MovementRow, SaleRow, StockRow

MIRRORED = {"locations": LocationRow, "sales": SaleRow}
COUNTED = {"stock": StockRow}


@dataclass(frozen=True)
class Movement:
    """Units that come (positive) or go (negative), and why; the same cause moves the same shelf once."""

    cause: str
    sku: str
    location: str
    units: int


@dataclass(frozen=True)
class Room:
    """What a place has: room, and money of a month in minor units of `currency` (""; the shop's); None: no limit."""

    storage_m3: float | None = None
    budget: int | None = None
    currency: str = ""
    name: str = ""


def rooms(session: Session) -> dict[str, Room]:
    """What each place has."""
    rows = session.scalars(select(LocationRow))
    return {row.location: Room(row.storage_m3, row.budget, row.currency or "", row.name) for row in rows}


def location_names(session: Session) -> dict[str, str]:
    """What each location is called, by its code."""
    rows = session.execute(select(LocationRow.location, LocationRow.name))
    return {row.location: row.name for row in rows}


def on_hand(session: Session, skus: Sequence[str]) -> dict[str, int]:
    """Units of each product over all locations."""
    rows = direct(session).execute(
        select(StockRow.sku, func.sum(StockRow.on_hand)).where(StockRow.sku.in_(skus)).group_by(StockRow.sku)
    )
    return {sku: int(units) for sku, units in rows}


def on_hand_by_place(session: Session, skus: Sequence[str] | None = None) -> dict[tuple[str, str], int]:
    """Units of these products, or of all, at each location."""
    rows = select(StockRow.sku, StockRow.location, StockRow.on_hand)
    found = session.execute(rows if skus is None else rows.where(StockRow.sku.in_(skus)))
    return {(sku, location): units for sku, location, units in found}


def daily_sales(session: Session, since: date, until: date | None = None) -> list[tuple[str, str, date, int, float]]:
    """Sales beyond what orders hold, since a day: product, location, day, units, share of the day on sale."""
    before = true() if until is None else SaleRow.sold_on < until
    rows = session.execute(
        select(SaleRow.sku, SaleRow.location, SaleRow.sold_on, SaleRow.units, SaleRow.in_stock).where(
            SaleRow.sold_on >= since, before
        )
    )
    return [(sku, location, sold_on, units, in_stock) for sku, location, sold_on, units, in_stock in rows]


def enquiries(session: Session, since: date) -> list[tuple[str, date, int]]:
    """What was asked for in vain, since a day: product, day, units."""
    rows = session.execute(
        select(EnquiryRow.sku, EnquiryRow.asked_on, EnquiryRow.units).where(EnquiryRow.asked_on >= since)
    )
    return [(sku, asked_on, units) for sku, asked_on, units in rows]


def asked_in_vain(session: Session, skus: Sequence[str], since: date) -> dict[str, int]:
    """Units of each product that were asked for in vain since a day."""
    rows = session.execute(
        select(EnquiryRow.sku, func.sum(EnquiryRow.units))
        .where(EnquiryRow.sku.in_(skus), EnquiryRow.asked_on >= since)
        .group_by(EnquiryRow.sku)
    )
    return {sku: int(units) for sku, units in rows}


def unit_days(
    session: Session, skus: Sequence[str], location: str, since: datetime, until: datetime
) -> dict[str, float]:
    """Units times days that lay on a shelf between two moments, by the movements that were booked."""
    here = {sku: units for (sku, place), units in on_hand_by_place(session, skus).items() if place == location}
    moved = session.execute(
        select(MovementRow.sku, MovementRow.units, MovementRow.moved_at)
        .where(MovementRow.sku.in_(skus), MovementRow.location == location, MovementRow.moved_at > since)
        .order_by(MovementRow.moved_at.desc())
    ).all()
    lain: dict[str, float] = {}
    for sku, units in here.items():
        level, after = units, until
        for _, change, moved_at in (one for one in moved if one[0] == sku):
            at = min(moved_at, until)
            lain[sku] = lain.get(sku, 0.0) + max(level, 0) * (after - at).total_seconds() / 86400
            level, after = level - change, at
        lain[sku] = lain.get(sku, 0.0) + max(level, 0) * (after - since).total_seconds() / 86400
    return lain


def askers(session: Session, skus: Sequence[str], since: date) -> dict[str, dict[str, int]]:
    """Who asked in vain for each product since a day, and for how many units at most."""
    rows = session.execute(
        select(EnquiryRow.sku, EnquiryRow.asker, func.max(EnquiryRow.units))
        .where(EnquiryRow.sku.in_(skus), EnquiryRow.asked_on >= since)
        .group_by(EnquiryRow.sku, EnquiryRow.asker)
    )
    found: dict[str, dict[str, int]] = {}
    for sku, asker, units in rows:
        found.setdefault(sku, {})[asker] = units
    return found


def move(session: Session, movement: Movement, now: datetime) -> bool:
    """Book a movement; False where its cause was booked before and nothing changed.

    Raises:
        Conflict: fewer units are there than should go.
    """
    booked = insert_new(
        session,
        MovementRow,
        {
            "cause": movement.cause,
            "sku": movement.sku,
            "location": movement.location,
            "units": movement.units,
            "moved_at": now,
        },
    )
    if booked is None:
        return False
    insert_new(
        session,
        StockRow,
        {"sku": movement.sku, "location": movement.location, "on_hand": 0, "counted_at": now},
    )
    changing = update(StockRow).where(
        StockRow.sku == movement.sku,
        StockRow.location == movement.location,
        StockRow.on_hand + movement.units >= 0,
    )
    moved = session.scalar(changing.values(on_hand=StockRow.on_hand + movement.units).returning(StockRow.on_hand))
    if moved is None:
        raise Conflict(f"Fewer than {-movement.units} units of {movement.sku} are at {movement.location}.")
    return True


def count(session: Session, counts: Sequence[dict[str, Any]], now: datetime) -> dict[int, str]:
    """Take over counted stock, as movements from what the books said; the same count twice changes nothing.

    A count that finds what the books say moves nothing, unless it is the first: a ledger begins with it. What left with
    orders after the moment of a count stays gone, however late the count comes.

    Returns:
        For each count (by its index) that was left out, the sentence why.
    """
    departures.alone(session)
    skus = [row["sku"] for row in counts]
    known = _booked(session, skus)
    left = departures.left_since(session, skus, min((row["counted_at"] for row in counts), default=now))
    places = set(session.scalars(select(LocationRow.location)))
    faults: dict[int, str] = {}
    for index, row in enumerate(counts):
        place = row["sku"], row["location"]
        since = sum(units for left_at, units in left.get(place, ()) if left_at > row["counted_at"])
        if row["location"] not in places:
            faults[index] = f"location “{row['location']}” is not in locations; bring that first."
        elif fault := _count(session, row, known.get(place), since, now):
            faults[index] = fault
    return faults


def unknown_shelves(session: Session, counts: Sequence[dict[str, Any]]) -> list[int]:
    """Which counts (by their index) are of shelves where nothing was ever counted or booked."""
    known = _booked(session, [row["sku"] for row in counts])
    return [index for index, row in enumerate(counts) if (row["sku"], row["location"]) not in known]


def _count(session: Session, row: dict[str, Any], known: tuple[int, datetime] | None, left: int, now: datetime) -> str:
    """Book one count, of which `left` units left since; why not, where a later one, or another of it, is known."""
    booked, counted_at = known or (0, None)
    if counted_at is not None and row["counted_at"] < counted_at:
        return f"it was counted again later, at {counted_at:%Y-%m-%d %H:%M} UTC; give the latest count."
    sku, location, units = row["sku"], row["location"], max(0, row["on_hand"] - left) - booked
    if not units and counted_at is not None:
        _counted(session, row)
        return ""
    cause = f"count:{row['counted_at'].isoformat()}"
    is_new = move(session, Movement(cause, sku, location, units), min(row["counted_at"], now))
    if not is_new and row["counted_at"] == counted_at:
        return f"a count of that moment said {booked + left}; give the moment of the new count."
    if is_new:
        _counted(session, row)
    return ""


def _counted(session: Session, row: dict[str, Any]) -> None:
    here = (StockRow.sku == row["sku"], StockRow.location == row["location"])
    session.execute(update(StockRow).where(*here).values(counted_at=row["counted_at"]))


def enquire(session: Session, sku: str, asker: str, asked_on: date, units: int) -> bool:
    """Note that somebody asked for what was not there; once per person and spell, with the most they asked for.

    Returns:
        Whether it is the first time they asked since the shelf became empty.
    """
    asked = {"sku": sku, "asker": asker, "spell": spell(session, sku)}
    if insert_new(session, EnquiryRow, {**asked, "asked_on": asked_on, "units": units}) is not None:
        return True
    same = [getattr(EnquiryRow, name) == value for name, value in asked.items()]
    session.execute(update(EnquiryRow).where(*same, EnquiryRow.units < units).values(units=units))
    return False


def spell(session: Session, sku: str) -> int:
    """The movement with which a product's shelf last became empty, or full again; 0 where it never changed."""
    level = func.sum(MovementRow.units).over(order_by=MovementRow.movement_id)
    running = (
        select(MovementRow.movement_id, level.label("after"), (level - MovementRow.units).label("before"))
        .where(MovementRow.sku == sku)
        .subquery()
    )
    turned = (running.columns.after > 0) != (running.columns.before > 0)
    return int(session.scalar(select(func.max(running.columns.movement_id)).where(turned)) or 0)


def empty_days(session: Session, first: date, until: date, zone: ZoneInfo) -> dict[tuple[str, str], list[date]]:
    """Whole days from `first` and before `until` on which the ledger has a product's shelf empty, place by place.

    What was there before the first movement nobody knows: those days are left out. So are those on which more had left
    than the books had, before somebody told them better.
    """
    rows = session.execute(
        select(MovementRow.sku, MovementRow.location, MovementRow.units, MovementRow.moved_at).order_by(
            MovementRow.sku, MovementRow.location, MovementRow.moved_at, MovementRow.movement_id
        )
    )
    found: dict[tuple[str, str], list[date]] = {}
    for place, moves in groupby(rows, key=lambda row: (row.sku, row.location)):
        level, begun = 0, None
        for move_ in moves:
            on = move_.moved_at.astimezone(zone).date()
            if begun is not None:
                found.setdefault(place, []).extend(_between(begun, on, first))
            level += move_.units
            begun = on if level == 0 else None
        if begun is not None:
            found.setdefault(place, []).extend(_between(begun, until, first))
    return {place: days for place, days in found.items() if days}


def _between(begun: date, ended: date, first: date) -> list[date]:
    """The days after one and before another, from `first` on."""
    start = max(begun + timedelta(days=1), first)
    return [start + timedelta(days=day) for day in range((ended - start).days)]


def _booked(session: Session, skus: Sequence[str]) -> dict[tuple[str, str], tuple[int, datetime]]:
    rows = session.execute(
        select(StockRow.sku, StockRow.location, StockRow.on_hand, StockRow.counted_at).where(StockRow.sku.in_(skus))
    )
    return {(sku, location): (units, counted_at) for sku, location, units, counted_at in rows}
