"""Goods that spoil: what of an order will have to be thrown away, and how much to hold in view of that."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector, checks
from core.replenishment.loss import Demand, cdf, expected_excess, expected_shortage, quantile


def expected_outdating(stock: Vector, order: Vector, life: Demand) -> Vector:
    """Units of an order that are still there when it spoils, the oldest being sold first.

    Args:
        stock: there already when the order comes, older than it, shape (n,), whole [units].
        order: shape (n,), whole, not negative [units].
        life: demand from its arrival until it spoils.

    Returns:
        Shape (n,) [units], never more than the order.

    Source:
        E(x+q-D)+ - E(x-D)+, were none of the older stock to spoil first; the way of Nahmias 1976. Nobody asks
        for any: the whole order.

    >>> nobody = Demand(np.array([0.0]), np.array([0.0]))
    >>> expected_outdating(np.array([3.0]), np.array([5.0]), nobody)
    array([5.])
    """
    checks.not_negative(order=order)
    return expected_excess(stock + order, life) - expected_excess(stock, life)


@dataclass(frozen=True)
class Perishable:
    """What n goods cost that keep for some periods.

    Args:
        holding: of a unit left at the end of a period, shape (n,), positive [money].
        stockout: of a unit short in it, shape (n,), not negative [money].
        spoiled: of a unit thrown away: its cost less salvage, and its disposal, shape (n,), not negative [money].
        period: demand until the next order could arrive.
        life: demand until an order placed now spoils, no less than `period`.

    Raises:
        ValueError: names the item whose cost is out of range.
    """

    holding: Vector
    stockout: Vector
    spoiled: Vector
    period: Demand
    life: Demand

    def __post_init__(self) -> None:
        checks.positive(holding=self.holding)
        checks.not_negative(stockout=self.stockout, spoiled=self.spoiled)

    def cost(self, stock: Vector, order: Vector) -> Vector:
        """Expected cost of ordering so many on top of older stock, shape (n,) [money]."""
        level = stock + order
        held = self.holding * expected_excess(level, self.period)
        short = self.stockout * expected_shortage(level, self.period)
        return held + short + self.spoiled * expected_outdating(stock, order, self.life)


def fresh_level(goods: Perishable) -> Vector:
    """The best level to fill up to when what does not sell in time is thrown away.

    Args:
        goods: n of them.

    Returns:
        Shape (n,), whole [units]: the lowest y with (h+p) P(D <= y) + w P(D over life <= y) >= p.

    Source:
        Nahmias 1976, with the outdating of the order charged when it is placed. Where nothing is lost by spoiling it is
        the newsvendor's: Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 4.7.

    >>> six, two_weeks = (Demand(np.array([m]), np.array([m])) for m in (6.0, 12.0))
    >>> costs = np.array([1.0]), np.array([4.0])
    >>> fresh_level(Perishable(*costs, np.array([0.0]), six, two_weeks))
    array([8.])
    >>> fresh_level(Perishable(*costs, np.array([20.0]), six, two_weeks))
    array([7.])
    """
    low = np.full_like(goods.holding, -1.0)
    high = quantile(goods.stockout / (goods.holding + goods.stockout), goods.period)
    while np.any(high - low > 1.0):
        middle = np.ceil((low + high) / 2.0)
        felt = (goods.holding + goods.stockout) * cdf(middle, goods.period) + goods.spoiled * cdf(middle, goods.life)
        enough = felt >= goods.stockout
        high, low = np.where(enough, middle, high), np.where(enough, np.minimum(low, middle - 1.0), middle)
    return high
