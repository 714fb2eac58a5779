"""What a promotion, a price or the time of the year adds to the demand of a week, learnt from weeks that had it."""

import numpy as np

from core.replenishment import Table, Vector, checks

_USUAL_WEEKS = 13
_HALF_LIFE = 104.0
_POOLED_UNITS = 1000.0
_LEAST_SHARE = 1e-3
LEAST, MOST = 0.2, 12.0
"""What demand can come to in a week or day, over that of a plain one."""

_DEEPEST_CUT = 7.0
_YEARLY_FADING = 0.5 ** (1.0 / 3.0)
_SEASON_DOUBT = 0.5
_NEAR_WEEKS, _NEARNESS = np.arange(-2, 3), np.array([1.0, 2.0, 4.0, 2.0, 1.0])


def price_cuts(price: Table) -> Table:
    """How strongly the price of each week should draw customers, beside the usual one of the weeks up to it.

    Args:
        price: of a unit, shape (n, weeks) [money]; nan where it is not known, then nothing is off.

    Returns:
        (usual / price)³ - 1, at most 7, where the usual price is the median of the last 13 weeks, shape (n, weeks).

    Raises:
        ValueError: a price that is not positive.

    Source:
        Constant elasticity, of 3, which is usual for promoted groceries; how much of it a shelf feels is learnt. By
        hand, a price four fifths of the usual: 1.25³ - 1.

    >>> price_cuts(np.array([[4.0, 4.0, 4.0, 3.2]])).round(3)
    array([[0.   , 0.   , 0.   , 0.953]])
    """
    checks.positive(price=np.where(np.isnan(price), 1.0, price).min(axis=1))
    cuts = np.zeros_like(price)
    for week in range(price.shape[1]):
        recent = price[:, max(week + 1 - _USUAL_WEEKS, 0) : week + 1]
        now = recent[:, -1:]
        usual = np.median(np.where(np.isnan(recent), now, recent), axis=1)
        cuts[:, week] = price_draw(now[:, 0] / usual)
    return np.nan_to_num(cuts)


def price_draw(share: Vector) -> Vector:
    """How strongly a price draws customers that is this share of the usual one, positive: as in `price_cuts`."""
    draw: Vector = np.clip(share**-3.0 - 1.0, 0.0, _DEEPEST_CUT)
    return draw


def effects(moments: Table, answers: Table, usual: Vector, group: np.ndarray, doubt: float = 0.0) -> Table:
    """Least squares of each shelf, drawn to its group's as if that were so many units of its own.

    Args:
        moments: sums of x·xᵀ over what was sold, by usual units, shape (n, k, k).
        answers: sums of x times what was sold beyond the usual, shape (n, k) [units].
        usual: all units that would have been sold in plain weeks, shape (n,).
        group: which shelves resemble each other, shape (n,).
        doubt: so many usual units of each thing, without any effect, count in each group besides.

    Returns:
        β, shape (n, k).

    >>> seen, more = np.full((1, 1, 1), 50.0), np.full((1, 1), 100.0)
    >>> effects(seen, more, np.array([500.0]), np.zeros(1), 50.0).round(1)  # 100 / (50 + 50.5), then its own
    array([[1.2]])
    """
    ridge, effect = np.eye(answers.shape[1]), np.empty_like(answers)
    for name in np.unique(group):
        here = group == name
        units = max(float(usual[here].sum()), 1e-9)
        common = moments[here].sum(axis=0) / units + (_LEAST_SHARE + doubt / units) * ridge
        shared = np.linalg.solve(common, answers[here].sum(axis=0) / units)
        prior = _POOLED_UNITS * common
        own = moments[here] + prior
        effect[here] = np.linalg.solve(own, (answers[here] + prior @ shared)[:, :, None])[:, :, 0]
    return effect


class Lifts:
    """How demand of n shelves answers to k things that are known before the week: 1 + x·β, β learnt week by week.

    Args:
        known: x of every week, coming ones included, shape (n, weeks, k), 0 where nothing is special.
        group: which shelves resemble each other, shape (n,), whole numbers from 0.
    """

    def __init__(self, known: Table, group: np.ndarray) -> None:
        self.known, self.group = known, group
        count, _, ways = known.shape
        self.moments, self.answers = np.zeros((count, ways, ways)), np.zeros((count, ways))
        self.usual = np.zeros(count)
        self.effect = np.zeros((count, ways))

    def factor(self, week: int) -> Vector:
        """Demand of a week over that of a plain one, shape (n,); 1 beyond what is known."""
        if week >= self.known.shape[1]:
            return np.ones(len(self.known))
        factor: Vector = np.clip(1.0 + np.sum(self.known[:, week] * self.effect, axis=1), LEAST, MOST)
        return factor

    def learn(self, week: int, sold: Vector, usual: Vector) -> None:
        """Take in units sold in a week, and what a plain week would have sold, shape (n,) each."""
        fading, x = 0.5 ** (1.0 / _HALF_LIFE), self.known[:, week]
        self.usual = self.usual * fading + usual
        self.moments = self.moments * fading + x[:, :, None] * x[:, None, :] * usual[:, None, None]
        self.answers = self.answers * fading + x * (sold - usual)[:, None]
        self.effect = effects(self.moments, self.answers, self.usual, self.group)


class Season:
    """Demand of a week of the year over that of the year, one index for all shelves, learnt from the years before.

    Args:
        cycle: weeks, or other periods, of a year.
    """

    def __init__(self, cycle: int) -> None:
        self.cycle = cycle
        self.sold, self.usual = np.zeros(cycle), np.zeros(cycle)

    def factor(self, week: int) -> float:
        """Index of a week, from those of the weeks around it; 1 until they were seen, and drawn half way to 1."""
        near = (week + _NEAR_WEEKS) % self.cycle
        usual = self.usual[near]
        ratio = np.divide(self.sold[near], usual, out=np.ones_like(usual), where=usual > 0)
        seen = _NEARNESS * (usual > 0)
        doubt = _SEASON_DOUBT * _NEARNESS.sum()
        return float((np.sum(seen * ratio) + doubt) / (np.sum(seen) + doubt))

    def learn(self, week: int, sold: Vector, usual: Vector) -> None:
        """Take in what n shelves sold in a week, and what they would sell in a usual one."""
        at = week % self.cycle
        scale = np.sqrt(np.maximum(usual, 1e-9))
        for sums, units in ((self.sold, sold), (self.usual, usual)):
            sums[at] = sums[at] * _YEARLY_FADING + float(np.sum(units / scale))
