"""Tickets: what a customer wants a person to look after."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Ticket:
    """A conversation handed to a person, with what was said before."""

    ticket_number: str
    customer_id: str | None
    channel: str
    chat: str
    subject: str
    transcript: str
    status: str
    opened_at: datetime
    closed_at: datetime | None

    @property
    def person(self) -> str | None:
        """Whose ticket it is, as conversations name people; None for a guest's."""
        return f"customer:{self.customer_id}" if self.customer_id else None
