"""What it costs to start a review period from a level of stock position: units left over held, units short missed."""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector
from core.replenishment.loss import Demand, excess_sum, expected_excess


@dataclass(frozen=True)
class Curve:
    """Cost per review period of a stock position, for n items.

    The period meant is the one this position decides: from the arrival of an order placed now to the arrival of the
    next. Units held are the mean of those on the shelf at its two ends; units short are those that fall short within
    it, each counted once. Without `lead` it is the textbook's curve, h E(y-X)+ + p E(X-y)+.

    Args:
        protected: demand until the next order could arrive.
        holding: of one unit for one period, shape (n,) [money].
        stockout: of one unit short, shape (n,) [money].
        lead: demand until an order placed now arrives.
    """

    protected: Demand
    holding: Vector
    stockout: Vector
    lead: Demand | None = None

    @property
    def drawn(self) -> Vector:
        """Mean demand of one review period, shape (n,) [units]; of all the time where there is no `lead`."""
        return self.protected.mean if self.lead is None else self.protected.mean - self.lead.mean

    def at(self, level: Vector) -> tuple[Vector, Vector]:
        """Units on the shelf in the period and units that fall short in it, means, shape (n,) each [units]."""
        over = expected_excess(level, self.protected)
        before = level if self.lead is None else expected_excess(level, self.lead)
        short = np.maximum(over - before + self.drawn, 0.0)
        return (over if self.lead is None else (over + before) / 2.0), short

    def between(self, low: Vector, high: Vector) -> tuple[Vector, Vector]:
        """Sums of both over the whole levels above `low` up to `high`, both at least -1, shape (n,) each."""
        over = excess_sum(high, self.protected) - excess_sum(low, self.protected)
        if self.lead is None:
            before = (high * (high + 1.0) - low * (low + 1.0)) / 2.0
        else:
            before = excess_sum(high, self.lead) - excess_sum(low, self.lead)
        short = np.maximum(over - before + (high - low) * self.drawn, 0.0)
        return (over if self.lead is None else (over + before) / 2.0), short

    def cost(self, level: Vector) -> Vector:
        """Holding and stockout cost of one period, shape (n,) [money]."""
        held, short = self.at(level)
        return self.holding * held + self.stockout * short

    def rise(self, low: Vector, high: Vector) -> Vector:
        """Cost at `high` less cost at `low`, shape (n,) [money], with the right sign far below demand too."""
        return self._varying(high) - self._varying(low)

    def _varying(self, level: Vector) -> Vector:
        """The cost without its constant part, which would drown the differences of the lower tail."""
        over = expected_excess(level, self.protected)
        if self.lead is None:
            return self.holding * over + self.stockout * (over - level)
        before = expected_excess(level, self.lead)
        return self.holding * (over + before) / 2.0 + self.stockout * (over - before)
