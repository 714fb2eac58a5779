"""Invoices and credit notes: found always by whose they are, drawn from what was stored when they were issued."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.billing import links
from core.billing.links import FileClaim
from core.billing.model import Invoice, InvoiceLine, Party, Seller
from core.billing.rows import InvoiceLineRow, InvoiceRow, PaymentMethodRow, PaymentRow
from core.config import Config, Shop
from core.database.base import lookup
from core.errors import NotFound
from core.money import Money, rounded_share

MIRRORED = {
    "invoices": InvoiceRow,
    "invoice_lines": InvoiceLineRow,
    "payments": PaymentRow,
    "payment_methods": PaymentMethodRow,
}
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
    """What a link opens."""

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
    return _summaries(session, [row])[0]


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
    return _as_issued(shop, row, _lines(session, [row.invoice_number]))


def issued_on(session: Session, shop: Shop, day: date) -> list[Invoice]:
    """What was issued to whomever on a day, for the shop's own books."""
    rows = session.scalars(
        select(InvoiceRow).where(InvoiceRow.issued_on == day).order_by(InvoiceRow.invoice_number)
    ).all()
    lines: dict[str, list[InvoiceLineRow]] = {}
    for line in _lines(session, [row.invoice_number for row in rows]):
        lines.setdefault(line.invoice_number, []).append(line)
    return [_as_issued(shop, row, lines.get(row.invoice_number, [])) for row in rows]


def _as_issued(shop: Shop, row: InvoiceRow, lines: Sequence[InvoiceLineRow]) -> Invoice:
    buyer_lines = (row.bill_line1, row.bill_line2, " ".join(filter(None, (row.bill_city, row.bill_postcode))))
    return Invoice(
        number=row.invoice_number,
        kind="credit_note" if row.kind == "credit_note" else "invoice",
        issued_on=row.issued_on,
        due_on=row.due_on,
        currency=row.currency,
        seller=Seller(**_as_seller(row.seller or seller_of(shop))),
        buyer=Party(
            name=row.bill_name or "Customer",
            company=row.bill_company,
            address=tuple(filter(None, buyer_lines)),
            country=row.bill_country,
            tax_id=row.bill_vat_number,
        ),
        lines=tuple(_line(line) for line in lines),
        order_number=row.order_number or "",
        corrects=(row.corrects or _NOT_STATED) if row.kind == "credit_note" else "",
        note=row.note,
    )


def seller_of(shop: Shop) -> dict[str, Any]:
    """The shop as it stands on a document, to be kept with it: whoever issued it does not change afterwards."""
    return {
        "company": shop.name,
        "address": list(shop.address),
        "country": shop.country,
        "tax_id": shop.vat_number,
        "email": shop.email,
        "payment_terms": shop.payment_terms,
        "bank": list(shop.bank),
    }


def _as_seller(kept: dict[str, Any]) -> dict[str, Any]:
    return {**kept, "address": tuple(kept["address"]), "bank": tuple(kept["bank"])}


def link(config: Config, customer_id: str, invoice_number: str, now: datetime) -> str:
    """The path under which the document can be fetched for a quarter of an hour."""
    secret = config.web.secret.get_secret_value().encode()
    token = links.sign(secret, "invoice", invoice_number, customer_id, now + LINK_LIFETIME)
    return f"/files/{token}"


def claimed(config: Config, token: str, now: datetime, purpose: str = "invoice") -> FileClaim:
    """Which document a link grants, and to whom; no record is read for it.

    Raises:
        NotFound: not a link of ours.
        Refused: it expired.
    """
    given = (config.web.secret, config.web.previous_secret)
    kept = [secret.get_secret_value().encode() for secret in given if secret.get_secret_value()]
    return links.verify(kept, token, purpose=purpose, now=now)


def linked(session: Session, shop: Shop, claim: FileClaim) -> Linked:
    """The document that was claimed.

    Raises:
        NotFound: it is no more.
    """
    found = document(session, shop, claim.customer_id, claim.file_id)
    return Linked(f"{found.kind.replace('_', '-')}-{found.number}.pdf", found)


def _row(session: Session, customer_id: str, invoice_number: str) -> InvoiceRow:
    number = lookup(invoice_number)
    row = session.scalar(
        select(InvoiceRow).where(
            InvoiceRow.customer_id == customer_id,
            or_(InvoiceRow.invoice_number == number, InvoiceRow.invoice_number == number.upper()),
        )
    )
    if row is None:
        raise NotFound(f"I find no invoice {invoice_number[:40]} of yours.", "no-invoice", number=invoice_number[:40])
    return row


