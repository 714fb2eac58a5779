"""Before anything is bought: what one place has too much of goes to the place that would order it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.config import Planning
from core.money import Money
from core.purchasing.choosing import Chosen
from core.purchasing.known import arrays, as_money
from core.replenishment.plan import propose
from core.replenishment.rebalancing import rebalance


@dataclass(frozen=True)
class Worthwhile:
    """A move that costs less than buying, with what made it so."""

    sku: str
    origin: str
    destination: str
    units: int
    saving: Money
    spare: int
    wanted: int
    bought_otherwise: int

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.units} × {self.sku} from {self.origin} to {self.destination}, saves {self.saving} a year"


def rebalanced(
    chosen: Sequence[Chosen], planning: Planning, barred: frozenset[tuple[str, str, str]] = frozenset()
) -> tuple[list[Chosen], tuple[Worthwhile, ...]]:
    """What to move, and what is known of each product at its place with those moves under way.

    Only products that are kept at several places and paid for in one currency are looked at; `barred` names product,
    origin and destination of moves that are not wanted.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for row, one in enumerate(chosen):
        places.setdefault((one.known.item.sku, one.known.item.currency), []).append(row)
    rows = [row for of_product in places.values() if len(of_product) > 1 for row in of_product]
    if not planning.move_days or not rows:
        return list(chosen), ()
    known = [chosen[row].known for row in rows]
    items, pace = arrays(known)
    numbers = {product: number for number, product in enumerate(places)}
    product = np.array([numbers[one.item.sku, one.item.currency] for one in known], dtype=np.int64)
    movable = np.array([float(max(one.on_hand - one.waiting, 0)) for one in known])
    cost = np.full(len(rows), planning.move_cost)
    place_of = {(chosen[row].known.item.sku, chosen[row].location): at for at, row in enumerate(rows)}
    unwanted = {
        (place_of[sku, origin], place_of[sku, destination])
        for sku, origin, destination in barred
        if (sku, origin) in place_of and (sku, destination) in place_of
    }
    moved = rebalance(items, pace, product, movable, cost, frozenset(unwanted))
    first = propose(items, pace)
    after, told = list(chosen), []
    for origin, destination, units, saving in zip(
        moved.origin.tolist(), moved.destination.tolist(), moved.units.tolist(), moved.saving.tolist(), strict=True
    ):
        giver, taker = chosen[rows[origin]], chosen[rows[destination]]
        for at, change in ((rows[origin], {"on_hand": -int(units)}), (rows[destination], {"on_order": int(units)})):
            here = after[at].known
            changed = {name: getattr(here, name) + count for name, count in change.items()}
            after[at] = replace(after[at], known=replace(here, **changed))
        told.append(
            Worthwhile(
                giver.known.item.sku, giver.location, taker.location, int(units),
                as_money(saving, giver.known.item.currency),
                int(items.position[origin] - first.order_up_to[origin]),
                int(first.order_up_to[destination] - items.position[destination]), int(first.quantity[destination]),
            )
        )  # fmt: skip
    return after, tuple(told)
