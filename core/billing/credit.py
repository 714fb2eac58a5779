"""Credit notes: what goes back for goods of an invoice, with the tax they were sold with; numbered without a gap."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.billing.issuing import Shared, Sold, document_lines, issue
from core.billing.rows import InvoiceLineRow, InvoiceRow
from core.billing.service import summary
from core.config import Shop
from core.money import allocate
from core.orders.model import Order


@dataclass(frozen=True)
class Billed:
    """Where a line of an order was invoiced, and how many units of it there were not credited yet."""

    invoice: InvoiceRow
    row: InvoiceLineRow
    units: int


def credit(session: Session, shop: Shop, order: Order, goods: Sequence[Shared], why: str, now: datetime) -> list[str]:
    """Issue the credit notes for goods of an order, one for each invoice they stand on; their numbers.

    They add up to what is given back, to the minor unit, with the tax rates of their invoices. Goods that were never
    invoiced need none, and an invoice is credited no further than it comes to. Whoever calls has made sure that it is
    done once, and holds the order.
    """
    by_invoice: dict[str, list[tuple[Billed, Shared]]] = {}
    for one in goods:
        for on, part in _over_invoices(one, _billed(session, order).get(one.line, [])):
            by_invoice.setdefault(on.invoice.invoice_number, []).append((on, part))
    numbers = []
    for invoice, found in by_invoice.items():
        left = summary(session, order.customer_id or "", invoice).total.minor - _credited(session, order, invoice)
        parts = [part for _, part in found]
        if 0 < sum(part.gross for part in parts) <= left:
            lines = document_lines(parts, {part.line: _sold(on.row) for on, part in found})
            numbers.append(issue(session, shop, "credit_note", found[0][0].invoice, lines, why, now))
    return numbers


def first_invoice(session: Session, order: Order) -> InvoiceRow | None:
    """The first invoice that was issued for an order."""
    return session.scalars(_invoices(order)).first()


def _over_invoices(goods: Shared, billed: Sequence[Billed]) -> list[tuple[Billed, Shared]]:
    """Goods over the invoices they stand on, each as far as its units are not credited, the first taking the rest."""
    units, taken = goods.units, []
    for on in billed:
        taken.append(min(units, on.units))
        units -= taken[-1]
    if not billed:
        return []
    taken[0] += units
    parts = allocate(goods.gross, taken)
    return [(on, Shared(goods.line, count, gross))
            for on, count, gross in zip(billed, taken, parts, strict=True) if count and gross]  # fmt: skip


def _billed(session: Session, order: Order) -> dict[int, list[Billed]]:
    """Where each line of an order was invoiced: by its place and article, else by its article."""
    heads = {row.invoice_number: row for row in session.scalars(_invoices(order))}
    rows = _lines(session, list(heads))
    notes = session.scalars(_notes(order, list(heads))).all()
    corrected = {row.invoice_number: row.corrects for row in notes}
    gone: Counter[tuple[str | None, str]] = Counter()
    for note in _lines(session, list(corrected)):
        gone[corrected[note.invoice_number], note.sku] += note.quantity
    order_of = list(heads)
    rows = sorted(rows, key=lambda one: (order_of.index(one.invoice_number), one.line))
    found: dict[int, list[Billed]] = {}
    for line in order.lines:
        fitting = [one for one in rows if one.sku == line.sku]
        exact = [one for one in fitting if one.line == line.line]
        for row in exact or fitting[:1]:
            key = (row.invoice_number, row.sku)
            left = max(0, row.quantity - gone[key])
            gone[key] -= row.quantity - left
            found.setdefault(line.line, []).append(Billed(heads[row.invoice_number], row, left))
    return found


def _credited(session: Session, order: Order, invoice_number: str) -> int:
    """What an invoice was credited with so far, in minor units."""
    notes = session.scalars(_notes(order, [invoice_number])).all()
    return sum(summary(session, order.customer_id or "", one.invoice_number).total.minor for one in notes)


def _invoices(order: Order) -> Select[InvoiceRow]:
    mine = (InvoiceRow.order_number == order.order_number, InvoiceRow.customer_id == order.customer_id)
    issued = select(InvoiceRow).where(*mine, InvoiceRow.kind == "invoice", InvoiceRow.currency == order.currency)
    return issued.order_by(InvoiceRow.issued_on, InvoiceRow.invoice_number)


def _notes(order: Order, invoices: Sequence[str]) -> Select[InvoiceRow]:
    return select(InvoiceRow).where(
        InvoiceRow.kind == "credit_note", InvoiceRow.corrects.in_(invoices),
        InvoiceRow.customer_id == order.customer_id,
    )  # fmt: skip


def _lines(session: Session, numbers: Sequence[str]) -> Sequence[InvoiceLineRow]:
    return session.scalars(select(InvoiceLineRow).where(InvoiceLineRow.invoice_number.in_(numbers))).all()


def _sold(row: InvoiceLineRow) -> Sold:
    return Sold(row.sku, row.description, row.unit_price, Decimal(str(row.tax_rate)), row.currency)
