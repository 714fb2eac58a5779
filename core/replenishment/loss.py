"""What a level of stock leaves short and left over when demand is counted in whole units.

Demand is negative binomial where its variance exceeds its mean and Poisson where it does not; both are evaluated
exactly, at any mean, from one incomplete beta or gamma function and one probability each.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from core.replenishment import Vector

_AT_ONCE = 16_384
_MOST_STEPS = 40
_NEARLY_ONE = 1.0 - 1e-16
_NEARLY_POISSON = 1e-6
_MOST_SIGMAS = 40.0


@dataclass(frozen=True)
class Demand:
    """Units asked for in some time: mean and variance, shape (n,); a variance below the mean is read as Poisson.

    Raises:
        ValueError: a mean or variance that is negative or not finite.
    """

    mean: Vector
    variance: Vector

    def __post_init__(self) -> None:
        for values in (self.mean, self.variance):
            if not np.all(np.isfinite(values)) or np.any(values < 0):
                raise ValueError("mean and variance of demand must be finite and not negative")

    @property
    def sd(self) -> Vector:
        """Standard deviation of what is evaluated, shape (n,) [units]."""
        sd: Vector = np.sqrt(np.maximum(self.variance, self.mean))
        return sd

    @property
    def clumping(self) -> Vector:
        """Variance over mean, less one; 0 for Poisson."""
        extra = self.variance - self.mean
        clumped = extra > _NEARLY_POISSON * self.mean
        return np.divide(extra, self.mean, out=np.zeros_like(extra), where=clumped & (self.mean > 0))


def pmf(level: Vector, demand: Demand) -> Vector:
    """Probability that demand is exactly `level`, a whole number.

    Args:
        level: shape (n,) [units]; below zero the probability is 0.
        demand: n demands.

    Returns:
        Shape (n,).

    Source:
        Negative binomial with r = m²/(v-m), p = m/v; Poisson where v <= m.

    >>> pmf(np.array([2.0]), Demand(np.array([1.0]), np.array([1.0]))).round(4)
    array([0.1839])
    """
    mean, clumping = demand.mean, demand.clumping
    at = np.maximum(level, 0.0)
    is_clumped = clumping > 0
    r = np.divide(mean, clumping, out=np.ones_like(mean), where=is_clumped)
    counted = -special.betaln(r, at + 1.0) - np.log(at + r)
    chances = r * -np.log1p(clumping) + special.xlogy(at, clumping / (1.0 + clumping))
    poisson = special.xlogy(at, mean) - mean - special.gammaln(at + 1.0)
    exponent = np.where(is_clumped, counted + chances, poisson)
    return np.where(level < 0, 0.0, np.exp(exponent))


def cdf(level: Vector, demand: Demand) -> Vector:
    """Probability that demand is at most `level`.

    Args:
        level: shape (n,), whole [units].
        demand: n demands.

    Returns:
        Shape (n,), rising in `level`.

    >>> cdf(np.array([2.0]), Demand(np.array([1.0]), np.array([1.0]))).round(4)
    array([0.9197])
    """
    return _tail(level, demand, is_upper=False)


def survival(level: Vector, demand: Demand) -> Vector:
    """Probability that demand exceeds `level`, precise where it is tiny.

    Args:
        level: shape (n,), whole [units].
        demand: n demands.

    Returns:
        Shape (n,), falling in `level`.

    >>> survival(np.array([2.0]), Demand(np.array([1.0]), np.array([1.0]))).round(4)
    array([0.0803])
    """
    return _tail(level, demand, is_upper=True)


def expected_shortage(level: Vector, demand: Demand) -> Vector:
    """Expected units short, E(X - level)+.

    Args:
        level: stock to serve the demand with, shape (n,), whole [units]; negative where customers wait already.
        demand: n demands.

    Returns:
        Shape (n,) [units], never negative, falling in `level`.

    Source:
        E(X-y)+ = (m-y) P(X>y) + (m + y(v-m)/m) P(X=y), from the first moment of the tail. The number below is a case
        of stockpyl's test suite (Poisson 47 at 50).

    >>> expected_shortage(np.array([50.0]), Demand(np.array([47.0]), np.array([47.0]))).round(6)
    array([1.514547])
    """
    at = np.maximum(level, -1.0)
    over = (demand.mean - at) * survival(at, demand) + _flow(at, demand, pmf(at, demand))
    return np.maximum(over, 0.0) + np.maximum(-1.0 - level, 0.0)


def expected_excess(level: Vector, demand: Demand) -> Vector:
    """Expected units left over, E(level - X)+.

    Args:
        level: shape (n,), whole [units].
        demand: n demands.

    Returns:
        Shape (n,) [units], never negative, rising in `level`.

    >>> expected_excess(np.array([50.0]), Demand(np.array([47.0]), np.array([47.0]))).round(6)
    array([4.514547])
    """
    over = (level - demand.mean) * cdf(level, demand) + _flow(level, demand, pmf(level, demand))
    return np.maximum(np.where(level < 0, 0.0, over), 0.0)


def excess_sum(level: Vector, demand: Demand) -> Vector:
    """The sum of `expected_excess` over all whole levels from 0 to `level`.

    Args:
        level: shape (n,), whole [units].
        demand: n demands.

    Returns:
        Shape (n,) [units²]: E (level-X)(level-X+1) / 2 where X <= level.

    >>> certain = Demand(np.array([0.0]), np.array([0.0]))
    >>> excess_sum(np.array([4.0]), certain)  # 0 + 1 + 2 + 3 + 4
    array([10.])
    """
    below, flow = cdf(level, demand), _flow(level, demand, pmf(level, demand))
    mean, clumping = demand.mean, demand.clumping
    first = mean * below - flow
    pairs = mean * (mean + clumping) * below - flow * (mean + clumping + level)
    total = (pairs - 2.0 * level * first + level * (level + 1.0) * below) / 2.0
    return np.maximum(np.where(level < 0, 0.0, total), 0.0)


def quantile(share: Vector, demand: Demand) -> Vector:
    """The smallest whole level that demand stays within with at least that probability.

    Args:
        share: shape (n,), from 0 to below 1.
        demand: n demands.

    Returns:
        Shape (n,), whole [units].

    Raises:
        ValueError: a share outside 0 to 1, or 1.

    Source:
        Newsvendor: Snyder & Shen, 2nd ed., Example 4.7, ratio 4/5, Poisson 6.

    >>> quantile(np.array([0.8]), Demand(np.array([6.0]), np.array([6.0])))
    array([8.])
    """
    if np.any(~(share >= 0) | ~(share < 1)):
        raise ValueError("a share of demand must be from 0 to below 1")
    level = np.empty(demand.mean.shape)
    for start in range(0, len(level), _AT_ONCE):  # what is at work stays in the processor's cache
        part = slice(start, start + _AT_ONCE)
        level[part] = _walked(
            np.broadcast_to(share, level.shape)[part], Demand(demand.mean[part], demand.variance[part])
        )
    return level


def _walked(share: Vector, demand: Demand) -> Vector:
    """From where skewed normal demand would have its quantile, unit by unit to where it is."""
    mean, clumping = demand.mean, demand.clumping
    z = special.ndtri(np.clip(share, 1e-300, _NEARLY_ONE))
    skew = np.divide(1.0 + 2.0 * clumping, demand.sd, out=np.zeros_like(mean), where=mean > 0)
    level = np.maximum(np.floor(mean + demand.sd * (z + (z * z - 1.0) * skew / 6.0)), 0.0)
    below, chance = cdf(level, demand), pmf(level, demand)
    odds = np.where(clumping > 0, clumping / (1.0 + clumping), mean)
    whole = np.divide(mean, clumping, out=np.zeros_like(mean), where=clumping > 0)
    up = np.flatnonzero(below < share)
    down = np.flatnonzero(below >= share)
    for _ in range(_MOST_STEPS):
        if not len(up):
            break
        at = level[up] + 1.0
        chance[up] *= odds[up] * np.where(clumping[up] > 0, whole[up] + at - 1.0, 1.0) / at
        level[up], below[up] = at, below[up] + chance[up]
        up = up[below[up] < share[up]]
    for _ in range(_MOST_STEPS):
        down = down[(level[down] > 0) & (below[down] - chance[down] >= share[down])]
        if not len(down):
            break
        at = level[down]
        below[down] -= chance[down]
        with np.errstate(
            divide="ignore", over="ignore"
        ):  # only at the last unit of next to no demand: below it is none
            chance[down] *= at / (odds[down] * np.where(clumping[down] > 0, whole[down] + at - 1.0, 1.0))
        level[down] = at - 1.0
    far = np.union1d(up, down)
    if len(far):
        level[far] = _bisected(share[far], Demand(mean[far], demand.variance[far]))
    return level


def _bisected(share: Vector, demand: Demand) -> Vector:
    low = np.full(demand.mean.shape, -1.0)
    high = np.ceil(demand.mean + 4.0 * demand.sd + 1.0)
    while np.any(too_low := cdf(high, demand) < share):
        low, high = np.where(too_low, high, low), np.where(too_low, 2.0 * high + 1.0, high)
    while np.any(high - low > 1.0):
        middle = np.ceil((low + high) / 2.0)
        enough = cdf(middle, demand) >= share
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    return high


def normal_shortage(level: Vector, mean: Vector, sd: Vector) -> Vector:
    """Expected units short when demand is normal, for totals that are not counted in units.

    Args:
        level: shape (n,) [units].
        mean: shape (n,) [units].
        sd: shape (n,) [units]; 0 means certain demand.

    Returns:
        Shape (n,) [units], never negative.

    Raises:
        ValueError: an `sd` below zero, or anything not finite.

    Source:
        sd (φ(z) - z (1-Φ(z))); Snyder & Shen, 2nd ed., Example 4.3 data.

    >>> normal_shortage(np.array([60.0]), np.array([50.0]), np.array([8.0])).round(4)
    array([0.4047])
    """
    if np.any(sd < 0) or not np.all(np.isfinite(level + mean + sd)):
        raise ValueError("level, mean and sd must be finite, and sd not negative")
    gap = level - mean
    z = np.clip(np.divide(gap, sd, out=np.zeros_like(gap), where=sd > 0), -_MOST_SIGMAS, _MOST_SIGMAS)
    density = np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)
    loss = sd * (density - z * special.ndtr(-z))
    return np.where((sd > 0) & (np.abs(z) < _MOST_SIGMAS), np.maximum(loss, 0.0), np.maximum(-gap, 0.0))


def normal_second_shortage(level: Vector, mean: Vector, sd: Vector) -> Vector:
    """Half the expected square of the units short when demand is normal: the loss function of second order.

    Args:
        level: shape (n,) [units].
        mean: shape (n,) [units].
        sd: shape (n,) [units]; 0 means certain demand.

    Returns:
        Shape (n,) [units²], never negative.

    Raises:
        ValueError: an `sd` below zero, or anything not finite.

    Source:
        sd²/2 ((z²+1)(1-Φ(z)) - z φ(z)); Snyder & Shen, 2nd ed., appendix C.

    >>> normal_second_shortage(np.array([-1.4]), np.array([0.0]), np.array([1.0])).round(6)
    array([1.465289])
    """
    if np.any(sd < 0) or not np.all(np.isfinite(level + mean + sd)):
        raise ValueError("level, mean and sd must be finite, and sd not negative")
    gap = level - mean
    z = np.clip(np.divide(gap, sd, out=np.zeros_like(gap), where=sd > 0), -_MOST_SIGMAS, _MOST_SIGMAS)
    density = np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)
    loss = sd * sd * ((z * z + 1.0) * special.ndtr(-z) - z * density) / 2.0
    certain = np.maximum(-gap, 0.0) ** 2 / 2.0
    return np.where((sd > 0) & (np.abs(z) < _MOST_SIGMAS), np.maximum(loss, 0.0), certain + (gap < 0) * sd * sd / 2.0)


def lognormal_shortage(level: Vector, mu: Vector, sigma: Vector) -> Vector:
    """Expected units short when the logarithm of demand is normal.

    Args:
        level: shape (n,), positive [units].
        mu: mean of the logarithm, shape (n,).
        sigma: its standard deviation, shape (n,), positive.

    Returns:
        Shape (n,) [units], never negative.

    Raises:
        ValueError: a level or sigma that is not positive.

    Source:
        e^(mu+sigma²/2) Φ((mu+sigma²-ln y)/sigma) - y (1-Φ((ln y-mu)/sigma)).

    >>> lognormal_shortage(np.array([1.0]), np.array([0.0]), np.array([1.0])).round(6)
    array([0.887143])
    """
    if np.any(~(level > 0)) or np.any(~(sigma > 0)):
        raise ValueError("level and sigma must be positive")
    z = (np.log(level) - mu) / sigma
    short = np.exp(mu + sigma * sigma / 2.0) * special.ndtr(sigma - z) - level * special.ndtr(-z)
    return np.maximum(short, 0.0)


def gamma_shortage(level: Vector, shape: Vector, scale: Vector) -> Vector:
    """Expected shortage when demand is a gamma variable, for large totals and for rates.

    Args:
        level: shape (n,), not negative [units].
        shape: shape (n,), positive.
        scale: shape (n,), positive [units].

    Returns:
        Shape (n,) [units], never negative.

    Raises:
        ValueError: a level below zero, a shape or scale that is not positive.

    Source:
        a b P(X' > y) - y P(X > y) with X' of shape a+1.

    >>> gamma_shortage(np.array([4.0]), np.array([2.0]), np.array([3.0])).round(6)
    array([2.635971])
    """
    if np.any(~(level >= 0)) or np.any(~(shape > 0)) or np.any(~(scale > 0)):
        raise ValueError("level must not be negative; shape and scale must be positive")
    at = level / scale
    loss: Vector = shape * scale * special.gammaincc(shape + 1.0, at) - level * special.gammaincc(shape, at)
    return np.maximum(loss, 0.0)


def _tail(level: Vector, demand: Demand, *, is_upper: bool) -> Vector:
    """P(X > level) or P(X <= level); two branches because the beta function loses precision near Poisson."""
    mean, clumping = np.broadcast_arrays(demand.mean, demand.clumping)
    at = np.broadcast_to(level, mean.shape) + 1.0
    tail = np.full(mean.shape, 0.0 if is_upper else 1.0)
    counted = (at > 0) & (mean > 0)
    clumped, plain = counted & (clumping > 0), counted & (clumping <= 0)
    if np.any(clumped):
        extra = clumping[clumped]
        r, k = mean[clumped] / extra, at[clumped]
        upper, lower = (k, r, extra / (1.0 + extra)), (r, k, 1.0 / (1.0 + extra))
        tail[clumped] = special.betainc(*(upper if is_upper else lower))
    if np.any(plain):
        kernel = special.gammainc if is_upper else special.gammaincc
        tail[plain] = kernel(at[plain], mean[plain])
    return np.where(at <= 0, 1.0 if is_upper else 0.0, tail)


def _flow(level: Vector, demand: Demand, probability: Vector) -> Vector:
    """The term that turns a tail of X into a tail of its first moment: (m + y(v-m)/m) P(X = y)."""
    return (demand.mean + np.maximum(level, 0.0) * demand.clumping) * probability
