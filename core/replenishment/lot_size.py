"""How many units to order at a time: ordering cost against holding cost, with price breaks and pack sizes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector
from core.replenishment.packs import Packs

Tiers: TypeAlias = NDArray[np.intp]
"""Which price an order gets, shape (n,): -1 is the base price, 0 the first break."""


@dataclass(frozen=True)
class Lot:
    """A lot for each of n items, the tier its price comes from (-1: the base price), and what a unit time costs.

    `cost` = purchase + ordering + holding per unit of time.
    """

    quantity: Vector
    tier: Tiers
    unit_cost: Vector
    cost: Vector


@dataclass(frozen=True)
class Limits:
    """What a supplier accepts, shape (n,) each: at least `minimum`, whole packs, at most `maximum` (inf: no limit)."""

    minimum: Vector
    pack: Vector
    maximum: Vector

    @property
    def least(self) -> Vector:
        """The smallest order accepted: the minimum in whole packs, shape (n,) [units]."""
        least: Vector = np.maximum(np.ceil(self.minimum / self.pack), 1.0) * self.pack
        return least

    @property
    def most(self) -> Vector:
        """The largest order accepted in whole packs, shape (n,) [units]."""
        most: Vector = np.where(np.isinf(self.maximum), np.inf, np.floor(self.maximum / self.pack) * self.pack)
        return most

    def up(self, quantity: Vector) -> Vector:
        """The next accepted quantity at or above this one, or the largest there is."""
        packs = np.ceil(quantity / self.pack) * self.pack
        return np.minimum(np.maximum(packs, self.least), self.most)


def eoq(order_cost: Vector, holding: Vector, rate: Vector) -> Vector:
    """The economic order quantity.

    Args:
        order_cost: of one order, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        rate: demand in a unit of time, shape (n,) [units].

    Returns:
        Shape (n,) [units].

    Raises:
        ValueError: a cost or rate that is negative or not finite, a holding cost of 0.

    Source:
        Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 3.1.

    >>> eoq(np.array([8.0]), np.array([0.225]), np.array([1300.0])).round(2)
    array([304.05])
    """
    if not all(np.all(np.isfinite(part)) and np.all(part >= 0) for part in (order_cost, holding, rate)):
        raise ValueError("order cost, holding cost and rate must be finite and not negative")
    if np.any(holding == 0):
        raise ValueError("where holding costs nothing there is no best quantity")
    quantity: Vector = np.sqrt(2.0 * order_cost * rate / holding)
    return quantity


def lot_cost(quantity: Vector, unit_cost: Vector, order_cost: Vector, holding_rate: Vector, rate: Vector) -> Vector:
    """Purchase, ordering and holding in a unit of time when `quantity` is ordered again and again.

    Args:
        quantity: shape (n,), positive [units].
        unit_cost: shape (n,) [money].
        order_cost: shape (n,) [money].
        holding_rate: a unit of time, of unit cost, shape (n,).
        rate: demand in a unit of time, shape (n,) [units].

    Returns:
        Shape (n,) [money].

    Source:
        Snyder & Shen, 2nd ed., Example 3.6 (all-units discounts): 800 at 0.68.

    >>> eight_hundred = lot_cost(*(np.array([x]) for x in (800.0, 0.68, 8.0, 0.3, 1300.0)))
    >>> eight_hundred.round(2)
    array([978.6])
    """
    return unit_cost * rate + order_cost * rate / quantity + holding_rate * unit_cost * quantity / 2.0


@dataclass(frozen=True)
class Prices:
    """What a unit costs, shape (n,), and all-units price breaks, shape (n, t): from `quantity` on, `cost`.

    Breaks rise in quantity; places not used hold an infinite quantity.
    """

    base: Vector
    quantity: Table
    cost: Table

    def at(self, quantity: Vector) -> Vector:
        """Cost of a unit when that many are ordered, shape (n,) [money]."""
        return self.of_tier(self.tier(quantity))

    def tier(self, quantity: Vector) -> Tiers:
        """The break that such an order reaches, shape (n,); -1 is the base price."""
        reached: Tiers = np.sum(self.quantity <= quantity[:, None], axis=1).astype(np.intp) - 1
        return reached

    def of_tier(self, tier: Tiers) -> Vector:
        """Cost of a unit in a tier, shape (n,) [money]."""
        table = np.column_stack([self.base, self.cost])
        return np.take_along_axis(table, tier[:, None] + 1, axis=1)[:, 0]


def best_lot(
    prices: Prices, order_cost: Vector, holding_rate: Vector, rate: Vector, limits: Limits, packs: Packs | None = None
) -> Lot:
    """The cheapest lot that the supplier accepts, over the base price and every price break.

    In each tier the economic quantity is raised to its break and both its neighbours in whole packs, of every level
    there is, are costed at the price they really get and with what handling them costs.

    Args:
        prices: of n items with t breaks.
        order_cost: of one order, shape (n,) [money].
        holding_rate: a unit of time, of unit cost, shape (n,).
        rate: demand in a unit of time, shape (n,) [units].
        limits: of n items.
        packs: levels of packs, if there are several.

    Returns:
        n lots. No lot exceeds the demand of a unit of time unless the least order does.

    Source:
        Snyder & Shen, 2nd ed., Example 3.6.

    >>> tiers = Prices(np.array([0.75]), np.array([[400.0, 800.0]]), np.array([[0.72, 0.68]]))
    >>> any_number = Limits(np.array([1.0]), np.array([1.0]), np.array([np.inf]))
    >>> best_lot(tiers, np.array([8.0]), np.array([0.3]), np.array([1300.0]), any_number).quantity
    array([800.])
    """
    most = np.maximum(np.minimum(limits.most, limits.up(rate)), limits.least)
    best = limits.least
    lowest = np.full(rate.shape, np.inf)
    for tier in range(-1, prices.quantity.shape[1]):
        at = np.full(rate.shape, tier, dtype=np.intp)
        start = np.zeros_like(rate) if tier < 0 else prices.quantity[:, tier]
        holding = holding_rate * np.nan_to_num(prices.of_tier(at))
        begin = np.where(np.isinf(start), 0.0, start)
        for size, free in _steps(order_cost, holding, rate, limits.pack, most, packs):
            whole = np.floor(np.minimum(np.maximum(free, begin), most) / size) * size
            for quantity in (whole, whole + size):
                offered = np.clip(quantity, limits.least, most)
                cost = lot_cost(offered, prices.at(offered), order_cost, holding_rate, rate)
                if packs is not None:
                    cost = cost + packs.cost(offered) * rate / offered
                best, lowest = np.where(cost < lowest, offered, best), np.minimum(cost, lowest)
    return Lot(best, prices.tier(best), prices.at(best), lowest)


def _steps(
    order_cost: Vector, holding: Vector, rate: Vector, pack: Vector, most: Vector, packs: Packs | None
) -> Iterator[tuple[Vector, Vector]]:
    """Units in packs of each level, and the economic quantity of such packs; the pack alone where no level pays."""
    free = np.divide(2.0 * order_cost * rate, holding, out=np.full_like(rate, np.inf), where=holding > 0)
    if packs is None or not np.any(packs.pays):
        yield pack, np.sqrt(free)
        return
    for level in range(packs.size.shape[1]):
        size, economic = packs.size[:, level], packs.economic(level, order_cost, holding, rate, most)
        used = np.isfinite(size)
        yield np.where(used, size, pack), np.where(used, economic, np.sqrt(free))
