"""Tickets that are kept at another desk as well: what has to be told there, and those that began there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from core.database.audit import record
from core.database.numbers import next_code
from core.mailroom import outbox
from core.support.model import Entry, Ticket
from core.support.rows import EntryRow, TicketRow
from core.support.service import ticket
from core.support.thread import entry

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Brief:
    """How a ticket stands."""

    ticket_number: str
    status: str
    opened_at: datetime


def current(session: Session, now: datetime) -> list[Brief]:
    """Tickets that are open or were closed lately, oldest first."""
    rows = session.execute(
        select(TicketRow.ticket_number, TicketRow.status, TicketRow.opened_at)
        .where(or_(TicketRow.status == "open", TicketRow.closed_at > now - LATELY))
        .order_by(TicketRow.opened_at, TicketRow.ticket_number)
    )
    return [Brief(number, status, opened_at) for number, status, opened_at in rows]


def untold(session: Session, now: datetime, system: str) -> list[tuple[str, Entry]]:
    """What was said lately, did not come from that system and was not posted to it, in order, with its key there."""
    key = f"{system}:ticket:" + EntryRow.ticket_number + ":entry:" + cast(EntryRow.entry_id, String)
    rows = session.execute(
        select(key, EntryRow)
        .where(EntryRow.said_at > now - LATELY, ~EntryRow.key.startswith(f"{system}:", autoescape=True))
        .where(~outbox.is_posted(key))
        .order_by(EntryRow.entry_id)
    )
    return [(written, entry(row)) for written, row in rows]


def take_in(session: Session, customer_id: str, subject: str, system: str, now: datetime) -> Ticket:
    """A ticket that somebody of the shop opened for a customer at another desk; it belongs to their chat on the web."""
    number = next_code(session, "ticket", "T", TicketRow)
    session.add(
        TicketRow(
            ticket_number=number, customer_id=customer_id, channel="web", chat=f"customer:{customer_id}",
            subject=subject[:200], transcript="", status="open", opened_at=now,
        )
    )  # fmt: skip
    session.flush()
    record(session, now, f"system:{system}", "ticket_opened", f"ticket:{number}")
    return ticket(session, number)
