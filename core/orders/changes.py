"""Changing an order after it was placed: under its lock, from the state that allows it, each change written down."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.accounts.model import Address
from core.catalog.model import Product
from core.config import Orders
from core.database.audit import record
from core.database.upsert import insert_new
from core.errors import Conflict, InvalidInput, Refused
from core.exchange import writing_back
from core.inventory.aside import take_turns
from core.inventory.service import on_hand
from core.money import Money
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.rows import OrderChangeRow, OrderLineRow, OrderRow
from core.orders.service import hold, order_of, reserved
from core.orders.telling import pass_on


@dataclass(frozen=True)
class LineChange:
    """What becomes of one line: so many units, of another variant where `product` is set; no units remove it."""

    line: int
    quantity: int
    product: Product | None = None


@dataclass(frozen=True)
class Changed:
    """An order before and after."""

    before: Order
    after: Order

    @property
    def difference(self) -> Money:
        """What the customer owes more (or, below zero, gets back)."""
        return self.after.total - self.before.total


_ACTS = {"lines_cancelled": "items", "items_undone": "items", "lines_undone": "items"}


def may_be_changed(session: Session, order: Order, rules: Orders, act: str = "items") -> None:
    """Whether the order's items, address or way of paying (`act`) may still be changed.

    Raises:
        Refused: it is on its way already, over, was changed as often as the shop allows, or is looked after elsewhere.
    """
    writing_back.may(session, order.order_number, act)
    _still_open(order, "change")
    done = item_changes(session, order)
    if done and rules.closed_by_item_change:
        sentence = f"The items of order {order.order_number} were changed already; nothing else can be changed now."
        raise Refused(sentence, "change-once", number=order.order_number)


def may_change_items(session: Session, order: Order, rules: Orders) -> None:
    """Whether items may still be changed.

    Raises:
        Refused: as `may_be_changed`, or the items were changed as often as the shop allows.
    """
    may_be_changed(session, order, rules)
    if rules.item_changes and item_changes(session, order) >= rules.item_changes:
        raise Refused(f"The items of order {order.order_number} were changed as often as is possible.",
                      "change-items-often", number=order.order_number)  # fmt: skip


def may_be_cancelled(session: Session, order: Order, rules: Orders) -> None:
    """Whether the order may still be cancelled.

    Raises:
        Refused: it has left already, is over, or was changed in a way that closed it.
    """
    writing_back.may(session, order.order_number, "cancel")
    _still_open(order, "cancel")
    if rules.closed_by_item_change and item_changes(session, order):
        raise Refused(f"The items of order {order.order_number} were changed already; it cannot be cancelled any more.",
                      "cancel-changed", number=order.order_number)  # fmt: skip


def item_changes(session: Session, order: Order) -> int:
    """How often the items of an order were changed; a change that was taken back is none."""
    done = Counter(changes_of(session, order))
    return done["items"] - done["items_undone"]


def next_key(session: Session, order: Order, what: str) -> str:
    """A key for the next change of an order: the same as long as nothing else was changed meanwhile."""
    before = len(changes_of(session, order))
    return f"{what}-{before + 1}"


def changes_of(session: Session, order: Order) -> list[str]:
    """What was done to an order since it was placed, by kind, first done first."""
    rows = select(OrderChangeRow.kind).where(OrderChangeRow.order_number == order.order_number)
    return list(session.scalars(rows.order_by(OrderChangeRow.change_id)))


def cancel(session: Session, order: Order, reason: str, rules: Orders, key: str, now: datetime) -> Changed:
    """Cancel a whole order; racing a shipment exactly one of the two wins.

    Raises:
        Refused: it may not be cancelled any more.
    """
    current = held(session, order)
    may_be_cancelled(session, current, rules)
    cancelling = update(OrderRow).where(OrderRow.order_number == order.order_number, OrderRow.status == "open")
    if session.scalar(cancelling.values(status="cancelled").returning(OrderRow.order_number)) is None:
        sentence = f"Order {order.order_number} has just been packed; it was not cancelled."
        raise Conflict(sentence, "just-packed", number=order.order_number)
    write_down(session, current, ("cancel", key), {"reason": reason}, now)
    return Changed(current, held(session, order))


def change_lines(
    session: Session, order: Order, changes: Sequence[LineChange], rules: Orders, key: str, now: datetime
) -> Changed:
    """Change lines of an open order: fewer or more units, another variant, or none at all.

    Raises:
        InvalidInput: nothing to change, or a line the order does not have.
        Refused: the order may not be changed any more, or there is not enough on the shelf.
    """
    current = held(session, order)
    may_change_items(session, current, rules)
    lines = {line.line: line for line in current.lines}
    if not changes or any(change.line not in lines or change.quantity < 0 for change in changes):
        raise InvalidInput("Say which lines of the order should change, and to what.")
    planned = changed_order(current, changes)
    if not planned.lines:
        raise InvalidInput("An order without a line is cancelled as a whole.")
    take_turns(session, list(units_above(current, planned)))
    for short in shortages(session, current, planned):
        raise Refused(f"There is not enough of {short} on the shelf.", "change-no-stock", name=short)
    for line in lines.values():
        _rewrite(session, planned, line)
    detail = {"lines": [_told(change) for change in changes], "total": planned.total.minor}
    kind = "items" if any(change.product or change.quantity for change in changes) else "lines_cancelled"
    write_down(session, current, (kind, key), detail, now)
    session.flush()
    return Changed(current, held(session, order))


def changed_order(order: Order, changes: Sequence[LineChange]) -> Order:
    """The order as it would be; the price of a variant is today's, its discount is kept in proportion."""
    by_line = {change.line: change for change in changes}
    kept = [_changed_line(line, by_line.get(line.line)) for line in order.lines]
    return replace(order, lines=tuple(line for line in kept if line is not None))


