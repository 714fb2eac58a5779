"""Telling people: one notice per cause, posted in the transaction of what it tells of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.accounts.model import Customer
from core.mailroom import outbox


@dataclass(frozen=True)
class Notice:
    """What a notice is about: `cause` makes it unique, so that a repeat tells nobody twice."""

    cause: str
    subject: str


def notify(session: Session, customer: Customer, notice: Notice, text: str, now: datetime) -> bool:
    """Mail a customer; False where this cause was told before."""
    content = {"to": customer.email, "customer_id": customer.customer_id, "subject": notice.subject, "text": text}
    return outbox.post(
        session,
        key=f"{notice.cause}:email",
        channel="email",
        chat=f"customer:{customer.customer_id}",
        kind="notice",
        content=content,
        now=now,
    )
