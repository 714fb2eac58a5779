"""Tables of conversations handed to a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, JsonOrNull, RowId


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
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    is_live: Mapped[bool] = mapped_column(default=False)
    proof: Mapped[int] = mapped_column(default=0)
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)


class EntryRow(Base):
    """One thing said in a ticket, once per key."""

    __tablename__ = "ticket_entries"

    entry_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    ticket_number: Mapped[str] = mapped_column(ForeignKey(TicketRow.ticket_number), index=True)
    speaker: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    said_at: Mapped[datetime]
    files: Mapped[list[Any]]


class DeskCardRow(Base):
    """The card of a ticket where the shop's people talk: what it shows, and how often it was drawn."""

    __tablename__ = "desk_cards"

    ticket_number: Mapped[str] = mapped_column(ForeignKey(TicketRow.ticket_number), primary_key=True)
    shown: Mapped[str]
    version: Mapped[int]


class FeedbackRow(Base):
    """What somebody thought of the shop, in their words."""

    __tablename__ = "feedback"

    feedback_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[str]
    text: Mapped[str]
    said_at: Mapped[datetime]
