"""Returns: their kinds, where they stand, and what may still come back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum


class ReturnKind(Enum):
    """Why goods come back, in law and in practice four different things."""

    RETURN = "return"
    EXCHANGE = "exchange"
    CLAIM = "claim"
    WITHDRAWAL = "withdrawal"


class ReturnStatus(Enum):
    """Where a return stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


MAY_BECOME = {
    ReturnStatus.REQUESTED: {ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED,
                             ReturnStatus.REJECTED, ReturnStatus.CANCELLED},
    ReturnStatus.APPROVED: {ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED, ReturnStatus.REJECTED,
                            ReturnStatus.CANCELLED},
    ReturnStatus.IN_TRANSIT: {ReturnStatus.RECEIVED, ReturnStatus.REJECTED},
    ReturnStatus.RECEIVED: {ReturnStatus.REFUNDED, ReturnStatus.EXCHANGED, ReturnStatus.REJECTED},
    ReturnStatus.REFUNDED: set(),
    ReturnStatus.EXCHANGED: set(),
    ReturnStatus.REJECTED: set(),
    ReturnStatus.CANCELLED: set(),
}  # fmt: skip
UNDONE = {ReturnStatus.REJECTED, ReturnStatus.CANCELLED}
ENDED = frozenset(status for status, following in MAY_BECOME.items() if not following)


@dataclass(frozen=True)
class ReturnLine:
    """Units of one order line coming back; `accepted` of them, `sellable` of these, once somebody looked at them."""

    line: int
    description: str
    quantity: int
    reason: str
    new_sku: str | None = None
    accepted: int | None = None
    sellable: int | None = None


@dataclass(frozen=True)
class Return:
    """A return with its lines; `refund_to` is the way of paying that gets the money, None for where it came from.

    `why_not` is what the shop said where it rejected it.
    """

    return_number: str
    order_number: str
    kind: ReturnKind
    status: ReturnStatus
    requested_at: datetime
    lines: tuple[ReturnLine, ...]
    refund_to: str | None = None
    why_not: str = ""

    @property
    def is_swap(self) -> bool:
        """Whether goods go out for those that come back, instead of money."""
        return any(line.new_sku for line in self.lines)

    @property
    def is_sendable(self) -> bool:
        """Whether the parcel may still be sent, so that it needs a label."""
        return self.status in {ReturnStatus.REQUESTED, ReturnStatus.APPROVED}

    def may_become(self, status: ReturnStatus) -> bool:
        """Whether that is a step from where it stands."""
        return status in MAY_BECOME[self.status]


@dataclass(frozen=True)
class Returnable:
    """How much of an order line may come back; where nothing may, `why_not` says so and `rule` names the rule."""

    line: int
    sku: str
    description: str
    quantity: int
    rule: str = ""
    why_not: str = ""


def window_ends_on(delivered_on: date, days: int) -> date:
    """The last day, included, on which a return may be asked for.

    >>> window_ends_on(date(2026, 11, 1), 30)
    datetime.date(2026, 12, 1)
    """
    return delivered_on + timedelta(days=days)
