"""A fixed lot whenever stock position falls to a point, watched all the time: exact, and by the books' short cuts.

Costs: of an order; of a unit on the shelf for a unit of time; of a unit waited for, for a unit of time.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import optimize, special

from core.replenishment import Vector, checks
from core.replenishment.economic import backordered
from core.replenishment.loss import (
    Demand,
    expected_excess,
    expected_shortage,
    normal_second_shortage,
    normal_shortage,
    quantile,
)  # fmt: skip
from core.replenishment.lot_size import eoq

_MOST_ROUNDS = 200


@dataclass(frozen=True)
class Review:
    """What n items cost and sell; shape (n,) each.

    Args:
        order_cost: of one order, positive [money].
        holding: of one unit for a unit of time, positive [money].
        stockout: of one unit waited for, for a unit of time, positive [money].
        rate: demand in a unit of time, positive [units].
        mean: of demand over the lead time, not negative [units].
        sd: of demand over the lead time, not negative [units]; ignored where demand is Poisson.

    Raises:
        ValueError: names the item whose number is out of range.
    """

    order_cost: Vector
    holding: Vector
    stockout: Vector
    rate: Vector
    mean: Vector
    sd: Vector

    def __post_init__(self) -> None:
        checks.positive(order_cost=self.order_cost, holding=self.holding, stockout=self.stockout, rate=self.rate)
        checks.not_negative(mean=self.mean, sd=self.sd)

    def row(self, at: int) -> Self:
        """One item alone."""
        return replace(self, **{name: getattr(self, name)[at : at + 1] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Rule:
    """Reorder point and lot, shape (n,) each [units], and the cost of a unit of time [money]."""

    point: Vector
    lot: Vector
    cost: Vector


def normal_rule_cost(review: Review, point: Vector, lot: Vector) -> Vector:
    """Exact cost of a given rule for normal lead-time demand.

    Args:
        review: n items.
        point: shape (n,) [units].
        lot: shape (n,), positive [units].

    Returns:
        Shape (n,) [money per unit of time].

    Source:
        Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 5.1.

    >>> lamps = Review(*(np.array([x]) for x in (8.0, 0.225, 7.5, 1300.0, 1300 / 12, 150 / 12**0.5)))
    >>> normal_rule_cost(lamps, np.array([126.8]), np.array([328.5])).round(4)
    array([78.0712])
    """
    checks.positive(lot=lot)
    low = normal_second_shortage(point, review.mean, review.sd)
    high = normal_second_shortage(point + lot, review.mean, review.sd)
    short = (low - high) / lot
    held = point + lot / 2.0 - review.mean + short
    return review.order_cost * review.rate / lot + review.holding * held + review.stockout * short


def poisson_rule_cost(review: Review, point: Vector, lot: Vector) -> Vector:
    """Exact cost of a given rule of whole units for Poisson lead-time demand.

    Args:
        review: n items.
        point: shape (n,), whole [units].
        lot: shape (n,), whole and positive [units].

    Returns:
        Shape (n,) [money per unit of time].

    Source:
        Snyder & Shen, 2nd ed., Example 5.8 data.

    >>> parts = Review(*(np.array([x]) for x in (100.0, 20.0, 150.0, 1.5, 3.0, 0.0)))
    >>> poisson_rule_cost(parts, np.array([8.0]), np.array([12.0])).round(4)
    array([242.5282])
    """
    checks.positive(lot=lot)
    total = np.zeros_like(lot)
    for step in range(1, int(lot.max()) + 1):
        total += np.where(step <= lot, _poisson_curve(review, point + step), 0.0)
    return (review.order_cost * review.rate + total) / lot


def best_poisson_rule(review: Review) -> Rule:
    """The best rule of whole units for Poisson lead-time demand.

    Args:
        review: n items.

    Returns:
        n rules.

    Source:
        Federgruen & Zheng 1992: from the cheapest level, take in the cheaper neighbour while it lowers the mean;
        Snyder & Shen, 2nd ed., Example 5.8.

    >>> rule = best_poisson_rule(Review(*(np.array([x]) for x in (100.0, 20.0, 150.0, 1.5, 3.0, 0.0))))
    >>> rule.point, rule.lot, rule.cost.round(4)
    (array([3.]), array([5.]), array([107.9236]))
    """
    demand = Demand(review.mean, review.mean)
    top = quantile(review.stockout / (review.holding + review.stockout), demand)
    low = top - 1.0
    total = review.order_cost * review.rate + _poisson_curve(review, top)
    below, above = _poisson_curve(review, low), _poisson_curve(review, top + 1.0)
    growing = np.arange(len(top))
    while len(growing):
        lot = top[growing] - low[growing]
        nearer = np.minimum(below[growing], above[growing])
        growing = growing[nearer * lot < total[growing]]
        if not len(growing):
            break
        down = below[growing] <= above[growing]
        total[growing] += np.minimum(below[growing], above[growing])
        fell, rose = growing[down], growing[~down]
        low[fell] -= 1.0
        top[rose] += 1.0
        below[fell] = _poisson_curve(_some(review, fell), low[fell])
        above[rose] = _poisson_curve(_some(review, rose), top[rose] + 1.0)
    return Rule(low, top - low, total / (top - low))


def economic_with_safety(review: Review) -> Rule:
    """EOQ, and a point that covers the lead time with the newsvendor's safety: protects twice, so it costs more.

    Source:
        Snyder & Shen, 2nd ed., section 5.3.3 with the data of Example 5.1.

    >>> lamps = Review(*(np.array([x]) for x in (8.0, 0.225, 7.5, 1300.0, 1300 / 12, 150 / 12**0.5)))
    >>> economic_with_safety(lamps).point.round(3)
    array([190.337])
    """
    lot = eoq(review.order_cost, review.holding, review.rate)
    z = special.ndtri(review.stockout / (review.holding + review.stockout))
    point = review.mean + z * review.sd
    return Rule(point, lot, normal_rule_cost(review, point, lot))


def backordered_rule(review: Review) -> Rule:
    """The economic quantity with backorders, and the point at which both ends of the lot cost the same.

    Source:
        Zheng 1992; Snyder & Shen, 2nd ed., section 5.3.4 with the data of Example 5.1.

    >>> lamps = Review(*(np.array([x]) for x in (8.0, 0.225, 7.5, 1300.0, 1300 / 12, 150 / 12**0.5)))
    >>> backordered_rule(lamps).point.round(3)
    array([128.638])
    """
    lot = backordered(review.order_cost, review.holding, review.stockout, review.rate)[0].quantity
    point = _level_ends(review, lot)
    return Rule(point, lot, normal_rule_cost(review, point, lot))


def best_normal_rule(review: Review) -> Rule:
    """The best rule for normal lead-time demand.

    Source:
        Zheng 1992: the mean cost at the best point of each lot is convex in the lot, and at the best lot it equals the
        cost at its ends.

    >>> lamps = Review(*(np.array([x]) for x in (8.0, 0.225, 7.5, 1300.0, 1300 / 12, 150 / 12**0.5)))
    >>> best_normal_rule(lamps).cost.round(3)
    array([78.071])
    """
    low = backordered(review.order_cost, review.holding, review.stockout, review.rate)[0].quantity
    high = 2.0 * low + 10.0 * review.sd
    for _ in range(_MOST_ROUNDS):
        middle = (low + high) / 2.0
        point = _level_ends(review, middle)
        wide = _normal_curve(review, point) > normal_rule_cost(review, point, middle)
        low, high = np.where(wide, low, middle), np.where(wide, middle, high)
        if np.all(high - low <= 1e-12 * high):
            break
    point = _level_ends(review, low)
    return Rule(point, low, normal_rule_cost(review, point, low))


def expected_level_rule(review: Review) -> Rule:
    """Hadley and Whitin's rule: a shortage costs once per unit, and stock is taken as its expected level.

    `review.stockout` is read as the cost of a unit short, however long; `cost` is this approximation's own.

    Raises:
        ValueError: names the item whose lot would be so large that a shortage is never worth avoiding.

    Source:
        Hadley & Whitin 1963; Snyder & Shen, 2nd ed., Example 5.1.

    >>> lamps = Review(*(np.array([x]) for x in (8.0, 0.225, 7.5, 1300.0, 1300 / 12, 150 / 12**0.5)))
    >>> rule = expected_level_rule(lamps)
    >>> rule.point.round(2), rule.lot.round(2), rule.cost.round(2)
    (array([213.97]), array([318.59]), array([95.45]))
    """
    lot = eoq(review.order_cost, review.holding, review.rate)
    point = review.mean
    for _ in range(_MOST_ROUNDS):
        share = lot * review.holding / (review.stockout * review.rate)
        checks.positive(cost_of_a_shortage_beside_that_of_holding=1.0 - share)
        point = review.mean - review.sd * special.ndtri(share)
        short = normal_shortage(point, review.mean, review.sd)
        last, lot = lot, np.sqrt(2.0 * review.rate * (review.order_cost + review.stockout * short) / review.holding)
        if np.all(np.abs(lot - last) <= 1e-13 * lot):
            break
    short = normal_shortage(point, review.mean, review.sd)
    held = review.holding * (point - review.mean + lot / 2.0)
    return Rule(point, lot, held + (review.order_cost + review.stockout * short) * review.rate / lot)


def loss_function_rule(review: Review) -> Rule:
    """The best rule if shortages at the top of the lot are left out.

    Source:
        Snyder & Shen, 2nd ed., section 5.3.5 with the data of Example 5.1.

    >>> lamps = Review(*(np.array([x]) for x in (8.0, 0.225, 7.5, 1300.0, 1300 / 12, 150 / 12**0.5)))
    >>> loss_function_rule(lamps).point.round(2)
    array([126.87])
    """
    both = review.holding + review.stockout
    lot = eoq(review.order_cost, review.holding, review.rate)
    point = review.mean
    for _ in range(_MOST_ROUNDS):
        point = _point_short(review, review.holding * lot / both)
        second = normal_second_shortage(point, review.mean, review.sd)
        last, lot = lot, np.sqrt(2.0 * (review.order_cost * review.rate + both * second) / review.holding)
        if np.all(np.abs(lot - last) <= 1e-13 * lot):
            break
    return Rule(point, lot, normal_rule_cost(review, point, lot))


def _some(review: Review, rows: np.ndarray) -> Review:
    return Review(*(getattr(review, name)[rows] for name in Review.__dataclass_fields__))


def _poisson_curve(review: Review, level: Vector) -> Vector:
    demand = Demand(review.mean, review.mean)
    return review.holding * expected_excess(level, demand) + review.stockout * expected_shortage(level, demand)


def _normal_curve(review: Review, level: Vector) -> Vector:
    short = normal_shortage(level, review.mean, review.sd)
    return review.holding * (level - review.mean + short) + review.stockout * short


def _level_ends(review: Review, lot: Vector) -> Vector:
    """The point from which the cost of a level is the same one lot higher, by halving."""
    low, high = review.mean - lot - 40.0 * review.sd, review.mean + 40.0 * review.sd
    for _ in range(_MOST_ROUNDS):
        middle = (low + high) / 2.0
        rising = _normal_curve(review, middle + lot) > _normal_curve(review, middle)
        low, high = np.where(rising, low, middle), np.where(rising, middle, high)
    return (low + high) / 2.0


def _point_short(review: Review, short: Vector) -> Vector:
    """The point at which that many units are expected short; solved one by one."""
    found = np.empty_like(short)
    for row, wanted in enumerate(short):
        item = review.row(row)
        low, high = float(item.mean[0] - wanted - 40 * item.sd[0] - 1), float(item.mean[0] + 40 * item.sd[0] + 1)
        found[row] = optimize.brentq(
            lambda at, item=item, wanted=wanted: float(normal_shortage(np.array([at]), item.mean, item.sd)[0] - wanted),
            low,
            high,
            xtol=1e-12,
        )
    return found