def _summaries(session: Session, rows: Sequence[InvoiceRow]) -> list[InvoiceSummary]:
    """What each document comes to and what is open of it, the same whichever others are listed beside it."""
    numbers = [row.invoice_number for row in rows]
    beside = _beside(session, rows)
    corrections = session.scalars(
        select(InvoiceRow).where(
            InvoiceRow.kind == "credit_note",
            InvoiceRow.corrects.in_({*numbers, *(one.invoice_number for one in beside)}),
        )
    ).all()
    gross = _gross(session, {one.invoice_number for one in (*rows, *beside, *corrections)})
    credited: dict[str, int] = {}
    for one in corrections:
        number = one.corrects or ""
        credited[number] = credited.get(number, 0) + gross[one.invoice_number]
    settled = _settled(session, rows, beside, {key: of_it - credited.get(key, 0) for key, of_it in gross.items()})
    for number, amount in credited.items():
        settled[number] = settled.get(number, 0) + amount
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


def _beside(session: Session, rows: Sequence[InvoiceRow]) -> Sequence[InvoiceRow]:
    """All invoices of the orders that these documents are for, oldest first."""
    orders = {row.order_number for row in rows if row.order_number}
    return session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.kind == "invoice", InvoiceRow.order_number.in_(orders))
        .order_by(InvoiceRow.issued_on, InvoiceRow.invoice_number)
    ).all()


def _settled(
    session: Session, rows: Sequence[InvoiceRow], beside: Sequence[InvoiceRow], owed: Mapping[str, int]
) -> dict[str, int]:
    """Paid less refunded in the invoice's currency.

    What names only the order goes to its invoices, oldest first, as far as each is `owed`; the first takes the rest.
    """
    of_order: dict[str | None, list[InvoiceRow]] = {}
    for row in beside:
        of_order.setdefault(row.order_number, []).append(row)
    currency_of = {row.invoice_number: row.currency for row in (*rows, *beside)}
    payments = session.scalars(
        select(PaymentRow).where(or_(PaymentRow.invoice_number.in_(currency_of), PaymentRow.order_number.in_(of_order)))
    )
    settled: dict[str, int] = {}
    unnamed: dict[tuple[str | None, str], int] = {}
    for payment in payments:
        signed = payment.amount if payment.kind == "payment" else -payment.amount
        if payment.invoice_number is None:
            key = (payment.order_number, payment.currency)
            unnamed[key] = unnamed.get(key, 0) + signed
        elif currency_of.get(payment.invoice_number) == payment.currency:
            settled[payment.invoice_number] = settled.get(payment.invoice_number, 0) + signed
    for (order, currency), amount in unnamed.items():
        fitting = [one.invoice_number for one in of_order.get(order, []) if one.currency == currency]
        left = amount
        for number in fitting:
            part = max(0, min(left, owed[number] - settled.get(number, 0)))
            settled[number] = settled.get(number, 0) + part
            left -= part
        if fitting:
            settled[fitting[0]] += left
    return settled


def _gross(session: Session, numbers: Collection[str]) -> dict[str, int]:
    """What documents come to with tax, in minor units; a line that could not stand on paper hides no others here."""
    nets: dict[tuple[str, float], int] = {}
    for line in _lines(session, numbers):
        key = (line.invoice_number, line.tax_rate)
        nets[key] = nets.get(key, 0) + line.quantity * line.unit_price - line.discount
    gross = dict.fromkeys(numbers, 0)
    for (number, rate), net in nets.items():
        gross[number] += net + rounded_share(net, Decimal(str(rate)))
    return gross


def _lines(session: Session, numbers: Collection[str]) -> Sequence[InvoiceLineRow]:
    return session.scalars(
        select(InvoiceLineRow)
        .where(InvoiceLineRow.invoice_number.in_(numbers))
        .order_by(InvoiceLineRow.invoice_number, InvoiceLineRow.line)
    ).all()


def _line(row: InvoiceLineRow) -> InvoiceLine:
    rate = Decimal(str(row.tax_rate))
    return InvoiceLine(row.line, row.sku, row.description, row.quantity, row.unit_price, rate, row.discount)
