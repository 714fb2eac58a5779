"""Tables of returns."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base
from core.orders.rows import OrderRow


class ReturnRow(Base):
    """A return, exchange, claim or withdrawal, from asking to its end."""

    __tablename__ = "returns"

    return_number: Mapped[str] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey(OrderRow.order_number), index=True)
    kind: Mapped[str]
    status: Mapped[str]
    requested_at: Mapped[datetime]
    refund_to: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    why_not: Mapped[str] = mapped_column(default="")


class ReturnLineRow(Base):
    """Units of one order line coming back."""

    __tablename__ = "return_lines"

    return_number: Mapped[str] = mapped_column(ForeignKey(ReturnRow.return_number), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    new_sku: Mapped[str | None]
    accepted: Mapped[int | None]
    sellable: Mapped[int | None]
