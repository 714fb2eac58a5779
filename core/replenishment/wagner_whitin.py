"""When to order, and how much, if the demand of every coming period is known."""

import numpy as np

from core.replenishment import Table, Vector, checks


def wagner_whitin(demand: Table, order_cost: Table, holding: Table, unit_cost: Table) -> tuple[Table, Vector]:
    """The cheapest orders for known demand over t periods, all items at once.

    Args:
        demand: shape (n, t), not negative [units].
        order_cost: of an order in each period, shape (n, t) [money].
        holding: of one unit left at the end of each period, shape (n, t) [money].
        unit_cost: in each period, shape (n, t) [money].

    Returns:
        What to order in each period, shape (n, t) [units], and the cost, shape (n,) [money]. Of plans that cost the
        same, the one whose first orders reach least far.

    Raises:
        ValueError: anything negative or not finite.

    Source:
        Wagner & Whitin 1958; Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 3.9.

    >>> whole = np.ones((1, 4))
    >>> wagner_whitin(np.array([[90.0, 120.0, 80.0, 70.0]]), 500 * whole, 2 * whole, 0 * whole)
    (array([[210.,   0., 150.,   0.]]), array([1380.]))
    """
    for name, table in (("demand", demand), ("order cost", order_cost), ("holding", holding), ("price", unit_cost)):
        checks.not_negative(**{name: table.min(axis=1)})
        checks.finite(**{name: table.sum(axis=1)})
    items, periods = demand.shape
    reach = np.zeros((items, periods), dtype=np.intp)
    after = np.zeros((items, periods + 1))
    carried = np.concatenate([np.zeros((items, 1)), np.cumsum(holding, axis=1)], axis=1)
    ahead = np.cumsum(demand, axis=1)
    held = np.cumsum(demand * carried[:, :-1], axis=1)
    before, held_before = ahead - demand, held - demand * carried[:, :-1]
    for first in range(periods - 1, -1, -1):
        units = ahead[:, first:] - before[:, first : first + 1]
        keeping = held[:, first:] - held_before[:, first : first + 1] - carried[:, first : first + 1] * units
        ordering = np.where(units > 0, order_cost[:, first : first + 1], 0.0)
        total = ordering + unit_cost[:, first : first + 1] * units + keeping + after[:, first + 1 :]
        total = np.where(total <= total.min(axis=1, keepdims=True) * (1.0 + 1e-12), -np.inf, total)
        reach[:, first] = first + np.argmin(total, axis=1)
        last = reach[:, first]
        rows = np.arange(items)
        span = ahead[rows, last] - before[:, first]
        kept = held[rows, last] - held_before[:, first] - carried[:, first] * span
        after[:, first] = (
            np.where(span > 0, order_cost[:, first], 0.0) + unit_cost[:, first] * span + kept + after[rows, last + 1]
        )
    return _orders(demand, reach), after[:, 0]


def _orders(demand: Table, reach: np.ndarray) -> Table:
    """Units ordered in each period, from how far an order placed in it would reach."""
    items, periods = demand.shape
    orders, due = np.zeros_like(demand), np.zeros(items, dtype=np.intp)
    ahead = np.concatenate([np.zeros((items, 1)), np.cumsum(demand, axis=1)], axis=1)
    rows = np.arange(items)
    for period in range(periods):
        now = due == period
        span = ahead[rows, reach[:, period] + 1] - ahead[:, period]
        orders[:, period] = np.where(now, span, 0.0)
        due = np.where(now, reach[:, period] + 1, due)
    return orders
