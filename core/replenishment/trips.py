"""How full a vehicle is worth sending: the load per trip where waiting to fill it costs as much as going half empty."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector, checks


@dataclass(frozen=True)
class Trips:
    """Loads of n vehicles in each of k measures, shape (n, k), time between trips and cost of a unit of time, (n,)."""

    load: Vector
    interval: Vector
    cost: Vector


@dataclass(frozen=True)
class Choice:
    """Why an order travels as it does: `trips` filled by `fill`, where a trip pays best at `best_fill`, every so often.

    `decided` is "waits", "topped up", "cut" or "as it is", `otherwise` the other number of trips there was, None where
    the order fills its vehicles, and `dearer` what that would cost more over the year [money].
    """

    trips: int
    fill: float
    best_fill: float
    every_days: float
    decided: str
    otherwise: int | None = None
    dearer: float = 0.0

    def __str__(self) -> str:
        """As planners read it.

        >>> str(Choice(2, 0.97, 0.83, 9.2, "topped up", 1, 14.2))
        'topped up to 97 % full, as a trip pays best 83 % full, every 9 days'
        >>> str(Choice(0, 0.22, 0.83, 9.2, "waits", 1, 14.2))
        'it waits: 22 % of a vehicle is due, and a trip pays best 83 % full, every 9 days'
        """
        days = max(round(self.every_days), 1)
        every = "day" if days == 1 else f"{days:,} days"
        pays = f"a trip pays best {round(100 * self.best_fill)} % full, every {every}"
        full = f"{round(100 * self.fill)} %"
        told = {
            "waits": f"it waits: {full} of a vehicle is due, and {pays}",
            "topped up": f"topped up to {full} full, as {pays}",
            "cut": f"a trip is left away, as {pays}",
        }
        return told.get(self.decided, f"it goes {full} full; {pays}")


def best_load(trip_cost: Vector, capacity: Vector, flow: Vector, holding: Vector) -> Trips:
    """The optimal load per trip of vehicles limited by weight, volume, pallets or whatever else is measured.

    Args:
        trip_cost: of one trip, shape (n,), positive [money].
        capacity: in each of k measures, shape (n, k), positive; inf: no limit.
        flow: demand of all lines a unit of time in each measure, shape (n, k), not negative, some of each row positive.
        holding: of what a unit of time's demand of all lines is, for a unit of time, shape (n,), positive [money].

    Returns:
        n trips; the load is that of the shared interval, at most the capacity.

    Raises:
        ValueError: names the vehicle whose number is out of range, or that has nothing to carry.

    Source:
        The economic quantity with the trip as the order: W* = min(capacity, sqrt(2 F D / h)), with D and h by weight.
        By hand, a trip of 100 for 50 kg a week, holding of which costs 4 a week: sqrt(2 * 100 * 50 / 0.08).

    >>> trips = best_load(np.array([100.0]), np.array([[400.0]]), np.array([[50.0]]), np.array([4.0]))
    >>> trips.load.round(2), trips.interval.round(3), trips.cost.round(3)
    (array([[353.55]]), array([7.071]), array([28.284]))
    >>> best_load(np.array([100.0]), np.array([[300.0]]), np.array([[50.0]]), np.array([4.0])).load
    array([[300.]])
    """
    checks.positive(trip_cost=trip_cost, holding=holding, carried=flow.sum(axis=1))
    checks.not_negative(flow=flow.min(axis=1))
    checks.positive(capacity=np.where(np.isinf(capacity), 1.0, capacity).min(axis=1))
    free = np.sqrt(2.0 * trip_cost / holding)
    full = np.divide(capacity, flow, out=np.full_like(flow, np.inf), where=flow > 0).min(axis=1)
    interval = np.minimum(free, full)
    return Trips(interval[:, None] * flow, interval, trip_cost / interval + holding * interval / 2.0)
