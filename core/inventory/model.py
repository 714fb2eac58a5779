"""Stock as people ask for it: what is here, what is coming, what can be promised."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Inbound:
    """Units on their way from a supplier, with the days between which they should arrive.

    `is_overdue` where even the latest of these days has passed: then no day can be named.
    """

    quantity: int
    earliest: date
    latest: date
    is_overdue: bool = False


@dataclass(frozen=True)
class Availability:
    """What can be promised of one product: units free now, and what is coming, soonest first."""

    sku: str
    on_hand: int
    reserved: int
    inbound: tuple[Inbound, ...]

    @property
    def available(self) -> int:
        """Units free to promise now."""
        return max(0, self.on_hand - self.reserved)

    @property
    def back_on(self) -> Inbound | None:
        """The first arrival that leaves something over once what is already promised is served."""
        owed = max(0, self.reserved - self.on_hand)
        for arrival in self.inbound:
            if arrival.quantity > owed:
                return arrival
            owed -= arrival.quantity
        return None
