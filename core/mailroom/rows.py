"""Tables of what came in and what has to go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, RowId


class InboxRow(Base):
    """One delivery from outside, stored once under (source, delivery_id); `answer` is what a repeat gets.

    `attempt` counts how often taking it in failed, `trouble` says what the last one ended with.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "delivery_id"),
        Index(
            "ix_inbox_unanswered",
            "source",
            "inbox_id",
            sqlite_where=text("answer IS NULL"),
            postgresql_where=text("answer IS NULL"),
        ),
    )

    inbox_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    source: Mapped[str]
    delivery_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any] | None]
    attempt: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")


class OutboxRow(Base):
    """One thing that has to leave the house: written with its cause, sent afterwards, settled last.

    `place` is where a platform counts what it is sent, `topic` the subject whose newer state takes the place of an
    older one, `held` that it waited for the end of quiet hours.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_outbox_due", "state", "channel", "lane", "outbox_id"),
        Index("ix_outbox_chat", "chat", "state"),
        Index("ix_outbox_expires", "state", "expires_at"),
        Index("ix_outbox_topic", "topic", "state"),
    )

    outbox_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key: Mapped[str]
    channel: Mapped[str]
    chat: Mapped[str]
    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="ready")
    attempt: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    may_be_repeat: Mapped[bool] = mapped_column(default=False)
    lane: Mapped[int] = mapped_column(default=1)
    place: Mapped[str] = mapped_column(default="")
    topic: Mapped[str] = mapped_column(default="")
    held: Mapped[bool] = mapped_column(default=False)
    customer_id: Mapped[str | None] = mapped_column(index=True)


class PaceRow(Base):
    """From when on a bot, a chat or a group may be sent the next message; all replicas go by it."""

    __tablename__ = "paces"

    name: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)


class LeaseRow(Base):
    """Something that one process does at a time: who has it, and until when if nothing more is heard of them."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    until: Mapped[datetime]


class ClosedChatRow(Base):
    """A chat on the other side that takes no more post: blocked by its owner, or gone."""

    __tablename__ = "closed_chats"

    channel: Mapped[str] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    why: Mapped[str]


class PlaceRow(Base):
    """Where something was posted that more belongs to: a thread hangs under it, or it is edited in place."""

    __tablename__ = "post_places"

    key: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    place: Mapped[str] = mapped_column(index=True)


class RunRow(Base):
    """One due run of a job: whoever inserts (job, due_at) has it."""

    __tablename__ = "runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    owner: Mapped[str]
    claimed_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
