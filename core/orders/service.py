"""Orders: read always by whose they are."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accounts.model import Address
from core.errors import NotFound
from core.money import Money
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.rows import OrderLineRow, OrderRow

MIRRORED = {"orders": OrderRow, "order_lines": OrderLineRow}
_WAITING = ("open", "packed")


def orders_of(session: Session, customer_id: str, limit: int = 200) -> list[Order]:
    """A customer's orders with their lines, latest first."""
    rows = session.scalars(
        select(OrderRow)
        .where(OrderRow.customer_id == customer_id)
        .order_by(OrderRow.placed_at.desc(), OrderRow.order_number.desc())
        .limit(limit)
    ).all()
    return _with_lines(session, rows)


def order_of(session: Session, customer_id: str, order_number: str) -> Order:
    """One order of a customer's.

    Raises:
        NotFound: there is none of that number, or it is somebody else's.
    """
    row = session.scalar(
        select(OrderRow).where(OrderRow.customer_id == customer_id, OrderRow.order_number == order_number)
    )
    if row is None:
        raise NotFound(f"I find no order {order_number[:40]} of yours.")
    return _with_lines(session, [row])[0]


def order_numbers_of(session: Session, customer_id: str) -> list[str]:
    """The numbers of all of a customer's orders, latest first."""
    return list(
        session.scalars(
            select(OrderRow.order_number)
            .where(OrderRow.customer_id == customer_id)
            .order_by(OrderRow.placed_at.desc(), OrderRow.order_number.desc())
        )
    )


def reserved(session: Session, skus: Sequence[str]) -> dict[str, int]:
    """Units of each product that orders not yet shipped are waiting for."""
    rows = session.execute(
        select(OrderLineRow.sku, func.sum(OrderLineRow.quantity))
        .join(OrderRow, OrderRow.order_number == OrderLineRow.order_number)
        .where(OrderRow.status.in_(_WAITING), OrderLineRow.sku.in_(skus))
        .group_by(OrderLineRow.sku)
    )
    return {sku: int(units) for sku, units in rows}


def _with_lines(session: Session, rows: Sequence[OrderRow]) -> list[Order]:
    lines: dict[str, list[OrderLine]] = {row.order_number: [] for row in rows}
    found = session.scalars(
        select(OrderLineRow)
        .where(OrderLineRow.order_number.in_(lines))
        .order_by(OrderLineRow.order_number, OrderLineRow.line)
    )
    for line in found:
        lines[line.order_number].append(_line(line))
    return [_order(row, tuple(lines[row.order_number])) for row in rows]


def _line(row: OrderLineRow) -> OrderLine:
    return OrderLine(
        row.line,
        row.sku,
        row.description,
        row.quantity,
        Money(row.unit_price, row.currency),
        Money(row.discount, row.currency),
        Decimal(str(row.tax_rate)),
    )


def _order(row: OrderRow, lines: tuple[OrderLine, ...]) -> Order:
    ship_to = Address(row.ship_name, row.ship_line1, row.ship_line2, row.ship_city, row.ship_postcode, row.ship_country)
    return Order(
        row.order_number,
        row.customer_id,
        row.placed_at,
        OrderStatus(row.status),
        row.currency,
        row.location,
        row.payment_method,
        ship_to,
        lines,
    )
