"""Issuing invoices and credit notes: lines that come to a sum exactly, and numbers without a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from core.billing.model import DocumentKind
from core.billing.rows import InvoiceLineRow, InvoiceRow
from core.billing.service import seller_of
from core.config import Shop
from core.database.audit import record
from core.database.numbers import next_code
from core.database.upsert import add
from core.money import allocate, rounded_share

_COPIED = (
    "order_number", "customer_id", "currency", "bill_name", "bill_company", "bill_line1", "bill_line2", "bill_city",
    "bill_postcode", "bill_country", "bill_vat_number",
)  # fmt: skip
_PREFIX = {"credit_note": "CN", "invoice": "IN"}


@dataclass(frozen=True)
class Shared:
    """Units of a line, and what they come to, tax included, in minor units."""

    line: int
    units: int
    gross: int


@dataclass(frozen=True)
class Sold:
    """What a line was sold as; `unit_price` in minor units before tax."""

    sku: str
    description: str
    unit_price: int
    tax_rate: Decimal
    currency: str


def document_lines(goods: Sequence[Shared], sold: Mapping[int, Sold]) -> list[dict[str, object]]:
    """The lines of a document that comes to exactly what goes back, or is asked for, for these goods.

    Tax is computed once for each rate, on the sum of its nets, so not every amount can be reached; what is left of a
    minor unit or two stands on a line of its own.
    """
    place = count(1)
    lines: list[dict[str, object]] = []
    rest = 0
    for rate in dict.fromkeys(sold[one.line].tax_rate for one in goods):
        members = [one for one in goods if sold[one.line].tax_rate == rate]
        prices = [one.units * sold[one.line].unit_price for one in members]
        given = sum(one.gross for one in members)
        net = _largest_net(given, rate, sum(prices))
        rest += given - net - rounded_share(net, rate)
        for one, price, part in zip(members, prices, allocate(net, prices), strict=True):
            row = sold[one.line]
            lines.append(
                {
                    "line": next(place), "sku": row.sku, "description": row.description, "quantity": one.units,
                    "unit_price": row.unit_price, "discount": price - part, "tax_rate": float(rate),
                    "currency": row.currency,
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


def issue(
    session: Session, shop: Shop, kind: DocumentKind, invoice: InvoiceRow, lines: list[dict[str, object]], why: str,
    now: datetime,
) -> str:  # fmt: skip
    """Issue a document that corrects an invoice or goes beyond it, to the same buyer; its number."""
    number = next_code(session, kind, _PREFIX[kind], InvoiceRow)
    is_credit = kind == "credit_note"
    issued_on = now.astimezone(shop.zone).date()
    session.add(
        InvoiceRow(
            invoice_number=number,
            kind=kind,
            issued_on=issued_on,
            due_on=None if is_credit or invoice.due_on is None else issued_on + (invoice.due_on - invoice.issued_on),
            corrects=invoice.invoice_number if is_credit else None,
            note=why,
            seller=seller_of(shop),
            **{name: getattr(invoice, name) for name in _COPIED},
        )
    )
    session.flush()
    add(session, InvoiceLineRow, [{"invoice_number": number, **line} for line in lines])
    about = {"corrects": invoice.invoice_number} if is_credit else {"beside": invoice.invoice_number}
    record(session, now, "shop", f"{kind}_issued", f"invoice:{number}", **about)
    return number
