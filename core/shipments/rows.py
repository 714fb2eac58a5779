"""Tables of parcels and what carriers said of them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base
from core.orders.rows import OrderRow


class ParcelRow(Base):
    """One parcel of an order."""

    __tablename__ = "parcels"

    tracking_number: Mapped[str] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey(OrderRow.order_number), index=True)
    carrier: Mapped[str]
    shipped_at: Mapped[datetime] = mapped_column(index=True)
    expected_on: Mapped[date | None]


class ParcelLineRow(Base):
    """Units of an order line that travel in a parcel."""

    __tablename__ = "parcel_lines"

    tracking_number: Mapped[str] = mapped_column(ForeignKey(ParcelRow.tracking_number), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]


class ScanRow(Base):
    """One scan of a parcel."""

    __tablename__ = "scans"

    tracking_number: Mapped[str] = mapped_column(ForeignKey(ParcelRow.tracking_number), primary_key=True)
    scanned_at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class ParcelAskRow(Base):
    """When a carrier is next asked about a parcel, and how often in a row it had nothing to tell."""

    __tablename__ = "parcel_asks"

    tracking_number: Mapped[str] = mapped_column(ForeignKey(ParcelRow.tracking_number), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)


class ParcelBookingRow(Base):
    """A parcel that was booked here, of an order whose own system has to hear of it."""

    __tablename__ = "parcel_bookings"

    tracking_number: Mapped[str] = mapped_column(ForeignKey(ParcelRow.tracking_number), primary_key=True)
    booked_at: Mapped[datetime]
    passed_on_at: Mapped[datetime | None] = mapped_column(index=True)


class ParcelQuestionRow(Base):
    """A day on which somebody asked where a parcel is."""

    __tablename__ = "parcel_questions"

    tracking_number: Mapped[str] = mapped_column(ForeignKey(ParcelRow.tracking_number), primary_key=True)
    asked_on: Mapped[date] = mapped_column(primary_key=True, index=True)
