"""Which supplier is cheapest in the long run and today: price, ordering, stock and what runs short meanwhile."""

import numpy as np

from core.replenishment import Vector
from core.replenishment.costing import YEAR, basis
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.loss import expected_excess


def sourcing_cost(items: Items, velocity: Velocity) -> Vector:
    """What a year costs with each supplier, and what falls short until its next order arrives.

    Args:
        items: n offers, such as the same product from several suppliers; each with its own terms and lead time.
        velocity: demand rates of their products.

    Returns:
        Shape (n,) [money]: purchase, ordering, holding and stockout of a year with the usual lot, and the stockout
        cost of what cannot be served from the stock position during the lead time.

    Source:
        The long-run cost of the (R, s, nQ) rule (Snyder & Shen, 2nd ed., 5.3) over offers, as with price breaks
        (3.4), where each offer is costed at its own best lot and the cheapest is taken.

    >>> from core.replenishment.lot_size import lot_cost
    >>> one, none = np.ones(1), np.empty((1, 0))
    >>> sure = Items(unit_cost=0.75 * one, holding_rate=0.3 * one, stockout_cost=0 * one, order_cost=8 * one,
    ...     line_cost=0 * one, lead_days=0 * one, lead_sd=0 * one, review_days=one, on_hand=0 * one, on_order=0 * one,
    ...     backordered=0 * one, minimum=one, pack=one, maximum=one * np.inf, break_quantity=none, break_cost=none)
    >>> rate = Velocity(shape=1300 / 365 * 1e6 * one, exposure=1e6 * one, dispersion=one)
    >>> float(sourcing_cost(sure, rate)[0]) >= 0.75 * 1300 + 8 * 1300 / 304  # purchase and ordering
    True
    """
    base = basis(items, velocity)
    yearly, periods = base.rate * YEAR, YEAR / base.review
    held, short = base.usual
    orders = yearly / np.maximum(base.lot.quantity, base.rate * base.review)
    lead = base.demand.lead
    missed = np.maximum(lead.mean - items.position + expected_excess(items.position, lead), 0.0) - np.maximum(
        -items.position, 0.0
    )
    total: Vector = (
        base.lot.unit_cost * yearly
        + orders * (items.order_cost + items.line_cost)
        + items.packs.cost(base.lot.quantity) / base.lot.quantity * yearly
        + periods * (held * base.curve.holding + short * base.curve.stockout)
        + items.stockout_cost * np.maximum(missed, 0.0)
    )
    return total
