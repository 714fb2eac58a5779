"""Stock in the days ahead, with an order and without, as a picture a planner can read."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from core.replenishment import Vector
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.lead_time import lead_time_demand
from core.replenishment.loss import quantile
from core.replenishment.occasions import extra_days
from core.replenishment.season import extra_days as season_days

MOST_POINTS = 60
_BAND = (0.1, 0.9)


def ahead(
    items: Items,
    velocity: Velocity,
    row: int,
    quantity: float,
    days: int,
    due: Sequence[tuple[float, float]] | None = None,
    otherwise: Sequence[tuple[float, float, float]] = (),
) -> dict[str, Any]:
    """Expected stock of one item, day by day.

    Args:
        items: products at a place.
        velocity: their demand rates.
        row: which of them.
        quantity: of the order that is thought about [units].
        days: how far to look, at least 1.
        due: (days from now, units) of what is on order; without it, all of that comes within the lead time's last day.
        otherwise: (first day, end, times the usual demand) of days on which something else than the usual is asked for.

    Returns:
        Lists of equal length, at most `MOST_POINTS`: `day` (0 is today), expected stock `without` and `with` the order
        that arrives after the mean lead time, and `low` and `high`, between which the stock with the order lies in
        eight of ten cases. Below zero customers wait.

    Raises:
        ValueError: no days, or a quantity that is negative or not finite.
    """
    if days < 1 or not np.isfinite(quantity) or quantity < 0:
        raise ValueError("look at least one day ahead, with a quantity that is not negative")
    lead = items.lead_days[row]
    day = np.arange(0.0, days + 1.0, ceil((days + 1) / MOST_POINTS))
    stock = np.full(day.shape, items.on_hand[row] - items.backordered[row])
    for arrives, units in [(lead, items.on_order[row])] if due is None else due:
        stock += np.where(day >= arrives, units, 0.0)
    every = np.zeros_like(day)
    pace = Velocity(every + velocity.shape[row], every + velocity.exposure[row], every + velocity.dispersion[row])
    season = np.broadcast_to(items.season[row], (len(day), items.season.shape[1]))
    extra = sum((extra_days(*one, day, season) for one in otherwise), start=season_days(season, day))
    demand = lead_time_demand(pace, day, every, every, extra).lead
    stocked = stock + np.where(day >= lead, quantity, 0.0)
    few, many = (quantile(every + share, demand) for share in _BAND)
    return {
        "day": [int(one) for one in day],
        "without": _rounded(stock - demand.mean),
        "with": _rounded(stocked - demand.mean),
        "low": _rounded(stocked - np.maximum(many, demand.mean)),
        "high": _rounded(stocked - np.minimum(few, demand.mean)),
    }


def _rounded(values: Vector) -> list[float]:
    return [round(float(value), 1) for value in values]
