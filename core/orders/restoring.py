"""Taking a change of an order back: from the very state it left, and only while nothing has left the house."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.database.upsert import add
from core.errors import Conflict, Refused
from core.exchange import writing_back
from core.inventory.aside import take_turns
from core.money import Money
from core.orders.changes import Changed, held, shortages, units_above, write_down
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.rows import OrderLineRow, OrderRow

Kept = Sequence[Mapping[str, Any]]


def kept_lines(order: Order) -> list[dict[str, Any]]:
    """The lines of an order as plain values, to be put back or compared later."""
    return [
        {
            "line": line.line, "sku": line.sku, "description": line.description, "quantity": line.quantity,
            "unit_price": line.unit_price.minor, "currency": line.unit_price.currency,
            "discount": line.discount.minor, "tax_rate": float(line.tax_rate),
        }
        for line in order.lines
    ]  # fmt: skip


def as_it_was(order: Order, before: Kept) -> Order:
    """The order with the lines it had."""
    return replace(order, lines=tuple(_line(one) for one in before))


def check(session: Session, order: Order, before: Kept, after: Kept) -> None:
    """Whether lines can be put back as they were before a change, which left them as `after`.

    Raises:
        Refused: the order is about to leave, was changed again, or what would come back is no longer on the shelf.
    """
    if order.status is not OrderStatus.OPEN:
        raise Refused(f"Order {order.order_number} is no longer open; what was changed stays.", "undo-not-open",
                      number=order.order_number)  # fmt: skip
    if kept_lines(order) != [dict(one) for one in after]:
        raise Refused(f"Order {order.order_number} was changed again since.", "undo-changed-since",
                      number=order.order_number)  # fmt: skip
    _check_shelf(session, order, as_it_was(order, before))


def put_back(session: Session, order: Order, before: Kept, after: Kept, key: str, now: datetime) -> Changed:
    """Give an open order the lines it had before a change.

    Raises:
        Refused: as `check`.
    """
    current = held(session, order)
    planned = as_it_was(current, before)
    take_turns(session, list(units_above(current, planned)))
    check(session, current, before, after)
    session.execute(delete(OrderLineRow).where(OrderLineRow.order_number == order.order_number))
    add(session, OrderLineRow, [{"order_number": order.order_number, **one} for one in before])
    was_items = {one["line"] for one in before} == {one["line"] for one in after}
    kind = "items_undone" if was_items else "lines_undone"
    write_down(session, current, (kind, key), {"total": planned.total.minor}, now)
    return Changed(current, held(session, order))


def check_reopening(session: Session, order: Order) -> None:
    """Whether a cancelled order can be open again.

    Raises:
        Refused: it is not cancelled, or its goods are no longer on the shelf.
    """
    writing_back.may(session, order.order_number, "reopened")
    if order.status is not OrderStatus.CANCELLED:
        raise Refused(f"Order {order.order_number} is not cancelled.", "undo-not-cancelled", number=order.order_number)
    _check_shelf(session, replace(order, lines=()), order)


def may_come_back(session: Session, order: Order) -> bool:
    """Whether an order could be open again after it was cancelled: not where its own system takes no such change."""
    try:
        writing_back.may(session, order.order_number, "reopened")
    except Refused:
        return False
    return True


def reopen(session: Session, order: Order, key: str, now: datetime) -> Order:
    """Open a cancelled order again; its money is moved by whoever calls.

    Raises:
        Refused: as `check_reopening`.
    """
    current = held(session, order)
    take_turns(session, [line.sku for line in current.lines])
    check_reopening(session, current)
    opening = update(OrderRow).where(OrderRow.order_number == order.order_number, OrderRow.status == "cancelled")
    if session.scalar(opening.values(status="open").returning(OrderRow.order_number)) is None:
        sentence = f"That was done to order {order.order_number} already."
        raise Conflict(sentence, "done-already", number=order.order_number)
    write_down(session, current, ("reopened", key), {}, now)
    return held(session, order)


def _check_shelf(session: Session, now: Order, planned: Order) -> None:
    for short in shortages(session, now, planned):
        raise Refused(f"There is not enough of {short} on the shelf.", "change-no-stock", name=short)


def _line(one: Mapping[str, Any]) -> OrderLine:
    currency = str(one["currency"])
    return OrderLine(
        int(one["line"]), str(one["sku"]), str(one["description"]), int(one["quantity"]),
        Money(int(one["unit_price"]), currency), Money(int(one["discount"]), currency), Decimal(str(one["tax_rate"])),
    )  # fmt: skip
