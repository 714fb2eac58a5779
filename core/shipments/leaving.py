"""Which orders have left, and when: what they held comes off its shelf in the transaction that says so.

An order left with its last parcel; one without a parcel when it was placed, as far as anybody knows.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from core.inventory import departures
from core.inventory.departures import Departure
from core.inventory.rows import DepartureRow, StockRow
from core.orders.rows import OrderLineRow, OrderRow
from core.shipments.rows import ParcelRow

_LEFT = ("shipped", "delivered")
_AT_ONCE, _LINES_AT_ONCE = 5_000, 500
_SENT = (
    select(func.max(ParcelRow.shipped_at))
    .where(ParcelRow.order_number == OrderRow.order_number)
    .correlate(OrderRow)
    .scalar_subquery()
)
_LEFT_AT = func.coalesce(_SENT, OrderRow.placed_at)


def of_orders(session: Session, numbers: Collection[str], now: datetime) -> None:
    """Have the shelves follow what is known of these orders: what left, what did not after all, and when."""
    if numbers and _any_left(session):
        told = [*_left(session, numbers, now), *_otherwise(session, numbers, now)]
        departures.settle(session, told)


def of_shelves(session: Session, since: datetime, now: datetime) -> None:
    """Have shelves that were never counted before, none at an earlier moment, follow the orders that left since."""
    lately = union(
        select(ParcelRow.order_number).where(ParcelRow.shipped_at > since),
        select(OrderRow.order_number).where(OrderRow.placed_at > since),
    )
    numbers = sorted(session.scalars(lately))
    for first in range(0, len(numbers), _AT_ONCE):
        departures.settle(session, _left(session, numbers[first : first + _AT_ONCE], now))


def _any_left(session: Session) -> bool:
    """Whether anything left after the first shelf was counted, or is booked: of history there is nothing to look at."""
    first_count, placed_at, shipped_at, booked = session.execute(
        select(
            select(func.min(StockRow.counted_at)).scalar_subquery(),
            select(func.max(OrderRow.placed_at)).scalar_subquery(),
            select(func.max(ParcelRow.shipped_at)).scalar_subquery(),
            select(DepartureRow.order_number).exists(),
        )
    ).one()
    latest = max((at for at in (placed_at, shipped_at) if at is not None), default=None)
    return first_count is not None and (booked or (latest is not None and latest > first_count))


def _left(session: Session, numbers: Collection[str], now: datetime) -> list[Departure]:
    """Lines that left after their shelf was counted, and are not booked.

    Each table is asked by its key alone: joined, PostgreSQL would go by how small they were before an import.
    """
    first_count = select(func.min(StockRow.counted_at)).scalar_subquery()
    rows = session.execute(
        select(OrderRow.order_number, OrderRow.location, _LEFT_AT).where(
            OrderRow.order_number.in_(numbers), OrderRow.status.in_(_LEFT), first_count < _LEFT_AT
        )
    )
    gone = {number: (location, min(left_at, now)) for number, location, left_at in rows}
    some = list(gone)
    return [
        one
        for first in range(0, len(some), _LINES_AT_ONCE)
        for one in _unbooked(session, {number: gone[number] for number in some[first : first + _LINES_AT_ONCE]})
    ]


def _unbooked(session: Session, gone: Mapping[str, tuple[str, datetime]]) -> list[Departure]:
    """Lines of orders, by where and when they left, whose shelf was counted before and does not know of them."""
    line, row = OrderLineRow, DepartureRow
    lines = session.execute(
        select(line.order_number, line.line, line.sku, line.quantity).where(line.order_number.in_(gone))
    ).all()
    booked = session.execute(select(row.order_number, row.line).where(row.order_number.in_(gone), row.units > 0))
    known = {tuple(one) for one in booked}
    counts = session.execute(
        select(StockRow.sku, StockRow.location, StockRow.counted_at).where(StockRow.sku.in_({one.sku for one in lines}))
    )
    counted = {(sku, location): counted_at for sku, location, counted_at in counts}
    told = [
        Departure(number, place, sku, gone[number][0], units, gone[number][1])
        for number, place, sku, units in lines
        if (number, place) not in known
    ]
    return [one for one in told if one.place in counted and one.left_at > counted[one.place]]


def _otherwise(session: Session, numbers: Collection[str], now: datetime) -> list[Departure]:
    """Lines that were booked as gone, and stand otherwise now."""
    row = DepartureRow
    rows = session.execute(
        select(row.order_number, row.line, row.sku, row.location, row.units, row.left_at, OrderRow.status,
               OrderLineRow.sku, OrderRow.location, OrderLineRow.quantity, _LEFT_AT)
        .join(OrderRow, OrderRow.order_number == row.order_number)
        .outerjoin(OrderLineRow, _same_line())
        .where(row.order_number.in_(numbers), row.units > 0)
    )  # fmt: skip
    found = []
    for number, line, sku, location, units, left_at, status, *stands in rows:
        has_left = status in _LEFT and stands[0] is not None
        told = _departure((number, line), stands if has_left else (sku, location, 0, left_at), now)
        if told != Departure(number, line, sku, location, units, left_at):
            found.append(told)
    return found


def _same_line() -> ColumnElement[bool]:
    same_order: ColumnElement[bool] = DepartureRow.order_number == OrderLineRow.order_number
    return same_order & (DepartureRow.line == OrderLineRow.line)


def _departure(line: tuple[str, int], stands: Sequence[Any], now: datetime) -> Departure:
    """A line by its shelf, units and moment; what has left did so by now, whatever a label says."""
    sku, location, units, left_at = stands
    return Departure(*line, sku, location, units, min(left_at, now))
