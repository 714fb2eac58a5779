"""Where parcels are asked about more than elsewhere, their days are said with more room: by carrier and lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import log2
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.database.upsert import insert_new
from core.orders.model import Order
from core.orders.rows import OrderRow
from core.shipments.model import Parcel
from core.shipments.rows import ParcelQuestionRow, ParcelRow

SINCE = timedelta(days=60)
MOST_DAYS = 3
_LEAST_ASKED = 5
_ALL_WEIGHT = 10.0


@dataclass(frozen=True)
class Lane:
    """A carrier's way from a place of the shop to a country."""

    carrier: str
    location: str
    country: str


def note_questions(session: Session, parcels: Sequence[Parcel], today: date) -> None:
    """Note that somebody asked where parcels under way are; a parcel counts once, however often it is asked about."""
    for parcel in parcels:
        if parcel.delivered_at is None:
            insert_new(session, ParcelQuestionRow, {"tracking_number": parcel.tracking_number, "asked_on": today})


def lane_of(order: Order, parcel: Parcel) -> Lane:
    """The lane that a parcel of an order travels on."""
    return Lane(parcel.carrier, order.location, order.ship_to.country)


def extra_days(session: Session, lane: Lane, today: date, zone: ZoneInfo) -> int:
    """Days to add to what a carrier expects on a lane.

    One for each doubling of the share of its parcels that are asked about over that of all parcels of the last weeks,
    rounded, at most `MOST_DAYS`. The share of all weighs as much as ten parcels of the lane, and fewer than
    `_LEAST_ASKED` parcels asked about say nothing.
    """
    since = datetime.combine(today - SINCE, time(), zone)
    asked = select(ParcelQuestionRow.tracking_number).where(ParcelQuestionRow.asked_on >= today - SINCE).distinct()
    is_asked = ParcelRow.tracking_number.in_(asked)
    on_lane = and_(
        ParcelRow.carrier == lane.carrier, OrderRow.location == lane.location, OrderRow.ship_country == lane.country
    )
    everywhere, of_them, lanes, of_these = session.execute(
        select(
            func.count(),
            func.count().filter(is_asked),
            func.count().filter(on_lane),
            func.count().filter(on_lane, is_asked),
        )
        .select_from(ParcelRow)
        .join(OrderRow, OrderRow.order_number == ParcelRow.order_number)
        .where(ParcelRow.shipped_at >= since)
    ).one()
    return room_for(of_these, lanes, of_them, everywhere)


def room_for(asked: int, parcels: int, asked_in_all: int, parcels_in_all: int) -> int:
    """Days of room for a lane, from the parcels asked about and sent on it and in all.

    >>> room_for(1, 1, 1, 200)
    0
    >>> room_for(12, 20, 30, 200)  # 0.45 of the lane, held to all, against 0.15: three times as many
    2
    """
    if asked < _LEAST_ASKED:
        return 0
    usual = asked_in_all / parcels_in_all
    share = (asked + _ALL_WEIGHT * usual) / (parcels + _ALL_WEIGHT)
    return min(MOST_DAYS, max(0, round(log2(share / usual))))
