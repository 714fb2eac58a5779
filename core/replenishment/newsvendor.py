"""One order for one stretch of demand: too much is held, too little is missed."""

import numpy as np
from scipy import special

from core.replenishment import Table, Vector, checks
from core.replenishment.loss import (
    Demand,
    expected_excess,
    expected_shortage,
    lognormal_shortage,
    normal_shortage,
    quantile,
)  # fmt: skip


def critical_ratio(holding: Vector, stockout: Vector) -> Vector:
    """The share of demand worth meeting from the shelf.

    Args:
        holding: of a unit left over, shape (n,), positive [money].
        stockout: of a unit short, shape (n,), not negative [money].

    Returns:
        Shape (n,), 0 to below 1.

    Raises:
        ValueError: a cost out of range.

    Source:
        Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 4.7.

    >>> critical_ratio(np.array([1.0]), np.array([4.0]))
    array([0.8])
    """
    checks.positive(holding=holding)
    checks.not_negative(stockout=stockout)
    return stockout / (holding + stockout)


def normal_level(holding: Vector, stockout: Vector, mean: Vector, sd: Vector) -> tuple[Vector, Vector]:
    """The best level for normal demand, and its cost.

    Args:
        holding: of a unit left over, shape (n,), positive [money].
        stockout: of a unit short, shape (n,), positive [money].
        mean: shape (n,) [units].
        sd: shape (n,), not negative [units].

    Returns:
        Level [units] and cost [money], shape (n,) each.

    Raises:
        ValueError: a number out of range.

    Source:
        Snyder & Shen, 2nd ed., Example 4.3.

    >>> level, cost = normal_level(*(np.array([x]) for x in (0.18, 0.7, 50.0, 8.0)))
    >>> level.round(4), cost.round(4)
    (array([56.604]), array([1.9976]))
    """
    checks.positive(stockout=stockout)
    checks.finite(mean=mean)
    checks.not_negative(sd=sd)
    level = mean + sd * special.ndtri(critical_ratio(holding, stockout))
    return level, normal_cost(level, holding, stockout, mean, sd)


def normal_cost(level: Vector, holding: Vector, stockout: Vector, mean: Vector, sd: Vector) -> Vector:
    """Expected cost of a given level for normal demand; arguments as for `normal_level`, shape (n,) each.

    >>> normal_cost(*(np.array([x]) for x in (50.0, 0.18, 0.7, 50.0, 8.0))).round(4)
    array([2.8086])
    """
    short = normal_shortage(level, mean, sd)
    return holding * (level - mean + short) + stockout * short


def lognormal_level(holding: Vector, stockout: Vector, mu: Vector, sigma: Vector) -> tuple[Vector, Vector]:
    """The best level for lognormal demand, and its cost.

    Args:
        holding: of a unit left over, shape (n,), positive [money].
        stockout: of a unit short, shape (n,), positive [money].
        mu: mean of the logarithm of demand, shape (n,).
        sigma: its standard deviation, shape (n,), positive.

    Returns:
        Level [units] and cost [money], shape (n,) each.

    Raises:
        ValueError: a number out of range.

    Source:
        Snyder & Shen, 2nd ed., Problem 4.8(b).

    >>> lognormal_level(*(np.array([x]) for x in (1.0, 0.1765, 6.0, 0.3)))[0].round(3)
    array([295.627])
    """
    checks.positive(stockout=stockout, sigma=sigma)
    checks.finite(mu=mu)
    level = np.exp(mu + sigma * special.ndtri(critical_ratio(holding, stockout)))
    short = lognormal_shortage(level, mu, sigma)
    return level, holding * (level - np.exp(mu + sigma * sigma / 2.0) + short) + stockout * short


def counted_level(holding: Vector, stockout: Vector, demand: Demand) -> tuple[Vector, Vector]:
    """The best whole level for Poisson or negative binomial demand, and its cost.

    Args:
        holding: of a unit left over, shape (n,), positive [money].
        stockout: of a unit short, shape (n,), not negative [money].
        demand: n demands.

    Returns:
        Level [units] and cost [money], shape (n,) each.

    Raises:
        ValueError: a cost out of range.

    Source:
        Snyder & Shen, 2nd ed., Example 4.7.

    >>> counted_level(np.array([1.0]), np.array([4.0]), Demand(np.array([6.0]), np.array([6.0])))[0]
    array([8.])
    """
    level = quantile(critical_ratio(holding, stockout), demand)
    return level, holding * expected_excess(level, demand) + stockout * expected_shortage(level, demand)


def table_level(holding: Vector, stockout: Vector, values: Table, pmf: Table) -> tuple[Vector, Vector]:
    """The best level for demand known by its possible values, empirical or assumed, and its cost.

    Args:
        holding: of a unit left over, shape (n,), positive [money].
        stockout: of a unit short, shape (n,), not negative [money].
        values: that demand may take, rising, shape (n, k) [units].
        pmf: their probabilities, shape (n, k).

    Returns:
        Level, one of the values [units], and cost [money], shape (n,) each.

    Raises:
        ValueError: a cost out of range, or probabilities that do not add up to 1.

    Source:
        Snyder & Shen, 2nd ed., section 4.3: the smallest value whose distribution reaches the critical ratio.

    >>> table_level(np.array([1.0]), np.array([2.0]), np.array([[1.0, 2.0, 9.0]]), np.array([[0.5, 0.3, 0.2]]))
    (array([2.]), array([3.3]))
    """
    checks.chances(pmf=pmf)
    reached = np.cumsum(pmf, axis=1) >= critical_ratio(holding, stockout)[:, None] - 1e-12
    level = np.take_along_axis(values, np.argmax(reached, axis=1)[:, None], axis=1)[:, 0]
    over = np.sum(np.maximum(level[:, None] - values, 0.0) * pmf, axis=1)
    return level, holding * over + stockout * table_shortage(level, values, pmf)


def table_shortage(level: Vector, values: Table, pmf: Table) -> Vector:
    """Expected units short for demand known by its possible values, E(X - level)+.

    Args:
        level: shape (n,) [units].
        values: that demand may take, shape (n, k) [units].
        pmf: their probabilities, shape (n, k).

    Returns:
        Shape (n,) [units].

    >>> table_shortage(np.array([2.0]), np.array([[1.0, 2.0, 9.0]]), np.array([[0.5, 0.3, 0.2]]))
    array([1.4])
    """
    short: Vector = np.sum(np.maximum(values - level[:, None], 0.0) * pmf, axis=1)
    return short


def margins(revenue: Vector, purchase: Vector, salvage: Vector) -> tuple[Vector, Vector]:
    """A season's prices as what a unit left over loses and what a unit short misses.

    Args:
        revenue: of a unit sold, shape (n,) [money].
        purchase: of a unit bought, shape (n,), below revenue [money].
        salvage: of a unit left over, shape (n,), below purchase; negative where disposal costs [money].

    Returns:
        Holding and stockout cost for the functions of this module; profit is the margin on all demand less cost.

    Raises:
        ValueError: prices that do not fall from revenue to purchase to salvage.

    Source:
        Snyder & Shen, 2nd ed., section 4.3.2.4, Example 4.2.

    >>> margins(np.array([5.0]), np.array([3.0]), np.array([2.0]))
    (array([1.]), array([2.]))
    """
    checks.positive(margin=revenue - purchase, loss_of_a_unit_left_over=purchase - salvage)
    return purchase - salvage, revenue - purchase
