"""Before anything is bought: what one place has too much of goes to the place that would order it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.config import Planning
from core.money import Money
from core.purchasing.books import Books
from core.purchasing.choosing import Chosen
from core.purchasing.known import Known, arrays, as_money
from core.purchasing.position import Position
from core.purchasing.scarcity import room_left
from core.replenishment.plan import propose
from core.replenishment.rebalancing import Moved, rebalance


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
    there: int = 0
    """Units that all places had to spare."""
    asked: int = 0
    """Units that all places lacked that would have ordered them."""

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.units} × {self.sku} from {self.origin} to {self.destination}, saves {self.saving} a year"


def worthwhile(books: Books, chosen: Sequence[Chosen], planning: Planning) -> tuple[Worthwhile, ...]:
    """What to move: only products that are kept at several places and paid for in one currency, only where it fits."""
    places: dict[tuple[str, str], list[int]] = {}
    for row, one in enumerate(chosen):
        places.setdefault((one.known.item.sku, one.known.item.currency), []).append(row)
    kept = [chosen[row] for of_product in places.values() if len(of_product) > 1 for row in of_product]
    if not planning.move_days or not kept:
        return ()
    numbers = {product: number for number, product in enumerate(places)}
    lines = Counter((one.known.item.supplier, one.location) for one in chosen)
    known = [_sharing(one, lines) for one in kept]
    items, pace = arrays(known)
    moved = rebalance(
        items,
        pace,
        np.array([numbers[one.item.sku, one.item.currency] for one in known], dtype=np.int64),
        np.array([float(max(one.on_hand - one.waiting, 0)) for one in known]),
        np.full(len(known), planning.move_cost),
        _barred(books, kept),
    )
    first = propose(items, pace)
    return tuple(
        Worthwhile(
            known[origin].item.sku, kept[origin].location, kept[destination].location, int(moved.units[at]),
            as_money(float(moved.saving[at]), known[origin].item.currency),
            int(items.position[origin] - first.order_up_to[origin]),
            int(first.order_up_to[destination] - items.position[destination]), int(first.quantity[destination]),
            int(moved.there[at]), int(moved.asked[at]),
        )
        for at, origin, destination in _fitting(books, kept, moved)
    )  # fmt: skip


def with_moves(books: Books, chosen: Sequence[Chosen], moves: Sequence[Worthwhile]) -> tuple[Books, list[Chosen]]:
    """The books, and what is known of each product at its place, with the moves under way."""
    gone = Counter[tuple[str, str]]()
    come = Counter[tuple[str, str]]()
    for one in moves:
        gone[one.sku, one.origin] += one.units
        come[one.sku, one.destination] += one.units
    positions = dict(books.positions)
    for place in {*gone, *come}:
        here = positions.get(place, Position())
        positions[place] = replace(here, on_hand=here.on_hand - gone[place], on_order=here.on_order + come[place])

    def moved(one: Chosen) -> Chosen:
        known, place = one.known, (one.known.item.sku, one.location)
        on_hand, on_order = known.on_hand - gone[place], known.on_order + come[place]
        return replace(one, known=replace(known, on_hand=on_hand, on_order=on_order))

    return replace(books, positions=positions), [moved(one) for one in chosen]


def _sharing(one: Chosen, lines: Counter[tuple[str, str]]) -> Known:
    """With its share of what an order of its supplier's costs, of which all lines at the place bear the same."""
    return replace(one.known, order_cost=one.known.order_cost / lines[one.known.item.supplier, one.location])


def _barred(books: Books, kept: Sequence[Chosen]) -> frozenset[tuple[int, int]]:
    rows = {(one.known.item.sku, one.location): row for row, one in enumerate(kept)}
    return frozenset(
        (rows[sku, origin], rows[sku, destination])
        for sku, origin, destination in books.unwanted_moves
        if (sku, origin) in rows and (sku, destination) in rows
    )


def _fitting(books: Books, kept: Sequence[Chosen], moved: Moved) -> Iterator[tuple[int, int, int]]:
    """Moves for which there is room where they go, what saves most by the cubic metre first; never a part of one."""
    left = room_left(books)
    size = [kept[row].known.volume_m3 for row in moved.destination.tolist()]
    taken = moved.units * size
    order = np.argsort(-moved.saving / np.maximum(taken, 1e-9), kind="stable")
    for at in order.tolist():
        origin, destination = int(moved.origin[at]), int(moved.destination[at])
        place = kept[destination].location
        if taken[at] <= left.get(place, np.inf):
            left[place] = left.get(place, np.inf) - float(taken[at])
            yield at, origin, destination
