"""Orders that share a vehicle, a place or a purse: filled, or cut, where it costs least for each unit of it."""

from dataclasses import dataclass, replace

import numpy as np

from core.replenishment import Table, Vector, checks
from core.replenishment.costing import cost
from core.replenishment.proposal import Proposed

_SHARE_OF_EXCESS = 10.0
"""A line is moved by a pack, or by this part of what has to be moved where packs are small beside it."""

_EXACTLY = 1e-9


@dataclass(frozen=True)
class Fitted:
    """An order cut to the room there is, and what one unit more of it would save: its shadow price, 0 where it fits."""

    proposed: Proposed
    price: float


@dataclass(frozen=True)
class Vehicle:
    """What one trip carries and costs; inf: no limit of that kind.

    Raises:
        ValueError: a capacity that is not positive, a cost that is negative or not finite.
    """

    weight: float
    volume: float
    trip_cost: float
    pallets: float = np.inf

    def __post_init__(self) -> None:
        if not (self.weight > 0 and self.volume > 0 and self.pallets > 0):
            raise ValueError("a vehicle's capacity must be positive")
        checks.not_negative(trip_cost=np.array([self.trip_cost]))


@dataclass(frozen=True)
class Loaded:
    """An order for whole vehicles: the trips it takes, and how full they are, as a share of the fuller capacity.

    `compared` are the numbers of trips that were weighed up, each with what it and the year cost, less what need not
    travel later [money].
    """

    proposed: Proposed
    trips: int
    fill: float
    compared: tuple[tuple[int, float], ...] = ()


def within(proposed: Proposed, size: Vector, room: float, part: str = "to_room") -> Fitted:
    """Cut an order until what it takes up fits the room: pack by pack, where it makes the year dearer by the least.

    With unit costs as `size` and money as `room` it is a budget.

    Args:
        proposed: n lines that share the room.
        size: of a unit, shape (n,), not negative [volume, or money].
        room: what there is for this order, not negative, in the same unit; inf: enough.
        part: of the proposal, where what is taken away is noted: `to_room` or `to_budget`.

    Returns:
        The order with what was taken away, and the shadow price of the room.

    Raises:
        ValueError: anything out of range.

    Source:
        Greedy on marginal cost per unit of room, optimal to within the last pack where costs are convex in quantity
        (Fox, Discrete optimization via marginal analysis, 1966).
    """
    checks.not_negative(size=size)
    if not room >= 0:
        raise ValueError("room must not be negative")
    quantity, price = proposed.quantity, 0.0
    spent = cost(proposed.items, proposed.base, quantity).total
    while (over := float(np.sum(size * quantity)) - room) > _EXACTLY * max(room, 1.0):
        less = _fewer(proposed, quantity, size, over)
        freed = size * (quantity - less)
        then = cost(proposed.items, proposed.base, less).total
        each = np.divide(then - spent, freed, out=np.full_like(freed, np.inf), where=freed > 0)
        best = int(np.argmin(each))
        price = max(float(each[best]), 0.0)
        is_cut = np.arange(len(quantity)) == best
        quantity, spent = np.where(is_cut, less, quantity), np.where(is_cut, then, spent)
    if quantity is proposed.quantity:
        return Fitted(proposed, 0.0)
    return Fitted(_with(proposed, quantity, part), price)


