"""Tables of what customers want to be told, where, and at which hours not."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.rows import CustomerRow
from core.database.base import Base


class ChoiceRow(Base):
    """Whether a customer wants one kind of notice on one channel; without a row the kind's own default counts.

    A row with an empty channel counts for every channel that has no row of its own.
    """

    __tablename__ = "notification_choices"

    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True, default="")
    is_wanted: Mapped[bool]
    chosen_at: Mapped[datetime]


class HoursRow(Base):
    """The time zone a customer chose, and the hours in which nothing shall ring; empty where the shop's count."""

    __tablename__ = "notification_hours"

    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), primary_key=True)
    zone: Mapped[str] = mapped_column(default="")
    quiet_from: Mapped[str] = mapped_column(default="")
    quiet_until: Mapped[str] = mapped_column(default="")
    chosen_at: Mapped[datetime]


class ToldRow(Base):
    """How far an order or a parcel has been told of."""

    __tablename__ = "told"

    subject: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(index=True)
