"""Purchase orders: placed once for each approved proposal, sent to the supplier, read by planners."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.catalog.service import products
from core.config import Shop
from core.database.audit import record
from core.database.base import lookup
from core.database.numbers import next_code
from core.errors import NotFound
from core.inventory.service import location_names
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.money import Money
from core.purchasing.model import Proposal, PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow, SupplierRow
from core.purchasing.service import names_of, planner

_DISPATCH_LIFETIME = timedelta(days=3)


def place(session: Session, proposal: Proposal, staff: Staff, shop: Shop, now: datetime) -> str:
    """Write the purchase order of an approved proposal and its dispatch; the number it got."""
    number = next_code(session, "purchase_order", "PO", PurchaseOrderRow)
    session.add(
        PurchaseOrderRow(
            purchase_order_number=number,
            proposal_id=proposal.proposal_id,
            supplier=proposal.supplier,
            location=proposal.location,
            status=PurchaseOrderStatus.APPROVED.value,
            currency=proposal.total.currency,
            ordered_at=now,
            expected_on=proposal.expected_on,
            approved_by=staff.email,
        )
    )
    session.flush()
    wanted = [line for line in proposal.lines if line.quantity > 0]
    for place_in_order, line in enumerate(wanted, 1):
        session.add(
            PurchaseOrderLineRow(
                purchase_order_number=number,
                line=place_in_order,
                sku=line.sku,
                quantity=line.quantity,
                unit_cost=line.unit_cost.minor,
                currency=line.unit_cost.currency,
            )
        )
    session.flush()
    who, subject = f"staff:{staff.email}", f"purchase_order:{number}"
    total = proposal.total
    record(session, now, who, "purchase_order_placed", subject, proposal=proposal.proposal_id, total=total.minor)
    _dispatch(session, number, proposal, shop, now)
    return number


def mark_sent(session: Session, number: str, now: datetime) -> None:
    """Note that the supplier has got the order."""
    sending = update(PurchaseOrderRow).where(
        PurchaseOrderRow.purchase_order_number == number,
        PurchaseOrderRow.status == PurchaseOrderStatus.APPROVED.value,
    )
    moved = sending.values(status=PurchaseOrderStatus.SENT.value).returning(PurchaseOrderRow.purchase_order_number)
    if session.scalar(moved) is not None:
        record(session, now, "storekeeper", "purchase_order_sent", f"purchase_order:{number}")


def purchase_orders(session: Session, staff: Staff, limit: int = 200) -> list[PurchaseOrder]:
    """Purchase orders, latest first, with their totals.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    rows = session.scalars(
        select(PurchaseOrderRow)
        .order_by(PurchaseOrderRow.ordered_at.desc(), PurchaseOrderRow.purchase_order_number.desc())
        .limit(limit)
    ).all()
    return _with_lines(session, rows)


def purchase_order(session: Session, staff: Staff, number: str) -> PurchaseOrder:
    """One purchase order.

    Raises:
        NotFound: there is none of that number, or not somebody who plans.
    """
    planner(session, staff)
    row = session.get(PurchaseOrderRow, lookup(number))
    if row is None:
        raise NotFound(f"There is no purchase order {number[:30]}.")
    return _with_lines(session, [row])[0]


def numbers_by_proposal(session: Session, proposal_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of the purchase orders that came of proposals."""
    rows = session.execute(
        select(PurchaseOrderRow.proposal_id, PurchaseOrderRow.purchase_order_number).where(
            PurchaseOrderRow.proposal_id.in_(proposal_ids)
        )
    )
    return {int(proposal_id): number for proposal_id, number in rows if proposal_id is not None}


def _dispatch(session: Session, number: str, proposal: Proposal, shop: Shop, now: datetime) -> None:
    supplier = session.get_one(SupplierRow, proposal.supplier)
    lines = [
        f"{line.quantity:>7} x {line.sku:<12} {line.name}  at {line.unit_cost} = {line.total}"
        for line in proposal.lines
        if line.quantity > 0
    ]
    text = "\n".join(
        [
            f"Purchase order {number} to {supplier.name}",
            "",
            f"From: {', '.join((shop.name, *shop.address))}",
            f"Deliver to: {', '.join((proposal.location_name, *shop.address))}",
            f"Expected: {proposal.expected_on:%-d %B %Y}",
            "",
            *lines,
            "",
            f"Total: {proposal.total}",
            "",
            f"Please confirm to {shop.email or 'us'}, naming {number}.",
        ]
    )
    content = {"to": supplier.email, "subject": f"Purchase order {number}", "text": text, "number": number}
    chat = f"supplier:{proposal.supplier}"
    key = f"purchase_order:{number}:1"
    outbox.post(session, Outgoing(key, "email", chat, "purchase_order", content, _DISPATCH_LIFETIME), now)


def _with_lines(session: Session, rows: Sequence[PurchaseOrderRow]) -> list[PurchaseOrder]:
    numbers = [row.purchase_order_number for row in rows]
    found = session.scalars(
        select(PurchaseOrderLineRow)
        .where(PurchaseOrderLineRow.purchase_order_number.in_(numbers))
        .order_by(PurchaseOrderLineRow.purchase_order_number, PurchaseOrderLineRow.line)
    ).all()
    known = products(session, sorted({line.sku for line in found}))
    lines: dict[str, list[PurchaseOrderLine]] = {number: [] for number in numbers}
    for line in found:
        name = known[line.sku].name if line.sku in known else line.sku
        cost = Money(line.unit_cost, line.currency)
        lines[line.purchase_order_number].append(
            PurchaseOrderLine(line.line, line.sku, name, line.quantity, line.received, cost)
        )
    names = names_of(session, [row.supplier for row in rows])
    places = location_names(session)
    return [_order(row, names, places, tuple(lines[row.purchase_order_number])) for row in rows]


def _order(
    row: PurchaseOrderRow, names: dict[str, str], places: dict[str, str], lines: tuple[PurchaseOrderLine, ...]
) -> PurchaseOrder:
    return PurchaseOrder(
        row.purchase_order_number,
        row.supplier,
        names.get(row.supplier, row.supplier),
        row.location,
        places.get(row.location, row.location),
        PurchaseOrderStatus(row.status),
        row.ordered_at,
        row.expected_on,
        row.received_at,
        row.approved_by,
        row.proposal_id,
        lines,
        sum((line.total for line in lines), Money(0, row.currency)),
    )
