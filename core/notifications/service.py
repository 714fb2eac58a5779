"""Telling people: one notice per cause, posted in the transaction of what it tells of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.accounts.model import Customer
from core.accounts.service import customer as customer_of
from core.errors import NotFound
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post


@dataclass(frozen=True)
class Notice:
    """What a notice is about: `cause` makes it unique, so that a repeat tells nobody twice."""

    cause: str
    subject: str


def notify(session: Session, customer: Customer, notice: Notice, text: str, now: datetime) -> bool:
    """Mail a customer; False where this cause was told before."""
    content = {"to": customer.email, "customer_id": customer.customer_id, "subject": notice.subject, "text": text}
    chat = f"customer:{customer.customer_id}"
    return outbox.post(session, Outgoing(f"{notice.cause}:email", "email", chat, "notice", content), now)


def addressed(session: Session, post: Post) -> dict[str, Any] | None:
    """The content to send now, to the address on file now; None where the customer is gone."""
    customer_id = post.content.get("customer_id")
    if customer_id is None:
        return dict(post.content)
    try:
        return {**post.content, "to": customer_of(session, str(customer_id)).email}
    except NotFound:
        return None
