"""Placing an order: the same goods once more, at today's price, as far as the shelf has them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.catalog.model import Product
from core.database.audit import record
from core.database.numbers import next_code
from core.errors import Refused
from core.exchange.origins import places_of
from core.exchange.writing_back import may
from core.inventory.aside import take_turns
from core.inventory.service import on_hand
from core.money import Money
from core.orders.changes import shortages
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.rows import OrderLineRow, OrderRow
from core.orders.service import order_of, reserved
from core.orders.telling import as_told, pass_on


def once_more(session: Session, order: Order, goods: Mapping[str, Product]) -> Order:
    """The order as it could be placed again: what is still on sale, at today's price, at most what nobody waits for."""
    skus = [line.sku for line in order.lines]
    here, promised = on_hand(session, skus), reserved(session, skus)
    free = {sku: max(0, here.get(sku, 0) - promised.get(sku, 0)) for sku in skus}
    lines = []
    for line in order.lines:
        product = goods.get(line.sku)
        units = min(line.quantity, free[line.sku])
        if product is None or not product.active or product.price.currency != order.currency or units < 1:
            continue
        free[line.sku] -= units
        lines.append(_line(line, product, units))
    return replace(order, lines=tuple(lines))


def place(session: Session, draft: Order, label: str, now: datetime) -> Order:
    """Write a customer's draft down as a new open order, to be paid with what the label names.

    Raises:
        Refused: meanwhile there is not enough on the shelf.
    """
    may(session, draft.order_number, "reorder")
    number = next_code(session, "orders", "ORD", OrderRow)
    take_turns(session, [line.sku for line in draft.lines])
    for short in shortages(session, replace(draft, lines=()), draft):
        raise Refused(f"There is not enough of {short} on the shelf.", "change-no-stock", name=short)
    to = draft.ship_to
    session.add(
        OrderRow(
            order_number=number, customer_id=draft.customer_id, placed_at=now, status=OrderStatus.OPEN.value,
            currency=draft.currency, location=draft.location, payment_method=label, ship_name=to.name,
            ship_line1=to.line1, ship_line2=to.line2, ship_city=to.city, ship_postcode=to.postcode,
            ship_country=to.country, ship_region=to.region,
        )
    )  # fmt: skip
    session.flush()
    for place_, line in enumerate(draft.lines, 1):
        session.add(
            OrderLineRow(
                order_number=number, line=place_, sku=line.sku, description=line.description, quantity=line.quantity,
                unit_price=line.unit_price.minor, currency=draft.currency, tax_rate=float(line.tax_rate),
            )
        )  # fmt: skip
    session.flush()
    who = f"customer:{draft.customer_id}"
    record(session, now, who, "order_placed", f"order:{number}", like=draft.order_number, total=draft.total.minor)
    placed = order_of(session, draft.customer_id or "", number)
    if places_of(session, "orders", draft.order_number):
        detail = {"order": as_told(placed)}
        pass_on(session, draft, "reorder", f"{number}:placed", detail, now, new_key=number)
    return placed


def _line(line: OrderLine, product: Product, units: int) -> OrderLine:
    none = Money(0, product.price.currency)
    return OrderLine(line.line, product.sku, product.name, units, product.price, none, product.tax_rate)