def shortages(session: Session, order: Order, planned: Order) -> list[str]:
    """Names of what the planned order needs more of than is free on the shelf."""
    names = {line.sku: line.description for line in planned.lines}
    return [names[sku] for sku in short_of(session, order, planned)]


def short_of(session: Session, order: Order, planned: Order) -> dict[str, int]:
    """Products of which the planned order needs more than is free on the shelf, and how many more it needs."""
    more = units_above(order, planned)
    here, promised = on_hand(session, list(more)), reserved(session, list(more))
    return {sku: units for sku, units in more.items() if here.get(sku, 0) - promised.get(sku, 0) < units}


def change_address(session: Session, order: Order, address: Address, rules: Orders, key: str, now: datetime) -> Changed:
    """Send an open order elsewhere.

    Raises:
        Refused: it may not be changed any more.
    """
    current = held(session, order)
    may_be_changed(session, current, rules, "address")
    moving = update(OrderRow).where(OrderRow.order_number == order.order_number, OrderRow.status == "open")
    changed = session.scalar(
        moving.values(
            ship_name=address.name, ship_line1=address.line1, ship_line2=address.line2, ship_city=address.city,
            ship_postcode=address.postcode, ship_country=address.country, ship_region=address.region,
        ).returning(OrderRow.order_number)
    )  # fmt: skip
    if changed is None:
        sentence = f"Order {order.order_number} has just been packed; its address was not changed."
        raise Conflict(sentence, "just-packed", number=order.order_number)
    write_down(
        session, current, ("address", key), {"from": list(current.ship_to.lines), "to": list(address.lines)}, now
    )
    return Changed(current, held(session, order))


def pay_with(session: Session, order: Order, label: str, rules: Orders, key: str, now: datetime) -> Changed:
    """Note that an open order is paid another way; the money is moved by whoever calls.

    Raises:
        Refused: it may not be changed any more.
    """
    current = held(session, order)
    may_be_changed(session, current, rules, "payment")
    session.execute(update(OrderRow).where(OrderRow.order_number == order.order_number).values(payment_method=label))
    write_down(session, current, ("payment", key), {"from": current.payment_method, "to": label}, now)
    return Changed(current, held(session, order))


def _still_open(order: Order, act: str) -> None:
    if order.status is not OrderStatus.OPEN:
        told = {
            OrderStatus.PACKED: "is packed already and about to leave",
            OrderStatus.SHIPPED: "has left already",
            OrderStatus.DELIVERED: "has been delivered already",
            OrderStatus.CANCELLED: "is cancelled",
        }[order.status]
        verb = {"change": "changed", "cancel": "cancelled"}[act]
        sentence = f"Order {order.order_number} {told}; it cannot be {verb} any more."
        raise Refused(sentence, f"{act}-{order.status.value}", number=order.order_number)


def held(session: Session, order: Order) -> Order:
    """The order as it is now, kept from others until the end of the transaction."""
    hold(session, order)
    session.expire_all()
    return order_of(session, order.customer_id or "", order.order_number)


def _changed_line(line: OrderLine, change: LineChange | None) -> OrderLine | None:
    if change is None:
        return line
    if change.quantity == 0:
        return None
    discount = line.discount.minor * change.quantity // line.quantity
    if change.product is None or change.product.sku == line.sku:
        return replace(line, quantity=change.quantity, discount=Money(discount, line.discount.currency))
    product = change.product
    discount = min(discount, product.price.minor * change.quantity)
    return OrderLine(
        line.line, product.sku, product.name, change.quantity, product.price,
        Money(discount, product.price.currency), product.tax_rate,
    )  # fmt: skip


def _rewrite(session: Session, planned: Order, line: OrderLine) -> None:
    after = next((one for one in planned.lines if one.line == line.line), None)
    where = (OrderLineRow.order_number == planned.order_number, OrderLineRow.line == line.line)
    if after is None:
        session.execute(delete(OrderLineRow).where(*where))
    elif after != line:
        session.execute(
            update(OrderLineRow)
            .where(*where)
            .values(
                sku=after.sku, description=after.description, quantity=after.quantity,
                unit_price=after.unit_price.minor, discount=after.discount.minor, tax_rate=float(after.tax_rate),
            )
        )  # fmt: skip


def units_above(order: Order, planned: Order) -> dict[str, int]:
    """Units of products that the planned order has above the order."""
    before, after = _units(order), _units(planned)
    return {sku: units - before.get(sku, 0) for sku, units in after.items() if units > before.get(sku, 0)}


def _units(order: Order) -> Mapping[str, int]:
    units: dict[str, int] = {}
    for line in order.lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units


def _told(change: LineChange) -> dict[str, Any]:
    return {"line": change.line, "quantity": change.quantity, "sku": change.product.sku if change.product else None}


def write_down(session: Session, order: Order, what: tuple[str, str], detail: dict[str, Any], now: datetime) -> None:
    """Write the change down, and have the system that the order came from told.

    The same key a second time is somebody's repeat.
    """
    kind, key = what
    row: dict[str, Any] = {"key": f"{order.order_number}:{key}", "order_number": order.order_number, "kind": kind}
    row |= {"who": f"customer:{order.customer_id}", "changed_at": now, "detail": detail}
    if insert_new(session, OrderChangeRow, row) is None:
        raise Conflict(
            f"That was done to order {order.order_number} already.", "done-already", number=order.order_number
        )
    who = f"customer:{order.customer_id}"
    record(session, now, who, f"order_{kind}", f"order:{order.order_number}", **detail)
    pass_on(session, held(session, order), _ACTS.get(kind, kind), row["key"], detail, now)
