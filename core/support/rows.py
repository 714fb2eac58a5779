"""Tables of conversations handed to a person."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, RowId


class TicketRow(Base):
    """Something a person has to look after; opened from a chat with its transcript."""

    __tablename__ = "tickets"

    ticket_number: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[str]
    chat: Mapped[str]
    subject: Mapped[str]
    transcript: Mapped[str]
    status: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class FeedbackRow(Base):
    """What somebody thought of the shop, in their words."""

    __tablename__ = "feedback"

    feedback_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[str]
    text: Mapped[str]
    said_at: Mapped[datetime]
