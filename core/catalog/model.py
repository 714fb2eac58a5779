"""Products as customers know them, and what handling them takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
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


@dataclass(frozen=True)
class Handling:
    """What a unit takes up, and how long it sells; `salvage_value` is what it brings then, minor units."""

    weight_kg: float = 0.0
    volume_m3: float = 0.0
    shelf_life_days: int | None = None
    phase_out_on: date | None = None
    obsolescence_rate: float = 0.0
    salvage_value: int = 0