def to_load(
    proposed: Proposed,
    weight: Vector,
    volume: Vector,
    vehicle: Vehicle,
    pallet: Vector | None = None,
    best_fill: float = 1.0,
) -> Loaded:
    """Bring an order to whole vehicles: the last one is filled, or left away, whichever is cheaper.

    What travels today need not travel later, so a share of the load that later trips carry is worth that share of a
    trip's cost: lines are raised while that outweighs what more stock costs, and the last vehicle is left away where
    what it would carry is not worth its trip.

    Args:
        proposed: the lines of one order.
        weight: of a unit, shape (n,), not negative.
        volume: of a unit, shape (n,), not negative.
        vehicle: what carries it.
        pallet: the share of a pallet that a unit takes, shape (n,), not negative; pallets are shared by lines.
        best_fill: how full later trips are, above 0, at most 1; `trips.best_load` over the capacity.

    Returns:
        The order, with what was added or taken away in `to_load`.

    Raises:
        ValueError: anything out of range.
    """
    pallet = np.zeros_like(weight) if pallet is None else pallet
    checks.not_negative(weight=weight, volume=volume, pallet=pallet)
    if not 0.0 < best_fill <= 1.0:
        raise ValueError("later trips carry something, and at most a full load")
    each = vehicle.trip_cost / best_fill
    shares = np.stack([weight / vehicle.weight, volume / vehicle.volume, pallet / vehicle.pallets])
    load = _load(proposed.quantity, shares)
    trips = int(np.ceil(load - _EXACTLY))
    if load == 0 or trips == 0:
        return Loaded(proposed, 0, 0.0)
    tried = [(trips, _filled(proposed, shares, each, trips))]
    if trips > load + _EXACTLY:
        tried.append((trips - 1, _emptied(proposed, shares, trips - 1)))
    worth = [_worth(proposed, quantity, shares, vehicle.trip_cost, count, best_fill) for count, quantity in tried]
    count, quantity = tried[int(np.argmin(worth))]
    changed = proposed if np.array_equal(quantity, proposed.quantity) else _with(proposed, quantity, "to_load")
    full = _load(quantity, shares) / count if count else 0.0
    return Loaded(changed, count, full, tuple((trips, worth[at]) for at, (trips, _) in enumerate(tried)))


def _load(quantity: Vector, shares: Table) -> float:
    """In vehicles, by the capacity that is used most."""
    return float((shares @ quantity).max())


def _worth(
    proposed: Proposed, quantity: Vector, shares: Table, trip_cost: float, trips: int, best_fill: float = 1.0
) -> float:
    """What so many trips and the coming year cost, less what need not travel later."""
    spent = float(np.sum(cost(proposed.items, proposed.base, quantity).total))
    return spent + trip_cost * (trips - _load(quantity, shares) / best_fill)


def _filled(proposed: Proposed, shares: Table, worth: float, trips: int) -> Vector:
    """Raised while it pays and fits; a vehicle's load is worth so much."""
    items, quantity = proposed.items, proposed.quantity
    share = shares.max(axis=0)
    while True:
        left = trips - _load(quantity, shares)
        packs = np.maximum(np.floor(left / _SHARE_OF_EXCESS / np.maximum(share * items.pack, 1e-12)), 1.0)
        more = np.minimum(np.where(quantity > 0, quantity + packs * items.pack, items.limits.least), items.limits.most)
        moved = share * (more - quantity)
        fits = (more > quantity) & (moved > 0) & (moved <= left + _EXACTLY)
        dearer = cost(items, proposed.base, more).total - cost(items, proposed.base, quantity).total
        each = np.divide(dearer, moved, out=np.full_like(moved, np.inf), where=fits)
        best = int(np.argmin(each))
        if not fits[best] or each[best] >= worth:
            return quantity
        quantity = np.where(np.arange(len(quantity)) == best, more, quantity)


def _emptied(proposed: Proposed, shares: Table, trips: int) -> Vector:
    """Cut until so many vehicles carry it."""
    kept = proposed
    for share in shares:
        kept = within(kept, share, float(trips)).proposed
    return kept.quantity


def _fewer(proposed: Proposed, quantity: Vector, size: Vector, over: float) -> Vector:
    """Each line a step smaller: packs fewer, or nothing where that would be below the smallest order."""
    items = proposed.items
    packs = np.maximum(np.floor(over / _SHARE_OF_EXCESS / np.maximum(size * items.pack, 1e-12)), 1.0)
    less = quantity - np.minimum(packs, np.maximum(np.floor(quantity / items.pack), 1.0)) * items.pack
    return np.where(less < items.limits.least, 0.0, less)


def _with(proposed: Proposed, quantity: Vector, part: str) -> Proposed:
    changed = getattr(proposed, part) + quantity - proposed.quantity
    costed = cost(proposed.items, proposed.base, quantity)
    return replace(proposed, quantity=quantity, costed=costed, **{part: changed})
