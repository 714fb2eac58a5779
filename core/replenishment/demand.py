"""How fast a product sells, learnt from censored sales, with how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector

ENQUIRY_WEIGHT = 0.3
"""A unit asked for in vain stands for so many units of demand: some who asked would not buy, others never ask."""

SALE_EXPOSURE = 0.5
"""A day with a sale was in stock for at least this share, whatever its stock record says."""

LEAST_DAYS = 14
"""The last so many days count even before a first sale, or one sale yesterday would pass for a daily one."""

MOST_ENQUIRY_WEIGHT = 2.0
"""And at most for so many, however few ask: a stranger may type any number."""

_WEIGHT_OF_WEIGHT = 20.0
_FENCE_SIGMAS = 3.0
_LEAST_LOG_SPREAD = 0.5
_SPREAD_WEIGHT = 5.0
_DISPERSION_WEIGHT = 10.0
_PRIOR_SHAPES = (0.1, 5.0)
_LEAST_FOR_POOLING = 4
_CELLS_AT_ONCE = 65_536


@dataclass(frozen=True)
class Velocity:
    """Daily demand rate ~ Gamma(shape, exposure), and how clumped demand is around it; shape (n,) each.

    `shape` counts sales in order-sized clumps and `exposure` days in the same measure, so that their quotient is
    units a day. `dispersion` is variance over mean of a day's demand at a known rate, 1 for single-unit customers.

    Raises:
        ValueError: anything not finite, a negative shape, an exposure of 0, a dispersion below 1.
    """

    shape: Vector
    exposure: Vector
    dispersion: Vector

    def __post_init__(self) -> None:
        if not all(np.all(np.isfinite(part)) for part in (self.shape, self.exposure, self.dispersion)):
            raise ValueError("a demand rate must be finite")
        if np.any(self.shape < 0) or np.any(self.exposure <= 0) or np.any(self.dispersion < 1):
            raise ValueError("a demand rate needs shape >= 0, exposure > 0 and dispersion >= 1")

    @property
    def mean(self) -> Vector:
        """Expected demand, shape (n,) [units/day]."""
        return self.shape / self.exposure

    @property
    def sd_of_mean(self) -> Vector:
        """How unsure that rate is: its posterior standard deviation, shape (n,) [units/day]."""
        sd: Vector = np.sqrt(self.shape) / self.exposure
        return sd


def velocity(
    units: Table,
    in_stock: Table,
    half_life_days: float = 30.0,
    *,
    enquiries: Table | None = None,
    enquiry_weight: float = ENQUIRY_WEIGHT,
    group: Vector | None = None,
    worth: Table | None = None,
) -> Velocity:
    """Learn demand rates from sales that empty shelves cut short.

    A day counts by the share of it the product was on sale, so that sales during a stock-out do not pass for demand.
    Days fade with the half-life. Days before a product's first sale do not count, except the last `LEAST_DAYS`; a
    product that never sold counts from the first day. A lone huge order is cut (`usual_sizes`). Dispersion is measured
    per product and shrunk to its group's; the rate is shrunk to the group's mean as strongly as the rates of the group
    resemble each other, which for a mixed assortment is weakly: it decides only where there is little history.

    Args:
        units: sold, shape (n, days), oldest day first, not negative [units].
        in_stock: share of the day on sale, shape (n, days), 0 to 1.
        half_life_days: after so many days a day counts half.
        enquiries: asked for in vain, shape (n, days) [units]; on the share of a day the shelf was empty each counts
            `enquiry_weight` units. They are heard only where they come to more than the rate of the days on sale
            explains for the time the shelf was empty, and then stand for that time: they can only raise a rate, for
            who did not ask tells nothing, and asking for what sells anyway tells nothing new.
        enquiry_weight: units of demand that a unit asked for in vain stands for, not negative.
        group: label of the class each product is pooled with, shape (n,); all together where it is not given.
        worth: plain days that each day counts for, such as its season makes of it, shape (n, days), above 0; the rate
            is that of a plain day.

    Returns:
        n demand rates.

    Raises:
        ValueError: shapes that differ, negative or not finite numbers, shares outside 0 to 1, a half-life of 0.

    Source:
        Gamma-Poisson updating with exponential forgetting; over-dispersion by quasi-likelihood (Pearson).

    >>> velocity(np.full((1, 400), 2.0), np.ones((1, 400))).mean.round(6)
    array([2.])
    """
    _check(units, in_stock, half_life_days, enquiries)
    if worth is not None and not (worth.shape == units.shape and np.all(worth > 0) and np.all(worth < np.inf)):
        raise ValueError("worth needs a number above 0 for each day")
    if not (np.isfinite(enquiry_weight) and enquiry_weight >= 0):
        raise ValueError("a weight of enquiries must be finite and not negative")
    seen = _seen(units, in_stock, half_life_days, enquiries, worth)
    sold, days = seen.sold, seen.days
    if enquiries is not None:
        sold, days = _heard(sold, days, seen.asked, seen.empty, enquiry_weight)
    label = np.zeros(len(units)) if group is None else group
    shape, exposure, dispersion = np.zeros(len(units)), np.ones(len(units)), np.ones(len(units))
    for name in np.unique(label):
        here = np.flatnonzero(label == name)
        dispersion[here] = _dispersion(seen, here)
        counted, exposed = sold[here] / dispersion[here], days[here] / dispersion[here]
        prior_shape, prior_days = _prior(counted, exposed, sold[here], days[here])
        shape[here], exposure[here] = counted + prior_shape, exposed + prior_days
    return Velocity(shape, exposure, dispersion)


@dataclass(frozen=True)
class _Seen:
    """What the days of n products come to, faded, shape (n,) each."""

    sold: Vector
    days: Vector
    sales_days: Vector
    apart: Vector
    """Squares of how far days were from the rate of the days on sale."""
    asked: Vector
    empty: Vector

    @property
    def rate(self) -> Vector:
        """Units a day on sale."""
        return np.divide(self.sold, self.days, out=np.zeros_like(self.days), where=self.days > 0)


def _seen(units: Table, in_stock: Table, half_life_days: float, enquiries: Table | None, worth: Table | None) -> _Seen:
    most, sums = _largest_usual(units), np.zeros((6, len(units)))
    for part in _parts(units):
        some, share = units[part], in_stock[part]
        weight, usual = _weights(some, half_life_days), np.minimum(some, most[part, None])
        share = np.where(some > 0, np.maximum(share, SALE_EXPOSURE), share)
        whole = weight if worth is None else weight * worth[part]
        share = share if worth is None else share * worth[part]
        sold, days = np.einsum("ij,ij->i", weight, usual), np.einsum("ij,ij->i", weight, share)
        rate = np.divide(sold, days, out=np.zeros_like(days), where=days > 0)
        off = usual - rate[:, None] * share
        sums[:4, part] = sold, days, (weight * (usual > 0)).sum(axis=1), np.einsum("ij,ij,ij->i", weight, off, off)
        if enquiries is not None:
            sums[4, part] = np.einsum("ij,ij,ij->i", weight, enquiries[part], 1.0 - in_stock[part])
            sums[5, part] = whole.sum(axis=1) - days
    return _Seen(*sums)


def _heard(sold: Vector, days: Vector, asked: Vector, empty: Vector, weight: float) -> tuple[Vector, Vector]:
    """Sales and days, with those enquiries that say more than the sales did.

    A unit asked for stands for as many units of demand as one does over the whole assortment, where most sells as it
    did: what the rates of the days on sale explain for the empty days, over all that was asked; `weight` counts as
    much as `_WEIGHT_OF_WEIGHT` units asked for, and is the least.
    """
    rate = np.divide(sold, days, out=np.zeros_like(sold), where=days > 0)
    explained = float(np.sum((rate * empty)[asked > 0]))
    one = (weight * _WEIGHT_OF_WEIGHT + explained) / (_WEIGHT_OF_WEIGHT + float(np.sum(asked)))
    stands_for = min(max(one, weight), MOST_ENQUIRY_WEIGHT) if weight > 0 else 0.0
    demand = stands_for * asked
    is_news = (demand > 0) & (demand >= rate * empty)
    return np.where(is_news, sold + demand, sold), np.where(is_news, days + empty, days)


def usual_sizes(units: Table) -> Table:
    """Units with a lone outlier day cut down, so that one customer's 144 does not set the pace.

    A product's largest day is cut to its second largest, or to a fence where that is higher: three robust standard
    deviations of the logarithm above the median day with sales. Two such days are no outlier, they are business.

    Args:
        units: shape (n, days) [units].

    Returns:
        The same shape [units].

    >>> usual_sizes(np.array([[2.0, 0.0, 2.0, 2.0, 144.0, 2.0]])).round(1)  # exp(log 2 + 3 * 0.5)
    array([[2., 0., 2., 2., 9., 2.]])
    """
    usual: Table = np.minimum(units, _largest_usual(units)[:, None])
    return usual


def _parts(units: Table) -> Iterator[slice]:
    """Rows by so many that what is worked on stays in the processor's cache."""
    rows = max(_CELLS_AT_ONCE // max(units.shape[1], 1), 1)
    return (slice(start, start + rows) for start in range(0, len(units), rows))


def _largest_usual(units: Table) -> Vector:
    """What the largest day of each product is cut to, shape (n,)."""
    if units.shape[1] < 2:
        return np.full(len(units), np.inf)
    middle, spread, second, counts = (np.zeros(len(units)) for _ in range(4))
    for part in _parts(units):
        some = units[part]
        ordered = np.sort(np.where(some > 0, some, np.inf), axis=1)
        count = np.sum(some > 0, axis=1)
        typical = _geometric_median(ordered, count)
        ratio = some / typical[:, None]
        with np.errstate(divide="ignore"):  # a day without a sale is as far away as can be
            apart = np.sort(np.maximum(ratio, 1.0 / ratio), axis=1)
        middle[part], counts[part] = np.log(typical), count
        spread[part] = 1.4826 * np.log(_geometric_median(apart, count))
        before = np.take_along_axis(ordered, np.maximum(count - 2, 0)[:, None], axis=1)[:, 0]
        second[part] = np.where(count > 1, before, 0.0)
    pooled = float(np.average(spread, weights=counts)) if np.any(counts) else 0.0
    spread = (counts * spread + _SPREAD_WEIGHT * pooled) / (counts + _SPREAD_WEIGHT)
    return np.maximum(np.exp(middle + _FENCE_SIGMAS * np.maximum(spread, _LEAST_LOG_SPREAD)), second)


def _geometric_median(ordered: Table, count: NDArray[np.intp]) -> Vector:
    """Of the first so many of each row's rising values, the root of the product of the middle two; 1 of none."""
    row = np.arange(len(ordered))
    low, high = ordered[row, np.maximum(count - 1, 0) // 2], ordered[row, np.minimum(count // 2, ordered.shape[1] - 1)]
    middle: Vector = np.sqrt(np.where(count > 0, low, 1.0)) * np.sqrt(np.where(count > 0, high, 1.0))
    return middle


def _weights(units: Table, half_life_days: float) -> Table:
    fading: Vector = 0.5 ** (np.arange(units.shape[1] - 1, -1, -1) / half_life_days)
    started: NDArray[np.bool_] = np.logical_or.accumulate(units > 0, axis=1)
    never = ~np.any(units > 0, axis=1)
    started[:, -LEAST_DAYS:] = True
    started[never] = True
    return started * fading


def _dispersion(seen: _Seen, here: NDArray[np.intp]) -> Vector:
    """Pearson's variance over mean, shrunk to the group's by the number of days with sales; at least 1."""
    sales_days, expected = seen.sales_days[here], (seen.rate * seen.days)[here]
    own = np.divide(seen.apart[here], expected, out=np.ones_like(expected), where=expected > 0)
    if not np.any(sales_days):
        return np.ones_like(expected)
    own = np.maximum(own, 1.0)
    pooled = np.average(np.log(own), weights=sales_days)
    shrunk = (sales_days * np.log(own) + _DISPERSION_WEIGHT * pooled) / (sales_days + _DISPERSION_WEIGHT)
    dispersion: Vector = np.maximum(np.exp(shrunk), 1.0)
    return dispersion


def _prior(counted: Vector, seen: Vector, sold: Vector, days: Vector) -> tuple[float, float]:
    """Gamma parameters of the group's rates by the method of moments; a weak prior at the mean for a small group."""
    if not np.any(days) or not np.any(sold):
        return 0.0, 1.0
    mean = float(np.sum(sold) / np.sum(days))
    if len(sold) < _LEAST_FOR_POOLING:
        return _PRIOR_SHAPES[0], _PRIOR_SHAPES[0] / mean
    rate = np.divide(counted, seen, out=np.full_like(seen, mean), where=seen > 0)
    noise = np.divide(mean, seen, out=np.zeros_like(seen), where=seen > 0)
    between = float(np.average((rate - mean) ** 2 - noise, weights=days))
    shape = min(max(mean**2 / max(between, 1e-12), _PRIOR_SHAPES[0]), _PRIOR_SHAPES[1])
    return shape, shape / mean


def _check(units: Table, in_stock: Table, half_life_days: float, enquiries: Table | None) -> None:
    tables = [units, in_stock] if enquiries is None else [units, in_stock, enquiries]
    if any(table.ndim != 2 or table.shape != units.shape for table in tables):
        raise ValueError("units, in_stock and enquiries must have the same shape (items, days)")
    if units.size and not all(table.min() >= 0 and table.max() < np.inf for table in tables):
        raise ValueError("units, in_stock and enquiries must be finite and not negative")
    if units.size and in_stock.max() > 1:
        raise ValueError("in_stock is a share of the day, from 0 to 1")
    if not half_life_days > 0:
        raise ValueError("a half-life must be above 0 days")
