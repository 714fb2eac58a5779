"""Tables of connected systems: what they are, how far each feed was read, and which of our records came from where."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, JsonOrNull


class SystemRow(Base):
    """A connected system, as its records were last taken."""

    __tablename__ = "systems"

    system: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    acts: Mapped[list[Any]]
    elsewhere: Mapped[dict[str, Any]]


class FeedRow(Base):
    """How far a feed was read; `whole` is how far a reading of everything came that began at `whole_began_at`."""

    __tablename__ = "feeds"

    system: Mapped[str] = mapped_column(primary_key=True)
    feed: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    succeeded_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
    whole: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    whole_began_at: Mapped[datetime | None]
    drift: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    compared_at: Mapped[datetime | None]


class ListingRow(Base):
    """A product that a connected system sells from a place of ours.

    `shown` is how many units it offers as far as is known, `units` and `sequence` the last number posted for it and
    how many were; `refused` why it did not take that one.
    """

    __tablename__ = "listings"

    system: Mapped[str] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str]
    feed: Mapped[str]
    shown: Mapped[int | None]
    units: Mapped[int | None]
    sequence: Mapped[int]
    refused: Mapped[str]
    told_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class OriginRow(Base):
    """Where a record of ours came from, or went to: its id there, and how new what we have of it is.

    `stale_at` is since when it has to be looked up again: it was hinted at, or told of while a change of ours was
    under way. `served_there` is an order that the system sends itself, `not_taken` are acts that it takes on others of
    its orders, and `awaits` is an act that it waits for.
    """

    __tablename__ = "origins"
    __table_args__ = (
        Index("ix_origins_key", "table", "key"),
        Index("ix_origins_seen", "system", "feed", "seen_at"),
        Index("ix_origins_stale", "system", "stale_at"),
    )

    system: Mapped[str] = mapped_column(primary_key=True)
    table: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    version: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="")
    feed: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[datetime | None]
    stale_at: Mapped[datetime | None]
    gone: Mapped[bool] = mapped_column(default=False)
    served_there: Mapped[bool] = mapped_column(default=False)
    awaits: Mapped[str] = mapped_column(default="")
    not_taken: Mapped[list[Any]] = mapped_column(default=list)
