"""Tables of conversations handed to a person."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


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
