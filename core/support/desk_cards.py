"""Cards of tickets where the shop's people talk: one for each, shown anew when its ticket stands elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from core.database.upsert import insert_new
from core.support.model import CUSTOMER, Ticket
from core.support.rows import DeskCardRow, EntryRow, TicketRow
from core.support.service import ticket

_LATELY = timedelta(days=1)
_MOST = 500


@dataclass(frozen=True)
class Card:
    """A ticket whose card has to be drawn; `version` counts how often it was, 0 where it has none yet."""

    ticket: Ticket
    version: int


@dataclass(frozen=True)
class News:
    """Something said in a ticket since it was opened, by the customer or by somebody who answered elsewhere."""

    entry_id: int
    ticket_number: str
    is_customer: bool
    author: str
    text: str
    files: int


def stale(session: Session, now: datetime) -> list[Card]:
    """Tickets that have no card yet, or one that shows them as they no longer stand; oldest first."""
    told = (
        select(TicketRow.ticket_number, TicketRow.status, TicketRow.claimed_by, DeskCardRow.shown, DeskCardRow.version)
        .outerjoin(DeskCardRow, DeskCardRow.ticket_number == TicketRow.ticket_number)
        .where(or_(TicketRow.status == "open", TicketRow.closed_at > now - _LATELY))
        .order_by(TicketRow.opened_at)
        .limit(_MOST)
    )
    found = []
    for number, status, claimed_by, shown, version in session.execute(told):
        drawn_times = int(version or 0)
        is_over = status != "open" and not drawn_times  # opened and closed before anybody could see a card
        if not is_over and shown != _shown(status, claimed_by):
            found.append(Card(ticket(session, number), drawn_times))
    return found


def drawn(session: Session, card: Card) -> bool:
    """Note that a card shows its ticket as it stands; False where somebody else has drawn it meanwhile."""
    number, shown = card.ticket.ticket_number, _shown(card.ticket.status, card.ticket.claimed_by)
    if card.version == 0:
        row = {"ticket_number": number, "shown": shown, "version": 1}
        return insert_new(session, DeskCardRow, row) is not None
    moving = update(DeskCardRow).where(DeskCardRow.ticket_number == number, DeskCardRow.version == card.version)
    moved = moving.values(shown=shown, version=card.version + 1).returning(DeskCardRow.ticket_number)
    return session.scalar(moved) is not None


def news(session: Session, now: datetime, channel: str) -> list[News]:
    """What was said lately in tickets with a card, oldest first, without what was said on that channel itself."""
    said = (
        select(EntryRow)
        .join(DeskCardRow, DeskCardRow.ticket_number == EntryRow.ticket_number)
        .join(TicketRow, TicketRow.ticket_number == EntryRow.ticket_number)
        .where(
            EntryRow.said_at > now - _LATELY,
            ~and_(EntryRow.key.contains(":opened:"), EntryRow.said_at <= TicketRow.opened_at),  # stands on the card
            ~EntryRow.key.contains(f":{channel}:said:", autoescape=True),
        )
        .order_by(EntryRow.entry_id)
        .limit(_MOST)
    )
    return [
        News(row.entry_id, row.ticket_number, row.speaker == CUSTOMER, row.author, row.text, len(row.files))
        for row in session.scalars(said)
    ]


def _shown(status: str, claimed_by: str | None) -> str:
    return f"{status}:{claimed_by or ''}"
