"""What Odoo invoiced to customers, and what was paid of it, in canonical rows; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.billing.model import InvoiceLine, line_net, totals_of_lines
from core.exchange.model import Record, version
from integrations.odoo.mapping import Books, address_of, changed, named, priced, ref, tax_of
from integrations.reading import Json, Unreadable, minor, moment, needed, said

ISSUED: list[Sequence[Any]] = [["move_type", "in", ["out_invoice", "out_refund"]], ["state", "=", "posted"]]
"""Of all that is booked, what customers were given: drafts have no number yet, and what is cancelled counts no more."""


@dataclass(frozen=True)
class Bill:
    """An invoice or credit note with what hangs on it; `credited` are the totals of what corrects it."""

    move: Json
    lines: Sequence[Json]
    payer: Json
    skus: Mapping[int, str]
    customer_id: str | None = None
    order_number: str | None = None
    corrects: str | None = None
    credited: Sequence[Json] = ()


def invoice(found: Bill, books: Books, home: str) -> Record:
    """A document that comes to what Odoo has it come to, to the minor unit, and what was paid of it.

    Raises:
        Unreadable: it does not, or what every document has is missing.
    """
    move, currency = found.move, named(found.move, "currency_id")
    number, is_credit = needed("an invoice", move, "name"), said(move, "move_type") == "out_refund"
    total, issued_on = minor(move.get("amount_total") or 0, currency), needed("an invoice", move, "invoice_date")
    due_on = said(move, "invoice_date_due")
    address = address_of(found.payer, books, home)
    head = {
        "invoice_number": number, "kind": "credit_note" if is_credit else "invoice",
        "order_number": found.order_number, "customer_id": found.customer_id,
        "issued_on": moment(issued_on).date(),
        "due_on": None if is_credit or not due_on else moment(max(due_on, issued_on)).date(),
        "currency": currency, "corrects": found.corrects if is_credit else None,
        "bill_name": said(found.payer, "name"), "bill_company": named(found.payer, "parent_id"),
        **{f"bill_{name}": text for name, text in address.items() if name != "region"},
        "bill_vat_number": said(found.payer, "vat"), "note": "",
    }  # fmt: skip
    lines = _to_the_unit(_lines(found, books, currency), total)
    rows: dict[str, list[dict[str, Any]]] = {
        "invoices": [head],
        "invoice_lines": [
            {
                "invoice_number": number, "line": place, "sku": one.sku, "description": one.description,
                "quantity": one.quantity, "unit_price": one.unit_price, "currency": currency,
                "tax_rate": float(one.tax_rate), "discount": one.discount,
            }
            for place, one in enumerate(lines, 1)
        ],
        "payments": _paid(found, number, total, currency),
    }  # fmt: skip
    return Record("invoices", str(move["id"]), number, version(changed(move, *found.lines)), rows)


def _lines(found: Bill, books: Books, currency: str) -> list[InvoiceLine]:
    """The lines of goods; one below zero, such as a deposit that was paid before, is taken off others of its rate."""
    lines: list[InvoiceLine] = []
    off: dict[Decimal, int] = {}
    for one in found.lines:
        net = minor(one.get("price_subtotal") or 0, currency)
        rate, _ = tax_of([books.taxes[tax] for tax in one.get("tax_ids") or () if tax in books.taxes])
        if net < 0:
            off[rate] = off.get(rate, 0) - net
            continue
        units, words = float(one.get("quantity") or 0), said(one, "name") or "Item"
        if units < 1 or units != round(units):
            units, words = 1, f"{units:g} × {words}"
        price = priced(one, round(units), net, currency)
        sku = found.skus.get(ref(one, "product_id") or 0, "")
        lines.append(InvoiceLine(len(lines) + 1, sku, words, round(units), price, rate, price * round(units) - net))
    for rate, minus in off.items():
        lines = _less(lines, rate, minus)
    if not lines:
        raise Unreadable("an invoice without a line")
    return lines


def _less(lines: Sequence[InvoiceLine], rate: Decimal, minus: int) -> list[InvoiceLine]:
    """The lines with so much off those of a rate."""
    kept = []
    for line in lines:
        off = min(minus, line_net(line)) if line.tax_rate == rate else 0
        minus -= off
        kept.append(replace(line, discount=line.discount + off))
    if minus:
        raise Unreadable("an invoice with more off than its lines come to")
    return kept


def _to_the_unit(lines: list[InvoiceLine], total: int) -> list[InvoiceLine]:
    """The lines with what rounding makes of them on a line of its own.

    Raises:
        Unreadable: more than rounding is between the lines and the total, such as a tax that is no percentage.
    """
    above = totals_of_lines(lines).gross - total
    if abs(above) > len(lines):
        raise Unreadable("an invoice whose lines and taxes do not come to its total")
    if above > 0:
        lines = _less(lines, max(lines, key=line_net).tax_rate, above)
    rest = total - totals_of_lines(lines).gross
    rounding = [InvoiceLine(len(lines) + 1, "", "Rounding", 1, rest, Decimal(0))] if rest > 0 else []
    return [*lines, *rounding]


def _paid(found: Bill, number: str, total: int, currency: str) -> list[dict[str, Any]]:
    """What was settled of an invoice in any way but by the credit notes that correct it."""
    if said(found.move, "move_type") == "out_refund":
        return []
    credited = sum(minor(one.get("amount_total") or 0, currency) for one in found.credited)
    paid = total - minor(found.move.get("amount_residual") or 0, currency) - credited
    if paid <= 0:
        return []
    return [
        {
            "payment_id": f"odoo-{found.move['id']}", "order_number": found.order_number, "invoice_number": number,
            "kind": "payment", "amount": min(paid, total), "currency": currency, "method": "as agreed",
            "method_id": None, "of_payment": None, "paid_at": changed(found.move, *found.lines),
        }
    ]  # fmt: skip
