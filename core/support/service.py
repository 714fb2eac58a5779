"""Tickets: opening one from a chat, reading them, and moving them on, each move from the state it expects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.accounts.model import Role, Staff
from core.accounts.service import staff_by_email
from core.database.audit import record
from core.database.base import lookup
from core.database.numbers import next_code
from core.errors import Conflict, NotFound, Refused
from core.support import thread
from core.support.model import CUSTOMER, Ticket
from core.support.rows import FeedbackRow, TicketRow
from core.support.thread import Words


@dataclass(frozen=True)
class Handover:
    """A chat that wants a person: whose it is, where, about what, and what was said so far.

    `words` is what the customer said last, whole; `is_live`, `proof` and `snapshot` as in `Ticket`. `key` names the
    cause where it may come twice.
    """

    customer_id: str | None
    channel: str
    chat: str
    subject: str
    transcript: str
    words: str = ""
    is_live: bool = False
    proof: int = 0
    snapshot: Mapping[str, Any] | None = None
    member: str = ""
    key: str = ""
    files: tuple[str, ...] = ()


def open_ticket(session: Session, handover: Handover, now: datetime) -> Ticket:
    """The ticket of a chat: the one it has open, which hears of the new wish, or a new one."""
    row = session.scalar(
        select(TicketRow)
        .where(*_of_chat(handover.channel, handover.chat, handover.customer_id), TicketRow.status == "open")
        .order_by(TicketRow.opened_at.desc())
        .limit(1)
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
            is_live=handover.is_live,
            proof=handover.proof,
            snapshot=dict(handover.snapshot) if handover.snapshot else None,
        )
        session.add(row)
        session.flush()
        record(session, now, handover.chat, "ticket_opened", f"ticket:{row.ticket_number}")
    elif handover.is_live and not row.is_live:
        row.is_live = True
    said = handover.words or handover.subject
    if said or handover.files:
        cause = handover.key or now.isoformat()
        words = Words(CUSTOMER, said, f"{row.ticket_number}:opened:{cause}", handover.member, handover.files)
        thread.say(session, row.ticket_number, words, now)
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


def ticket_of(session: Session, customer_id: str, number: str) -> Ticket:
    """One of a customer's own tickets.

    Raises:
        NotFound: there is none of that number, or it is somebody else's.
    """
    row = session.scalar(
        select(TicketRow).where(
            TicketRow.customer_id == customer_id, TicketRow.ticket_number == lookup(number.strip().upper())
        )
    )
    if row is None:
        raise NotFound(f"I find no ticket {number[:20]} of yours.", "no-ticket", number=number[:20])
    return _ticket(row)


def tickets_of(session: Session, customer_id: str, limit: int = 10) -> list[Ticket]:
    """A customer's own tickets, latest first."""
    rows = session.scalars(
        select(TicketRow).where(TicketRow.customer_id == customer_id).order_by(TicketRow.opened_at.desc()).limit(limit)
    )
    return [_ticket(row) for row in rows]


def ticket_of_chat(session: Session, channel: str, chat: str, customer_id: str | None) -> Ticket | None:
    """The open ticket that a chat's words belong to while a person has the chat: a claimed one first."""
    row = session.scalar(
        select(TicketRow)
        .where(*_of_chat(channel, chat, customer_id), TicketRow.status == "open")
        .order_by(TicketRow.claimed_by.is_(None), TicketRow.is_live.desc(), TicketRow.opened_at.desc())
        .limit(1)
    )
    return _ticket(row) if row is not None else None


def claim_ticket(session: Session, found: Ticket, staff: Staff, now: datetime) -> bool:
    """Look after a ticket from now on; False where the same person does already.

    Two may press at once: it is claimed only from nobody, so one of them wins and the other is told who has it.
    The caller holds the chat, so that no two tickets of one chat get two people.

    Raises:
        Conflict: somebody else has it, or another ticket of the same chat, or it is closed.
    """
    other = session.scalar(
        select(TicketRow).where(
            *_of_chat(found.channel, found.chat, found.customer_id),
            TicketRow.status == "open", TicketRow.ticket_number != found.ticket_number,
            TicketRow.claimed_by.is_not(None), TicketRow.claimed_by != staff.email,
        ).limit(1)
    )  # fmt: skip
    if other is not None:
        name = holder(session, other.claimed_by)
        raise Conflict(f"{name} is talking to this customer already, about ticket {other.ticket_number}.")
    claiming = update(TicketRow).where(
        TicketRow.ticket_number == found.ticket_number, TicketRow.status == "open", TicketRow.claimed_by.is_(None)
    )
    if _moved(session, claiming.values(claimed_by=staff.email, claimed_at=now)):
        record(session, now, f"staff:{staff.email}", "ticket_claimed", f"ticket:{found.ticket_number}")
        return True
    _require_hold(session, found.ticket_number, staff)
    return False


def require_claim(session: Session, number: str, staff: Staff, now: datetime) -> None:
    """Make sure that a ticket is open and this person's until the end of the transaction.

    Raises:
        Conflict: it is closed, or somebody else has it.
    """
    holding = update(TicketRow).where(
        TicketRow.ticket_number == number, TicketRow.status == "open", TicketRow.claimed_by == staff.email
    )
    if not _moved(session, holding.values(claimed_at=now)):
        _require_hold(session, number, staff)


