"""Demand of the weeks ahead as a distribution, learnt week by week from what shelves could sell."""

import numpy as np

from core.replenishment import Table, Vector
from core.replenishment.lifts import Lifts, Season
from core.replenishment.loss import Demand
from core.replenishment.simulate import Week

HALF_LIVES = (4.0, 13.0, 52.0)
"""Weeks after which a week counts half; the paces of each are combined by how well they foretold."""

_ERROR_HALF_LIFE = 52.0
_SHARPNESS = 2.0
_PRIOR_WEEKS = 0.5
_POOLED_WINDOWS = 12.0
_LEAST_SEEN = 0.15
_SETTLED = 8
_FENCE_SIGMAS = 6.0


class Forecaster:
    """Paces of n shelves, each a gamma variable that forgets, and how far forecasts over their horizon were off.

    A week counts by the share of it that goods were on sale, and by what season and promotions make of a plain one. The
    variance over the horizon is learnt from errors made over that very horizon, so that it holds the noise of demand,
    its drift, and doubt about the pace at once.

    Args:
        horizon: weeks each shelf is covered for, shape (n,), at least 1.
        group: which shelves resemble each other, shape (n,), whole numbers from 0.
        censored: False lets a week without stock pass for a week without demand.
        pooled: False leaves each shelf to its own errors.
        combined: False uses the middle half-life alone.
        known: what is known of every week before it comes, such as promotions, shape (n, weeks, k); 0: nothing special.
        cycle: weeks of a year, for a season; 0: none is looked for.
    """

    def __init__(
        self,
        horizon: Vector,
        group: np.ndarray,
        *,
        censored: bool = True,
        pooled: bool = True,
        combined: bool = True,
        known: Table | None = None,
        cycle: int = 0,
    ) -> None:
        self.horizon, self.group = horizon.astype(np.intp), group.astype(np.intp)
        self.censored, self.pooled = censored, pooled
        self.fading = 0.5 ** (1.0 / np.array(HALF_LIVES if combined else HALF_LIVES[1:2]))[:, None]
        count, ways = len(horizon), len(self.fading)
        self.sold, self.seen = np.zeros((ways, count)), np.zeros((ways, count))
        self.missed = np.zeros((ways, count))
        self.spread, self.base, self.windows = np.zeros(count), np.zeros(count), np.zeros(count)
        self.lifts = None if known is None else Lifts(known, self.group)
        self.season = Season(cycle) if cycle else None
        self.largest = np.zeros(count)
        self.paces: list[Table] = []
        self.reaches: list[Vector] = []
        self.demanded: list[Vector] = [np.zeros(count)]

    def learn(self, week: Week) -> None:
        """Take in a week that is over."""
        pace = self.pace
        now, paces, factor = len(self.paces), self._paces(), self.factor(len(self.paces))
        self.reaches.append(self.reach(self.horizon.astype(np.float64)))
        self.paces.append(paces)
        on_sale = np.maximum(week.on_sale, np.where(week.sold > 0, _LEAST_SEEN, 0.0))
        counted = on_sale if self.censored else np.ones_like(on_sale)
        sold = self._without_outliers(week.sold, pace * factor)
        self.demanded.append(self.demanded[-1] + sold + (1.0 - counted) * pace * factor)
        self._score()
        if now >= _SETTLED:
            season, lift = self._season(now), self._lift(now)
            if self.season is not None:
                self.season.learn(now, sold, paces[-1] * counted * lift)
            if self.lifts is not None:
                self.lifts.learn(now, sold, pace * counted * season)
        self.sold = self.sold * self.fading + sold
        self.seen = self.seen * self.fading + counted * factor

    def factor(self, week: int) -> Vector:
        """Demand of a week, counted from the first learnt, over that of a plain one, shape (n,)."""
        return self._lift(week) * self._season(week)

    def reach(self, weeks: Vector) -> Vector:
        """Plain weeks that the coming weeks are worth, shape (n,)."""
        now, total = len(self.paces), np.zeros(len(self.horizon))
        for step in range(int(weeks.max())):
            total = total + np.where(step < weeks, self.factor(now + step), 0.0)
        return total

    @property
    def pace(self) -> Vector:
        """Expected units a week, shape (n,)."""
        return np.asarray(np.sum(self._weights() * self._paces(), axis=0), dtype=np.float64)

    def over(self, weeks: Vector) -> Demand:
        """Demand of so many weeks ahead, shape (n,) each."""
        mean, whole = self.pace * self.reach(weeks), self.pace * self.reach(self.horizon.astype(np.float64))
        ratio = self._ratio()
        reach = np.divide(mean, whole, out=np.zeros_like(mean), where=whole > 0)
        return Demand(mean, np.maximum(mean, ratio * self._expected(whole) * reach))

    def _lift(self, week: int) -> Vector:
        return np.ones(len(self.horizon)) if self.lifts is None else self.lifts.factor(week)

    def _season(self, week: int) -> float:
        return 1.0 if self.season is None else self.season.factor(week)

    def _without_outliers(self, sold: Vector, expected: Vector) -> Vector:
        """Units sold, a week far beyond all before it cut to the largest of them or what is hardly ever sold."""
        sd = np.sqrt(self._ratio() * self._expected(expected))
        fence = np.maximum(self.largest, expected + _FENCE_SIGMAS * sd)
        self.largest = np.maximum(self.largest, sold)
        return np.minimum(sold, fence) if len(self.paces) > _SETTLED else sold

    def _paces(self) -> Table:
        """Units a week by half-life, drawn to the group's where little was seen, shape (ways, n)."""
        everything = np.bincount(self.group, self.sold[-1])[self.group]
        all_weeks = np.bincount(self.group, self.seen[-1])[self.group]
        usual = np.divide(everything, all_weeks, out=np.zeros_like(everything), where=all_weeks > 0)
        paces: Table = (self.sold + _PRIOR_WEEKS * usual) / (self.seen + _PRIOR_WEEKS)
        return paces

    def _weights(self) -> Table:
        """How much each half-life counts, shape (ways, n): by its errors on the shelf and in the group."""
        scale = self.missed.sum(axis=0) + 1e-12
        share = self.missed / scale
        sums = np.stack([np.bincount(self.group, way) for way in share])
        sizes = np.maximum(np.bincount(self.group), 1)
        common = (sums / sizes)[:, self.group]
        weight = (0.5 * share + 0.5 * common + 1e-6) ** -_SHARPNESS
        weights: Table = weight / weight.sum(axis=0)
        return weights

    def _score(self) -> None:
        """Compare the demand of each shelf's last horizon with what was foretold before it began."""
        now = len(self.paces)
        ready = self.horizon <= now
        if not np.any(ready):
            return
        then = np.where(ready, now - self.horizon, 0)
        row, past = np.arange(len(then)), np.stack(self.paces[-int(self.horizon.max()) :])
        offset = now - len(past)
        reaches = np.stack(self.reaches[-int(self.horizon.max()) :])
        foretold = past[np.maximum(then - offset, 0), :, row].T * reaches[np.maximum(then - offset, 0), row]
        earlier = np.stack(self.demanded[-len(past) - 1 :])
        came = self.demanded[-1] - earlier[np.maximum(then - offset, 0), row]
        error = np.where(ready, (came - foretold) ** 2, 0.0)
        fading = 0.5 ** (1.0 / _ERROR_HALF_LIFE)
        mixed = np.sum(self._weights() * foretold, axis=0)
        self.missed = self.missed * fading + error
        self.spread = self.spread * fading + np.where(ready, (came - mixed) ** 2, 0.0)
        self.base = self.base * fading + np.where(ready, self._expected(mixed), 0.0)
        self.windows = self.windows * fading + ready

    @staticmethod
    def _expected(mean: Vector) -> Vector:
        """The variance that errors are measured by: between Poisson and a constant coefficient of variation."""
        measure: Vector = mean + 0.1 * mean**2 + 1e-9
        return measure

    def _ratio(self) -> Vector:
        """Variance over its measure, drawn to the group's median until many windows were seen, shape (n,)."""
        own = np.divide(self.spread, self.base, out=np.ones_like(self.base), where=self.base > 0)
        if not self.pooled:
            return np.maximum(own, 1e-3)
        usual = np.ones_like(own)
        for name in np.unique(self.group):
            here = (self.group == name) & (self.windows > 0)
            usual[self.group == name] = np.median(own[here]) if np.any(here) else 1.0
        drawn: Vector = (self.windows * own + _POOLED_WINDOWS * usual) / (self.windows + _POOLED_WINDOWS)
        return np.maximum(drawn, 1e-3)
