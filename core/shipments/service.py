"""Parcels of orders; whoever calls has made sure whose the order is."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.database.base import lookup
from core.errors import NotFound
from core.orders.model import Order
from core.orders.rows import OrderRow
from core.shipments.model import Parcel, ParcelLine, ParcelStatus, Scan
from core.shipments.rows import ParcelBookingRow, ParcelLineRow, ParcelQuestionRow, ParcelRow, ScanRow

MIRRORED = {"parcels": ParcelRow, "parcel_lines": ParcelLineRow, "scans": ScanRow}


def parcels_of(session: Session, order: Order) -> tuple[Parcel, ...]:
    """The parcels of an order, first sent first, each with its scans and the lines in it."""
    rows = session.scalars(
        select(ParcelRow)
        .where(ParcelRow.order_number == order.order_number)
        .order_by(ParcelRow.shipped_at, ParcelRow.tracking_number)
    ).all()
    numbers = [row.tracking_number for row in rows]
    scans, lines = _scans(session, numbers), _lines(session, numbers, order)
    return tuple(
        Parcel(
            row.tracking_number,
            row.order_number,
            row.carrier,
            row.shipped_at,
            row.expected_on,
            tuple(scans[row.tracking_number]),
            tuple(lines[row.tracking_number]),
        )
        for row in rows
    )


def keep_parcels(session: Session, orders: Collection[str], tracking_numbers: Collection[str]) -> None:
    """Remove parcels of these orders that are not among the numbers, with all that was said of them.

    What was booked here stays: the order's own system may not have heard of it yet.
    """
    booked = select(ParcelBookingRow.tracking_number)
    here = select(ParcelRow.tracking_number).where(
        ParcelRow.order_number.in_(orders), ParcelRow.tracking_number.not_in(booked)
    )
    gone = set(session.scalars(here)) - set(tracking_numbers)
    for table in (ParcelQuestionRow, ScanRow, ParcelLineRow, ParcelRow) if gone else ():
        session.execute(delete(table).where(table.tracking_number.in_(gone)))


def order_number_of(session: Session, customer_id: str, tracking_number: str) -> str:
    """The number of the customer's order that a parcel belongs to.

    Raises:
        NotFound: there is no such parcel, or it is somebody else's.
    """
    found = session.scalar(
        select(ParcelRow.order_number)
        .join(OrderRow, OrderRow.order_number == ParcelRow.order_number)
        .where(OrderRow.customer_id == customer_id, ParcelRow.tracking_number == lookup(tracking_number.upper()))
    )
    if found is None:
        raise NotFound(f"I find no parcel {tracking_number[:40]} of yours.", "no-parcel", number=tracking_number[:40])
    return found


def _scans(session: Session, numbers: Sequence[str]) -> dict[str, list[Scan]]:
    found: dict[str, list[Scan]] = {number: [] for number in numbers}
    rows = session.scalars(
        select(ScanRow).where(ScanRow.tracking_number.in_(numbers)).order_by(ScanRow.scanned_at, ScanRow.status)
    )
    for row in rows:
        found[row.tracking_number].append(Scan(row.scanned_at, ParcelStatus(row.status), row.place, row.note))
    return found


def _lines(session: Session, numbers: Sequence[str], order: Order) -> dict[str, list[ParcelLine]]:
    found: dict[str, list[ParcelLine]] = {number: [] for number in numbers}
    descriptions = {line.line: line.description for line in order.lines}
    rows = session.scalars(
        select(ParcelLineRow).where(ParcelLineRow.tracking_number.in_(numbers)).order_by(ParcelLineRow.line)
    )
    for row in rows:
        found[row.tracking_number].append(ParcelLine(row.line, descriptions.get(row.line, ""), row.quantity))
    return found
