"""Invoices follow what becomes of their orders: what goes is credited, what comes is invoiced, nothing is rewritten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.billing.credit import credit, first_invoice
from core.billing.issuing import Shared, Sold, document_lines, issue
from core.billing.model import InvoiceLine, totals_of_lines
from core.config import Shop
from core.money import allocate
from core.orders.model import Order, OrderLine


def correct(session: Session, shop: Shop, before: Order, after: Order, why: str, now: datetime) -> list[str]:
    """Issue what an invoiced order needs once it is another; the numbers, credit notes first.

    A further invoice for what came less the credit notes for what went is what the order costs more, to the minor
    unit. An order that was not invoiced yet needs nothing: its invoice will state it as it is then. Whoever calls has
    changed the order once, and holds it.
    """
    if first_invoice(session, before) is None:
        return []
    more, gone = _beyond(after, before), _beyond(before, after)
    difference = after.total.minor - before.total.minor
    asked = _worth(more) if gone else difference
    numbers = credit(session, shop, before, _shared(gone, asked - difference), why, now)
    return numbers + further(session, shop, after, more, asked, why, now)


def without_lines(order: Order) -> Order:
    """What is left of an order that is cancelled as a whole."""
    return replace(order, lines=())


def further(
    session: Session, shop: Shop, order: Order, lines: Sequence[OrderLine], gross: int, why: str, now: datetime
) -> list[str]:
    """Issue a further invoice to whom the order was invoiced, for goods that come to so much; none for nothing."""
    invoice = first_invoice(session, order)
    goods = [one for one in _shared(lines, gross) if one.gross]
    if invoice is None or not goods:
        return []
    sold = {line.line: _sold(line, one.gross) for one in goods for line in lines if line.line == one.line}
    return [issue(session, shop, "invoice", invoice, document_lines(goods, sold), why, now)]


def _beyond(order: Order, other: Order) -> list[OrderLine]:
    """What an order has that the other has not: whole lines, or the units above."""
    there = {line.line: line for line in other.lines}
    found = []
    for line in order.lines:
        known = there.get(line.line)
        is_same = known is not None and (known.sku, known.unit_price, known.tax_rate) == (
            line.sku, line.unit_price, line.tax_rate,
        )  # fmt: skip
        units = line.quantity - (known.quantity if known is not None and is_same else 0)
        if units > 0:
            discount = line.discount - known.discount if known is not None and is_same else line.discount
            found.append(replace(line, quantity=units, discount=discount))
    return found


def _worth(lines: Sequence[OrderLine]) -> int:
    sold = [
        InvoiceLine(one.line, one.sku, one.description, one.quantity, one.unit_price.minor, one.tax_rate,
                    one.discount.minor)
        for one in lines
    ]  # fmt: skip
    return totals_of_lines(sold).gross


def _shared(lines: Sequence[OrderLine], gross: int) -> list[Shared]:
    """A sum over lines, by what each comes to."""
    if gross <= 0 or not lines:
        return []
    parts = allocate(gross, [int(line.net.minor * (1 + line.tax_rate) * 100) for line in lines])
    return [Shared(line.line, line.quantity, part) for line, part in zip(lines, parts, strict=True)]


def _sold(line: OrderLine, gross: int) -> Sold:
    """The line as a document states it; where its price has fallen since it was agreed, at the price it comes to."""
    agreed = -(-int(gross / (1 + line.tax_rate)) // line.quantity)
    price = max(line.unit_price.minor, agreed)
    return Sold(line.sku, line.description, price, line.tax_rate, line.unit_price.currency)
