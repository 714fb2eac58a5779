"""Tables of customers' orders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.rows import CustomerRow
from core.database.base import Base, Minor, RowId


class OrderRow(Base):
    """One order; a guest's has no customer."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_customer", "customer_id", "placed_at"),
        Index("ix_orders_placed_at", "placed_at"),
    )

    order_number: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey(CustomerRow.customer_id))
    placed_at: Mapped[datetime]
    status: Mapped[str]
    currency: Mapped[str]
    location: Mapped[str] = mapped_column(default="main")
    payment_method: Mapped[str] = mapped_column(default="")
    ship_name: Mapped[str] = mapped_column(default="")
    ship_line1: Mapped[str] = mapped_column(default="")
    ship_line2: Mapped[str] = mapped_column(default="")
    ship_city: Mapped[str] = mapped_column(default="")
    ship_postcode: Mapped[str] = mapped_column(default="")
    ship_country: Mapped[str] = mapped_column(default="")
    ship_region: Mapped[str] = mapped_column(default="")


class OrderLineRow(Base):
    """One line of an order."""

    __tablename__ = "order_lines"

    order_number: Mapped[str] = mapped_column(ForeignKey(OrderRow.order_number), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(index=True)
    description: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    tax_rate: Mapped[float] = mapped_column(default=0.0)
    discount: Mapped[int] = mapped_column(Minor, default=0)


class OrderChangeRow(Base):
    """One thing that was changed about an order after it was placed; `key` makes it happen once."""

    __tablename__ = "order_changes"

    change_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    order_number: Mapped[str] = mapped_column(ForeignKey(OrderRow.order_number), index=True)
    kind: Mapped[str]
    who: Mapped[str]
    changed_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]


class OrderAcknowledgementRow(Base):
    """What was said to a line of a retailer's order: units sent in time, later, and not at all."""

    __tablename__ = "order_acknowledgements"

    order_number: Mapped[str] = mapped_column(ForeignKey(OrderRow.order_number), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    accepted: Mapped[int]
    backordered: Mapped[int]
    rejected: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    ship_on: Mapped[date | None]
    by: Mapped[str]
    acknowledged_at: Mapped[datetime]
