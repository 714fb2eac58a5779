"""Lots that share room or money: one price for the scarce thing at each location, and lots that answer to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Vector, checks

_MOST_ROUNDS = 60


@dataclass(frozen=True)
class Shared:
    """Lots, shape (n,) [units]; the price of one unit of room for a unit of time and room wanted without it, (m,)."""

    quantity: Vector
    price: Vector
    wanted: Vector


def lots_within(  # three costs, the room a unit takes, whose room it is, and how much there is
    order_cost: Vector,
    holding: Vector,
    rate: Vector,
    room: Vector,
    location: NDArray[np.intp],
    capacity: Vector,
) -> Shared:
    """Economic lots of n items whose sum fits each of m locations, were all to arrive at once.

    With `room` as unit cost and `capacity` as money it is a budget.

    Args:
        order_cost: of one order, shape (n,) [money].
        holding: of one unit for a unit of time, shape (n,), positive [money].
        rate: demand in a unit of time, shape (n,) [units].
        room: one unit takes, shape (n,) [volume, or money].
        location: whose room, shape (n,), 0 to m-1.
        capacity: shape (m,), positive [volume, or money].

    Returns:
        The lots; where the room is enough its price is 0.

    Raises:
        ValueError: anything out of range.

    Source:
        Hadley & Whitin 1963: Q = sqrt(2KD/(h+2θv)). Newton from θ = 0 never passes the root.

    >>> three = np.array([50.0, 50, 20]), np.array([2.0, 1, 4]), np.array([1000.0, 4000, 500])
    >>> lots_within(*three, np.array([1, 0.5, 2]), np.zeros(3, dtype=np.intp), np.array([300.0])).price.round(4)
    array([4.1568])
    """
    checks.not_negative(order_cost=order_cost, rate=rate, room=room)
    checks.positive(holding=holding, capacity=capacity)
    places = len(capacity)
    weight = room * np.sqrt(2.0 * order_cost * rate)
    price, wanted = np.zeros(places), np.zeros(places)
    dear = np.empty(0)
    for turn in range(_MOST_ROUNDS):
        dear = holding + 2.0 * price[location] * room
        term = weight / np.sqrt(dear)
        used: Vector = np.bincount(location, term, minlength=places).astype(np.float64)
        if turn == 0:
            wanted = used
        over = used > capacity * (1.0 + 1e-12)
        if not over.any():
            break
        slope = np.bincount(location, term * room / dear, minlength=places)
        # Used^-2 is concave and nearly straight in the price: Newton on it stays below the root and needs few rounds.
        grown = used / capacity
        step = np.divide(used * (grown * grown - 1.0), 2.0 * slope, out=np.zeros(places), where=over)
        price = price + step
    return Shared(np.sqrt(2.0 * order_cost * rate / dear), price, wanted)
