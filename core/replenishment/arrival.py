"""When everything that is awaited will be there, as a range of days with the chance that it holds."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from core.replenishment import Vector

EARLY_CHANCE = 0.16
"""The first day of a range: so likely is it that all is there by then, one standard deviation before the mean."""

SUREST = 0.99
"""No delivery is called surer than this, whatever its record says."""

_FURTHEST = 8.0


@dataclass(frozen=True)
class Window:
    """Days from today, and the chance that everything is there by the end of the last of them."""

    first: int
    last: int
    chance: float


def awaited(mean_day: Vector, sd_days: Vector, level: float) -> Window | None:
    """The days between which the last of several deliveries should come, none of which has come until now.

    Args:
        mean_day: expected day of each delivery, counted from today, shape (n,), n >= 1 [days].
        sd_days: standard deviation of that day, shape (n,), not negative [days].
        level: wanted chance that all are there by the last day, above `EARLY_CHANCE` and below 1.

    Returns:
        The window; None where one of them is so late that it should have come before today at that level: then its
        record says nothing about the day any more.

    Raises:
        ValueError: no delivery, a spread below zero, anything not finite, a level out of range.

    Source:
        Independent normal days of arrival, each truncated to today and later; the chance that the last has come by a
        day is the product of theirs. A day counts until its end.

    >>> awaited(np.array([4.0]), np.array([2.0]), 0.9)  # mean 4, sd 2: half a day more than 6 is 1.25 sd, 7 is 1.75
    Window(first=2, last=7, chance=0.959)
    """
    if not len(mean_day) or mean_day.shape != sd_days.shape:
        raise ValueError("say for one delivery at least when it comes, and how surely")
    if not (np.all(np.isfinite(mean_day)) and np.all(np.isfinite(sd_days)) and np.all(sd_days >= 0)):
        raise ValueError("days must be finite and spreads not negative")
    if not EARLY_CHANCE < level < 1:
        raise ValueError(f"a level must be above {EARLY_CHANCE} and below 1")
    before = _come_by(np.array([-1.0]), mean_day, sd_days)[:, 0]
    if np.any(before > level):
        return None
    horizon = int(np.ceil(max(0.0, float(np.max(mean_day + _spread(level, before) * sd_days))))) + 1
    days = np.arange(horizon + 1, dtype=np.float64)
    by_day = _come_by(days, mean_day, sd_days)
    chance = np.prod((by_day - before[:, None]) / (1.0 - before[:, None]), axis=0)
    first, last = int(np.argmax(chance >= EARLY_CHANCE)), int(np.argmax(chance >= level))
    return Window(first, last, round(min(float(chance[last]), SUREST), 3))


def _come_by(days: Vector, mean_day: Vector, sd_days: Vector) -> Vector:
    """The chance that each delivery has come by the end of each day, shape (n, days)."""
    apart = days[None, :] + 0.5 - mean_day[:, None]
    spread = np.where(sd_days > 0, sd_days, 1.0)[:, None]
    chance: Vector = np.where(sd_days[:, None] > 0, ndtr(apart / spread), apart > 0)
    return chance


def _spread(level: float, before: Vector) -> Vector:
    """Standard deviations after the mean by which each of n deliveries has come surely enough for all to have."""
    each = level ** (1.0 / len(before))
    spread: Vector = np.minimum(ndtri(before + (1.0 - before) * each), _FURTHEST)
    return spread
