"""Tables of conversations: where each stands, what was said, what was offered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, JsonOrNull, RowId


class ConversationRow(Base):
    """One chat and the stack of flows it is in the middle of."""

    __tablename__ = "conversations"

    channel: Mapped[str] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str | None]
    standing: Mapped[dict[str, Any]]
    handed_off: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class MessageRow(Base):
    """One thing said in a chat, by the person, the bot or staff."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_chat", "channel", "chat", "message_id"), UniqueConstraint("key"))

    message_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key: Mapped[str | None]
    channel: Mapped[str]
    chat: Mapped[str]
    person: Mapped[str | None]
    speaker: Mapped[str]
    said_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]


class OfferRow(Base):
    """A button that was shown: what pressing it means, for whom, and whether it was pressed."""

    __tablename__ = "offers"
    __table_args__ = (Index("ix_offers_chat", "channel", "chat", "turn"),)

    value: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    chat: Mapped[str]
    person: Mapped[str | None]
    turn: Mapped[int]
    act: Mapped[dict[str, Any]]
    offered_at: Mapped[datetime]
    pressed_at: Mapped[datetime | None]


class DoneActRow(Base):
    """Something a person had done in a chat, with what taking it back needs to know; taken back once at most."""

    __tablename__ = "done_acts"
    __table_args__ = (Index("ix_done_acts_person", "person", "act_id"),)

    act_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person: Mapped[str]
    member: Mapped[str] = mapped_column(default="")
    intent: Mapped[str]
    undo: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    done_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
