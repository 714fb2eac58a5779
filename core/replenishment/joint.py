"""Lines ordered together share the cost of the order: how often the order goes out, and which lines go with it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector, checks


@dataclass(frozen=True)
class Cycle:
    """An order every `interval`, line i in every `multiples[i]`-th of them; `cost` of a unit of time [money]."""

    interval: float
    multiples: Vector
    cost: float

    def quantities(self, rate: Vector) -> Vector:
        """Units of each line that sell between two of its orders, shape (n,)."""
        return self.interval * self.multiples * rate


@dataclass(frozen=True)
class Family:
    """Lines that one order may carry.

    Args:
        order_cost: of an order, whatever is in it [money].
        line_cost: of a line in it, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        rate: demand in a unit of time, shape (n,), positive [units].

    Raises:
        ValueError: anything out of range, or an order that costs nothing at all.
    """

    order_cost: float
    line_cost: Vector
    holding: Vector
    rate: Vector

    def __post_init__(self) -> None:
        checks.not_negative(order_cost=np.array([self.order_cost]), line_cost=self.line_cost)
        checks.positive(holding=self.holding, rate=self.rate)
        if np.any(self.order_cost + self.line_cost <= 0):
            raise ValueError("an order and its line must cost something, or there is no best interval")

    @property
    def held(self) -> Vector:
        """Holding of what sells in a unit of time, shape (n,) [money]."""
        return self.holding * self.rate

    def cycle(self, multiples: Vector) -> Cycle:
        """The best interval for given multiples, shape (n,)."""
        fixed = self.order_cost + float(np.sum(self.line_cost / multiples))
        held = float(np.sum(multiples * self.held))
        return Cycle(float(np.sqrt(2.0 * fixed / held)), multiples, float(np.sqrt(2.0 * fixed * held)))


def silver(family: Family) -> Cycle:
    """Silver's quick multiples: the line most eager goes with every order, the others by the root of their ratio.

    Args:
        family: n lines.

    Returns:
        A cycle, seldom more than a few per cent above the best.

    Source:
        Silver 1976; its example of five lines.

    >>> lines = np.array([1.87, 5.27, 7.94, 8.19, 8.87]), np.full(5, 0.2), np.array([1736.0, 656, 558, 170, 142])
    >>> silver(Family(10.0, *lines)).multiples
    array([1., 1., 1., 3., 3.])
    """
    ratio = family.line_cost / family.held
    first = int(np.argmin(ratio))
    base = family.held[first] / (family.order_cost + family.line_cost[first])
    multiples = np.maximum(np.floor(np.sqrt(ratio * base) + 0.5), 1.0)
    multiples[first] = 1.0
    return family.cycle(multiples)


def best_cycle(family: Family) -> Cycle:
    """The cheapest whole multiples of which at least one is 1.

    Args:
        family: n lines.

    Returns:
        The best cycle, proven: for each line that might go with every order, all intervals that could beat the best
        known are swept through the points where a multiple changes.

    Source:
        Goyal 1974 and Van Eijs 1993 for the bounds; the number is Silver's example, optimum by enumeration.

    >>> lines = np.array([1.87, 5.27, 7.94, 8.19, 8.87]), np.full(5, 0.2), np.array([1736.0, 656, 558, 170, 142])
    >>> best_cycle(Family(10.0, *lines)).multiples
    array([1., 1., 2., 3., 3.])
    """
    return _sweep(family, _whole)


def best_power_of_two(family: Family) -> Cycle:
    """The cheapest multiples among 1, 2, 4, … of which at least one is 1.

    Args:
        family: n lines.

    Returns:
        The best such cycle, never more than 2 % above the bound on all policies.

    Source:
        Roundy 1985; the number is Silver's example, optimum by enumeration.

    >>> lines = np.array([1.87, 5.27, 7.94, 8.19, 8.87]), np.full(5, 0.2), np.array([1736.0, 656, 558, 170, 142])
    >>> best_power_of_two(Family(10.0, *lines)).multiples
    array([1., 1., 1., 2., 2.])
    """
    return _sweep(family, _doubling)


Steps = Callable[[float, float], tuple[Vector, Vector]]
"""From the root of a line's cost ratio and the shortest interval: multiples in rising order, and the intervals at
which each takes over from the one before (the first from infinity)."""


def _whole(root: float, shortest: float) -> tuple[Vector, Vector]:
    most = int(np.sqrt(2.0) * root / shortest) + 2
    multiples = np.arange(1.0, most + 1.0)
    return multiples, np.append(np.inf, np.sqrt(2.0) * root / np.sqrt(multiples[:-1] * multiples[1:]))


def _doubling(root: float, shortest: float) -> tuple[Vector, Vector]:
    most = int(np.ceil(np.log2(max(root / shortest, 1.0)))) + 2
    multiples: Vector = 2.0 ** np.arange(float(most))
    return multiples, np.append(np.inf, root / multiples[:-1])


def _sweep(family: Family, steps: Steps) -> Cycle:
    best = family.cycle(np.ones_like(family.rate))
    apart = np.sqrt(2.0 * family.line_cost * family.held)
    for line in range(len(family.rate)):
        fixed, held = family.order_cost + family.line_cost[line], family.held[line]
        spare = best.cost - float(apart.sum() - apart[line])
        if spare * spare < 2.0 * fixed * held:
            continue
        swing = np.sqrt(spare * spare - 2.0 * fixed * held)
        found = _best_with(family, steps, line, 2.0 * fixed / (spare + swing))
        best = min(best, found, key=lambda cycle: cycle.cost)
    return best


def _best_with(family: Family, steps: Steps, line: int, shortest: float) -> Cycle:
    """The best cycle in which `line` goes with every order, with no interval below `shortest`."""
    when, owner, fixed, held = [], [], [], []
    for other in range(len(family.rate)):
        if other == line:
            continue
        counted, at = steps(float(np.sqrt(family.line_cost[other] / family.held[other])), shortest)
        when.append(at[1:])
        owner.append(np.full(len(at) - 1, other))
        fixed.append(np.diff(family.line_cost[other] / counted))
        held.append(np.diff(counted) * family.held[other])
    if not when:
        return family.cycle(np.ones(1))
    order = np.argsort(-np.concatenate(when), kind="stable")
    fixes = family.order_cost + family.line_cost.sum() + np.cumsum(np.concatenate(fixed)[order])
    helds = family.held.sum() + np.cumsum(np.concatenate(held)[order])
    products = np.append((family.order_cost + family.line_cost.sum()) * family.held.sum(), fixes * helds)
    taken = np.concatenate(owner)[order][: int(np.argmin(products))]
    counts = np.bincount(taken, minlength=len(family.rate))
    multiples: Vector = np.asarray(1.0 + counts if steps is _whole else 2.0**counts, dtype=np.float64)
    return family.cycle(multiples)
