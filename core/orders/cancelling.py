"""Cancelling what a customer asked an order's own system to cancel."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.database.audit import record
from core.database.upsert import insert_new
from core.exchange import feeds, writing_back
from core.exchange.writing_back import Change
from core.orders.changes import held
from core.orders.model import Order, OrderStatus
from core.orders.rows import OrderChangeRow, OrderLineRow, OrderRow

ACT = "cancel_asked"


def heed(session: Session, order: Order, lines: Sequence[int], now: datetime) -> bool:
    """Cancel lines of an open order, or all of it, and have its system told; False where there is nothing to do.

    Whoever asks once more has been heard: the same lines are cancelled once. Where it does not get through, the shop's
    people hear of it; the customer was promised nothing here.
    """
    current, wanted = held(session, order), set(lines)
    gone = [line for line in current.lines if line.line in wanted]
    number = order.order_number
    if not gone or current.status is not OrderStatus.OPEN or not feeds.taking(session, ACT, "orders", [number]):
        return False
    detail = {"lines": [{"line": line.line, "quantity": line.quantity} for line in gone]}
    key = f"{number}:{ACT}-{'-'.join(str(line.line) for line in gone)}"
    who = f"customer:{order.customer_id}"
    written = {"key": key, "order_number": number, "kind": ACT, "who": who, "changed_at": now, "detail": detail}
    if insert_new(session, OrderChangeRow, written) is None:
        return False
    if len(gone) == len(current.lines):
        ours = update(OrderRow).where(OrderRow.order_number == number, OrderRow.status == OrderStatus.OPEN.value)
        session.execute(ours.values(status=OrderStatus.CANCELLED.value))
    else:
        here = OrderLineRow.line.in_([line.line for line in gone])
        session.execute(delete(OrderLineRow).where(OrderLineRow.order_number == number, here))
    record(session, now, who, f"order_{ACT}", f"order:{number}", **detail)
    writing_back.pass_on(session, Change(ACT, number, key, None, {}, detail), now)
    return True
