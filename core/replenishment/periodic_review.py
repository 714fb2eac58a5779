"""Looked at once a period and filled up to a level when stock position is at a point or below: exact (s, S)."""

from dataclasses import dataclass

import numpy as np
from scipy import fft, special

from core.replenishment import Table, Vector, checks
from core.replenishment.loss import Demand, quantile

_REST = 1e-13
_MOST_ROUNDS = 60
_CELLS = 4_000_000


@dataclass(frozen=True)
class Refill:
    """Point s and level S, shape (n,) each [units], and the cost of a period [money]."""

    point: Vector
    level: Vector
    cost: Vector


@dataclass(frozen=True)
class Shelves:
    """n items reviewed each period, whose demand is known by its probabilities.

    Args:
        order_cost: of one order, shape (n,), not negative [money].
        holding: of one unit left at the end of a period, shape (n,), positive [money].
        stockout: of one unit waited for at the end of a period, shape (n,), positive [money].
        period: probabilities of 0, 1, … units in one period, shape (n, k).
        covered: the same for the lead time and one period more, shape (n, w).

    Raises:
        ValueError: names the item whose cost is out of range, whose probabilities do not add up to 1, or that never
            sells.
    """

    order_cost: Vector
    holding: Vector
    stockout: Vector
    period: Table
    covered: Table

    def __post_init__(self) -> None:
        checks.not_negative(order_cost=self.order_cost)
        checks.positive(holding=self.holding, stockout=self.stockout, chance_of_demand=1.0 - self.period[:, 0])
        checks.chances(period=self.period, covered=self.covered)

    def curve(self, low: int, high: int) -> Table:
        """Cost of a period that starts from each whole level `low`..`high`, shape (n, high-low+1) [money]."""
        wide = self.covered.shape[1]
        mean = self.covered @ np.arange(float(wide))
        levels = np.arange(low, high + 1)
        over = np.zeros((len(mean), len(levels)))
        below = np.cumsum(np.cumsum(self.covered, axis=1), axis=1)
        counted = levels[(levels > 0) & (levels <= wide)]
        over[:, counted - low] = below[:, counted - 1]
        beyond = levels[levels > wide]
        over[:, beyond - low] = beyond - mean[:, None]
        short = over - levels + mean[:, None]
        cost: Table = self.holding[:, None] * over + self.stockout[:, None] * short
        return cost


def counted_pmf(demand: Demand) -> Table:
    """Probabilities of 0, 1, … units, as many as matter to the widest of n demands, shape (n, k).

    >>> counted_pmf(Demand(np.array([1.0]), np.array([1.0])))[0, :3].round(4)
    array([0.3679, 0.3679, 0.1839])
    """
    most = int(quantile(np.full(demand.mean.shape, 1.0 - _REST), demand).max()) + 1
    mean, clumping = demand.mean[:, None], demand.clumping[:, None]
    clumped = clumping > 0
    r = np.divide(mean, clumping, out=np.ones_like(mean), where=clumped)
    steps = np.arange(1.0, most + 1.0)
    odds = np.where(clumped, clumping / (1.0 + clumping), mean)
    with np.errstate(divide="ignore"):
        ratio = np.log(np.where(clumped, odds * (r + steps - 1.0), odds) / steps)
        none = np.where(clumped, -r * np.log1p(clumping), -mean)
    pmf: Table = np.exp(np.concatenate([none, none + np.cumsum(ratio, axis=1)], axis=1))
    scaled: Table = pmf / pmf.sum(axis=1, keepdims=True)
    return scaled


def normal_pmf(mean: Vector, sd: Vector) -> Table:
    """Normal demand counted in whole units from 0 on: the mass within half a unit, scaled to 1, shape (n, k).

    >>> normal_pmf(np.array([1.0]), np.array([0.5]))[0, :3].round(4)
    array([0.1575, 0.6836, 0.1575])
    """
    checks.positive(sd=sd)
    steps = np.arange(np.ceil(float(np.max(mean + 9.0 * sd))) + 1.0)
    edges = special.ndtr((np.append(steps, steps[-1] + 1.0) - 0.5 - mean[:, None]) / sd[:, None])
    mass: Table = np.diff(edges, axis=1)
    scaled: Table = mass / mass.sum(axis=1, keepdims=True)
    return scaled


