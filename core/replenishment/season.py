"""The time of the year: what a week sells over the pace of its year, learnt from the years before.

One index for each group of products that sell alike, as strong as it would have foretold the changes of the weeks gone
by, and stronger or weaker with each product as its own years were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector
from core.replenishment.demand import SALE_EXPOSURE, usual_sizes
from core.replenishment.lifts import LEAST, MOST

SLOTS = 52
"""Parts of a year that an index is known for."""

LEAST_WEEKS = 60
"""With less history than this nothing has a season."""

_YEAR_DAYS = 365.25
_YEARLY_FADING = 0.5 ** (1.0 / 3.0)
_NEAR, _NEARNESS = np.arange(-2, 3), np.array([1.0, 2.0, 4.0, 2.0, 1.0])
_POOLED_UNITS = 50.0
_OWN_UNITS = 1000.0
_STRONGEST = 2.0
_SHARES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_DOUBT = 0.1
_PACE_FADING = 0.5 ** (7.0 / 30.0)
_TRIAL_FADING = 0.5 ** (1.0 / SLOTS)
_WEEKS_AHEAD = 3


class Season:
    """Indices of n products by part of the year, learnt week by week.

    The index of a group comes from the weeks around the same time in earlier years and is drawn to 1 where little was
    sold in them. It counts with that share, of none to all, that would have foretold the group's sales three weeks
    ahead best so far; a share above none has to do so by a tenth. How strongly a product feels its group's index is
    learnt from its own sales, and drawn to as strongly as the group.

    Args:
        group: which products sell alike, shape (n,), whole numbers from 0.
    """

    def __init__(self, group: NDArray[np.intp]) -> None:
        groups, count = int(group.max(initial=-1)) + 1, len(group)
        self.group, self.weeks = group, np.zeros(groups)
        self.sold, self.usual, self.rows = (np.zeros((SLOTS, groups)) for _ in range(3))
        self.own_sold, self.own_usual = np.zeros((SLOTS, count)), np.zeros((SLOTS, count))
        self.missed = np.zeros((len(_SHARES), groups))
        self.paces = [(np.zeros(groups), np.zeros((len(_SHARES), groups)))]

    def learn(self, slot: int, sold: Vector, usual: Vector) -> None:
        """Take in what n products sold in a week, and what they would have sold at the pace of their year.

        A product that was not on sale has a usual of 0 and teaches nothing.
        """
        shown = usual > 0
        scale = np.sqrt(np.where(shown, usual, 1.0))
        came, expected = (self._of_groups(np.where(shown, units, 0.0) / scale) for units in (sold, usual))
        self._try(slot, came, expected)
        taken = (came, expected, self._of_groups(shown.astype(np.float64)), np.where(shown, sold, 0.0), usual)
        for sums, units in zip((self.sold, self.usual, self.rows, self.own_sold, self.own_usual), taken, strict=True):
            sums[slot] = sums[slot] * _YEARLY_FADING + units
        self.weeks += expected > 0

    def index(self) -> Table:
        """Demand by part of the year over that of the year, shape (SLOTS, n), 1 on the mean of the year."""
        # product by product in memory, so that sums do not depend on how many there are, to the last digit
        apart, sold, usual = (
            np.ascontiguousarray(table)
            for table in ((self._shape() - 1.0).T[self.group], self.own_sold.T, self.own_usual.T)
        )
        prior = _OWN_UNITS * np.mean(apart**2, axis=1)
        own = np.sum(apart * (sold - usual), axis=1) + prior
        over = np.sum(apart**2 * usual, axis=1) + prior
        strength = np.clip(np.divide(own, over, out=np.ones_like(own), where=over > 0), 0.0, _STRONGEST)
        index = np.clip(1.0 + (self.share[self.group] * strength)[:, None] * apart, LEAST, MOST)
        found: Table = (index / index.mean(axis=1)[:, None]).T
        return found

    @property
    def share(self) -> Vector:
        """How much of its index each group would have done best with so far, shape (groups,), 0 to 1."""
        best = np.argmin(self.missed * np.where(_SHARES > 0, 1.0 + _DOUBT, 1.0)[:, None], axis=0)
        return np.where(self.weeks < LEAST_WEEKS, 0.0, _SHARES[best])

    def _of_groups(self, values: Vector) -> Vector:
        return np.bincount(self.group, values, self.sold.shape[1]).astype(np.float64)

    def _try(self, slot: int, came: Vector, expected: Vector) -> None:
        """Compare a week of each group with what its recent pace and every share of its index had foretold."""
        told = np.where(self.usual[slot] > 0, self._shape()[slot] - 1.0, 0.0)
        worth = expected * (1.0 + _SHARES[:, None] * told)
        units, weeks = self.paces[0]
        foretold = np.divide(units * worth, weeks, out=np.zeros_like(worth), where=weeks > 0)
        off = np.divide((came - foretold) ** 2, expected, out=np.zeros_like(worth), where=expected > 0)
        self.missed = self.missed * _TRIAL_FADING + off
        units, weeks = self.paces[-1]
        self.paces = [*self.paces, (units * _PACE_FADING + came, weeks * _PACE_FADING + worth)][-_WEEKS_AHEAD:]

    def _shape(self) -> Table:
        """Index of each group from the weeks around, drawn to 1 where little was sold, shape (SLOTS, groups)."""
        near = (np.arange(SLOTS)[:, None] + _NEAR) % SLOTS
        ratio = np.divide(self.sold, self.usual, out=np.ones_like(self.usual), where=self.usual > 0)
        weight = _NEARNESS[:, None] * (self.usual[near] > 0)
        whole = np.maximum(weight.sum(axis=1), 1e-9)
        units = np.divide(self.usual**2, self.rows, out=np.full_like(self.usual, np.inf), where=self.rows > 0)
        noise = np.divide(weight**2, np.maximum(units[near], 1e-9)).sum(axis=1)
        behind = np.divide(whole**2, noise, out=np.zeros_like(noise), where=noise > 0)
        mean = np.sum(weight * ratio[near], axis=1) / whole
        shape: Table = 1.0 + np.where(whole > 1e-6, mean - 1.0, 0.0) * behind / (behind + _POOLED_UNITS)
        return shape


@dataclass(frozen=True)
class Index:
    """Indices of n products by part of the year, shape (SLOTS, n), as they come round about a day since 1970."""

    by_slot: Table
    day: int

    def behind(self, periods: int, days: int = 1) -> Table:
        """Of so many periods of so many days that end before the day, shape (n, periods)."""
        return self._at(self.day - days * np.arange(periods, 0.0, -1.0) + days / 2.0)

    def ahead(self) -> Table:
        """Of the weeks of a year from the day on, shape (n, SLOTS)."""
        return self._at(self.day + 7.0 * np.arange(float(SLOTS)) + 3.5)

    def _at(self, middle: Vector) -> Table:
        return np.ascontiguousarray(self.by_slot[slots(middle)].T)


def slots(day: Vector) -> NDArray[np.intp]:
    """Which part of the year days since 1970 lie in, whole numbers below `SLOTS`.

    >>> slots(np.array([0.0, 7.1, 365.3])).tolist()
    [0, 1, 0]
    """
    found: NDArray[np.intp] = (day % _YEAR_DAYS / _YEAR_DAYS * SLOTS).astype(np.intp)
    return found


def learnt(units: Table, in_stock: Table, day: int, group: NDArray[np.intp]) -> Index | None:
    """Seasons of n products from their sales by week.

    The pace of a product's year is what it sold in the 52 weeks around a week, by the time it was on sale. Weeks before
    its first sale do not count, and what first sold less than a year ago teaches nothing.

    Args:
        units: sold, shape (n, weeks), the last week ending before `day` [units].
        in_stock: share of each week on sale, the same shape; 0 also for weeks that are to teach nothing.
        day: that is planned for, days since 1970.
        group: which products sell alike, shape (n,), whole numbers from 0.

    Returns:
        Their indices; None where no group has a season, as none has that sold for less than `LEAST_WEEKS`.

    Source:
        Ratio to moving average, pooled over like products; Withycombe, Forecasting with combined seasonal indices,
        International Journal of Forecasting 5 (1989).
    """
    weeks, row = units.shape[1], np.arange(len(units))
    if weeks < LEAST_WEEKS or not np.any(units[:, : weeks - LEAST_WEEKS + 1]):
        return None
    usual = np.empty_like(units)
    for name in np.unique(group):
        usual[group == name] = usual_sizes(units[group == name])
    sold, seen = (np.ascontiguousarray(table.T) for table in _seen(usual, in_stock))
    sums = [np.concatenate([np.zeros((1, len(units))), np.cumsum(table, axis=0)]) for table in (sold, seen)]
    first = np.argmax(units > 0, axis=1)
    is_old = (first <= weeks - SLOTS) & np.any(units > 0, axis=1)
    season = Season(group)
    for week, slot in enumerate(slots(day - 7.0 * np.arange(float(weeks), 0.0, -1.0) + 3.5).tolist()):
        low = np.clip(week - SLOTS // 2, np.where(is_old, first, 0), weeks - SLOTS)
        all_sold, all_seen = (np.where(is_old, one[low + SLOTS, row] - one[low, row], 0.0) for one in sums)
        pace = np.divide(all_sold, all_seen, out=np.zeros_like(all_sold), where=all_seen > 0)
        season.learn(slot, sold[week], pace * seen[week])
    return Index(season.index(), day) if np.any(season.share > 0) else None


def _seen(units: Table, in_stock: Table) -> tuple[Table, Table]:
    """Units, and the share of each week that they were sold in; nothing of both before a product's first sale."""
    started = np.logical_or.accumulate(units > 0, axis=1)
    counts = started & (in_stock > 0)
    return units * counts, np.where(units > 0, np.maximum(in_stock, SALE_EXPOSURE), in_stock) * counts


def extra_days(season: Table, days: Vector) -> Vector:
    """Plain days that so many days from today sell for beyond their own.

    Args:
        season: index of each coming week, shape (n, weeks), and so on from the first after the last; shape (n, 0): 1.
        days: shape (n,), not negative.

    >>> extra_days(np.array([[2.0, 0.5]]), np.array([10.0]))  # 7 days of 2, 3 of a half
    array([5.5])
    """
    weeks = season.shape[1]
    if not weeks:
        return np.zeros_like(days)
    beyond, row = season - 1.0, np.arange(len(days))
    ends = np.cumsum(7.0 * beyond, axis=1)
    rounds, left = np.divmod(days, 7.0 * weeks)
    at = np.minimum((left // 7.0).astype(np.intp), weeks - 1)
    extra: Vector = rounds * ends[:, -1] + ends[row, at] - beyond[row, at] * (7.0 * (at + 1) - left)
    return extra
