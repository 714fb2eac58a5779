"""The reorder point at which waiting another period costs as much as ordering, for a given lot."""

import numpy as np

from core.replenishment import Vector
from core.replenishment.cost_curve import Curve
from core.replenishment.loss import Demand, quantile
from core.replenishment.policies import Levels

HIGHEST_SERVICE = 0.9999
"""Where holding costs next to nothing, no reorder point protects further than this."""

_LEAST_HOLDING = 1e-9  # of the stockout cost: with none at all there would be no best level


def levels(curve: Curve, lot: Vector) -> Levels:
    """Reorder point and order-up-to level of n items.

    Args:
        curve: cost of a review period by stock position.
        lot: units ordered at a time, shape (n,), whole, at least 1.

    Returns:
        The best reorder point for ordering whole lots, and the level one lot above it. The reorder point is at least
        -1: then only customers who wait already bring about an order.

    Source:
        See `best_reorder_point`. The position falls to s or below and is lifted to s+Q; over random small items that
        cost less than 3 % more than the exact (s,S) rule of Zheng & Federgruen (1991), which is a test.

    >>> from core.replenishment.loss import Demand
    >>> curve = Curve(Demand(np.array([3.0]), np.array([3.0])), np.array([20.0]), np.array([150.0]))
    >>> levels(curve, np.array([5.0]))
    Levels(reorder_point=array([3.]), order_up_to=array([8.]))
    """
    point = best_reorder_point(curve, lot)
    return Levels(point, np.maximum(point + lot, 0.0))


def best_reorder_point(curve: Curve, lot: Vector) -> Vector:
    """The best s of an (R,s,nQ) rule: the smallest s >= -1 with G(s+Q+1) >= G(s+1).

    Args:
        curve: G, falling and then rising, for n items.
        lot: Q, shape (n,), whole, at least 1 [units].

    Returns:
        Shape (n,), whole [units].

    Source:
        The position after a review is uniform on s+1..s+Q, so one more on s trades G(s+1) for G(s+Q+1); Zheng, On
        properties of stochastic inventory systems (1992). Snyder & Shen, 2nd ed., Example 5.8 with its lot of 5:

    >>> from core.replenishment.loss import Demand
    >>> curve = Curve(Demand(np.array([3.0]), np.array([3.0])), np.array([20.0]), np.array([150.0]))
    >>> best_reorder_point(curve, np.array([5.0]))
    array([3.])
    """
    is_cheap = curve.holding < (1.0 - HIGHEST_SERVICE) * curve.stockout
    curve = Curve(
        curve.protected, np.maximum(curve.holding, _LEAST_HOLDING * curve.stockout), curve.stockout, curve.lead
    )
    low, high = _bracket(curve, lot)
    while np.any(high - low > 1.0):
        middle = np.ceil((low + high) / 2.0)  # up, so that items that are done stay where they are
        enough = curve.rise(middle + 1.0, middle + lot + 1.0) > 0
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    if np.any(is_cheap):
        these = Demand(curve.protected.mean[is_cheap], curve.protected.variance[is_cheap])
        high[is_cheap] = np.minimum(high[is_cheap], quantile(np.full(is_cheap.sum(), HIGHEST_SERVICE), these))
    return high


def average_cost(curve: Curve, reorder_point: Vector, lot: Vector, order_cost: Vector) -> Vector:
    """Cost of one review period under an (R,s,nQ) rule, in the long run.

    Args:
        curve: G for n items.
        reorder_point: s, shape (n,), whole, at least -1 [units].
        lot: Q, shape (n,), whole, at least 1 [units].
        order_cost: of one lot, shape (n,) [money].

    Returns:
        Shape (n,) [money]: order_cost · drawn / Q + mean of G over s+1..s+Q.

    Source:
        Snyder & Shen, 2nd ed., Example 5.8 at r=8, Q=12: 1.5 units a period, lead time 2, order cost 100.

    >>> from core.replenishment.loss import Demand
    >>> curve = Curve(Demand(np.array([3.0]), np.array([3.0])), np.array([20.0]), np.array([150.0]))
    >>> average_cost(curve, np.array([8.0]), np.array([12.0]), np.array([50.0])).round(4)  # 3 units are two periods'
    array([242.5282])
    """
    held, short = curve.between(reorder_point, reorder_point + lot)
    return (order_cost * curve.drawn + curve.holding * held + curve.stockout * short) / lot


def _bracket(curve: Curve, lot: Vector) -> tuple[Vector, Vector]:
    """Levels between which the best reorder point is: not enough at the first, enough at the second."""
    mean, sd = curve.protected.mean, curve.protected.sd
    high = np.ceil(mean + 4.0 * sd + 1.0)
    low = np.maximum(np.floor(mean - lot), -2.0)
    # a shortage cheaper than holding a unit over the period is never worth averting
    hopeless = (curve.stockout <= curve.holding / 2.0) & (curve.lead is not None) | (mean == 0)
    low, high = np.where(hopeless, -2.0, low), np.where(hopeless, -1.0, high)
    while np.any(short := ~hopeless & (curve.rise(high + 1.0, high + lot + 1.0) <= 0)):
        low, high = np.where(short, high, low), np.where(short, 2.0 * high + 1.0, high)
    while np.any(over := (low > -2.0) & (curve.rise(low + 1.0, low + lot + 1.0) > 0)):
        high, low = np.where(over, low, high), np.where(over, np.maximum(low - lot - sd - 1.0, -2.0).round(), low)
    return low, high