def release_ticket(session: Session, number: str, staff: Staff, now: datetime) -> None:
    """Let somebody else look after a ticket; an admin may take it off anybody.

    Raises:
        Conflict: it is not this person's, or closed.
    """
    whose = TicketRow.claimed_by.is_not(None) if staff.role is Role.ADMIN else TicketRow.claimed_by == staff.email
    releasing = update(TicketRow).where(TicketRow.ticket_number == number, TicketRow.status == "open", whose)
    if not _moved(session, releasing.values(claimed_by=None, claimed_at=None)):
        _require_hold(session, number, staff)
        raise Conflict(f"Nobody looks after ticket {number}; there is nothing to release.")
    record(session, now, f"staff:{staff.email}", "ticket_released", f"ticket:{number}")


def close_ticket(session: Session, number: str, who: str, now: datetime) -> None:
    """Close a ticket.

    Raises:
        Conflict: it is closed already.
    """
    closing = update(TicketRow).where(TicketRow.ticket_number == number, TicketRow.status == "open")
    if not _moved(session, closing.values(status="closed", closed_at=now, claimed_by=None, claimed_at=None)):
        raise Conflict(f"Ticket {number} is closed already.", "ticket-closed", number=number)
    record(session, now, who, "ticket_closed", f"ticket:{number}")


def reopen_ticket(session: Session, number: str, who: str, now: datetime) -> None:
    """Open a closed ticket again; nobody has it, and the bot goes on in its chat until somebody claims it.

    Raises:
        Conflict: it is open.
    """
    opening = update(TicketRow).where(TicketRow.ticket_number == number, TicketRow.status == "closed")
    if not _moved(session, opening.values(status="open", closed_at=None, is_live=False)):
        raise Conflict(f"Ticket {number} is open already.", "ticket-open", number=number)
    record(session, now, who, "ticket_reopened", f"ticket:{number}")


def reply_of_customer(session: Session, found: Ticket, words: Words, days: int, now: datetime) -> bool:
    """Add what a customer says to their ticket; a closed one opens again by it within so many days.

    False where the same was said before.

    Raises:
        Refused: it was closed too long ago.
    """
    if not found.is_open and not found.may_reopen(now, days):
        raise Refused(
            f"Ticket {found.ticket_number} was closed more than {days} days ago; open a new one instead.",
            "ticket-too-old", number=found.ticket_number, days=days,
        )  # fmt: skip
    is_new = thread.say(session, found.ticket_number, words, now)
    if is_new and not found.is_open:
        opening = update(TicketRow).where(TicketRow.ticket_number == found.ticket_number, TicketRow.status == "closed")
        if _moved(session, opening.values(status="open", closed_at=None, is_live=False)):
            record(session, now, found.person or found.chat, "ticket_reopened", f"ticket:{found.ticket_number}")
    return is_new


def leave_to_bot(session: Session, channel: str, chat: str, customer_id: str | None, now: datetime) -> None:
    """What becomes of a chat's open tickets when its person goes back to the bot.

    A ticket that was nothing but a wish for a person is closed; others stay open and wait for somebody again.
    """
    open_ones = session.scalars(
        select(TicketRow).where(*_of_chat(channel, chat, customer_id), TicketRow.status == "open")
    ).all()
    for row in open_ones:
        if row.is_live:
            close_ticket(session, row.ticket_number, chat, now)
        elif row.claimed_by is not None:
            row.claimed_by, row.claimed_at = None, None
            record(session, now, chat, "ticket_released", f"ticket:{row.ticket_number}")


def holder(session: Session, address: str | None) -> str:
    """The name of who looks after a ticket; empty for nobody."""
    if address is None:
        return ""
    found = staff_by_email(session, address)
    return found.name if found else address


def keep_feedback(session: Session, customer_id: str | None, channel: str, text: str, now: datetime) -> None:
    """Write down what somebody thinks."""
    session.add(FeedbackRow(customer_id=customer_id, channel=channel, text=text[:2000], said_at=now))
    record(session, now, f"customer:{customer_id}" if customer_id else channel, "feedback_given", "feedback")


def feedback(session: Session, limit: int = 100) -> list[tuple[datetime, str]]:
    """What people thought, latest first."""
    rows = session.scalars(select(FeedbackRow).order_by(FeedbackRow.said_at.desc()).limit(limit))
    return [(row.said_at, row.text) for row in rows]


def _of_chat(channel: str, chat: str, customer_id: str | None) -> tuple[ColumnElement[bool], ...]:
    """Tickets of one person in one chat."""
    whose = TicketRow.customer_id.is_(None) if customer_id is None else TicketRow.customer_id == customer_id
    return TicketRow.channel == channel, TicketRow.chat == chat, whose


def _moved(session: Session, moving: Any) -> bool:
    """Whether a conditional update found the state it expects."""
    return session.scalar(moving.returning(TicketRow.ticket_number)) is not None


def _require_hold(session: Session, number: str, staff: Staff) -> None:
    """Say why a ticket is not this person's to act on."""
    row = session.get(TicketRow, number, populate_existing=True)
    if row is None or row.status != "open":
        raise Conflict(f"Ticket {number} is closed; the customer is talking to the bot again.")
    if row.claimed_by not in {None, staff.email}:
        raise Conflict(f"{holder(session, row.claimed_by)} has ticket {number} already; they answer this customer.")


def _ticket(row: TicketRow) -> Ticket:
    return Ticket(
        row.ticket_number, row.customer_id, row.channel, row.chat, row.subject, row.transcript, row.status,
        row.opened_at, row.closed_at, row.claimed_by, row.claimed_at, row.is_live, row.proof, row.snapshot,
    )  # fmt: skip
