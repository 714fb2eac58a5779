"""The thread of a ticket: the one place where anything said in a ticket is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.upsert import insert_new
from core.support.model import CUSTOMER, STAFF, Entry
from core.support.rows import EntryRow, TicketRow

LONGEST = 4000


@dataclass(frozen=True)
class Words:
    """Something to say in a ticket: `key` names its cause, so that a repeat is said once."""

    speaker: str
    text: str
    key: str
    author: str = ""
    files: tuple[str, ...] = ()


def say(session: Session, number: str, words: Words, now: datetime) -> bool:
    """Add to a ticket's thread; False where the same was said before."""
    written = {
        "key": words.key,
        "ticket_number": number,
        "speaker": words.speaker,
        "author": words.author,
        "text": words.text[:LONGEST],
        "said_at": now,
        "files": list(words.files),
    }
    return insert_new(session, EntryRow, written) is not None


def is_said(session: Session, key: str) -> bool:
    """Whether something of this cause was said before."""
    return session.scalar(select(EntryRow.entry_id).where(EntryRow.key == key)) is not None


def entries(session: Session, number: str) -> tuple[Entry, ...]:
    """Everything said in a ticket, oldest first."""
    rows = session.scalars(select(EntryRow).where(EntryRow.ticket_number == number).order_by(EntryRow.entry_id))
    return tuple(entry(row) for row in rows)


def answers_since(session: Session, since: datetime, channel: str) -> list[tuple[str, str, int, str]]:
    """Customer, ticket, entry and words of what was answered since then in tickets of a channel, in order."""
    rows = session.execute(
        select(TicketRow.customer_id, TicketRow.ticket_number, EntryRow.entry_id, EntryRow.text)
        .join(TicketRow, TicketRow.ticket_number == EntryRow.ticket_number)
        .where(
            EntryRow.speaker == STAFF,
            EntryRow.said_at > since,
            TicketRow.channel == channel,
            TicketRow.customer_id.is_not(None),
        )
        .order_by(EntryRow.entry_id)
    )
    return [(str(customer_id), number, entry_id, text) for customer_id, number, entry_id, text in rows]


def last_of_customer(session: Session, number: str) -> int:
    """The id of the latest thing the customer said; 0 where they said nothing."""
    latest = select(func.max(EntryRow.entry_id)).where(EntryRow.ticket_number == number, EntryRow.speaker == CUSTOMER)
    return session.scalar(latest) or 0


def last_entries(session: Session, numbers: Sequence[str]) -> dict[str, Entry]:
    """The latest thing said in each of several tickets."""
    latest = select(func.max(EntryRow.entry_id)).where(EntryRow.ticket_number.in_(numbers))
    rows = session.scalars(select(EntryRow).where(EntryRow.entry_id.in_(latest.group_by(EntryRow.ticket_number))))
    return {row.ticket_number: entry(row) for row in rows}


def entry(row: EntryRow) -> Entry:
    """What a row says."""
    return Entry(
        row.entry_id, row.ticket_number, row.speaker, row.author, row.text, row.said_at, tuple(map(str, row.files))
    )
