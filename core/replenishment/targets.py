"""Service targets turned into the cost of a unit short that would bring them about: one engine serves both."""

import numpy as np

from core.replenishment import Vector
from core.replenishment.cost_curve import Curve
from core.replenishment.costing import Ground, ground
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.loss import quantile

_JUST_BELOW = 1.0 - 1e-9  # at the very cost both this reorder point and the next would be best
_HARDLY_ANY = 1e-12


def stockout_costs(items: Items, velocity: Velocity, service_level: Vector, fill_rate: Vector) -> Vector:
    """What a unit short must cost for the reorder point to be the lowest that meets a target.

    Args:
        items: n products; their stockout cost counts where there is no target.
        velocity: their demand rates.
        service_level: probability that demand until the next order could arrive is met from the reorder point, shape
            (n,), 0 to below 1; nan: no such target.
        fill_rate: share of demand met from the shelf, shape (n,), 0 to below 1; nan: no such target. Where both are
            given the higher cost counts.

    Returns:
        Shape (n,) [money per unit].

    Raises:
        ValueError: a target outside 0 to 1, or of 1 itself, which no stock reaches.

    Source:
        The reorder point s is best where G(s+Q+1) = G(s+1); solved for the stockout cost. See
        `policies.cost_based.best_reorder_point`.
    """
    for target in (service_level, fill_rate):
        if np.any((target < 0) | (target >= 1)):
            raise ValueError("a service level or fill rate must be from 0 to below 1")
    on = ground(items, velocity)
    cost = items.stockout_cost
    aimed = ~np.isnan(service_level) | ~np.isnan(fill_rate)
    by_service = np.where(np.isnan(service_level), -1.0, quantile(np.nan_to_num(service_level), on.demand.protected))
    point = np.maximum(by_service, np.where(np.isnan(fill_rate), -1.0, _filling(on, np.nan_to_num(fill_rate))))
    return np.where(aimed, _implied(on, point), cost)


def _filling(on: Ground, target: Vector) -> Vector:
    """The lowest reorder point, at least -1, from which that share of demand is met."""
    protected = on.demand.protected
    low, high = np.full_like(target, -2.0), np.ceil(protected.mean + 4.0 * protected.sd + 1.0)
    while np.any(short := _fill(on, high) < target):
        low, high = np.where(short, high, low), np.where(short, 2.0 * high + 1.0, high)
    while np.any(high - low > 1.0):
        middle = np.floor((low + high + 1.0) / 2.0)
        enough = _fill(on, middle) >= target
        high, low = np.where(enough, middle, high), np.where(enough, low, np.minimum(middle, high - 1.0))
    return high


def _fill(on: Ground, point: Vector) -> Vector:
    _, short = on.curve.between(np.maximum(point, -1.0), np.maximum(point, -1.0) + on.lot)
    drawn = on.lot * on.curve.drawn
    return 1.0 - np.divide(short, drawn, out=np.zeros_like(short), where=drawn > 0)


def _implied(on: Ground, point: Vector) -> Vector:
    none, one = np.zeros_like(point), np.ones_like(point)
    held = Curve(on.curve.protected, one, none, on.curve.lead).rise(point + 1.0, point + on.lot + 1.0)
    averted = -Curve(on.curve.protected, none, one, on.curve.lead).rise(point + 1.0, point + on.lot + 1.0)
    return np.maximum(on.curve.holding * held / np.maximum(averted, _HARDLY_ANY) * _JUST_BELOW, 0.0)
