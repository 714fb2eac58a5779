"""Credit notes: what goes back for goods of an invoice, with the tax they were sold with; numbered without a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.billing.rows import InvoiceLineRow, InvoiceRow
from core.billing.service import seller_of, summary
from core.config import Shop
from core.database.audit import record
from core.database.numbers import next_code
from core.database.upsert import add
from core.money import allocate, rounded_share
from core.orders.model import Order

_COPIED = (
    "order_number", "customer_id", "currency", "bill_name", "bill_company", "bill_line1", "bill_line2", "bill_city",
    "bill_postcode", "bill_country", "bill_vat_number",
)  # fmt: skip


@dataclass(frozen=True)
class Credited:
    """Units of an order's line that are credited, and what is given back for them, tax included, in minor units."""

    line: int
    units: int
    gross: int


def credit(session: Session, shop: Shop, order: Order, goods: Sequence[Credited], why: str, now: datetime) -> list[str]:
    """Issue the credit notes for goods of an order, one for each invoice they stand on; their numbers.

    Each adds up to what is given back, to the minor unit, with the tax rates of its invoice. Goods that were never
    invoiced need none, and an invoice is credited no further than it comes to. Whoever calls has made sure that it is
    done once, and holds the order.
    """
    billed = _billed(session, order)
    numbers = []
    for invoice in dict.fromkeys(billed[one.line][0].invoice_number for one in goods if one.line in billed):
        of_it = [
            one for one in goods if one.gross and one.line in billed and billed[one.line][0].invoice_number == invoice
        ]
        left = summary(session, order.customer_id or "", invoice).total.minor - _credited(session, order, invoice)
        if of_it and sum(one.gross for one in of_it) <= left:
            row = billed[of_it[0].line][0]
            lines = _note_lines(of_it, {one.line: billed[one.line][1] for one in of_it})
            numbers.append(_issue(session, shop, row, lines, why, now))
    return numbers


def _billed(session: Session, order: Order) -> dict[int, tuple[InvoiceRow, InvoiceLineRow]]:
    """Where each line of an order was invoiced: by its place and article, else by its article."""
    rows = session.execute(
        select(InvoiceRow, InvoiceLineRow)
        .join(InvoiceLineRow, InvoiceLineRow.invoice_number == InvoiceRow.invoice_number)
        .where(
            InvoiceRow.order_number == order.order_number,
            InvoiceRow.customer_id == order.customer_id,
            InvoiceRow.kind == "invoice",
            InvoiceRow.currency == order.currency,
        )
        .order_by(InvoiceRow.issued_on, InvoiceRow.invoice_number, InvoiceLineRow.line)
    ).all()
    found: dict[int, tuple[InvoiceRow, InvoiceLineRow]] = {}
    for line in order.lines:
        fitting = [(head, one) for head, one in rows if one.sku == line.sku]
        exact = [pair for pair in fitting if pair[1].line == line.line]
        if exact or fitting:
            found[line.line] = (exact or fitting)[0]
    return found


def _credited(session: Session, order: Order, invoice_number: str) -> int:
    """What an invoice was credited with so far, in minor units."""
    notes = session.scalars(
        select(InvoiceRow.invoice_number).where(
            InvoiceRow.kind == "credit_note", InvoiceRow.corrects == invoice_number,
            InvoiceRow.customer_id == order.customer_id,
        )
    ).all()  # fmt: skip
    return sum(summary(session, order.customer_id or "", number).total.minor for number in notes)


def _note_lines(goods: Sequence[Credited], billed: Mapping[int, InvoiceLineRow]) -> list[dict[str, object]]:
    """The lines of a note that comes to exactly what is given back.

    Tax is computed once for each rate, on the sum of its nets, so not every amount can be reached; what is left of a
    minor unit or two stands on a line of its own.
    """
    place = count(1)
    lines: list[dict[str, object]] = []
    rest = 0
    for rate in dict.fromkeys(billed[one.line].tax_rate for one in goods):
        members = [one for one in goods if billed[one.line].tax_rate == rate]
        prices = [one.units * billed[one.line].unit_price for one in members]
        given = sum(one.gross for one in members)
        net = _largest_net(given, Decimal(str(rate)), sum(prices))
        rest += given - net - rounded_share(net, Decimal(str(rate)))
        for one, price, part in zip(members, prices, allocate(net, prices), strict=True):
            row = billed[one.line]
            lines.append(
                {
                    "line": next(place), "sku": row.sku, "description": row.description, "quantity": one.units,
                    "unit_price": row.unit_price, "discount": price - part, "tax_rate": rate, "currency": row.currency,
                }
            )  # fmt: skip
    if rest:
        lines.append(
            {
                "line": next(place), "sku": "", "description": "Rounding", "quantity": 1, "unit_price": rest,
                "discount": 0, "tax_rate": 0.0, "currency": lines[0]["currency"],
            }
        )  # fmt: skip
    return lines


def _largest_net(gross: int, rate: Decimal, most: int) -> int:
    """The largest net, at most `most`, that comes to no more than `gross` with its tax.

    >>> _largest_net(540, Decimal("0.2"), 450), _largest_net(3, Decimal("0.2"), 450)
    (450, 2)
    """
    net = min(most, int(Decimal(gross) / (1 + rate)) + 1)
    while net > 0 and net + rounded_share(net, rate) > gross:
        net -= 1
    return net


def _issue(
    session: Session, shop: Shop, invoice: InvoiceRow, lines: list[dict[str, object]], why: str, now: datetime
) -> str:
    number = next_code(session, "credit_note", "CN", InvoiceRow)
    session.add(
        InvoiceRow(
            invoice_number=number,
            kind="credit_note",
            issued_on=now.astimezone(shop.zone).date(),
            due_on=None,
            corrects=invoice.invoice_number,
            note=why,
            seller=seller_of(shop),
            **{name: getattr(invoice, name) for name in _COPIED},
        )
    )
    session.flush()
    add(session, InvoiceLineRow, [{"invoice_number": number, **line} for line in lines])
    record(session, now, "shop", "credit_note_issued", f"invoice:{number}", corrects=invoice.invoice_number)
    return number
