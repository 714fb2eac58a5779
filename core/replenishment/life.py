"""What spoils or is phased out: no more of it than still sells in time."""

import numpy as np

from core.replenishment import Vector, checks
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.lead_time import lead_time_demand
from core.replenishment.loss import expected_excess, quantile

_SUREST = 0.9999
_HARDLY_ANYTHING = 1e-9


def life_cap(items: Items, velocity: Velocity, until: Vector, salvage: Vector, extra: Vector | float = 0.0) -> Vector:
    """The largest order of each product that is worth its risk of being left over.

    Args:
        items: n products at a place.
        velocity: their demand rates.
        until: days from today until nothing of this order sells any more, shape (n,); inf: there is no such day. For
            a shelf life it is the lead time and the days that the product keeps.
        salvage: what a unit left over still brings, shape (n,), not negative [money].
        extra: plain days that the days until then sell for beyond their own, as `occasions.extra_days` has them.

    Returns:
        Shape (n,), whole packs, at least the least order accepted or 0 where not even that is worth it; inf where
        `until` is.

    Raises:
        ValueError: a salvage value that is negative or not finite, days that are no number.

    Source:
        The newsvendor's quantity: P(demand until then <= position + order) = p / (p + c - salvage), with a unit short
        at p and a unit left over at c - salvage; Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., 4.3.

    >>> from core.replenishment.plan import Items
    >>> one, none = np.ones(1), np.empty((1, 0))
    >>> milk = Items(unit_cost=one, holding_rate=one, stockout_cost=one, order_cost=one, line_cost=one,
    ...     lead_days=one, lead_sd=0 * one, review_days=one, on_hand=0 * one, on_order=0 * one, backordered=0 * one,
    ...     minimum=one, pack=one, maximum=one * np.inf, break_quantity=none, break_cost=none)
    >>> a_unit_a_day = Velocity(shape=np.array([1e9]), exposure=np.array([1e9]), dispersion=np.array([1.0]))
    >>> life_cap(milk, a_unit_a_day, np.array([10.0]), np.array([0.0]))  # the median of Poisson 10
    array([10.])
    """
    checks.not_negative(salvage=salvage)
    if np.any(np.isnan(until)):
        raise ValueError("give the days until nothing sells any more as a number")
    ends, arrives_too_late = np.isfinite(until), until <= items.lead_days
    days = np.where(ends & ~arrives_too_late, until, 0.0)
    spread = np.where(days > 0, items.lead_sd, 0.0)
    worth = np.where(days > 0, extra + items.sells_beyond(days), 0.0)
    demand = lead_time_demand(velocity, np.zeros_like(days), spread, days, review_extra=worth).protected
    lost = np.maximum(items.unit_cost - salvage, _HARDLY_ANYTHING)
    share = np.minimum(items.stockout_cost / np.maximum(items.stockout_cost + lost, _HARDLY_ANYTHING), _SUREST)
    wanted = quantile(share, demand) - items.position
    room = np.where(arrives_too_late, np.maximum(-items.position, 0.0), wanted)
    packs = np.floor(room / items.pack) * items.pack
    least = items.accepted.least
    sold = least - expected_excess(items.position + least, demand) + expected_excess(items.position, demand)
    is_worth_it = ~arrives_too_late & (items.stockout_cost * sold > lost * (least - sold))
    cap = np.where(packs >= least, packs, np.where(is_worth_it, least, 0.0))
    return np.where(ends, cap, np.inf)
