"""Products as customers know them."""

from dataclasses import dataclass
from decimal import Decimal

from core.money import Money


@dataclass(frozen=True)
class Product:
    """One thing on sale; the price is net."""

    sku: str
    name: str
    price: Money
    tax_rate: Decimal
    returnable: bool
    active: bool
