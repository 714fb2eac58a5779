"""Ordering rules that shops use, and the least that anybody could have spent who knew what would be asked for."""

import numpy as np
from scipy import special

from core.replenishment import Table, Vector
from core.replenishment.simulate import Terms, Week

_RECENT, _SPREAD = 13, 26
_HIGHEST_Z = 3.5


class ThumbRule:
    """Order when the position is at most a point, up to a level or by a quantity, from the sales of recent weeks.

    Args:
        terms: of n shelves.
        name: one of `NAMES`.
        knobs: cover and lot in weeks (`eoq-z-sigma`: a factor on its z, and none), shape (n,) each.
    """

    def __init__(self, terms: Terms, name: str, knobs: tuple[Vector, Vector]) -> None:
        self.terms, self.name, self.knobs = terms, name, knobs
        self.sales: list[Vector] = []
        self.fixed: Vector | None = None

    def learn(self, week: Week) -> None:
        """Take in a week that is over, as it was sold."""
        self.sales.append(week.sold)

    def wanted(self, position: Vector) -> Vector:
        """Units to order at this stock position, shape (n,)."""
        terms, (first, second) = self.terms, self.knobs
        pace = np.mean(self.sales[-_RECENT:], axis=0)
        covered = terms.lead_weeks + 1.0
        if self.name == "weeks-of-cover":
            short: Vector = np.ceil((covered + first) * pace - position)
            return short
        if self.name == "min-max":
            point = np.ceil((covered + first) * pace)
            return np.where(position <= point, np.ceil(point + second * pace) - position, 0.0)
        if self.name == "level-plus-fixed-quantity":
            if self.fixed is None:
                self.fixed = np.maximum(np.round(second * pace), 1.0)
            point = np.ceil((covered + first) * pace)
            lots = np.ceil((point - position + 1.0) / self.fixed)
            return np.where(position <= point, np.maximum(lots, 1.0) * self.fixed, 0.0)
        sd = np.std(self.sales[-_SPREAD:], axis=0)
        lot = np.sqrt(2.0 * terms.order_cost * pace / np.maximum(terms.holding, 1e-12))
        z = safety_factor(terms.holding, terms.stockout, np.maximum(lot, pace), pace)
        point = np.ceil(covered * pace + first * z * sd * np.sqrt(covered))
        return np.where((position <= point) & (pace > 0), np.ceil(point + lot) - position, 0.0)


def safety_factor(holding: Vector, stockout: Vector, lot: Vector, pace: Vector) -> Vector:
    """The z of normal demand whose chance of running out costs as much as holding more, from 0 to 3.5, shape (n,).

    >>> safety_factor(np.array([1.0]), np.array([40.0]), np.array([8.0]), np.array([2.0])).round(3)  # 1 - 8/80
    array([1.282])
    """
    lost = stockout * pace
    spent = np.divide(holding * lot, lost, out=np.ones_like(pace), where=lost > 0)
    return np.clip(special.ndtri(np.clip(1.0 - spent, 1e-3, 1.0 - 1e-4)), 0.0, _HIGHEST_Z)


NAMES: dict[str, tuple[tuple[float, float], ...]] = {
    "min-max": tuple((cover, lot) for cover in (0.0, 0.5, 1.0, 2.0, 4.0) for lot in (1.0, 2.0, 4.0, 8.0, 16.0)),
    "level-plus-fixed-quantity": tuple(
        (cover, lot) for cover in (0.0, 0.5, 1.0, 2.0, 4.0) for lot in (1.0, 2.0, 4.0, 8.0, 16.0)
    ),
    "eoq-z-sigma": ((0.5, 0.0), (0.75, 0.0), (1.0, 0.0), (1.25, 0.0)),
    "weeks-of-cover": tuple((cover, 0.0) for cover in (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)),
}
"""The rules, and the settings tried on the weeks before the replay begins."""


def least_cost(terms: Terms, demand: Table) -> Vector:
    """What the shelves would have cost somebody who knew all demand beforehand: no rule can cost less.

    Args:
        terms: of n shelves; minimum and packs are disregarded, which can only lower the bound.
        demand: shape (n, weeks) [units].

    Returns:
        Shape (n,) [money]. Lost or late, each unit short costs its stockout once, as in `simulate`.

    Source:
        Wagner & Whitin (1958) with the choice to serve a unit or not: a unit bought in week s and sold in week t is
        held t - s + 1/2 weeks, and is not bought where that costs more than doing without.

    >>> one = Terms(*(np.array([x]) for x in (1.0, 5.0, 1.0, 9.0, 0.0, 0.0, 1.0, 1.0, np.inf, 1.0)))
    >>> least_cost(one, np.array([[2.0, 2.0]]))  # one order; 4 units half a week, 2 of them one week more
    array([9.])
    """
    count, weeks = demand.shape
    before = np.cumsum(demand, axis=1) - demand
    first = np.clip(terms.on_hand[:, None] - before, 0.0, demand)
    rest = demand - first
    stays = terms.on_hand[:, None] - before
    sunk = terms.holding * np.sum((np.maximum(stays, 0.0) + np.maximum(stays - demand, 0.0)) / 2.0, axis=1)
    best = np.full((count, weeks + 1), np.inf)
    best[:, 0] = 0.0
    for week in range(weeks):
        best[:, week + 1] = np.minimum(best[:, week + 1], best[:, week] + terms.stockout * rest[:, week])
        may_order = terms.lead_weeks <= week
        held = np.arange(weeks - week) + 0.5
        each = np.minimum(terms.holding[:, None] * held, terms.stockout[:, None])
        until = (best[:, week] + terms.order_cost)[:, None] + np.cumsum(each * rest[:, week:], axis=1)
        later = best[:, week + 1 :]
        best[:, week + 1 :] = np.where(may_order[:, None], np.minimum(later, until), later)
    return np.asarray(sunk + best[:, -1], dtype=np.float64)
