"""Lots under price breaks when any quantity may be ordered: one price for all units, or one for those past a break."""

import numpy as np

from core.replenishment import Table, Vector, checks
from core.replenishment.lot_size import Lot

_AT_ONCE = 16_384


def all_units(order_cost: Vector, holding_rate: Vector, rate: Vector, start: Table, unit_cost: Table) -> Lot:
    """The cheapest lot where every unit gets the price of the tier that the order reaches.

    Args:
        order_cost: of one order, shape (n,) [money].
        holding_rate: a unit of time, of unit cost, shape (n,), positive.
        rate: demand in a unit of time, shape (n,), positive [units].
        start: quantity at which each of t tiers begins, shape (n, t): first 0, rising; inf where there is none.
        unit_cost: in each tier, shape (n, t), falling [money].

    Returns:
        n lots; tier 0 is the first.

    Raises:
        ValueError: names the item whose breaks do not rise or whose prices do, or a number out of range.

    Source:
        Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 3.6.

    >>> tiers = np.array([[0.0, 400.0, 800.0]]), np.array([[0.75, 0.72, 0.68]])
    >>> all_units(np.array([8.0]), np.array([0.3]), np.array([1300.0]), *tiers).cost.round(2)
    array([978.6])
    """
    _check(order_cost, holding_rate, rate, start, unit_cost)
    lots = [
        _all_units(order_cost[part], holding_rate[part], rate[part], start[part], unit_cost[part])
        for part in (slice(begin, begin + _AT_ONCE) for begin in range(0, len(rate), _AT_ONCE))
    ]  # what is at work stays in the processor's cache
    return Lot(*(np.concatenate([getattr(lot, name) for lot in lots]) for name in vars(lots[0])))


def _all_units(order_cost: Vector, holding_rate: Vector, rate: Vector, start: Table, unit_cost: Table) -> Lot:
    best, lowest = np.zeros_like(rate), np.full(rate.shape, np.inf)
    paid, reached = unit_cost[:, 0].copy(), np.zeros(rate.shape, dtype=np.intp)
    ordering = order_cost * rate
    for tier in range(start.shape[1]):
        begins, price = start[:, tier], unit_cost[:, tier]
        usable = np.isfinite(begins)
        holding = holding_rate * price
        with np.errstate(invalid="ignore", divide="ignore"):
            quantity = np.maximum(np.sqrt(2.0 * ordering / holding), begins)
            per_time = np.where(quantity > 0, ordering / quantity, 0.0)
            cost = price * rate + per_time + holding * quantity / 2.0
        better = usable & (cost < lowest)
        np.copyto(best, quantity, where=better)
        np.copyto(lowest, cost, where=better)
        np.copyto(paid, price, where=better)
        reached[better] = tier
    actual = np.sum(start <= best[:, None], axis=1) - 1
    if np.any(actual > reached):
        # An economic quantity beyond the next break really gets that tier's lower price.
        return _repriced(best, actual, order_cost, holding_rate, rate, unit_cost)
    return Lot(best, reached, paid, lowest)


def incremental(order_cost: Vector, holding_rate: Vector, rate: Vector, start: Table, unit_cost: Table) -> Lot:
    """The cheapest lot where only the units beyond a break get its price.

    Args:
        order_cost: of one order, shape (n,) [money].
        holding_rate: a unit of time, of unit cost, shape (n,), positive.
        rate: demand in a unit of time, shape (n,), positive [units].
        start: quantity at which each of t tiers begins, shape (n, t): first 0, rising; inf where there is none.
        unit_cost: of a further unit in each tier, shape (n, t), falling [money].

    Returns:
        n lots; `unit_cost` is the mean price paid.

    Raises:
        ValueError: names the item whose breaks do not rise or whose prices do, or a number out of range.

    Source:
        Snyder & Shen, 2nd ed., Example 3.7. What the dearer tiers cost more is paid once an order, and half of it
        is held.

    >>> tiers = np.array([[0.0, 400.0, 800.0]]), np.array([[0.75, 0.72, 0.68]])
    >>> incremental(np.array([8.0]), np.array([0.3]), np.array([1300.0]), *tiers).quantity.round(2)
    array([304.05])
    """
    _check(order_cost, holding_rate, rate, start, unit_cost)
    best, lowest = np.zeros_like(rate), np.full(rate.shape, np.inf)
    paid, reached = unit_cost[:, 0].copy(), np.zeros(rate.shape, dtype=np.intp)
    extra = np.zeros_like(rate)
    for tier in range(start.shape[1]):
        begins, price = start[:, tier], unit_cost[:, tier]
        usable = np.isfinite(begins)
        if tier:
            extra = extra + np.where(usable, (unit_cost[:, tier - 1] - price) * np.where(usable, begins, 0.0), 0.0)
        ordering = (order_cost + extra) * rate
        with np.errstate(invalid="ignore", divide="ignore"):
            quantity = np.maximum(np.sqrt(2.0 * ordering / (holding_rate * price)), begins)
            per_time = np.where(quantity > 0, ordering / quantity, 0.0)
            cost = price * rate + per_time + holding_rate * (price * quantity + extra) / 2.0
            mean = np.where(quantity > 0, price + extra / quantity, price)
        better = usable & (cost < lowest)
        best, lowest = np.where(better, quantity, best), np.where(better, cost, lowest)
        paid, reached = np.where(better, mean, paid), np.where(better, tier, reached)
    return Lot(best, reached, paid, lowest)


def _repriced(
    quantity: Vector, tier: np.ndarray, order_cost: Vector, holding_rate: Vector, rate: Vector, unit_cost: Table
) -> Lot:
    price = np.take_along_axis(unit_cost, tier[:, None], axis=1)[:, 0]
    safe = np.where(quantity > 0, quantity, 1.0)
    cost = price * rate + order_cost * rate / safe + holding_rate * price * quantity / 2.0
    return Lot(quantity, tier.astype(np.intp), price, cost)


def _check(order_cost: Vector, holding_rate: Vector, rate: Vector, start: Table, unit_cost: Table) -> None:
    checks.not_negative(order_cost=order_cost)
    checks.positive(holding_rate=holding_rate, rate=rate)
    checks.tiers(start, unit_cost)
