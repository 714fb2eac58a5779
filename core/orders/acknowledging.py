"""Orders of retailers, which wait for the shop's word on each line: sent, sent later, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.database.audit import record
from core.database.base import lookup
from core.database.upsert import insert_new
from core.errors import Conflict, InvalidInput, NotFound
from core.exchange import origins, writing_back
from core.exchange.writing_back import Change
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.rows import OrderAcknowledgementRow, OrderLineRow, OrderRow
from core.orders.service import order_of

ACT = "acknowledge"


class WhyNot(Enum):
    """Why units of a line will not be sent."""

    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    OBSOLETE = "obsolete"


@dataclass(frozen=True)
class Said:
    """What is said to a line: units sent in time, units sent later on a day, and the others not, for a reason."""

    accepted: int
    backordered: int = 0
    ship_on: date | None = None
    reason: WhyNot | None = None


def waiting(session: Session) -> list[Order]:
    """Orders that wait for the shop's word, first placed first."""
    numbers = origins.awaiting(session, "orders", ACT)
    known = select(OrderAcknowledgementRow.order_number)
    rows = session.execute(
        select(OrderRow.customer_id, OrderRow.order_number)
        .where(OrderRow.order_number.in_(numbers), OrderRow.status == OrderStatus.OPEN.value,
               OrderRow.order_number.not_in(known), OrderRow.customer_id.is_not(None))
        .order_by(OrderRow.placed_at, OrderRow.order_number)
    )  # fmt: skip
    return [order_of(session, str(customer_id), number) for customer_id, number in rows]


def acknowledge(session: Session, number: str, said: Mapping[int, Said], by: str, now: datetime) -> None:
    """Say to each line of an order what becomes of it, and have the retailer told; what is not sent leaves the order.

    Two may press at once: the word is written once, so one of them wins and the other is told.

    Raises:
        Conflict: it was acknowledged before.
        InvalidInput: a line was left out, or its figures make no sense.
        NotFound: no such order waits for it.
    """
    known = session.scalar(
        select(OrderAcknowledgementRow.order_number)
        .where(OrderAcknowledgementRow.order_number == lookup(number))
        .limit(1)
    )
    if known is not None:
        raise Conflict(f"Order {number} was acknowledged already.")
    order = next((one for one in waiting(session) if one.order_number == number), None)
    if order is None:
        raise NotFound(f"No order {number[:40]} waits for a word.")
    told = [_checked(line, said.get(line.line), now.date()) for line in order.lines]
    for row in told:
        written = {**row, "order_number": number, "by": by, "acknowledged_at": now}
        if insert_new(session, OrderAcknowledgementRow, written) is None:
            raise Conflict(f"Order {number} was acknowledged already.")
    _keep_what_is_sent(session, number, told)
    lines = [{**row, "ship_on": row["ship_on"].isoformat() if row["ship_on"] else None} for row in told]
    record(session, now, by, "order_acknowledged", f"order:{number}", lines=lines)
    change = Change(ACT, number, f"{number}:{ACT}", None, {}, {"lines": lines, "at": now.isoformat()})
    writing_back.pass_on(session, change, now)


def _checked(line: OrderLine, said: Said | None, today: date) -> dict[str, Any]:
    if said is None:
        raise InvalidInput(f"Say what becomes of {line.description}.")
    rejected = line.quantity - said.accepted - said.backordered
    if min(said.accepted, said.backordered, rejected) < 0:
        raise InvalidInput(f"{line.description}: {line.quantity} were ordered; send from 0 to that many.")
    if said.backordered and (said.ship_on is None or said.ship_on <= today):
        raise InvalidInput(f"{line.description}: say on which day to come the units sent later leave.")
    if rejected and said.reason is None:
        raise InvalidInput(f"{line.description}: say why {rejected} will not be sent.")
    return {
        "line": line.line, "accepted": said.accepted, "backordered": said.backordered, "rejected": rejected,
        "reason": said.reason.value if rejected and said.reason else "",
        "ship_on": said.ship_on if said.backordered else None,
    }  # fmt: skip


def _keep_what_is_sent(session: Session, number: str, told: Sequence[Mapping[str, Any]]) -> None:
    """What will not be sent is spoken for no longer; an order of which nothing is sent is cancelled."""
    if all(row["rejected"] and not row["accepted"] + row["backordered"] for row in told):
        here = update(OrderRow).where(OrderRow.order_number == number, OrderRow.status == OrderStatus.OPEN.value)
        session.execute(here.values(status=OrderStatus.CANCELLED.value))
        return
    for row in told:
        line = (OrderLineRow.order_number == number, OrderLineRow.line == row["line"])
        units = row["accepted"] + row["backordered"]
        if not units:
            session.execute(delete(OrderLineRow).where(*line))
        elif row["rejected"]:
            session.execute(update(OrderLineRow).where(*line).values(quantity=units))
