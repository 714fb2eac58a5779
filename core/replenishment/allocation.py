"""Scarce stock shared among places, and surplus moved between them before anything is bought."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector, checks
from core.replenishment.loss import Demand, quantile, survival

_HALVINGS = 60


@dataclass(frozen=True)
class Places:
    """What a product costs at n places until the next delivery.

    Args:
        demand: until then.
        holding: of a unit left over, shape (n,), positive [money].
        stockout: of a unit short, shape (n,), positive [money].

    Raises:
        ValueError: names the place whose cost is out of range.
    """

    demand: Demand
    holding: Vector
    stockout: Vector

    def __post_init__(self) -> None:
        checks.positive(holding=self.holding, stockout=self.stockout)

    def worth(self, level: Vector) -> Vector:
        """What the last unit of a level saves, shape (n,): p P(D >= level) - h P(D < level) [money]."""
        used = survival(level - 1.0, self.demand)
        return self.stockout * used - self.holding * (1.0 - used)

    def level(self, price: float) -> Vector:
        """The highest level whose last unit is worth more than a price, shape (n,) [units]."""
        share = np.clip((self.stockout - price) / (self.holding + self.stockout), 0.0, 1.0 - 1e-12)
        return np.where(price >= self.stockout, 0.0, quantile(share, self.demand))


def allocated(places: Places, stock: float) -> tuple[Vector, float]:
    """Whole units of scarce stock, where each saves most.

    Args:
        places: n of them.
        stock: to give away, whole, not negative [units]; none is kept back while it saves anything anywhere.

    Returns:
        Units for each place, shape (n,), together at most `stock`, and what one unit more would save, 0 where there is
        enough [money].

    Raises:
        ValueError: a stock that is negative or not whole.

    Source:
        What a unit saves falls with every unit, so giving the next to whom it saves most is best; one price for all
        places, by halving. Two shops, Poisson 2, a unit short costing 9 and 1: all three go to the first.

    >>> two = Places(Demand(np.full(2, 2.0), np.full(2, 2.0)), np.ones(2), np.array([9.0, 1.0]))
    >>> units, price = allocated(two, 3.0)
    >>> units, round(price, 3)
    (array([3., 0.]), 0.729)
    """
    if stock < 0 or stock != np.floor(stock):
        raise ValueError("the stock to allocate must be whole and not negative")
    wanted = places.level(0.0)
    if wanted.sum() <= stock:
        return wanted, 0.0
    low, high = 0.0, float(places.stockout.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if places.level(middle).sum() > stock else (low, middle)
    units = places.level(high)
    while units.sum() < stock:
        units[np.argmax(places.worth(units + 1.0))] += 1.0
    return units, float(places.worth(units + 1.0).max())


def topped_up(places: Places, there: Vector, stock: float, most: Vector) -> Vector:
    """Scarce stock added to what places have already, each unit where it saves most or, at the last, costs least.

    Args:
        places: n of them.
        there: what each has, shape (n,), whole, may be below 0 where customers wait [units].
        stock: to give away, whole, not negative [units].
        most: that each can do with, shape (n,), whole, not negative [units].

    Returns:
        Units for each place, shape (n,), whole, at most `most`; together the stock, or `most` where that is less.

    Raises:
        ValueError: a stock or number of units that is negative or not whole.

    Source:
        As `allocated`, with one price for all places that may fall below 0: what a unit saves falls with every unit.
        Two shops alike, of which one has two units: of four, three go to the other.

    >>> two = Places(Demand(np.full(2, 6.0), np.full(2, 6.0)), np.ones(2), np.full(2, 9.0))
    >>> topped_up(two, np.array([0.0, 2.0]), 4.0, np.full(2, 9.0))
    array([3., 1.])
    """
    if stock < 0 or stock != np.floor(stock) or np.any(most < 0) or np.any(most != np.floor(most)):
        raise ValueError("the stock to share, and what places can do with, must be whole and not negative")
    if most.sum() <= stock:
        return most.astype(np.float64)

    def given(price: float) -> Vector:
        return np.where(price >= places.stockout, 0.0, np.clip(places.level(price) - there, 0.0, most))

    low, high = -float(places.holding.max()), float(places.stockout.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if given(middle).sum() > stock else (low, middle)
    units = given(high)
    while units.sum() < stock:
        units[np.argmax(np.where(units < most, places.worth(there + units + 1.0), -np.inf))] += 1.0
    return units


def rebalanced(places: Places, stock: Vector, cost: float) -> Vector:
    """Surplus moved to where it is short, unit by unit, while that saves more than moving costs.

    Args:
        places: n of them.
        stock: at each, whole, not negative, shape (n,) [units].
        cost: of moving a unit between any two places, not negative [money].

    Returns:
        Stock at each afterwards, shape (n,), of the same sum [units].

    Raises:
        ValueError: a stock or cost out of range.

    Source:
        What units save falls with their number at every place, so the best single move is part of a best plan. Two
        alike share evenly:

    >>> two = Places(Demand(np.full(2, 3.0), np.full(2, 3.0)), np.ones(2), np.full(2, 9.0))
    >>> rebalanced(two, np.array([10.0, 0.0]), 0.5)
    array([5., 5.])
    """
    checks.not_negative(stock=stock, cost=np.array([cost]))
    level = np.floor(stock)
    gain, loss = places.worth(level + 1.0), np.where(level > 0, places.worth(level), np.inf)
    while True:
        to, source = int(np.argmax(gain)), int(np.argmin(loss))
        if to == source or gain[to] - loss[source] <= cost:
            return level + stock - np.floor(stock)
        level[to] += 1.0
        level[source] -= 1.0
        gain, loss = places.worth(level + 1.0), np.where(level > 0, places.worth(level), np.inf)
