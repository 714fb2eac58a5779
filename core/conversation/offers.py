"""Buttons: opaque, pressed once, by the person and in the chat they were shown to."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.chat import Button
from core.conversation.rows import OfferRow
from core.database.upsert import add
from core.errors import Conflict, NotFound, Refused

GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Holder:
    """Whose buttons they are: a person in a chat."""

    channel: str
    chat: str
    person: str | None


@dataclass(frozen=True)
class Offer:
    """A button to show: its label and what pressing it means."""

    label: str
    act: dict[str, Any]


def show(session: Session, holder: Holder, turn: int, offers: Sequence[Offer], now: datetime) -> tuple[Button, ...]:
    """Write offers down and give the buttons to show."""
    values = [secrets.token_urlsafe(16) for _ in offers]
    shown = {"channel": holder.channel, "chat": holder.chat, "person": holder.person, "turn": turn, "offered_at": now}
    rows = [{**shown, "value": value, "act": offer.act} for value, offer in zip(values, offers, strict=True)]
    add(session, OfferRow, rows)
    return tuple(Button(offer.label[:75], value) for value, offer in zip(values, offers, strict=True))


def forget_old(session: Session, now: datetime) -> None:
    """Remove buttons of long ago; pressing one would be refused anyway."""
    session.execute(delete(OfferRow).where(OfferRow.offered_at < now - 7 * GOOD_FOR))


def press(session: Session, holder: Holder, value: str, now: datetime) -> dict[str, Any]:
    """What a pressed button means; it is used up by this.

    Raises:
        NotFound: not a button of this person in this chat.
        Conflict: it was pressed before.
        Refused: it is too old.
    """
    row = session.scalar(
        select(OfferRow).where(
            OfferRow.value == value,
            OfferRow.channel == holder.channel,
            OfferRow.chat == holder.chat,
            OfferRow.person.is_(None) if holder.person is None else OfferRow.person == holder.person,
        )
    )
    if row is None:
        raise NotFound(
            "That button does not belong to this conversation. Say in words what you would like.", "button-foreign"
        )
    if now - row.offered_at > GOOD_FOR:
        raise Refused("That button is from an earlier day. Say in words what you would like.", "button-old")
    pressing = update(OfferRow).where(OfferRow.value == value, OfferRow.pressed_at.is_(None))
    if session.scalar(pressing.values(pressed_at=now).returning(OfferRow.value)) is None:
        raise Conflict("That button was pressed already; nothing was done twice.", "button-pressed")
    return dict(row.act)
