"""Orders: read always by whose they are."""

import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from core.accounts.model import Address
from core.accounts.rows import CustomerRow
from core.accounts.service import of_the_erased
from core.database.base import lookup
from core.database.mirror import existing
from core.errors import NotFound
from core.inventory.aside import aside, aside_by_place
from core.money import Money
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.rows import OrderLineRow, OrderRow

MIRRORED = {"orders": OrderRow, "order_lines": OrderLineRow}
_WAITING = ("open", "packed")
_NAMES = ("ship_name", "ship_line1", "ship_line2", "ship_city", "ship_postcode", "ship_region")


def only_forward(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows, with the status of orders that have come further already; an old export sets nothing back."""
    reached = {key[0]: row.status for key, row in existing(session, OrderRow, rows).items()}
    return [{**row, "status": _further(reached.get(row["order_number"], row["status"]), row["status"])} for row in rows]


def without_names(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows, without names and addresses where the customer was erased: an old export brings nothing back."""
    known = {key[0]: row.customer_id for key, row in existing(session, OrderRow, rows).items()}
    owners = [{row.get("customer_id"), known.get(row["order_number"])} - {None} for row in rows]
    named = [{"customer_id": one} for one in sorted({str(one) for those in owners for one in those})]
    erased = {named[index]["customer_id"] for index in of_the_erased(session, named)}
    blank = dict.fromkeys(_NAMES, "")
    return [{**row, **blank} if those & erased else row for row, those in zip(rows, owners, strict=True)]


def _further(now: str, told: str) -> str:
    order = [status.value for status in OrderStatus]
    return now if order.index(told) < order.index(now) or now == OrderStatus.DELIVERED.value else told


def orders_of(session: Session, customer_id: str, limit: int = 5000) -> list[Order]:
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
        select(OrderRow).where(OrderRow.customer_id == customer_id, OrderRow.order_number == lookup(order_number))
    )
    if row is None:
        raise NotFound(f"I find no order {order_number[:40]} of yours.", "no-order", number=order_number[:40])
    return _with_lines(session, [row])[0]


def order_for_guest(session: Session, order_number: str, address: str, postcode: str) -> Order | None:
    """The order of that number, if the folded e-mail address or the postcode is its own; the same work either way."""
    wanted = lookup(order_number.strip().lstrip("#").upper())
    row = session.scalar(select(OrderRow).where(func.upper(OrderRow.order_number) == wanted))
    owner = session.scalar(
        select(CustomerRow.email_folded).where(CustomerRow.customer_id == ((row.customer_id if row else "") or ""))
    )
    theirs = "".join((row.ship_postcode if row else "").split()).casefold()
    by_postcode = bool(theirs) and hmac.compare_digest(theirs.encode(), "".join(postcode.split()).casefold().encode())
    by_address = bool(owner) and hmac.compare_digest(str(owner).encode(), address.encode())
    return _with_lines(session, [row])[0] if row is not None and (by_postcode or by_address) else None


def placed_since(session: Session, since: datetime) -> list[tuple[str, str]]:
    """Customer and number of orders placed since then that were not cancelled, first placed first."""
    rows = session.execute(
        select(OrderRow.customer_id, OrderRow.order_number)
        .where(OrderRow.placed_at > since, OrderRow.customer_id.is_not(None), OrderRow.status != "cancelled")
        .order_by(OrderRow.placed_at)
    )
    return [(str(customer_id), number) for customer_id, number in rows]


def hold(session: Session, order: Order) -> None:
    """Let nobody else change the order, or move money for it, until the end of the transaction."""
    session.get(OrderRow, order.order_number, with_for_update=True, populate_existing=True)


def call_off(session: Session, order_number: str) -> bool:
    """An order that is no more where it was placed is cancelled, unless it was handed over; whether it was."""
    waiting = (OrderRow.order_number == order_number, OrderRow.status.in_(_WAITING))
    cancelled = update(OrderRow).where(*waiting).values(status=OrderStatus.CANCELLED.value)
    return session.scalar(cancelled.returning(OrderRow.order_number)) is not None


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
    """Units of each product that are spoken for: by orders not yet shipped, and by what is set aside."""
    rows = session.execute(
        select(OrderLineRow.sku, func.sum(OrderLineRow.quantity))
        .join(OrderRow, OrderRow.order_number == OrderLineRow.order_number)
        .where(OrderRow.status.in_(_WAITING), OrderLineRow.sku.in_(skus))
        .group_by(OrderLineRow.sku)
    )
    units = Counter({sku: int(waiting) for sku, waiting in rows})
    units.update(aside(session, skus))
    return dict(units)


def reserved_by_place(session: Session, skus: Sequence[str] | None = None) -> dict[tuple[str, str], int]:
    """Units of these products, or of all, that are spoken for, where they are served from."""
    waiting = (
        select(OrderLineRow.sku, OrderRow.location, func.sum(OrderLineRow.quantity))
        .join(OrderRow, OrderRow.order_number == OrderLineRow.order_number)
        .where(OrderRow.status.in_(_WAITING))
        .group_by(OrderLineRow.sku, OrderRow.location)
    )
    rows = session.execute(waiting if skus is None else waiting.where(OrderLineRow.sku.in_(skus)))
    units = Counter({(sku, location): int(waiting) for sku, location, waiting in rows})
    units.update(aside_by_place(session, skus))
    return dict(units)


def customers_waiting(session: Session, skus: Sequence[str]) -> dict[str, dict[str, int]]:
    """Which customers have an order of each product that is not shipped yet, and for how many units."""
    rows = session.execute(
        select(OrderLineRow.sku, OrderRow.customer_id, func.sum(OrderLineRow.quantity))
        .join(OrderRow, OrderRow.order_number == OrderLineRow.order_number)
        .where(OrderRow.status.in_(_WAITING), OrderLineRow.sku.in_(skus), OrderRow.customer_id.is_not(None))
        .group_by(OrderLineRow.sku, OrderRow.customer_id)
    )
    found: dict[str, dict[str, int]] = {}
    for sku, customer_id, units in rows:
        found.setdefault(sku, {})[f"customer:{customer_id}"] = int(units)
    return found


def units_ordered(
    session: Session, since: datetime, until: datetime | None = None
) -> Iterator[tuple[str, str, datetime, int]]:
    """Demand as orders show it, since a moment: product, location, when, units; cancelled orders left out."""
    before = true() if until is None else OrderRow.placed_at < until
    rows = session.execute(
        select(OrderLineRow.sku, OrderRow.location, OrderRow.placed_at, OrderLineRow.quantity)
        .join(OrderRow, OrderRow.order_number == OrderLineRow.order_number)
        .where(OrderRow.placed_at >= since, before, OrderRow.status != OrderStatus.CANCELLED.value)
        .execution_options(yield_per=20_000)
    )
    yield from rows


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
    street = (row.ship_name, row.ship_line1, row.ship_line2)
    ship_to = Address(*street, row.ship_city, row.ship_postcode, row.ship_country, row.ship_region)
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
