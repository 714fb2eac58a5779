"""The supplier's minimum order value: raise the lines where money is spent best, or order nothing."""

from dataclasses import replace

import numpy as np

from core.replenishment import Vector
from core.replenishment.costing import cost
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.proposal import Proposed

_SHARE_OF_SHORTFALL = 10.0
"""A line is raised by a pack, or by this part of what is missing where packs are small beside it."""


def to_minimum_value(items: Items, velocity: Velocity, proposed: Proposed, minimum_value: float) -> Proposed:
    """Bring an order to the supplier's minimum order value, or drop it where that is cheaper.

    Pack by pack, the line is raised (or added) whose year gets dearer by the least for each unit of money it adds.
    Then the whole order is compared with none at all. `order_value` of the result says what was done.

    Args:
        items: every product of one supplier for one place.
        velocity: their demand rates.
        proposed: what `propose` made of them.
        minimum_value: smallest order the supplier accepts [money]; 0: any.

    Returns:
        The proposal, with what was added or taken away in `to_order_value`.

    Raises:
        ValueError: a minimum that is negative or not finite, a proposal of other items or rates.
    """
    if not minimum_value >= 0 or np.isinf(minimum_value):
        raise ValueError("a minimum order value must be finite and not negative")
    if proposed.items is not items or proposed.velocity is not velocity:
        raise ValueError("this proposal was made of other items or other demand rates")
    value = float(np.sum(proposed.quantity * proposed.costed.unit_cost))
    if value == 0 or value >= minimum_value:
        return proposed
    raised = _raised(items, proposed, minimum_value)
    costed = cost(items, proposed.base, raised)
    if float(np.sum(raised * costed.unit_cost)) < minimum_value:
        return _restated(proposed, np.zeros_like(raised), "out of reach")
    if float(np.sum(costed.total)) > float(np.sum(proposed.costed_without.total)):
        return _restated(proposed, np.zeros_like(raised), "dropped")
    return _restated(proposed, raised, "raised")


def _raised(items: Items, proposed: Proposed, minimum_value: float) -> Vector:
    """Quantities raised pack by pack until their value is reached or no line can be raised."""
    quantity, costed = proposed.quantity, proposed.costed
    while (missing := minimum_value - float(np.sum(quantity * costed.unit_cost))) > 0:
        pack_value = np.maximum(items.pack * costed.unit_cost, missing / 1e6)
        packs = np.maximum(np.ceil(missing / _SHARE_OF_SHORTFALL / pack_value), 1.0)
        more = np.minimum(np.where(quantity > 0, quantity + packs * items.pack, items.limits.least), items.limits.most)
        then = cost(items, proposed.base, more)
        gained = more * then.unit_cost - quantity * costed.unit_cost
        if not np.any(gained > 0):
            break
        price = np.divide(then.total - costed.total, gained, out=np.full_like(gained, np.inf), where=gained > 0)
        best = int(np.argmin(price))
        quantity = np.where(np.arange(len(quantity)) == best, more, quantity)
        costed = cost(items, proposed.base, quantity)
    return quantity


def _restated(proposed: Proposed, quantity: Vector, order_value: str) -> Proposed:
    return replace(
        proposed,
        quantity=quantity,
        to_order_value=quantity - proposed.quantity,
        costed=cost(proposed.items, proposed.base, quantity),
        order_value=order_value,
    )
