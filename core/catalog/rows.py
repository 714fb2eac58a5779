"""The table of products."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, JsonAsWritten, Minor


class ProductRow(Base):
    """One thing on sale, by its stock code."""

    __tablename__ = "products"

    sku: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    price: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    tax_rate: Mapped[float] = mapped_column(default=0.0)
    weight_kg: Mapped[float] = mapped_column(default=0.0)
    volume_m3: Mapped[float] = mapped_column(default=0.0)
    shelf_life_days: Mapped[int | None]
    phase_out_on: Mapped[date | None]
    obsolescence_rate: Mapped[float] = mapped_column(default=0.0)
    salvage_value: Mapped[int] = mapped_column(Minor, default=0)
    returnable: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    family: Mapped[str] = mapped_column(default="", index=True)
    options: Mapped[dict[str, Any] | None] = mapped_column(JsonAsWritten)
