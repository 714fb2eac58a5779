"""What becomes of a purchase order after it was placed: confirmed, put off, short, cancelled, closed.

Whatever changes an order first takes it in hand, only from a state in which something may still come; so one change
comes after the other, and what is to come never falls below zero.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.database.audit import record
from core.database.base import lookup
from core.errors import Conflict, InvalidInput, NotFound
from core.purchasing import papers
from core.purchasing.decisions import Decider
from core.purchasing.model import UNDER_WAY, PurchaseOrder, PurchaseOrderStatus
from core.purchasing.orders import known_order
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow
from core.purchasing.service import planner

_UNDER_WAY = [status.value for status in UNDER_WAY]
_FURTHEST = timedelta(days=730)
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class By:
    """Who changes an order, as the journal names them, and when: the day is that of the shop."""

    who: str
    now: datetime
    today: date


@dataclass(frozen=True)
class Confirmation:
    """What a supplier says to an order: when it comes, how much of it by line, and what they call it."""

    expected_on: date | None = None
    quantities: Mapping[int, int] = field(default_factory=dict)
    reference: str = ""


def confirm(session: Session, decider: Decider, number: str, said: Confirmation) -> PurchaseOrder:
    """Write down that the supplier confirms an order, with another day or less of it where they say so.

    Raises:
        Conflict: the order is closed or cancelled.
        InvalidInput: a day that makes no sense, more than was ordered, or less than has arrived.
        NotFound: there is no such order or line, or not somebody who plans.
    """
    person = planner(session, decider.staff)
    return _confirm(session, By(f"staff:{person.email}", decider.now, decider.today), number, said)


def acknowledge(
    session: Session, supplier: str, number: str, revision: int | None, said: Confirmation | None, by: By
) -> PurchaseOrder:
    """The same, from the supplier itself, about an order of its own; without a confirmation it is rejected.

    Raises:
        Conflict: the order is closed or cancelled, or a newer revision was sent.
        InvalidInput: a day that makes no sense, more than was ordered, or less than has arrived.
        NotFound: there is no such order or line of this supplier.
    """
    row = session.get(PurchaseOrderRow, lookup(number))
    if row is None or row.supplier != supplier:
        raise NotFound(f"There is no purchase order {number[:30]} to you.")
    if revision is not None and revision != row.revision:
        raise Conflict(f"Revision {row.revision} of {number[:30]} was sent since; answer that one.")
    if said is None:
        said = Confirmation(quantities={line.line: line.received for line in known_order(session, number).lines})
    return _confirm(session, by, number, said)


def _confirm(session: Session, by: By, number: str, said: Confirmation) -> PurchaseOrder:
    now = by.now
    row = take_in_hand(session, number)
    if said.expected_on is not None:
        _move(session, row, by, said.expected_on)
    less = _shorten(session, row, said.quantities)
    values = {"status": PurchaseOrderStatus.CONFIRMED.value, "confirmed_at": now}
    reference = said.reference.strip()[:_LONGEST_TEXT]
    moving = update(PurchaseOrderRow).where(
        PurchaseOrderRow.purchase_order_number == row.purchase_order_number, PurchaseOrderRow.status.in_(_UNDER_WAY)
    )
    session.execute(moving.values(**values, **({"supplier_reference": reference} if reference else {})))
    who, subject = by.who, f"purchase_order:{row.purchase_order_number}"
    day = said.expected_on.isoformat() if said.expected_on else None
    record(session, now, who, "purchase_order_confirmed", subject, expected_on=day, less=less, reference=reference)
    close_if_complete(session, row, now, who, now)
    session.expire_all()
    return known_order(session, row.purchase_order_number)


def put_off(session: Session, decider: Decider, number: str, expected_on: date, why: str = "") -> PurchaseOrder:
    """Write down that an order is now expected on another day.

    Raises:
        Conflict: the order is closed or cancelled.
        InvalidInput: a day that makes no sense.
        NotFound: there is none, or not somebody who plans.
    """
    planner(session, decider.staff)
    row = take_in_hand(session, number)
    by = By(f"staff:{decider.staff.email}", decider.now, decider.today)
    _move(session, row, by, expected_on, why.strip()[:_LONGEST_TEXT])
    session.expire_all()
    return known_order(session, row.purchase_order_number)


def cancel_rest(
    session: Session, decider: Decider, number: str, why: str, lines: Collection[int] | None = None
) -> PurchaseOrder:
    """Cancel what has not arrived, of all lines or some; the supplier gets a new revision.

    Raises:
        Conflict: the order is closed or cancelled, or all of it has arrived.
        InvalidInput: no reason.
        NotFound: there is no such order or line, or not somebody who plans.
    """
    person, now = planner(session, decider.staff), decider.now
    reason = why.strip()[:_LONGEST_TEXT]
    if not reason:
        raise InvalidInput("Say why the rest is cancelled; the supplier reads it.", "cancel-why")
    row = take_in_hand(session, number)
    number = row.purchase_order_number
    cancelling = update(PurchaseOrderLineRow).where(
        PurchaseOrderLineRow.purchase_order_number == number,
        PurchaseOrderLineRow.received + PurchaseOrderLineRow.cancelled < PurchaseOrderLineRow.quantity,
    )
    if lines is not None:
        cancelling = cancelling.where(PurchaseOrderLineRow.line.in_(lines))
    values = {"cancelled": PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.received}
    gone = session.scalars(cancelling.values(**values).returning(PurchaseOrderLineRow.line)).all()
    if not gone:
        raise Conflict(f"Nothing of purchase order {number} is left to cancel.")
    raising = update(PurchaseOrderRow).where(PurchaseOrderRow.purchase_order_number == number)
    session.execute(raising.values(revision=PurchaseOrderRow.revision + 1))
    who = f"staff:{person.email}"
    detail = {"lines": sorted(gone), "reason": reason}
    record(session, now, who, "purchase_order_cut", f"purchase_order:{number}", **detail)
    close_if_complete(session, row, now, who, now)
    session.expire_all()
    order = known_order(session, number)
    papers.issue(session, order, decider.config.shop, now, f"What has not been sent yet is cancelled: {reason}")
    return order


def take_in_hand(session: Session, number: str) -> PurchaseOrderRow:
    """An order that something may still come of, held until the transaction is over.

    Raises:
        Conflict: it is closed or cancelled.
        NotFound: there is none.
    """
    known = lookup(number)
    holding = update(PurchaseOrderRow).where(
        PurchaseOrderRow.purchase_order_number == known, PurchaseOrderRow.status.in_(_UNDER_WAY)
    )
    held = session.scalar(holding.values(status=PurchaseOrderRow.status).returning(PurchaseOrderRow.status))
    row = session.get(PurchaseOrderRow, known, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no purchase order {number[:30]}.")
    if held is None:
        said = "was cancelled" if row.status == PurchaseOrderStatus.CANCELLED.value else "has been received already"
        raise Conflict(f"Purchase order {row.purchase_order_number} {said}; nothing was changed.")
    return row


def close_if_complete(session: Session, row: PurchaseOrderRow, at: datetime, who: str, now: datetime) -> None:
    """Close an order nothing more will come of: received, or cancelled where nothing came at all."""
    number = row.purchase_order_number
    still_open, received = session.execute(
        select(
            func.count().filter(
                PurchaseOrderLineRow.received + PurchaseOrderLineRow.cancelled < PurchaseOrderLineRow.quantity
            ),
            func.sum(PurchaseOrderLineRow.received),
        ).where(PurchaseOrderLineRow.purchase_order_number == number)
    ).one()
    if still_open:
        return
    status = PurchaseOrderStatus.RECEIVED if received else PurchaseOrderStatus.CANCELLED
    closing = update(PurchaseOrderRow).where(
        PurchaseOrderRow.purchase_order_number == number, PurchaseOrderRow.status.in_(_UNDER_WAY)
    )
    values = {"status": status.value, "received_at": at if received else None}
    if session.scalar(closing.values(**values).returning(PurchaseOrderRow.status)) is not None:
        record(session, now, who, f"purchase_order_{status.value}", f"purchase_order:{number}")


def _move(session: Session, row: PurchaseOrderRow, by: By, expected_on: date, why: str = "") -> None:
    if not row.ordered_at.date() <= expected_on <= by.today + _FURTHEST:
        raise InvalidInput(f"{expected_on:%-d %B %Y} is no day this order could arrive on.", "order-day")
    if expected_on == row.expected_on:
        return
    before = row.expected_on
    moving = update(PurchaseOrderRow).where(PurchaseOrderRow.purchase_order_number == row.purchase_order_number)
    values = {
        "expected_on": expected_on,
        "first_expected_on": func.coalesce(PurchaseOrderRow.first_expected_on, before),
        "late_told_on": None,
    }
    session.execute(moving.values(**values))
    detail = {"before": before.isoformat(), "after": expected_on.isoformat(), "reason": why}
    who, subject = by.who, f"purchase_order:{row.purchase_order_number}"
    record(session, by.now, who, "purchase_order_moved", subject, **detail)


def _shorten(session: Session, row: PurchaseOrderRow, quantities: Mapping[int, int]) -> dict[str, int]:
    """Lower what is to come to what the supplier says; the lines that it changed, with what will come in all."""
    changed = {}
    number = row.purchase_order_number
    for line, quantity in sorted(quantities.items()):
        known = session.get(PurchaseOrderLineRow, (number, line), populate_existing=True)
        if known is None:
            raise NotFound(f"Purchase order {number} has no line {line}.")
        if quantity == known.quantity - known.cancelled:
            continue
        if not known.received <= quantity <= known.quantity:
            here = f"{known.sku}: {known.quantity:,} were ordered and {known.received:,} are here"
            sentence = f"{here}; what comes in all lies between the two. More is a new order."
            raise InvalidInput(sentence, "order-quantity")
        known.cancelled = known.quantity - quantity
        changed[str(line)] = quantity
    session.flush()
    return changed