def refill_cost(shelves: Shelves, point: Vector, level: Vector) -> Vector:
    """Exact cost of a period under a given (s, S).

    Args:
        shelves: n items.
        point: s, shape (n,), whole [units].
        level: S, shape (n,), whole, above s [units].

    Returns:
        Shape (n,) [money].

    Raises:
        ValueError: names the item whose level is not above its point.

    Source:
        Zheng & Federgruen 1991, equation 4; Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 4.7.

    >>> six = counted_pmf(Demand(np.array([6.0]), np.array([6.0])))
    >>> shelf = Shelves(np.array([5.0]), np.array([1.0]), np.array([4.0]), six, six)
    >>> refill_cost(shelf, np.array([6.0]), np.array([18.0])).round(4)
    array([10.1938])
    """
    gap = level - point
    checks.positive(level_above_point=gap)
    low, high = int(point.min()), int(level.max())
    curve, visits = shelves.curve(low, high), _visits(shelves.period, int(gap.max()))
    steps = np.arange(visits.shape[1])
    at = np.clip(level[:, None] - low - steps, 0, None).astype(np.intp)
    weight = np.where(steps < gap[:, None], visits, 0.0)
    spent = np.sum(weight * np.take_along_axis(curve, at, axis=1), axis=1)
    cost: Vector = (shelves.order_cost + spent) / weight.sum(axis=1)
    return cost


def best_refill(shelves: Shelves) -> Refill:
    """The best (s, S), proven, for any demand in whole units; unmet demand waits.

    Args:
        shelves: n items; those alike in size belong together, because all get tables as wide as the widest needs.

    Returns:
        n rules.

    Source:
        Zheng & Federgruen 1991: s is the last level whose cost reaches the mean cost, and no S above the last level
        that costs less is better. The mean cost is lowered by policy iteration, each step one convolution with the
        renewal function. Snyder & Shen, 2nd ed., Example 4.7.

    >>> six = counted_pmf(Demand(np.array([6.0]), np.array([6.0])))
    >>> rule = best_refill(Shelves(np.array([5.0]), np.array([1.0]), np.array([4.0]), six, six))
    >>> rule.point, rule.level, rule.cost.round(4)
    (array([4.]), array([10.]), array([8.0341]))
    """
    low, high, cost = _bounds(shelves)
    curve = shelves.curve(low, high)
    rows, bottom = np.arange(len(cost)), np.argmin(curve, axis=1)
    first = _point(curve, bottom, cost)
    width = int(np.sum(curve <= cost[:, None] * (1.0 + 1e-12), axis=1).max()) + 1
    visits = _visits(shelves.period, width)
    size = fft.next_fast_len(2 * width, real=True)
    spectrum = fft.rfft(visits, size, axis=1)
    steps, level = np.arange(width), bottom.copy()
    for _ in range(_MOST_ROUNDS):
        at = first[:, None] + 1 + steps
        inside = at < curve.shape[1]
        costs = np.where(inside, np.take_along_axis(curve, np.minimum(at, curve.shape[1] - 1), axis=1), 0.0)
        less = np.where(inside, costs - cost[:, None], 0.0)
        value = fft.irfft(fft.rfft(less, size, axis=1) * spectrum, size, axis=1)[:, :width]
        value = np.where(inside, value, np.inf)
        step = np.argmin(value, axis=1)
        level = first + 1 + step
        time = np.cumsum(visits, axis=1)[rows, step]
        lower = cost + (shelves.order_cost + value[rows, step]) / time
        settled = lower >= cost * (1.0 - 1e-14)
        cost = np.minimum(cost, lower)
        first = _point(curve, bottom, cost)
        if settled.all():
            break
    point, top = first + float(low), level + float(low)
    return Refill(point, top, refill_cost(shelves, point, top))


def best_refills(order_cost: Vector, holding: Vector, stockout: Vector, period: Demand, covered: Demand) -> Refill:
    """The best (s, S) of any number of items whose demand is Poisson or negative binomial.

    Args:
        order_cost: of one order, shape (n,), not negative [money].
        holding: of one unit for a period, shape (n,), positive [money].
        stockout: of one unit waited for, for a period, shape (n,), positive [money].
        period: demand of one period.
        covered: demand of the lead time and one period more.

    Returns:
        n rules, in the order given; computed in groups of like size so that memory stays bounded.

    Source:
        As `best_refill`; Zheng & Federgruen 1991, table 1, mean 10.

    >>> ten = Demand(np.array([10.0]), np.array([10.0]))
    >>> rule = best_refills(np.array([64.0]), np.array([1.0]), np.array([9.0]), ten, ten)
    >>> rule.point, rule.level, rule.cost.round(3)
    (array([6.]), array([40.]), array([35.022]))
    """
    lot = np.sqrt(2.0 * order_cost * period.mean * (1.0 / holding + 1.0 / stockout))
    size = lot + covered.mean + 8.0 * covered.sd
    point, level, cost = (np.empty_like(order_cost) for _ in range(3))
    order = np.argsort(size)
    start = 0
    while start < len(order):
        stop = start + 1
        wide = size[order[start]]
        while stop < len(order) and size[order[stop]] <= 1.3 * wide + 8 and (stop - start) * wide < _CELLS / 20:
            stop += 1
        rows = order[start:stop]
        demands = [Demand(part.mean[rows], part.variance[rows]) for part in (period, covered)]
        shelves = Shelves(order_cost[rows], holding[rows], stockout[rows], *map(counted_pmf, demands))
        found = best_refill(shelves)
        point[rows], level[rows], cost[rows] = found.point, found.level, found.cost
        start = stop
    return Refill(point, level, cost)


