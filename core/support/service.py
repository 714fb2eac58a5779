"""Tickets: opening one from a chat, reading them, closing them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.audit import record
from core.database.base import lookup
from core.database.numbers import next_code
from core.errors import Conflict, NotFound
from core.support.model import Ticket
from core.support.rows import FeedbackRow, TicketRow


@dataclass(frozen=True)
class Handover:
    """A chat that wants a person: whose it is, where, about what, and what was said so far."""

    customer_id: str | None
    channel: str
    chat: str
    subject: str
    transcript: str


def open_ticket(session: Session, handover: Handover, now: datetime) -> Ticket:
    """The ticket of a chat: the one it has open, or a new one."""
    row = session.scalar(
        select(TicketRow).where(
            TicketRow.channel == handover.channel,
            TicketRow.chat == handover.chat,
            TicketRow.status == "open",
            TicketRow.customer_id.is_(None)
            if handover.customer_id is None
            else TicketRow.customer_id == handover.customer_id,
        )
    )
    if row is None:
        row = TicketRow(
            ticket_number=next_code(session, "ticket", "T", TicketRow),
            customer_id=handover.customer_id,
            channel=handover.channel,
            chat=handover.chat,
            subject=handover.subject[:200],
            transcript=handover.transcript,
            status="open",
            opened_at=now,
        )
        session.add(row)
        record(session, now, handover.chat, "ticket_opened", f"ticket:{row.ticket_number}")
    return _ticket(row)


def tickets(session: Session, limit: int = 100) -> list[Ticket]:
    """Open tickets, oldest first, then the latest closed ones."""
    rows = session.scalars(
        select(TicketRow).order_by(TicketRow.closed_at.is_not(None), TicketRow.opened_at).limit(limit)
    )
    return [_ticket(row) for row in rows]


def ticket(session: Session, number: str) -> Ticket:
    """One ticket.

    Raises:
        NotFound: there is none of that number.
    """
    row = session.get(TicketRow, lookup(number))
    if row is None:
        raise NotFound(f"There is no ticket {number[:20]}.")
    return _ticket(row)


def hold_open(session: Session, number: str) -> None:
    """Make sure a ticket stays open until the end of the transaction.

    Raises:
        Conflict: it is closed, and the bot speaks there again.
    """
    found = session.get(TicketRow, number, with_for_update=True, populate_existing=True)
    if found is None or found.status != "open":
        raise Conflict(f"Ticket {number} is closed; the customer is talking to the bot again.")


def close_ticket(session: Session, number: str, who: str, now: datetime) -> None:
    """Close a ticket.

    Raises:
        Conflict: it is closed already.
    """
    closing = update(TicketRow).where(TicketRow.ticket_number == number, TicketRow.status == "open")
    if session.scalar(closing.values(status="closed", closed_at=now).returning(TicketRow.ticket_number)) is None:
        raise Conflict(f"Ticket {number} is closed already.")
    record(session, now, who, "ticket_closed", f"ticket:{number}")


def close_tickets_of(session: Session, channel: str, chat: str, now: datetime) -> None:
    """Close what a chat has open: its person went back to the bot."""
    open_ones = session.scalars(
        select(TicketRow.ticket_number).where(
            TicketRow.channel == channel, TicketRow.chat == chat, TicketRow.status == "open"
        )
    ).all()
    for number in open_ones:
        close_ticket(session, number, chat, now)


def _ticket(row: TicketRow) -> Ticket:
    return Ticket(
        row.ticket_number, row.customer_id, row.channel, row.chat, row.subject, row.transcript, row.status,
        row.opened_at, row.closed_at,
    )  # fmt: skip


def tickets_of(session: Session, customer_id: str, limit: int = 10) -> list[Ticket]:
    """A customer's own tickets, latest first."""
    rows = session.scalars(
        select(TicketRow).where(TicketRow.customer_id == customer_id).order_by(TicketRow.opened_at.desc()).limit(limit)
    )
    return [_ticket(row) for row in rows]


def keep_feedback(session: Session, customer_id: str | None, channel: str, text: str, now: datetime) -> None:
    """Write down what somebody thinks."""
    session.add(FeedbackRow(customer_id=customer_id, channel=channel, text=text[:2000], said_at=now))
    record(session, now, f"customer:{customer_id}" if customer_id else channel, "feedback_given", "feedback")


def feedback(session: Session, limit: int = 100) -> list[tuple[datetime, str]]:
    """What people thought, latest first."""
    rows = session.scalars(select(FeedbackRow).order_by(FeedbackRow.said_at.desc()).limit(limit))
    return [(row.said_at, row.text) for row in rows]
