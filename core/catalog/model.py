"""Products as customers know them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.money import Money


@dataclass(frozen=True)
class Product:
    """One thing on sale; the price is net. Variants share a `family`, and `options` tell them apart."""

    sku: str
    name: str
    price: Money
    tax_rate: Decimal
    returnable: bool
    active: bool
    family: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def options_text(self) -> str:
        """What tells the variant apart, as a customer reads it: “black, 4 cups”."""
        return ", ".join(self.options.values())
