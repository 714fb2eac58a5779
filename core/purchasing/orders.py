"""Purchase orders: placed once for each approved proposal, sent to the supplier, read by planners."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

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
from core.money import Money
from core.purchasing import papers
from core.purchasing.model import UNDER_WAY, Proposal, PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow
from core.purchasing.service import arrival_if_ordered, names_of, planner

_UNDER_WAY = [status.value for status in UNDER_WAY]


def place(session: Session, proposal: Proposal, staff: Staff, shop: Shop, now: datetime) -> str:
    """Write the purchase order of an approved proposal and its dispatch; the number it got."""
    number = next_code(session, "purchase_order", "PO", PurchaseOrderRow)
    made_on, today = (at.astimezone(shop.zone).date() for at in (proposal.created_at, now))
    session.add(
        PurchaseOrderRow(
            purchase_order_number=number,
            proposal_id=proposal.proposal_id,
            supplier=proposal.supplier,
            location=proposal.location,
            status=PurchaseOrderStatus.APPROVED.value,
            currency=proposal.total.currency,
            ordered_at=now,
            expected_on=arrival_if_ordered(session, proposal.supplier, made_on, proposal.expected_on, today),
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
    session.flush()
    papers.issue(session, _with_lines(session, [session.get_one(PurchaseOrderRow, number)])[0], shop, now)
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


def give_up(session: Session, number: str, who: str, now: datetime) -> bool:
    """Cancel a purchase order that never reached its supplier, so that nobody waits for it; False where one may have.

    What was confirmed, or sent in an earlier revision, is under way whatever became of this letter.
    """
    never_sent = (
        PurchaseOrderRow.purchase_order_number == number,
        PurchaseOrderRow.status == PurchaseOrderStatus.APPROVED.value,
    )
    moved = update(PurchaseOrderRow).where(*never_sent).values(status=PurchaseOrderStatus.CANCELLED.value)
    if session.scalar(moved.returning(PurchaseOrderRow.purchase_order_number)) is None:
        return False
    lines = update(PurchaseOrderLineRow).where(PurchaseOrderLineRow.purchase_order_number == number)
    session.execute(lines.values(cancelled=PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.received))
    record(session, now, who, "purchase_order_given_up", f"purchase_order:{number}")
    return True


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
    return known_order(session, number)


def known_order(session: Session, number: str) -> PurchaseOrder:
    """One purchase order, for whoever has been let in already.

    Raises:
        NotFound: there is none of that number.
    """
    row = session.get(PurchaseOrderRow, lookup(number))
    if row is None:
        raise NotFound(f"There is no purchase order {number[:30]}.")
    return _with_lines(session, [row])[0]


def late_orders(session: Session, today: date, after_days: int) -> list[PurchaseOrder]:
    """Orders of which something should have been here so many days ago, the latest first."""
    rows = session.scalars(
        select(PurchaseOrderRow)
        .where(
            PurchaseOrderRow.status.in_(_UNDER_WAY),
            PurchaseOrderRow.expected_on <= today - timedelta(days=after_days),
        )
        .order_by(PurchaseOrderRow.expected_on, PurchaseOrderRow.purchase_order_number)
    ).all()
    return [order for order in _with_lines(session, rows) if order.is_late(today, after_days)]


def numbers_by_proposal(session: Session, proposal_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of the purchase orders that came of proposals."""
    rows = session.execute(
        select(PurchaseOrderRow.proposal_id, PurchaseOrderRow.purchase_order_number).where(
            PurchaseOrderRow.proposal_id.in_(proposal_ids)
        )
    )
    return {int(proposal_id): number for proposal_id, number in rows if proposal_id is not None}


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
            PurchaseOrderLine(line.line, line.sku, name, line.quantity, line.received, cost, line.cancelled)
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
        row.revision,
        row.first_expected_on,
        row.confirmed_at,
        row.supplier_reference,
    )
