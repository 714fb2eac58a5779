"""Economic quantities beside the plain one: customers who wait, goods that arrive slowly, suppliers that fail."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from core.replenishment import Vector, checks
from core.replenishment.lot_size import eoq


@dataclass(frozen=True)
class Economic:
    """A quantity for each of n items and what a unit of time costs, purchase left out; shape (n,) each."""

    quantity: Vector
    cost: Vector


def cycle_cost(quantity: Vector, order_cost: Vector, holding: Vector, rate: Vector) -> Vector:
    """Ordering and holding in a unit of time for a given quantity.

    Args:
        quantity: shape (n,), positive [units].
        order_cost: of one order, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,) [money].
        rate: demand in a unit of time, shape (n,) [units].

    Returns:
        Shape (n,) [money].

    Raises:
        ValueError: a quantity that is not positive, a cost or rate that is negative or not finite.

    Source:
        Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 3.1.

    >>> cycle_cost(*(np.array([x]) for x in (250.0, 8.0, 0.225, 1300.0)))
    array([69.725])
    """
    checks.positive(quantity=quantity)
    checks.not_negative(order_cost=order_cost, holding=holding, rate=rate)
    return order_cost * rate / quantity + holding * quantity / 2.0


def backordered_cost(
    quantity: Vector, share: Vector, order_cost: Vector, holding: Vector, stockout: Vector, rate: Vector
) -> Vector:
    """Ordering, holding and waiting in a unit of time when a share of every lot is sold before it arrives.

    Args:
        quantity: shape (n,), positive [units].
        share: of the lot that is waited for, shape (n,), 0 to 1.
        order_cost: of one order, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,) [money].
        stockout: of one unit waited for, for a unit of time, shape (n,) [money].
        rate: demand in a unit of time, shape (n,) [units].

    Returns:
        Shape (n,) [money].

    Raises:
        ValueError: anything negative or not finite.

    Source:
        Snyder & Shen, 2nd ed., Problem 3.2(b).

    >>> backordered_cost(*(np.array([x]) for x in (100.0, 0.3, 40.0, 40.05, 60.0, 2080.0)))
    array([2083.225])
    """
    checks.not_negative(share=share, stockout=stockout)
    shelf, waiting = (1.0 - share) ** 2, share**2
    return cycle_cost(quantity, order_cost, holding * shelf, rate) + stockout * quantity * waiting / 2.0


def backordered(order_cost: Vector, holding: Vector, stockout: Vector, rate: Vector) -> tuple[Economic, Vector]:
    """The economic quantity when customers may be made to wait, and the share of demand that waits.

    Args:
        order_cost: of one order, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        stockout: of one unit waited for, for a unit of time, shape (n,), positive [money].
        rate: demand in a unit of time, shape (n,) [units].

    Returns:
        The lots, and the share waited for, shape (n,).

    Raises:
        ValueError: a cost or rate out of range.

    Source:
        Snyder & Shen, 2nd ed., Example 3.8.

    >>> lot, share = backordered(*(np.array([x]) for x in (8.0, 0.225, 5.0, 1300.0)))
    >>> lot.quantity.round(4), lot.cost.round(4), share.round(4)
    (array([310.8126]), array([66.9214]), array([0.0431]))
    """
    checks.positive(stockout=stockout, holding=holding)
    share = holding / (holding + stockout)
    felt = holding * (1.0 - share)
    quantity = eoq(order_cost, felt, rate)
    return Economic(quantity, np.sqrt(2.0 * order_cost * rate * felt)), share


def produced(order_cost: Vector, holding: Vector, rate: Vector, production: Vector) -> Economic:
    """The economic quantity of goods that arrive at a finite rate instead of all at once.

    Args:
        order_cost: of one run, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        rate: demand in a unit of time, shape (n,) [units].
        production: units made in a unit of time, shape (n,), above `rate`; inf gives the plain quantity.

    Returns:
        n lots.

    Raises:
        ValueError: production that demand outruns.

    Source:
        Snyder & Shen, 2nd ed., section 3.4 with the data of Example 3.1.

    >>> produced(*(np.array([x]) for x in (8.0, 0.225, 1300.0, 2000.0))).quantity.round(4)
    array([513.9329])
    """
    checks.positive(production_above_demand=np.where(production > rate, 1.0, rate - production))
    felt = holding * (1.0 - rate / production)
    return Economic(eoq(order_cost, felt, rate), np.sqrt(2.0 * order_cost * rate * felt))


def power_of_two(order_cost: Vector, holding: Vector, rate: Vector, base: Vector) -> tuple[Vector, Vector]:
    """The best order interval among the doublings and halvings of a base period.

    Args:
        order_cost: of one order, shape (n,), positive [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        rate: demand in a unit of time, shape (n,), positive [units].
        base: the base period, shape (n,), positive [time].

    Returns:
        The exponent k of the interval `base` 2^k, and the cost of a unit of time, shape (n,) each.

    Raises:
        ValueError: anything that is not positive.

    Source:
        Snyder & Shen, 2nd ed., section 3.3; never more than 6.07 % above the economic quantity.

    >>> power_of_two(*(np.array([x]) for x in (8.0, 0.225, 1300.0, 1 / 52)))
    (array([4.]), array([71.]))
    """
    checks.positive(order_cost=order_cost, holding=holding, rate=rate, base=base)
    best = np.sqrt(2.0 * order_cost / (holding * rate))
    exponent = np.ceil(np.log2(best / (np.sqrt(2.0) * base)) - 1e-12)
    return exponent, cycle_cost(base * 2.0**exponent * rate, order_cost, holding, rate)


def disrupted_cost(  # a quantity, three costs, and the supplier's two rates
    quantity: Vector,
    order_cost: Vector,
    holding: Vector,
    stockout: Vector,
    rate: Vector,
    disruption: Vector,
    recovery: Vector,
) -> Vector:
    """Ordering, holding and lost sales in a unit of time when the supplier fails and recovers at random.

    Args:
        quantity: shape (n,), positive [units].
        order_cost: of one order, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,) [money].
        stockout: of one unit lost, shape (n,) [money].
        rate: demand in a unit of time, shape (n,), positive [units].
        disruption: failures in a unit of time while the supplier works, shape (n,).
        recovery: recoveries in a unit of time while it does not, shape (n,), positive.

    Returns:
        Shape (n,) [money].

    Source:
        Snyder & Shen, 2nd ed., section 9.2, Example 9.1.

    >>> disrupted_cost(*(np.array([x]) for x in (772.8111, 8.0, 0.225, 5.0, 1300.0, 1.5, 14.0))).round(4)
    array([173.95])
    """
    cycle = quantity / rate
    switching = disruption + recovery
    down = disruption / switching * -np.expm1(-switching * cycle) / recovery
    spent = order_cost + holding * quantity * cycle / 2.0 + stockout * rate * down
    cost: Vector = spent / (cycle + down)
    return cost


def disrupted(  # three costs, and the supplier's two rates
    order_cost: Vector, holding: Vector, stockout: Vector, rate: Vector, disruption: Vector, recovery: Vector
) -> Economic:
    """The exact economic quantity from a supplier that fails and recovers at random, sales lost meanwhile.

    Args:
        order_cost: of one order, shape (n,), positive [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        stockout: of one unit lost, shape (n,) [money].
        rate: demand in a unit of time, shape (n,), positive [units].
        disruption: failures in a unit of time, shape (n,).
        recovery: recoveries in a unit of time, shape (n,), positive.

    Returns:
        n lots; solved one by one.

    Raises:
        ValueError: anything out of range.

    Source:
        Snyder & Shen, 2nd ed., Example 9.1.

    >>> disrupted(*(np.array([x]) for x in (8.0, 0.225, 5.0, 1300.0, 1.5, 14.0))).quantity.round(1)
    array([772.8])
    """
    checks.positive(order_cost=order_cost, holding=holding, rate=rate, recovery=recovery)
    checks.not_negative(stockout=stockout, disruption=disruption)
    given = np.stack([order_cost, holding, stockout, rate, disruption, recovery], axis=1)
    simple, found = eoq(order_cost, holding, rate), np.empty(len(rate))
    for row, item in enumerate(given):
        found[row] = _least(item, float(simple[row]))
    return Economic(found, disrupted_cost(found, *given.T))


def _least(item: Vector, start: float) -> float:
    """The quantity of one item that costs least, between the best of a coarse scale's neighbours."""
    scale = start * np.logspace(-1.0, 4.0, 101)
    near = int(np.argmin(disrupted_cost(scale, *item)))
    low, high = scale[max(near - 1, 0)], scale[min(near + 1, 100)]
    solved = optimize.minimize_scalar(
        lambda quantity: float(disrupted_cost(np.array(quantity), *item)),
        bounds=(float(low), float(high)),
        method="bounded",
        options={"xatol": 1e-9 * start},
    )
    return float(solved.x)
