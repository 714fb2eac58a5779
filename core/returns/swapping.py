"""What an exchange swaps, as documents state it: the goods that came back, and the others that went out for them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.billing.issuing import Shared
from core.billing.settlement import moved, paid
from core.catalog.service import products
from core.orders.changes import LineChange, changed_order
from core.orders.model import OrderLine
from core.returns.handling import Case
from core.returns.service import worth


@dataclass(frozen=True)
class Swapped:
    """Goods to be credited, and others to be invoiced that come to `gross`, tax included, in minor units."""

    back: list[Shared]
    out: list[OrderLine]
    gross: int


def swapped(session: Session, one: Case) -> Swapped:
    """What was swapped for something else; the same again needs no paper.

    What went out comes to what came back and the difference that was charged or given back for it; where the order is
    not paid yet, to the price of today.
    """
    skus = {line.line: line.sku for line in one.order.lines}
    units = {line.line: line.quantity for line in one.found.lines if line.new_sku and line.new_sku != skus[line.line]}
    known = products(session, [line.new_sku for line in one.found.lines if line.new_sku])
    new = {line.line: known.get(line.new_sku or "") for line in one.found.lines if line.line in units}
    asked = [LineChange(line.line, units.get(line.line, 0), new.get(line.line)) for line in one.order.lines]
    planned = changed_order(one.order, asked)
    back = [Shared(line, count, worth(one.order, {line: count}, {}).minor) for line, count in units.items()]
    difference = sum(
        part.amount.minor if part.payment_id.startswith("charge:") else -part.amount.minor
        for part in moved(session, one.order, f"exchange:{one.found.return_number}")
    )
    is_paid = paid(session, one.order).minor > 0
    gross = sum(part.gross for part in back) + difference if is_paid else planned.total.minor
    return Swapped(back, list(planned.lines), gross)
