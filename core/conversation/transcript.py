"""What was said in a chat, by whom."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.chat import Incoming, Reply
from core.conversation.rows import MessageRow
from core.database.upsert import add, insert_new

PERSON = "person"
_SPEAKERS = {PERSON: "customer", "shop": "bot"}


@dataclass(frozen=True)
class Said:
    """One thing said in a chat; `speaker` is "person", "shop" or "staff"."""

    message_id: int
    speaker: str
    said_at: datetime
    reply: Reply


def heard(session: Session, incoming: Incoming, person: str | None, said: Reply, now: datetime) -> None:
    """Write down what the person said, and which files they sent."""
    _add(session, (incoming.channel, incoming.chat, person), PERSON, said, now)


def said(session: Session, incoming: Incoming, person: str | None, reply: Reply, now: datetime) -> None:
    """Write down what the shop answered."""
    _add(session, (incoming.channel, incoming.chat, person), "shop", reply, now)


def tell(
    session: Session, where: tuple[str, str, str | None], speaker: str, text: str, key: str, now: datetime
) -> bool:
    """Say something unasked in a chat (channel, chat, person), once per key."""
    channel, chat, person = where
    return (
        insert_new(
            session,
            MessageRow,
            {
                "key": key,
                "channel": channel,
                "chat": chat,
                "person": person,
                "speaker": speaker,
                "said_at": now,
                "content": Reply(text).as_dict(),
            },
        )
        is not None
    )


def last_of_person(session: Session, channel: str, chat: str, person: str | None) -> int:
    """The id of the latest thing the person said; 0 where they said nothing."""
    said_by = MessageRow.person.is_(None) if person is None else MessageRow.person == person
    latest = select(func.max(MessageRow.message_id)).where(
        MessageRow.channel == channel, MessageRow.chat == chat, said_by, MessageRow.speaker == PERSON
    )
    return session.scalar(latest) or 0


def messages(
    session: Session, channel: str, chat: str, person: str | None, *, after: int = 0, limit: int = 100
) -> list[Said]:
    """The last `limit` messages since `after`, oldest first; only what was said with this person."""
    rows = session.scalars(
        select(MessageRow)
        .where(
            MessageRow.channel == channel,
            MessageRow.chat == chat,
            MessageRow.person.is_(None) if person is None else MessageRow.person == person,
            MessageRow.message_id > after,
        )
        .order_by(MessageRow.message_id.desc())
        .limit(limit)
    ).all()
    return [Said(row.message_id, row.speaker, row.said_at, Reply.from_dict(row.content)) for row in reversed(rows)]


def forget_old(session: Session, before: datetime) -> int:
    """Remove what was said before a day; how much there was."""
    gone = delete(MessageRow).where(MessageRow.said_at < before).returning(MessageRow.message_id)
    return len(session.scalars(gone).all())


def as_text(said: list[Said], zone: ZoneInfo) -> str:
    """A transcript for people of the shop to read, by the shop's own clock."""
    return "\n".join(
        f"{one.said_at.astimezone(zone):%-d %B, %H:%M}, {_SPEAKERS.get(one.speaker, one.speaker)}: {one.reply.text}"
        for one in said
    )


def _add(session: Session, where: tuple[str, str, str | None], speaker: str, reply: Reply, now: datetime) -> None:
    channel, chat, person = where
    written = {"channel": channel, "chat": chat, "person": person, "speaker": speaker, "said_at": now}
    add(session, MessageRow, [{**written, "content": reply.as_dict()}])
