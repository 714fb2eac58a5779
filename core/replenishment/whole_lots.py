"""Looked at once a period and raised above a point by whole lots when stock position is there or below: (R, s, nQ)."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Table, Vector, checks
from core.replenishment.periodic_review import Shelves


@dataclass(frozen=True)
class LotRule:
    """Point s and lot Q, shape (n,) each [units], and the cost of a period [money]."""

    point: Vector
    lot: Vector
    cost: Vector


def lot_rule_cost(shelves: Shelves, point: Vector, lot: Vector) -> Vector:
    """Exact cost of a period under a given (R, s, nQ); an order costs the same however many lots are in it.

    Args:
        shelves: n items.
        point: s, shape (n,), whole [units].
        lot: Q, shape (n,), whole and positive [units].

    Returns:
        Shape (n,) [money].

    Raises:
        ValueError: names the item whose lot is not positive.

    Source:
        Hadley & Whitin 1963: stock position is uniform on s+1..s+Q, and an order is placed where demand
        takes it to s: [K sum of P(D >= j), j = 1..Q, + sum of G(y), y = s+1..s+Q] / Q. By hand, one unit or none by the
        toss of a coin, K 2, Q 1: (2 * 0.5 + 1) with G(1) = 0.5 held + 0:

    >>> coin = np.array([[0.5, 0.5]])
    >>> shelf = Shelves(np.array([2.0]), np.array([1.0]), np.array([9.0]), coin, coin)
    >>> lot_rule_cost(shelf, np.array([0.0]), np.array([1.0]))
    array([1.5])
    """
    checks.positive(lot=lot)
    low, high = int(point.min()) + 1, int((point + lot).max())
    curve, orders = shelves.curve(low, high), _orders(shelves, int(lot.max()))
    sums = np.concatenate([np.zeros((len(lot), 1)), np.cumsum(curve, axis=1)], axis=1)
    rows, first, many = np.arange(len(lot)), (point + 1 - low).astype(np.intp), lot.astype(np.intp)
    spent = sums[rows, first + many] - sums[rows, first]
    cost: Vector = (shelves.order_cost * orders[rows, many - 1] + spent) / lot
    return cost


def best_lot_rule(shelves: Shelves) -> LotRule:
    """The best (R, s, nQ), proven, for any demand in whole units; unmet demand waits.

    Args:
        shelves: n items; those alike in size belong together, because all get tables as wide as the widest needs.

    Returns:
        n rules.

    Source:
        The cost of a level is convex, so the best Q levels in a row are the Q cheapest; one more can only lower the
        mean while it costs less than the mean, so that levels dearer than a known rule need not be tried. Snyder &
        Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 4.7 data, whose best (s, S) costs
        8.0341; the number below is the least of all points and lots up to 25.

    >>> from core.replenishment.loss import Demand
    >>> from core.replenishment.periodic_review import counted_pmf
    >>> six = counted_pmf(Demand(np.array([6.0]), np.array([6.0])))
    >>> rule = best_lot_rule(Shelves(np.array([5.0]), np.array([1.0]), np.array([4.0]), six, six))
    >>> rule.point, rule.lot, rule.cost.round(4)
    (array([4.]), array([9.]), array([8.2768]))
    """
    covered = shelves.covered @ np.arange(float(shelves.covered.shape[1]))
    one = np.ones_like(covered)
    known = lot_rule_cost(shelves, np.ceil(covered) - 1.0, one)
    low = int(np.floor(np.min(np.minimum(covered - known / shelves.stockout, 0.0)))) - 1
    high = int(np.ceil(np.max(np.maximum(covered + known / shelves.holding, shelves.covered.shape[1])))) + 1
    curve = shelves.curve(low, high)
    order = np.argsort(curve, axis=1, kind="stable")
    lots = np.arange(1.0, curve.shape[1] + 1.0)
    spent = np.cumsum(np.take_along_axis(curve, order, axis=1), axis=1)
    cost = (shelves.order_cost[:, None] * _orders(shelves, curve.shape[1]) + spent) / lots
    at = np.argmin(cost, axis=1)
    rows = np.arange(len(at))
    lowest = np.minimum.accumulate(order, axis=1)[rows, at]
    return LotRule(lowest + low - 1.0, at + 1.0, cost[rows, at])


def _orders(shelves: Shelves, most: int) -> Table:
    """Sums of P(D >= j) over j = 1..Q for each Q up to `most`, shape (n, most)."""
    reached = np.zeros((len(shelves.period), most))
    above = 1.0 - np.cumsum(shelves.period, axis=1)
    wide = min(most, above.shape[1])
    reached[:, :wide] = np.clip(above[:, :wide], 0.0, None)
    sums: Table = np.cumsum(reached, axis=1)
    return sums
