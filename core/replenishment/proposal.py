"""From stock, terms and demand to what to order: whole packs within the supplier's limits, and why that many."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector
from core.replenishment.costing import Basis, Costed, basis, cost
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.lot_size import Tiers


@dataclass(frozen=True)
class Proposed:
    """What to order of n items and the parts it is made of, shape (n,) each, whole units.

    need + rounding + to_minimum + to_maximum + to_life + to_level + to_break + to_order_value + to_load +
    to_supply + to_room + to_budget = quantity, exactly.
    """

    items: Items
    velocity: Velocity
    base: Basis
    quantity: Vector
    need: Vector
    """From the stock position up to the order-up-to level; 0 above the reorder point."""
    rounding: Vector
    """To whole packs."""
    to_minimum: Vector
    to_maximum: Vector
    """What the largest order accepted takes away: 0 or negative."""
    to_life: Vector
    """Taken away because it would not sell before it spoils or is phased out: 0 or negative."""
    to_level: Vector
    """Added, or taken away, for full packs of a level that costs less to handle."""
    to_break: Vector
    to_order_value: Vector
    """Added, or taken away with the whole order, because of the supplier's minimum order value."""
    to_load: Vector
    """Added to fill a vehicle, or taken away to do with one fewer."""
    to_supply: Vector
    """Taken away because the supplier has too little for all places that ask: 0 or negative."""
    to_room: Vector
    """Taken away because there is not the room: 0 or negative."""
    to_budget: Vector
    """Taken away because there is not the money: 0 or negative."""
    saving: Vector
    """What going to the price break saves in the year [money]."""
    costed: Costed
    costed_without: Costed
    order_value: str = ""
    """What the minimum order value did to the order: "", "raised", "dropped", or "out of reach"."""

    @property
    def position(self) -> Vector:
        """On hand and on order, less what customers wait for."""
        return self.items.position

    @property
    def reorder_point(self) -> Vector:
        """Order when the position is at most this."""
        return self.base.levels.reorder_point

    @property
    def order_up_to(self) -> Vector:
        """And up to this."""
        return self.base.levels.order_up_to

    @property
    def demand_mean(self) -> Vector:
        """Expected demand over review plus lead time."""
        return self.base.demand.mean

    @property
    def demand_sd(self) -> Vector:
        """Its standard deviation."""
        sd: Vector = np.sqrt(self.base.demand.variance)
        return sd

    @property
    def tier(self) -> Tiers:
        """The price break that the quantity reaches; -1: none."""
        return self.items.prices.tier(self.quantity)


def propose(items: Items, velocity: Velocity) -> Proposed:
    """What to order of each item today.

    An item is due when its stock position is at most its reorder point; it is ordered up to its level in the nearest
    number of packs that lifts it above the reorder point, raised to the minimum, cut to the maximum and to what sells
    in time, brought to full packs of a larger level and raised to a price break where the year gets cheaper by it.
    What never sells is ordered only for customers who wait.

    Args:
        items: n products at a place.
        velocity: their n demand rates.

    Returns:
        Quantities with their parts, and the cost of the year with and without.

    Raises:
        ValueError: another number of demand rates than of items.
    """
    base = _basis(items, velocity)
    limits, position = items.limits, items.position
    due = (position <= base.levels.reorder_point) & ((base.rate > 0) | (position < 0))
    need = np.where(due, base.levels.order_up_to - position, 0.0)
    lifting = np.ceil((base.levels.reorder_point + 1.0 - position) / items.pack)
    packed = np.where(due, np.maximum(np.floor(need / items.pack + 0.5), lifting) * items.pack, 0.0)
    accepted = np.where(due, np.maximum(packed, limits.least), 0.0)
    capped = np.minimum(accepted, items.accepted.most)
    living = np.minimum(capped, limits.most)
    full = _of_full_packs(items, base, living, np.where(due, np.maximum(lifting, 1.0) * items.pack, np.inf), need)
    quantity = _cheaper_break(items, base, full, _break_worth_reaching(items, base, np.where(due, need, 0.0)))
    costed = cost(items, base, quantity)
    return Proposed(
        items,
        velocity,
        base,
        quantity=quantity,
        need=need,
        rounding=packed - need,
        to_minimum=accepted - packed,
        to_maximum=capped - accepted,
        to_life=living - capped,
        to_level=full - living,
        to_break=quantity - full,
        to_order_value=np.zeros_like(quantity),
        to_load=np.zeros_like(quantity),
        to_supply=np.zeros_like(quantity),
        to_room=np.zeros_like(quantity),
        to_budget=np.zeros_like(quantity),
        saving=cost(items, base, full).total - costed.total,
        costed=costed,
        costed_without=cost(items, base, np.zeros_like(quantity)),
    )


