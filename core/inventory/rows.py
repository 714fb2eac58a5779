"""Tables of stock: what is where, every movement, what was sold, and what was asked for in vain."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Minor, RowId


class LocationRow(Base):
    """A place that holds stock."""

    __tablename__ = "locations"

    location: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="")
    storage_m3: Mapped[float | None]
    budget: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str | None]


class StockRow(Base):
    """Units of one product at one location; always the sum of its movements."""

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),)

    sku: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(ForeignKey(LocationRow.location), primary_key=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime] = mapped_column(index=True)


class MovementRow(Base):
    """One change of stock; a cause moves stock once."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        UniqueConstraint("cause", "sku", "location"),
        Index("ix_stock_movements_place", "sku", "location"),
    )

    movement_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause: Mapped[str]
    sku: Mapped[str]
    location: Mapped[str]
    units: Mapped[int]
    moved_at: Mapped[datetime]


class DepartureRow(Base):
    """Units of an order line that are off a shelf since a moment; none where they came back on it.

    `turn` is how often the line moved stock. `units` stay what they are once the shelf is counted: it knew of them.
    """

    __tablename__ = "departures"
    __table_args__ = (Index("ix_departures_shelf", "sku", "left_at"),)

    order_number: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    location: Mapped[str]
    units: Mapped[int]
    left_at: Mapped[datetime]
    turn: Mapped[int]


class SetAsideRow(Base):
    """Units of a product kept for a cause that is no order, such as an exchange under way."""

    __tablename__ = "stock_set_aside"

    cause: Mapped[str] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True, index=True)
    location: Mapped[str]
    units: Mapped[int]
    since: Mapped[datetime]


class SaleRow(Base):
    """Units sold on a day beyond what the orders table holds."""

    __tablename__ = "sales"

    sku: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(primary_key=True)
    sold_on: Mapped[date] = mapped_column(primary_key=True)
    units: Mapped[int]
    in_stock: Mapped[float] = mapped_column(default=1.0)


class EnquiryRow(Base):
    """Somebody asked for something that was not there: evidence of demand, once per person and spell.

    A spell lasts from when the shelf became empty (or full again) until it next changes: `spell` is the movement it
    began with.
    """

    __tablename__ = "enquiries"
    __table_args__ = (UniqueConstraint("sku", "asker", "spell"),)

    enquiry_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sku: Mapped[str] = mapped_column(index=True)
    asker: Mapped[str]
    asked_on: Mapped[date]
    units: Mapped[int] = mapped_column(default=1)
    spell: Mapped[int] = mapped_column(RowId, default=0)


class AlertRow(Base):
    """Somebody who wants to be told when a product is back; told once, in the order of asking."""

    __tablename__ = "stock_alerts"
    __table_args__ = (UniqueConstraint("sku", "customer_id"),)

    alert_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sku: Mapped[str] = mapped_column(index=True)
    customer_id: Mapped[str] = mapped_column(index=True)
    units: Mapped[int]
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
