"""Tickets: what a customer wants a person to look after, and what was said about it since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

CUSTOMER, STAFF = "customer", "staff"


@dataclass(frozen=True)
class Ticket:
    """A conversation handed to a person, with what was said before.

    `claimed_by` is the address of who looks after it, None while it waits for somebody. `is_live` where the customer
    asked for a person in the chat: the bot keeps quiet there from the beginning, not only once somebody claimed it.
    `proof` is how far the customer had shown who they are, `snapshot` the order it may be about, without names,
    addresses or ways of paying.
    """

    ticket_number: str
    customer_id: str | None
    channel: str
    chat: str
    subject: str
    transcript: str
    status: str
    opened_at: datetime
    closed_at: datetime | None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    is_live: bool = False
    proof: int = 0
    snapshot: Mapping[str, Any] | None = None

    @property
    def person(self) -> str | None:
        """Whose ticket it is, as conversations name people; None for a guest's."""
        return f"customer:{self.customer_id}" if self.customer_id else None

    @property
    def where(self) -> tuple[str, str, str | None]:
        """The chat it was opened in: channel, chat, person."""
        return self.channel, self.chat, self.person

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look after it."""
        return self.status == "open"

    @property
    def state(self) -> str:
        """Where it stands: waiting for somebody, with somebody, or closed."""
        return "closed" if not self.is_open else "claimed" if self.claimed_by else "waiting"

    def may_reopen(self, now: datetime, days: int) -> bool:
        """Whether a word of the customer still opens it again."""
        return self.closed_at is not None and now <= self.closed_at + timedelta(days=days)


@dataclass(frozen=True)
class Entry:
    """One thing said in a ticket; `author` is the address of who of the shop, or of an account's people, said it."""

    entry_id: int
    ticket_number: str
    speaker: str
    author: str
    text: str
    said_at: datetime
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class TicketPage:
    """A ticket with its thread; `holder` is the name of who of the shop looks after it, empty where nobody does."""

    ticket: Ticket
    thread: tuple[Entry, ...]
    holder: str
