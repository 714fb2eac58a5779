"""Demand while a delivery is awaited, and how long deliveries really take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector
from core.replenishment.demand import Velocity
from core.replenishment.loss import Demand

STATED_WEIGHT = 4.0
"""A supplier's stated lead time counts as much as this many receipts."""


@dataclass(frozen=True)
class LeadTimeDemand:
    """Demand from today until this order arrives (`lead`), and until the next one could (`protected`).

    `days` is review plus lead time, shape (n,): how long the stock of today and this order must last.
    """

    lead: Demand
    protected: Demand
    days: Vector

    @property
    def mean(self) -> Vector:
        """Mean over review plus lead time, shape (n,) [units]."""
        return self.protected.mean

    @property
    def variance(self) -> Vector:
        """Variance over review plus lead time, shape (n,) [units²]."""
        return self.protected.variance


def lead_time_demand(
    velocity: Velocity,
    lead_days: Vector,
    lead_sd: Vector,
    review_days: Vector,
    lead_extra: Vector | float = 0.0,
    review_extra: Vector | float = 0.0,
) -> LeadTimeDemand:
    """Demand over the lead time and over review plus lead time.

    Args:
        velocity: what is known of n demand rates.
        lead_days: mean days from order to receipt, shape (n,), not negative.
        lead_sd: their standard deviation, shape (n,), not negative [days].
        review_days: days between two chances to order, shape (n,), not negative.
        lead_extra: plain days that the lead time sells for beyond its own, as `occasions.extra_days` has them; shape
            (n,), negative where it sells less.
        review_extra: the same of the review time after it.

    Returns:
        Both demands: mean = μH, variance = H φμ + H² Var(μ) + μ² Var(L) over H plain days.

    Raises:
        ValueError: anything negative or not finite.

    Source:
        Law of total variance over a random number of days, with the uncertainty of the rate added. With φ = 1 and a
        certain lead time it is the gamma-Poisson predictive, NB(a, b/(b+H)).

    >>> known = Velocity(shape=np.array([40.0]), exposure=np.array([20.0]), dispersion=np.array([3.0]))
    >>> lead_time_demand(known, np.array([7.0]), np.array([2.0]), np.array([3.0])).variance  # 60 + 10 + 16
    array([86.])
    """
    if not all(np.all(np.isfinite(days)) and np.all(days >= 0) for days in (lead_days, lead_sd, review_days)):
        raise ValueError("lead time, its standard deviation and review time must be finite and not negative")
    days = lead_days + review_days
    lead = lead_days + lead_extra
    return LeadTimeDemand(
        _over(velocity, lead, lead_sd), _over(velocity, lead + review_days + review_extra, lead_sd), days
    )


def learnt(stated_mean: Vector, stated_sd: Vector, receipts: Sequence[Vector]) -> tuple[Vector, Vector]:
    """Mean and standard deviation of lead times, learnt from receipts and held to what the suppliers state.

    Args:
        stated_mean: shape (n,), not negative [days].
        stated_sd: shape (n,), not negative [days].
        receipts: for each of the n suppliers, the days its deliveries took; may be empty.

    Returns:
        Mean and standard deviation, shape (n,) each [days]. What is stated weighs as much as `STATED_WEIGHT` receipts.

    Raises:
        ValueError: a number of receipt lists other than n, days that are negative or not finite.

    >>> learnt(np.array([10.0]), np.array([2.0]), [np.array([14.0, 16.0])])[0].round(2)  # (4*10 + 14 + 16) / 6
    array([11.67])
    """
    if len(receipts) != len(stated_mean):
        raise ValueError(f"{len(stated_mean)} suppliers but {len(receipts)} lists of receipts")
    if not all(np.all(np.isfinite(one)) and np.all(one >= 0) for one in (*receipts, stated_mean, stated_sd)):
        raise ValueError("lead times must be finite and not negative")
    return _held_to(stated_mean, stated_sd, receipts)


def lateness(stated_sd: Vector, late: Sequence[Vector]) -> tuple[Vector, Vector]:
    """Mean and standard deviation of how late suppliers' deliveries are against the day that was expected.

    Args:
        stated_sd: spread of the lead time that each of n suppliers states, shape (n,), not negative [days].
        late: for each supplier the days its deliveries came after the day expected, below zero when early; may be
            empty.

    Returns:
        Mean and standard deviation, shape (n,) each [days]. That a delivery is on time, give or take what is stated,
        weighs as much as `STATED_WEIGHT` deliveries.

    Raises:
        ValueError: a number of lists other than n, a spread below zero, anything not finite.

    >>> lateness(np.array([2.0]), [np.array([3.0, 3.0])])[0]  # (4*0 + 3 + 3) / 6
    array([1.])
    """
    if len(late) != len(stated_sd):
        raise ValueError(f"{len(stated_sd)} suppliers but {len(late)} lists of deliveries")
    if not all(np.all(np.isfinite(one)) for one in (*late, stated_sd)) or np.any(stated_sd < 0):
        raise ValueError("days late must be finite, and a spread not negative")
    return _held_to(np.zeros(len(stated_sd)), stated_sd, late)


def _held_to(stated_mean: Vector, stated_sd: Vector, seen: Sequence[Vector]) -> tuple[Vector, Vector]:
    """Mean and standard deviation of what was seen, with what is stated counting as `STATED_WEIGHT` more of it."""
    days = np.concatenate([*seen, np.empty(0)]).astype(np.float64)
    owner = np.repeat(np.arange(len(seen)), [len(one) for one in seen])
    weight = STATED_WEIGHT + np.bincount(owner, minlength=len(seen))
    mean = (STATED_WEIGHT * stated_mean + np.bincount(owner, days, len(seen))) / weight
    apart = np.bincount(owner, (days - mean[owner]) ** 2, len(seen))
    stated = STATED_WEIGHT * (stated_sd**2 + (stated_mean - mean) ** 2)
    return mean, np.sqrt((stated + apart) / weight)


def _over(velocity: Velocity, days: Vector, lead_sd: Vector) -> Demand:
    rate = velocity.mean
    scatter = days * velocity.dispersion * rate
    unsure = days**2 * velocity.sd_of_mean**2
    return Demand(days * rate, scatter + unsure + rate**2 * lead_sd**2)
