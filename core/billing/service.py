"""Invoices and credit notes: found always by whose they are, drawn from what was stored when they were issued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.billing import links
from core.billing.model import Invoice, InvoiceLine, Party, Seller, totals_of_lines
from core.billing.rows import InvoiceLineRow, InvoiceRow, PaymentRow
from core.config import Config, Shop
from core.errors import NotFound
from core.money import Money

MIRRORED = {"invoices": InvoiceRow, "invoice_lines": InvoiceLineRow, "payments": PaymentRow}
LINK_LIFETIME = timedelta(minutes=15)
_NOT_STATED = "not stated"


@dataclass(frozen=True)
class InvoiceSummary:
    """An invoice or credit note in a list; `open_amount` is what is still to be paid."""

    invoice_number: str
    kind: str
    order_number: str | None
    issued_on: date
    due_on: date | None
    total: Money
    open_amount: Money


@dataclass(frozen=True)
class Linked:
    """What a link opens, and whose it is."""

    customer_id: str
    name: str
    invoice: Invoice


def summaries(session: Session, customer_id: str) -> list[InvoiceSummary]:
    """A customer's invoices and credit notes, latest first."""
    rows = session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.customer_id == customer_id)
        .order_by(InvoiceRow.issued_on.desc(), InvoiceRow.invoice_number.desc())
    ).all()
    return _summaries(session, rows)


def summary(session: Session, customer_id: str, invoice_number: str) -> InvoiceSummary:
    """One of a customer's documents.

    Raises:
        NotFound: there is none of that number, or it is somebody else's.
    """
    row = _row(session, customer_id, invoice_number)
    return next(found for found in _related(session, customer_id, row) if found.invoice_number == row.invoice_number)


def documents_of_order(session: Session, customer_id: str, order_number: str) -> list[InvoiceSummary]:
    """What was issued for an order: its invoices, then its credit notes."""
    rows = session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.customer_id == customer_id, InvoiceRow.order_number == order_number)
        .order_by(InvoiceRow.kind.desc(), InvoiceRow.issued_on, InvoiceRow.invoice_number)
    ).all()
    return _summaries(session, rows)


def document(session: Session, shop: Shop, customer_id: str, invoice_number: str) -> Invoice:
    """The document as issued, ready to be drawn.

    Raises:
        NotFound: there is none of that number, or it is somebody else's.
    """
    row = _row(session, customer_id, invoice_number)
    buyer_lines = (row.bill_line1, row.bill_line2, " ".join(filter(None, (row.bill_city, row.bill_postcode))))
    return Invoice(
        number=row.invoice_number,
        kind="credit_note" if row.kind == "credit_note" else "invoice",
        issued_on=row.issued_on,
        due_on=row.due_on,
        currency=row.currency,
        seller=Seller(
            company=shop.name,
            address=shop.address,
            country=shop.country,
            tax_id=shop.vat_number,
            email=shop.email,
            payment_terms=shop.payment_terms,
            bank=shop.bank,
        ),
        buyer=Party(
            name=row.bill_name or "Customer",
            company=row.bill_company,
            address=tuple(filter(None, buyer_lines)),
            country=row.bill_country,
            tax_id=row.bill_vat_number,
        ),
        lines=tuple(_line(line) for line in _lines(session, [row.invoice_number])),
        order_number=row.order_number or "",
        corrects=(row.corrects or _NOT_STATED) if row.kind == "credit_note" else "",
        note=row.note,
    )


def link(config: Config, customer_id: str, invoice_number: str, now: datetime) -> str:
    """The path under which the document can be fetched for a quarter of an hour."""
    secret = config.web.secret.get_secret_value().encode()
    token = links.sign(secret, "invoice", invoice_number, customer_id, now + LINK_LIFETIME)
    return f"/files/{token}"


def linked(session: Session, config: Config, token: str, now: datetime) -> Linked:
    """The document a link grants.

    Raises:
        NotFound: not a link of ours.
        Refused: it expired.
    """
    given = (config.web.secret, config.web.previous_secret)
    kept = [secret.get_secret_value().encode() for secret in given if secret.get_secret_value()]
    claim = links.verify(kept, token, purpose="invoice", now=now)
    found = document(session, config.shop, claim.customer_id, claim.file_id)
    return Linked(claim.customer_id, f"{found.kind.replace('_', '-')}-{found.number}.pdf", found)


def _row(session: Session, customer_id: str, invoice_number: str) -> InvoiceRow:
    row = session.scalar(
        select(InvoiceRow).where(
            InvoiceRow.customer_id == customer_id,
            or_(InvoiceRow.invoice_number == invoice_number, InvoiceRow.invoice_number == invoice_number.upper()),
        )
    )
    if row is None:
        raise NotFound(f"I find no invoice {invoice_number[:40]} of yours.")
    return row


def _related(session: Session, customer_id: str, row: InvoiceRow) -> list[InvoiceSummary]:
    return (
        documents_of_order(session, customer_id, row.order_number) if row.order_number else _summaries(session, [row])
    )


def _summaries(session: Session, rows: Sequence[InvoiceRow]) -> list[InvoiceSummary]:
    numbers = [row.invoice_number for row in rows]
    lines: dict[str, list[InvoiceLineRow]] = {number: [] for number in numbers}
    for line in _lines(session, numbers):
        lines[line.invoice_number].append(line)
    gross = {row.invoice_number: _gross(lines[row.invoice_number]) for row in rows}
    settled = _settled(session, rows)
    for row in rows:
        if row.kind == "credit_note" and row.corrects:
            settled[row.corrects] = settled.get(row.corrects, 0) + gross[row.invoice_number]
    return [
        InvoiceSummary(
            row.invoice_number,
            row.kind,
            row.order_number,
            row.issued_on,
            row.due_on,
            Money(gross[row.invoice_number], row.currency),
            Money(_open(row, gross[row.invoice_number], settled), row.currency),
        )
        for row in rows
    ]


def _open(row: InvoiceRow, gross: int, settled: dict[str, int]) -> int:
    return 0 if row.kind == "credit_note" else max(0, gross - settled.get(row.invoice_number, 0))


def _settled(session: Session, rows: Sequence[InvoiceRow]) -> dict[str, int]:
    """Paid less refunded, per invoice; a payment that names only the order counts for the order's invoice."""
    by_order = {row.order_number: row.invoice_number for row in rows if row.order_number and row.kind == "invoice"}
    numbers = [row.invoice_number for row in rows]
    payments = session.scalars(
        select(PaymentRow).where(or_(PaymentRow.invoice_number.in_(numbers), PaymentRow.order_number.in_(by_order)))
    )
    settled: dict[str, int] = {}
    for payment in payments:
        number = payment.invoice_number or by_order.get(payment.order_number or "", "")
        signed = payment.amount if payment.kind == "payment" else -payment.amount
        settled[number] = settled.get(number, 0) + signed
    return settled


def _gross(lines: Sequence[InvoiceLineRow]) -> int:
    return totals_of_lines([_line(line) for line in lines]).gross


def _lines(session: Session, numbers: Sequence[str]) -> Sequence[InvoiceLineRow]:
    return session.scalars(
        select(InvoiceLineRow)
        .where(InvoiceLineRow.invoice_number.in_(numbers))
        .order_by(InvoiceLineRow.invoice_number, InvoiceLineRow.line)
    ).all()


def _line(row: InvoiceLineRow) -> InvoiceLine:
    rate = Decimal(str(row.tax_rate))
    return InvoiceLine(row.line, row.sku, row.description, row.quantity, row.unit_price, rate, row.discount)
