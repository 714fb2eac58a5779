"""Orders as the customer sees them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from core.accounts.model import Address
from core.money import Money, rounded_share


class OrderStatus(Enum):
    """Where an order stands."""

    OPEN = "open"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class OrderLine:
    """One line of an order; money is net."""

    line: int
    sku: str
    description: str
    quantity: int
    unit_price: Money
    discount: Money
    tax_rate: Decimal

    @property
    def net(self) -> Money:
        """Price of the line before tax."""
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True)
class Order:
    """One order with its lines."""

    order_number: str
    customer_id: str | None
    placed_at: datetime
    status: OrderStatus
    currency: str
    location: str
    payment_method: str
    ship_to: Address
    lines: tuple[OrderLine, ...]

    @property
    def net(self) -> Money:
        """Sum of the lines before tax."""
        return sum((line.net for line in self.lines), Money(0, self.currency))

    @property
    def total(self) -> Money:
        """What the customer pays: net plus tax per rate, each rounded once."""
        by_rate: dict[Decimal, int] = {}
        for line in self.lines:
            by_rate[line.tax_rate] = by_rate.get(line.tax_rate, 0) + line.net.minor
        return self.net + Money(sum(rounded_share(net, rate) for rate, net in by_rate.items()), self.currency)