def recost(items: Items, velocity: Velocity, quantities: Vector) -> Costed:
    """What other quantities would cost over the year, by the function that `propose` uses.

    Args:
        items: n products at a place.
        velocity: their n demand rates.
        quantities: shape (n,), not negative [units]; `quantity_fault` tells what a supplier would object to.

    Returns:
        Their cost by kind, and the risk they leave.

    Raises:
        ValueError: another number of rates or quantities than of items, a quantity negative or not finite.
    """
    return cost(items, _basis(items, velocity), quantities)


def _break_worth_reaching(items: Items, base: Basis, need: Vector) -> Vector:
    """The price break above the need at which the year is cheapest, in whole packs; 0 where none is worth it.

    Compared with the need before it is rounded to packs: compared with the rounded one, a unit more of stock could
    turn a lucky rounding into an unlucky one, and order more.
    """
    limits = items.limits
    wanted = np.where(need > 0, np.minimum(np.maximum(need, limits.least), limits.most), 0.0)
    best, lowest = np.zeros_like(wanted), cost(items, base, wanted).total
    for start in items.break_quantity.T:
        further = (need > 0) & np.isfinite(start) & (start > wanted) & (start <= limits.most)
        if np.any(further):
            for level in (items.pack, *(size for _, size in items.packs.above_smallest() if np.any(items.packs.pays))):
                size = np.where(np.isfinite(level), level, items.pack)
                packed = np.ceil(np.where(further, start, wanted) / size) * size
                reached = limits.up(packed)
                total = cost(items, base, reached).total
                better = further & (packed <= limits.most) & (total < lowest)
                best, lowest = np.where(better, reached, best), np.where(better, total, lowest)
    return best


def _of_full_packs(items: Items, base: Basis, quantity: Vector, least: Vector, need: Vector) -> Vector:
    """Quantities, or one of the two whole numbers of packs of a larger level around the need where the year is cheaper.

    Args:
        items: n products at a place.
        base: of these items.
        quantity: in packs of the smallest level, shape (n,) [units].
        least: the least that is of use, inf where nothing is due, shape (n,) [units].
        need: before it was rounded to packs, shape (n,) [units].
    """
    pays = items.packs.pays
    if not np.any(pays & np.isfinite(least)):
        return quantity
    best, lowest = quantity, cost(items, base, quantity).total
    least, most = np.maximum(least, items.limits.least), items.limits.most
    for _, size in items.packs.above_smallest():
        used = np.where(np.isfinite(size), size, 1.0)
        below = np.floor(need / used) * used
        for packed in (below, below + used):
            fits = pays & np.isfinite(size) & (packed >= least) & (packed <= most)
            if np.any(fits):
                total = cost(items, base, np.where(fits, packed, quantity)).total
                better = fits & (total < lowest)
                best, lowest = np.where(better, packed, best), np.where(better, total, lowest)
    return best


def _cheaper_break(items: Items, base: Basis, quantity: Vector, reaching: Vector) -> Vector:
    """Raised to a price break worth reaching; full packs of a level may be worth more than that."""
    raised = np.maximum(quantity, reaching)
    if not np.any((raised > quantity) & items.packs.pays):
        return raised
    dearer = cost(items, base, raised).total > cost(items, base, quantity).total
    return np.where(items.packs.pays & dearer, quantity, raised)


def _basis(items: Items, velocity: Velocity) -> Basis:
    if velocity.shape.shape != items.unit_cost.shape:
        raise ValueError(f"{len(items)} items but {len(velocity.shape)} demand rates")
    return basis(items, velocity)
