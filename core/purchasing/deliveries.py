"""What arrives of purchase orders: booked once, onto the shelf, and never more than was ordered and a little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.config import Planning
from core.database.audit import record
from core.database.base import lookup
from core.database.upsert import insert_new
from core.errors import Conflict, InvalidInput, NotFound, PortalError
from core.inventory import service as inventory
from core.inventory.service import Movement
from core.purchasing.changes import close_if_complete, take_in_hand
from core.purchasing.model import PurchaseOrder
from core.purchasing.orders import known_order
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow, ReceiptRow

_MOST_UNITS = 10_000_000


@dataclass(frozen=True)
class Arrival:
    """What came of a purchase order: units by line, when, and who says so; the same `receipt_number` is booked once."""

    receipt_number: str
    purchase_order_number: str
    units: Mapping[int, int]
    received_at: datetime
    received_by: str


def receive(session: Session, arrival: Arrival, planning: Planning, now: datetime) -> PurchaseOrder:
    """Book what came; what this receipt has booked before is not booked again.

    Raises:
        Conflict: the order is closed or cancelled, or more would have come than was ordered and tolerated.
        InvalidInput: no units, or no whole number of them.
        NotFound: there is no such order or line.
    """
    number = lookup(arrival.purchase_order_number)
    _check(arrival)
    rows = _lines(session, number)
    if not rows:
        raise NotFound(f"There is no purchase order {number[:30]}.")
    if unknown := sorted(set(arrival.units) - set(rows)):
        raise NotFound(f"Purchase order {number} has no line {unknown[0]}.")
    fresh = {line: units for line, units in arrival.units.items() if units and _is_new(session, arrival, line, units)}
    if not fresh:
        return known_order(session, number)
    row = take_in_hand(session, number)
    for line, units in fresh.items():
        _book(session, row, rows[line], units, planning)
        cause = f"receipt:{arrival.receipt_number}:{number}:{line}"
        inventory.move(session, Movement(cause, rows[line].sku, row.location, units), now)
    units_by_line = {str(line): units for line, units in sorted(fresh.items())}
    detail = {"receipt": arrival.receipt_number, "units": units_by_line}
    record(session, now, arrival.received_by, "goods_received", f"purchase_order:{number}", **detail)
    close_if_complete(session, row, arrival.received_at, arrival.received_by, now)
    session.expire_all()
    return known_order(session, number)


def take(session: Session, rows: Sequence[dict[str, Any]], planning: Planning, now: datetime) -> dict[int, str]:
    """Take over receipts that were brought, row by row; the same again books nothing.

    Returns:
        For each row (by its index) that was left out, the sentence why.

    What a line's `received` had counted already when the order was brought is only noted, not counted again.
    """
    faults: dict[int, str] = {}
    for index, row in enumerate(rows):
        number, line = row["purchase_order_number"], row["line"]
        arrival = Arrival(row["receipt_number"], number, {line: row["units"]}, row["received_at"], "import")
        known = session.get(ReceiptRow, (arrival.receipt_number, number, line))
        if known is not None and known.units != row["units"]:
            faults[index] = f"it was booked already with {known.units} units; give a correction its own number."
            continue
        try:
            with session.begin_nested():
                if not _is_counted(session, arrival, line):
                    receive(session, arrival, planning, now)
        except PortalError as refusal:
            faults[index] = str(refusal)
    return faults


def with_receipts(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Lines of orders that are brought: as received counts what they say, and never less than receipts are known of."""
    numbers = {row["purchase_order_number"] for row in rows}
    asking = select(ReceiptRow.purchase_order_number, ReceiptRow.line, func.sum(ReceiptRow.units))
    mine = asking.where(ReceiptRow.purchase_order_number.in_(numbers))
    grouped = mine.group_by(ReceiptRow.purchase_order_number, ReceiptRow.line)
    known = {(number, line): int(units) for number, line, units in session.execute(grouped)}
    brought = []
    for row in rows:
        units = known.get((row["purchase_order_number"], row["line"]), 0)
        as_of = now if row["received"] > units else None
        brought.append({**row, "received": max(row["received"], units), "received_as_of": as_of})
    return brought


def _is_counted(session: Session, arrival: Arrival, line: int) -> bool:
    """Whether what came is part of what the order's line said when it was brought; then the receipt is noted."""
    row = session.get(PurchaseOrderLineRow, (arrival.purchase_order_number, line), populate_existing=True)
    if row is None or row.received_as_of is None or arrival.received_at > row.received_as_of:
        return False
    mine = ReceiptRow.purchase_order_number == arrival.purchase_order_number, ReceiptRow.line == line
    noted = session.scalar(select(func.sum(ReceiptRow.units)).where(*mine)) or 0
    if noted + arrival.units[line] > row.received:
        return False
    _is_new(session, arrival, line, arrival.units[line])
    return True


def most_accepted(quantity: int, planning: Planning) -> int:
    """Units of a line that may arrive in all.

    >>> most_accepted(40, Planning(over_receipt=0.05))
    42
    """
    return quantity + floor(quantity * planning.over_receipt + 1e-9)


def _check(arrival: Arrival) -> None:
    if not arrival.units or not any(arrival.units.values()):
        raise InvalidInput("Say how many units came of at least one line.", "receipt-empty")
    if any(not 0 <= units <= _MOST_UNITS for units in arrival.units.values()):
        raise InvalidInput("Units that came are a whole number, not below zero.", "receipt-units")


def _lines(session: Session, number: str) -> dict[int, PurchaseOrderLineRow]:
    found = session.scalars(select(PurchaseOrderLineRow).where(PurchaseOrderLineRow.purchase_order_number == number))
    return {row.line: row for row in found}


def _is_new(session: Session, arrival: Arrival, line: int, units: int) -> bool:
    written = {
        "receipt_number": arrival.receipt_number,
        "purchase_order_number": lookup(arrival.purchase_order_number),
        "line": line,
        "units": units,
        "received_at": arrival.received_at,
        "received_by": arrival.received_by,
    }
    return insert_new(session, ReceiptRow, written) is not None


def _book(session: Session, order: PurchaseOrderRow, row: PurchaseOrderLineRow, units: int, planning: Planning) -> None:
    """Count units as received, unless that is more than is accepted: decided in the database, whoever else books."""
    most = most_accepted(row.quantity, planning)
    booking = update(PurchaseOrderLineRow).where(
        PurchaseOrderLineRow.purchase_order_number == order.purchase_order_number,
        PurchaseOrderLineRow.line == row.line,
        PurchaseOrderLineRow.quantity == row.quantity,
        PurchaseOrderLineRow.received + PurchaseOrderLineRow.cancelled + units <= most,
    )
    received = PurchaseOrderLineRow.received + units
    if session.scalar(booking.values(received=received).returning(PurchaseOrderLineRow.received)) is None:
        session.refresh(row)
        left = max(0, most - row.received - row.cancelled)
        raise Conflict(
            f"{units:,} of {row.sku} are more than may still come on {order.purchase_order_number}: {row.quantity:,} "
            f"ordered, {row.received:,} received, {row.cancelled:,} cancelled; at most {left:,} more are taken in. "
            "Count again, or order the rest anew."
        )
