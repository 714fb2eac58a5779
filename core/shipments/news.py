"""What carriers said lately that somebody should hear: how far a parcel is, and that it will be late before it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.orders.rows import OrderRow
from core.shipments.model import Parcel, ParcelStatus
from core.shipments.rows import ParcelRow, ScanRow

STAGES = {
    ParcelStatus.PICKED_UP: ("shipped", 1),
    ParcelStatus.IN_TRANSIT: ("shipped", 1),
    ParcelStatus.OUT_FOR_DELIVERY: ("out_for_delivery", 2),
    ParcelStatus.DELIVERED: ("delivered", 3),
    ParcelStatus.RETURNED: ("returned", 3),
}
"""What is told of each status, and how far along the way it is; told forwards only."""

_SETTLED = (ParcelStatus.OUT_FOR_DELIVERY, ParcelStatus.DELIVERED, ParcelStatus.RETURNED)
_LANE_DAYS = timedelta(days=180)
_LANE_MOST = 500
_ENOUGH = 8
_LIKELY = 0.8
_EVENING = 16


@dataclass(frozen=True)
class Fresh:
    """A parcel somebody may have to be told of."""

    customer_id: str
    order_number: str
    tracking_number: str


@dataclass(frozen=True)
class Lane:
    """How parcels of one carrier to one country fared: hours under way, and whether its drivers are scanned."""

    hours: tuple[float, ...]
    tells_delivery_day: bool


@dataclass(frozen=True)
class Delay:
    """A parcel will not come on its day; between these two it probably will, where others tell."""

    expected_on: date
    earliest: date | None = None
    latest: date | None = None


def scanned_since(session: Session, since: datetime) -> list[Fresh]:
    """Parcels that a carrier said something about since then, of customers with an account."""
    said = select(ScanRow.tracking_number).where(ScanRow.scanned_at > since)
    return _fresh(session, ParcelRow.tracking_number.in_(said))


def due_by(session: Session, first: date, last: date) -> list[Fresh]:
    """Parcels whose day lies between two and that have not reached an end."""
    ended = select(ScanRow.tracking_number).where(ScanRow.status.in_(["delivered", "returned"]))
    return _fresh(session, ParcelRow.expected_on.between(first, last), ParcelRow.tracking_number.not_in(ended))


def _fresh(session: Session, *conditions: ColumnElement[bool]) -> list[Fresh]:
    rows = session.execute(
        select(OrderRow.customer_id, OrderRow.order_number, ParcelRow.tracking_number)
        .join(OrderRow, OrderRow.order_number == ParcelRow.order_number)
        .where(OrderRow.customer_id.is_not(None), *conditions)
        .order_by(ParcelRow.tracking_number)
    )
    return [Fresh(str(customer_id), order_number, tracking) for customer_id, order_number, tracking in rows]


def lane(session: Session, carrier: str, country: str, now: datetime) -> Lane:
    """What parcels delivered in the last half year tell of a carrier and a country."""
    arrived = (
        select(ScanRow.tracking_number, func.min(ScanRow.scanned_at).label("at"))
        .where(ScanRow.status == "delivered", ScanRow.scanned_at > now - _LANE_DAYS, ScanRow.scanned_at <= now)
        .group_by(ScanRow.tracking_number)
        .subquery()
    )
    with_driver = select(ScanRow.tracking_number).where(ScanRow.status == "out_for_delivery")
    rows = session.execute(
        select(ParcelRow.shipped_at, arrived.c.at, ParcelRow.tracking_number.in_(with_driver))
        .join(arrived, arrived.c.tracking_number == ParcelRow.tracking_number)
        .join(OrderRow, OrderRow.order_number == ParcelRow.order_number)
        .where(ParcelRow.carrier == carrier, OrderRow.ship_country == country)
        .order_by(arrived.c.at.desc())
        .limit(_LANE_MOST)
    ).all()
    hours = sorted((at - shipped_at).total_seconds() / 3600 for shipped_at, at, _ in rows if at > shipped_at)
    drivers = sum(bool(scanned) for _, _, scanned in rows)
    return Lane(tuple(hours), len(rows) >= _ENOUGH and drivers * 2 >= len(rows))


def delay(parcel: Parcel, known: Lane, now: datetime, zone: ZoneInfo) -> Delay | None:
    """That a parcel will miss its day, told before the day is over; None where it may still make it.

    Of the parcels of its lane that took longer than this one has so far, four of five came after its day; or its day
    is nearly over, and no driver has it in a lane where drivers are scanned.
    """
    today = now.astimezone(zone).date()
    if parcel.expected_on is None or parcel.expected_on < today or parcel.status in _SETTLED:
        return None
    so_far = (now - parcel.shipped_at).total_seconds() / 3600
    later = [one for one in known.hours if one > so_far]
    arrivals = [(parcel.shipped_at + timedelta(hours=one)).astimezone(zone).date() for one in later]
    late = [day for day in arrivals if day > parcel.expected_on]
    enough = len(known.hours) >= _ENOUGH and len(later) >= _ENOUGH // 2
    if enough and len(late) >= _LIKELY * len(arrivals):
        return Delay(parcel.expected_on, late[0], late[(len(late) * 9 - 1) // 10])
    over = parcel.expected_on == today and now.astimezone(zone).hour >= _EVENING
    return Delay(parcel.expected_on) if over and known.tells_delivery_day else None


def parcel_in(parcels: Sequence[Parcel], tracking_number: str) -> Parcel | None:
    """The parcel of that number."""
    return next((one for one in parcels if one.tracking_number == tracking_number), None)
