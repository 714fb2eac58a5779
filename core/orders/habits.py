"""What a customer orders most regularly, from their own orders and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from core.orders.model import Order, OrderLine, OrderStatus

_LATEST = 12
_FEWEST_TIMES = 2
_MOST_ARTICLES = 10


@dataclass(frozen=True)
class Usual:
    """The usual as an order that was never placed: each line with how many of the `orders` looked at had it."""

    order: Order
    times: dict[int, int]
    orders: int


def usual(placed: Sequence[Order]) -> Usual | None:
    """What at least two, and at least a third, of somebody's latest orders have, in the quantity it mostly has.

    `placed` are orders latest first; cancelled ones say nothing. None where nothing comes back that often. The rest of
    it, such as where it goes, is as in the latest.
    """
    looked_at = [order for order in placed if order.status is not OrderStatus.CANCELLED][:_LATEST]
    if not looked_at:
        return None
    latest = looked_at[0]
    units: dict[str, list[int]] = {}
    last: dict[str, OrderLine] = {}
    for order in looked_at:
        for sku in {line.sku for line in order.lines if order.currency == latest.currency}:
            of_it = [line for line in order.lines if line.sku == sku]
            units.setdefault(sku, []).append(sum(line.quantity for line in of_it))
            last.setdefault(sku, of_it[0])
    least = max(_FEWEST_TIMES, -(-len(looked_at) // 3))
    often = sorted((sku for sku, found in units.items() if len(found) >= least), key=lambda sku: -len(units[sku]))
    chosen = often[:_MOST_ARTICLES]
    if not chosen:
        return None
    lines = tuple(
        replace(last[sku], line=place, quantity=median_low(units[sku])) for place, sku in enumerate(chosen, 1)
    )
    times = {place: len(units[sku]) for place, sku in enumerate(chosen, 1)}
    return Usual(replace(latest, lines=lines), times, len(looked_at))
