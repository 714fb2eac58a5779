"""Moving stock between places before buying: what one place has too much of, another is about to order.

A move is worth its trouble where the places together cost less over the year with it than without, by the same function
that prices an order (`costing.cost`): what is not bought here, held there, and short in either place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Vector
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.proposal import propose

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Moved:
    """k moves, shape (k,) each: from which row of `items` to which, how many units, and what it saves in the year."""

    origin: Rows
    destination: Rows
    units: Vector
    saving: Vector
    """After the cost of the move [money]."""

    def __len__(self) -> int:
        """How many moves there are."""
        return len(self.units)


def rebalance(
    items: Items,
    velocity: Velocity,
    product: Rows,
    movable: Vector,
    move_cost: Vector,
    barred: frozenset[tuple[int, int]] = frozenset(),
) -> Moved:
    """What to move between places of the same product before anything is ordered.

    In each round every product moves from the place with most to spare (above its order-up-to level, and on the shelf)
    to the one that is furthest below its own of those that are due, as much as one has and the other wants; kept is
    what saves money. A product goes on until no pair of its places is left.

    Args:
        items: n products at places; `order_cost` is each line's share of an order's.
        velocity: their demand rates.
        product: shape (n,), the same number for the same product.
        movable: shape (n,), units on the shelf that nobody waits for.
        move_cost: shape (n,), what a move from there costs, however many units it takes [money].
        barred: pairs of rows, from and to, between which nothing is moved.

    Returns:
        The moves; no place is moved to and from at once.

    Raises:
        ValueError: shapes that differ, or units or costs that are negative or not finite.

    >>> from core.replenishment import as_vector
    >>> same = lambda value: np.full(2, float(value))
    >>> items = Items(unit_cost=same(10), holding_rate=same(0.25), stockout_cost=same(5), order_cost=same(20),
    ...     line_cost=same(0), lead_days=same(10), lead_sd=same(0), review_days=same(7), on_hand=as_vector([400, 0]),
    ...     on_order=same(0), backordered=same(0), minimum=same(1), pack=same(1), maximum=same(np.inf),
    ...     break_quantity=np.zeros((2, 0)), break_cost=np.zeros((2, 0)))
    >>> moved = rebalance(items, Velocity(same(100), same(100), same(1)), np.array([0, 0]), items.on_hand, same(3))
    >>> moved.origin.tolist(), moved.destination.tolist(), bool(moved.saving[0] > 0)
    ([0], [1], True)
    """
    shape = (len(items),)
    if any(part.shape != shape for part in (product, movable, move_cost)):
        raise ValueError(f"give one product, one number of movable units and one cost for each of {len(items)} rows")
    for part in (movable, move_cost):
        if not np.all(np.isfinite(part)) or np.any(part < 0):
            raise ValueError("movable units and costs of moves are finite and not negative")
    first = propose(items, velocity)
    spare = np.floor(np.minimum(movable, np.maximum(items.position - first.order_up_to, 0.0)))
    wanted = np.where(first.quantity > 0, np.floor(np.maximum(first.order_up_to - items.position, 0.0)), 0.0)
    left, found, tried = items, list[tuple[int, int, float, float]](), set(barred)
    while pairs := list(_pairs(product, spare, wanted, tried)):
        origin, destination = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
        units = np.minimum(spare[origin], wanted[destination])
        saved = _cost(left, velocity, origin, 0.0 * units) + _cost(left, velocity, destination, 0.0 * units)
        saved -= _cost(left, velocity, origin, -units) + _cost(left, velocity, destination, units) + move_cost[origin]
        tried.update(pairs)
        kept = saved > 0
        for way, count in ((origin[kept], -units[kept]), (destination[kept], units[kept])):
            left = _with(left, way, count)
        spare[origin[kept]] -= units[kept]
        wanted[destination[kept]] -= units[kept]
        found += zip(origin[kept].tolist(), destination[kept].tolist(), units[kept].tolist(), saved[kept].tolist(),
                     strict=True)  # fmt: skip
    origins, destinations, counts, savings = zip(*found, strict=True) if found else ((), (), (), ())
    return Moved(
        np.array(origins, dtype=np.int64), np.array(destinations, dtype=np.int64),
        np.array(counts, dtype=np.float64), np.array(savings, dtype=np.float64),
    )  # fmt: skip


def _pairs(product: Rows, spare: Vector, wanted: Vector, tried: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """For each product the place with most to spare and the one that wants most, of pairs that were not tried."""
    gives, takes = np.flatnonzero(spare > 0), np.flatnonzero(wanted > 0)
    for one in np.intersect1d(product[gives], product[takes]).tolist():
        origins = sorted(gives[product[gives] == one].tolist(), key=lambda row: (-spare[row], row))
        destinations = sorted(takes[product[takes] == one].tolist(), key=lambda row: (-wanted[row], row))
        pair = next(((o, d) for d in destinations for o in origins if (o, d) not in tried), None)
        if pair is not None:
            yield pair


def _with(items: Items, rows: Rows, units: Vector) -> Items:
    on_hand = items.on_hand.copy()
    on_hand[rows] += units
    return replace(items, on_hand=on_hand)


def _cost(items: Items, velocity: Velocity, rows: Rows, units: Vector) -> Vector:
    """What the year costs at these places with so many units more on the shelf, ordering what is then best."""
    there = items.rows(rows)
    pace = Velocity(*(part[rows] for part in vars(velocity).values()))
    return propose(replace(there, on_hand=there.on_hand + units), pace).costed.total
