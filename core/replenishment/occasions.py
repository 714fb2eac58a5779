"""Promotions, prices and events with their days: what they did to demand, and what coming days sell because of them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector
from core.replenishment.demand import SALE_EXPOSURE
from core.replenishment.lifts import LEAST, MOST, effects
from core.replenishment.season import extra_days as season_days

DOUBT = 30.0
"""Usual units of each kind of occasion, without any effect, that count in each group besides those that were seen."""

_HARDLY_ANY = 0.1
_NEAR_DAYS = 42.0
_PRIOR_DAYS = 14.0


@dataclass(frozen=True)
class Occasion:
    """Days on which some shelves sell otherwise.

    Args:
        rows: which of n shelves, whole numbers from 0, each once.
        first: its first day, counted from the day that is planned for, which is 0.
        last: its last day.
        known: how strongly it is each of k things, such as a promotion or a price cut, shape (rows, k).
        stated: demand over the usual that somebody expects; nan: as it was learnt.
    """

    rows: NDArray[np.intp]
    first: int
    last: int
    known: Table
    stated: float = np.nan


@dataclass(frozen=True)
class Stretch:
    """Days from `first` on, before `end`, on which every shelf knows the same of itself."""

    first: int
    end: int
    known: Table
    """Shape (n, k)."""
    stated: Vector
    """Factors that somebody expects, shape (n,); nan where nobody does."""

    def factor(self, effect: Table) -> Vector:
        """Demand of such a day over that of a plain one, shape (n,), as learnt and stated."""
        return np.where(np.isnan(self.stated), self.learnt(effect), self.stated)

    def learnt(self, effect: Table) -> Vector:
        """The same from what was learnt alone."""
        factor: Vector = np.clip(1.0 + np.sum(self.known * effect, axis=1), LEAST, MOST)
        return factor


def stretches(occasions: Sequence[Occasion], count: int, low: int, high: int) -> Iterator[Stretch]:
    """The days from `low` on, before `high`, on which anything is known, cut where that changes.

    Where occasions of a shelf meet, each thing counts as in the strongest of them, and expected factors multiply.
    """
    shown = [one for one in occasions if one.first < high and one.last >= low]
    cuts = sorted({min(max(day, low), high) for one in shown for day in (one.first, one.last + 1)})
    for first, end in itertools.pairwise(cuts):
        meeting = [one for one in shown if one.first <= first and one.last >= end - 1]
        if not meeting:
            continue
        known, stated = np.zeros((count, meeting[0].known.shape[1])), np.full(count, np.nan)
        for one in meeting:
            known[one.rows] = np.maximum(known[one.rows], one.known)
            if not np.isnan(one.stated):
                before = stated[one.rows]
                stated[one.rows] = np.where(np.isnan(before), one.stated, before * one.stated)
        yield Stretch(first, end, known, stated)


def learn(
    units: Table, in_stock: Table, occasions: Sequence[Occasion], group: NDArray[np.intp], days: int = 1
) -> Table:
    """How demand answered to occasions that are over.

    What would have been sold otherwise is the pace of six weeks before and after, without the days of any occasion. The
    effect on a shelf is drawn to that on its group, and that to none while little was seen (`DOUBT`).

    Args:
        units: sold, shape (n, periods), the last ending before the day that is planned for [units].
        in_stock: share of each period on sale, the same shape.
        occasions: with their first and last day counted in periods.
        group: which shelves resemble each other, shape (n,).
        days: of a period.

    Returns:
        Effect of each of k things on each shelf, shape (n, k): demand is 1 + known·effect times the usual. All of them
        0 where nothing was seen.

    >>> thing = Occasion(np.array([0]), -3, -3, np.ones((1, 1)))
    >>> sold = np.full((1, 100), 50.0)
    >>> sold[0, -3] = 150.0
    >>> all_alike = np.zeros(1, dtype=np.intp)
    >>> learn(sold, np.ones((1, 100)), [thing], all_alike).round(2)  # 100 more of 50, held back a little
    array([[1.79]])
    """
    count, periods = units.shape
    ways = occasions[0].known.shape[1]
    seen = np.where(units > 0, np.maximum(in_stock, SALE_EXPOSURE), in_stock)
    is_plain = plain_periods(occasions, units.shape)
    sold, on_sale = (np.cumsum(np.pad(table * is_plain, ((0, 0), (1, 0))), axis=1) for table in (units, seen))
    moments, answers = np.zeros((count, ways, ways)), np.zeros((count, ways))
    for one in stretches(occasions, count, -periods, 0):
        first, end = one.first + periods, one.end + periods
        expected = _pace(sold, on_sale, first, end, days) * seen[:, first:end].sum(axis=1)
        apart = units[:, first:end].sum(axis=1) - expected
        moments += one.known[:, :, None] * one.known[:, None, :] * expected[:, None, None]
        answers += one.known * apart[:, None]
    return effects(moments, answers, units.sum(axis=1), group, DOUBT)


def plain_periods(occasions: Sequence[Occasion], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which of so many past periods of n shelves had next to nothing of any occasion, shape (n, periods)."""
    count, periods = shape
    is_plain = np.ones(shape, dtype=bool)
    for one in stretches(occasions, count, -periods, 0):
        is_plain[np.any(np.abs(one.known) > _HARDLY_ANY, axis=1), one.first + periods : one.end + periods] = False
    return is_plain


def usual_units(units: Table, occasions: Sequence[Occasion], effect: Table) -> Table:
    """Units with what occasions made of them taken out again, so that they do not pass for the usual pace."""
    count, periods = units.shape
    usual = units.copy()
    for one in stretches(occasions, count, -periods, 0):
        usual[:, one.first + periods : one.end + periods] /= one.learnt(effect)[:, None]
    return usual


def extra_days(first: float, end: float, factor: Vector | float, days: Vector, season: Table | None = None) -> Vector:
    """Plain days that some days sell for beyond their own and their season's, of so many days from today.

    `season` is the index of each coming week, shape (n, weeks), as `season.extra_days` reads it.

    >>> extra_days(3.0, 5.0, 4.0, np.array([2.0, 4.0, 30.0]))  # a day of them counts four times
    array([0., 3., 6.])
    """
    until, since = np.clip(days, 0.0, end), np.clip(days, 0.0, first)
    within: Vector = until - since
    if season is not None:
        within = within + season_days(season, until) - season_days(season, since)
    return within * (np.asarray(factor) - 1.0)


def _pace(sold: Table, on_sale: Table, first: int, end: int, days: int) -> Vector:
    """Units a period on plain periods around, from running sums, drawn to those of all plain periods."""
    near, prior = max(int(_NEAR_DAYS // days), 1), _PRIOR_DAYS / days
    low, high = max(first - near, 0), min(end + near, sold.shape[1] - 1)
    mean = np.divide(sold[:, -1], on_sale[:, -1], out=np.zeros(len(sold)), where=on_sale[:, -1] > 0)
    pace: Vector = (sold[:, high] - sold[:, low] + prior * mean) / (on_sale[:, high] - on_sale[:, low] + prior)
    return pace