def power_rule(  # three costs, and a period's demand and how many periods are covered
    order_cost: Vector, holding: Vector, stockout: Vector, mean: Vector, sd: Vector, lead_time: Vector
) -> tuple[Vector, Vector, Vector]:
    """Ehrhardt and Mosier's power approximation.

    Args:
        order_cost: of one order, shape (n,), positive [money].
        holding: of one unit for a period, shape (n,), positive [money].
        stockout: of one unit waited for, for a period, shape (n,), positive [money].
        mean: demand of a period, shape (n,), positive [units].
        sd: its standard deviation, shape (n,), positive [units].
        lead_time: in periods, shape (n,); one more is covered.

    Returns:
        Point and lot of the approximation as it is, and the level above which neither may be put where the lot is at
        most one and a half periods' demand (infinite elsewhere): s and S without the small-order rule are `point` and
        `point` + `lot`, with it each at most that level.

    Raises:
        ValueError: anything out of range.

    Source:
        Ehrhardt & Mosier 1984; Snyder & Shen, 2nd ed., Example 4.8.

    >>> point, lot, most = power_rule(*(np.array([x]) for x in (2.5, 0.18, 0.7, 50.0, 8.0, 0.0)))
    >>> point.round(4), (point + lot).round(4), most.round(4)
    (array([40.1946]), array([74.2902]), array([56.604]))
    """
    checks.positive(order_cost=order_cost, holding=holding, stockout=stockout, mean=mean, sd=sd)
    checks.not_negative(lead_time=lead_time)
    cover_mean, cover_sd = mean * (lead_time + 1.0), sd * np.sqrt(lead_time + 1.0)
    lot = 1.3 * mean**0.494 * (order_cost / holding) ** 0.506 * (1.0 + (cover_sd / mean) ** 2) ** 0.116
    z = np.sqrt(lot * holding / (cover_sd * stockout))
    point = 0.973 * cover_mean + cover_sd * (0.183 / z + 1.063 - 2.192 * z)
    single = cover_mean + special.ndtri(stockout / (stockout + holding)) * cover_sd
    return point, lot, np.where(lot <= 1.5 * mean, single, np.inf)


def _visits(period: Table, most: int) -> Table:
    """How often, on the way down, stock position rests j units below the level: 1/(1-p0), …, shape (n, most)."""
    items, known = period.shape
    visits = np.zeros((items, most))
    visits[:, 0] = 1.0 / (1.0 - period[:, 0])
    chance = period / (1.0 - period[:, :1])
    backwards = np.ascontiguousarray(chance[:, ::-1])
    for step in range(1, most):
        near = min(step, known - 1)
        visits[:, step] = np.einsum(
            "ij,ij->i", backwards[:, known - 1 - near : known - 1], visits[:, step - near : step]
        )
    return visits


def _bounds(shelves: Shelves) -> tuple[int, int, Vector]:
    """Levels between which every best rule lies, and the cost of a rule to begin with."""
    wide = shelves.covered.shape[1]
    mean = shelves.covered @ np.arange(float(wide))
    rate = shelves.period @ np.arange(float(shelves.period.shape[1]))
    lot = np.ceil(np.sqrt(2.0 * shelves.order_cost * rate * (1.0 / shelves.holding + 1.0 / shelves.stockout)))
    lot = np.maximum(lot, 1.0)
    low = int(np.floor(min(0.0, float(np.min(mean - lot))))) - 2
    curve = shelves.curve(low, wide + int(lot.max()))
    ends = np.minimum(np.arange(curve.shape[1]) + lot[:, None].astype(np.intp), curve.shape[1] - 1)
    rising = np.take_along_axis(curve, ends, axis=1) >= curve
    point = np.argmax(rising, axis=1) - 1.0 + low
    cost = refill_cost(shelves, point, point + lot)
    least = int(np.floor(min(0.0, float(np.min(mean - cost / shelves.stockout))))) - 2
    most = int(np.ceil(float(np.max(mean + cost / shelves.holding)))) + 1
    return least, max(most, wide + 1), cost


def _point(curve: Table, bottom: np.ndarray, cost: Vector) -> np.ndarray:
    """The last level left of the cheapest whose cost reaches the mean cost, as a column of the curve."""
    left = np.arange(curve.shape[1]) < bottom[:, None]
    reached = left & (curve >= cost[:, None] * (1.0 - 1e-14))
    return np.asarray(curve.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1))
