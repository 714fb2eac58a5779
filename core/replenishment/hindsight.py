"""What another quantity would have done on the demand that came."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Table, Vector


@dataclass(frozen=True)
class Played:
    """What a stretch of days did to each shelf: units times days that lay there, units short, units left at its end."""

    unit_days: Vector
    short: Vector
    left: Vector


def play(start: Vector, came: Table, asked: Table) -> Played:
    """Let what was asked for meet a shelf, day by day; who finds nothing goes.

    Args:
        start: units on each shelf in the beginning, (n,).
        came: units that arrive at the beginning of each day, (n, days).
        asked: units asked for on each day, (n, days).

    A day's stock is the mean of what it began and ended with.

    >>> played = play(np.array([2.0]), np.array([[0.0, 0.0, 10.0]]), np.array([[1.0, 3.0, 4.0]]))
    >>> played.unit_days.tolist(), played.short.tolist(), played.left.tolist()
    ([10.0], [2.0], [6.0])
    """
    stock, unit_days, short = start.astype(np.float64), np.zeros(len(start)), np.zeros(len(start))
    for day in range(asked.shape[1]):
        begun = stock + came[:, day]
        sold = np.minimum(begun, asked[:, day])
        stock = begun - sold
        unit_days += (begun + stock) / 2.0
        short += asked[:, day] - sold
    return Played(unit_days, short, stock)
