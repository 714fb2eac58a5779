"""Parcels that are booked here, of orders from another system: it is told of each once, with what is in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from core.database.mirror import Faults, take_over
from core.database.upsert import insert_new
from core.exchange import feeds, writing_back
from core.exchange.writing_back import Change
from core.orders.rows import OrderLineRow
from core.shipments import scanning
from core.shipments.rows import ParcelBookingRow, ParcelLineRow, ParcelRow

_SETTLES = timedelta(minutes=1)  # an import brings parcels before what is in them
_WAITS = timedelta(minutes=15)
_PAGE = 200
_IN_TURN = (ParcelBookingRow.booked_at, ParcelBookingRow.tracking_number)


def take(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> Faults:
    """Take parcels over; those that are new, of orders whose system takes word of parcels, are booked.

    Returns:
        For each row (by its index) that was left out, the sentence why.
    """
    known = scanning.known(session, [row["tracking_number"] for row in rows])
    faults = take_over(session, ParcelRow, rows)
    new = [row for index, row in enumerate(rows) if index not in faults and row["tracking_number"] not in known]
    taking = feeds.taking(session, "ship", "orders", sorted({row["order_number"] for row in new})) if new else set()
    for row in new:
        if row["order_number"] in taking:
            booked = {"tracking_number": row["tracking_number"], "booked_at": now, "passed_on_at": None}
            insert_new(session, ParcelBookingRow, booked)
    return faults


def due(session: Session, now: datetime) -> list[str]:
    """Parcels to be passed on, first booked first; one of which nobody says what is in it waits for a while."""
    filled = select(ParcelLineRow.tracking_number).where(
        ParcelLineRow.tracking_number == ParcelBookingRow.tracking_number
    )
    is_due = or_(
        and_(filled.exists(), ParcelBookingRow.booked_at <= now - _SETTLES), ParcelBookingRow.booked_at <= now - _WAITS
    )
    waiting = select(ParcelBookingRow.tracking_number).where(ParcelBookingRow.passed_on_at.is_(None), is_due)
    return list(session.scalars(waiting.order_by(*_IN_TURN).limit(_PAGE)))


def pass_on(session: Session, tracking_number: str, now: datetime) -> bool:
    """Have the order's system told of a parcel; False where somebody else just did.

    Two may come at once: it is marked only from unmarked, so one of them wins.
    """
    marking = update(ParcelBookingRow).where(
        ParcelBookingRow.tracking_number == tracking_number, ParcelBookingRow.passed_on_at.is_(None)
    )
    if session.scalar(marking.values(passed_on_at=now).returning(ParcelBookingRow.tracking_number)) is None:
        return False
    parcel = session.get_one(ParcelRow, tracking_number)
    detail = {
        "tracking_number": tracking_number, "carrier": parcel.carrier, "shipped_at": parcel.shipped_at.isoformat(),
        "place": _place(session, parcel), "lines": _contents(session, parcel),
    }  # fmt: skip
    change = Change("ship", parcel.order_number, f"parcel:{tracking_number}", None, {}, detail)
    return writing_back.pass_on(session, change, now)


def _place(session: Session, parcel: ParcelRow) -> int:
    """Which parcel of its order it is, 1 for the first; the same whenever it is asked, as none that was booked goes."""
    booked = (
        select(ParcelBookingRow.tracking_number)
        .join(ParcelRow, ParcelRow.tracking_number == ParcelBookingRow.tracking_number)
        .where(ParcelRow.order_number == parcel.order_number)
    )
    return list(session.scalars(booked.order_by(*_IN_TURN))).index(parcel.tracking_number) + 1


def _contents(session: Session, parcel: ParcelRow) -> list[dict[str, Any]]:
    """What is in a parcel; where nobody says, all of its order that is in no other one."""
    lines = select(ParcelLineRow.line, ParcelLineRow.quantity).where(
        ParcelLineRow.tracking_number == parcel.tracking_number
    )
    inside = {int(line): int(units) for line, units in session.execute(lines.order_by(ParcelLineRow.line))}
    return [{"line": line, "quantity": quantity} for line, quantity in (inside or _rest(session, parcel)).items()]


def _rest(session: Session, parcel: ParcelRow) -> dict[int, int]:
    ordered = select(OrderLineRow.line, OrderLineRow.quantity).where(OrderLineRow.order_number == parcel.order_number)
    packed = (
        select(ParcelLineRow.line, func.sum(ParcelLineRow.quantity))
        .join(ParcelRow, ParcelRow.tracking_number == ParcelLineRow.tracking_number)
        .where(ParcelRow.order_number == parcel.order_number)
        .group_by(ParcelLineRow.line)
    )
    elsewhere = {line: int(units) for line, units in session.execute(packed)}
    left = {
        line: units - elsewhere.get(line, 0) for line, units in session.execute(ordered.order_by(OrderLineRow.line))
    }
    return {line: units for line, units in left.items() if units > 0}
