"""Moving stock between places before buying: what one place has too much of, another is about to order.

A move is worth its trouble where the places together cost less over the year with it than without, by the same function
that prices an order (`costing.cost`): what is not bought here, held there, and short in either place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Vector
from core.replenishment.allocation import Places, topped_up
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.loss import Demand
from core.replenishment.proposal import Proposed, propose

Rows = NDArray[np.int64]
_HARDLY_ANYTHING = 1e-9


@dataclass(frozen=True)
class Moved:
    """k moves, shape (k,) each: from which row of `items` to which, how many units, and what it saves in the year."""

    origin: Rows
    destination: Rows
    units: Vector
    saving: Vector
    """After the cost of the move [money]."""
    there: Vector
    """What all places had to spare of the product [units]."""
    asked: Vector
    """What all places that would order it lacked [units]."""

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

    Where places lack more of a product than others have to spare, what there is is shared among them first, each unit
    where it saves most until the next delivery (`allocation.topped_up`). In each round every product moves from the
    place with most to spare (above its order-up-to level, and on the shelf) to the one that is furthest below its share
    of those that are due, as much as one has and the other wants; kept is what saves money. A product goes on until no
    pair of its places is left; what is then still to spare goes where it is still lacked, share or not.

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
    lacked = np.where(first.quantity > 0, np.floor(np.maximum(first.order_up_to - items.position, 0.0)), 0.0)
    there, asked = (np.bincount(product, part)[product].astype(np.float64) for part in (spare, lacked))
    found, left, got = dict[tuple[int, int], list[float]](), items, np.zeros_like(lacked)
    for at_most in (_shares(first, product, spare, lacked), lacked):
        wanted, tried = np.maximum(at_most - got, 0.0), set(barred)
        while pairs := list(_pairs(product, spare, wanted, tried)):
            origin, destination = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
            units = np.minimum(spare[origin], wanted[destination])
            saved = _cost(left, velocity, origin, 0.0 * units) + _cost(left, velocity, destination, 0.0 * units)
            saved -= _cost(left, velocity, origin, -units) + _cost(left, velocity, destination, units)
            saved -= np.where([pair in found for pair in pairs], 0.0, move_cost[origin])
            tried.update(pairs)
            kept = saved > 0
            for way, count in ((origin[kept], -units[kept]), (destination[kept], units[kept])):
                left = _with(left, way, count)
            spare[origin[kept]] -= units[kept]
            wanted[destination[kept]] -= units[kept]
            got[destination[kept]] += units[kept]
            for at in np.flatnonzero(kept).tolist():
                sums = found.setdefault(pairs[at], [0.0, 0.0])
                sums[:] = sums[0] + float(units[at]), sums[1] + float(saved[at])
    ends = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    total = np.array(list(found.values()), dtype=np.float64).reshape(-1, 2)
    return Moved(ends[:, 0], ends[:, 1], total[:, 0], total[:, 1], there[ends[:, 1]], asked[ends[:, 1]])


def _shares(first: Proposed, product: Rows, spare: Vector, lacked: Vector) -> Vector:
    """What each place gets of what others can spare: what it lacks, or its share where there is less than is lacked."""
    share, curve = lacked.copy(), first.base.curve
    there, asked = np.bincount(product, spare), np.bincount(product, lacked)
    for one in np.flatnonzero((there > 0) & (there < asked)).tolist():
        rows = np.flatnonzero((product == one) & (lacked > 0))
        until = Demand(curve.protected.mean[rows], curve.protected.variance[rows])
        least = np.maximum(curve.stockout[rows], _HARDLY_ANYTHING)
        places = Places(until, np.maximum(curve.holding[rows], _HARDLY_ANYTHING * least), least)
        share[rows] = topped_up(places, first.position[rows], float(there[one]), lacked[rows])
    return share


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
