"""Telling people: one notice per cause, posted in the transaction of what it tells of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts import links
from core.accounts.model import Customer
from core.accounts.service import customer as customer_of
from core.database.audit import record
from core.database.upsert import upsert
from core.errors import NotFound
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post
from core.notifications.rows import ChoiceRow


@dataclass(frozen=True)
class Notice:
    """What a notice is about: `cause` makes it unique, so that a repeat tells nobody twice.

    `kind` is what a customer may switch off; a receipt of something they did themselves is never switched off.
    """

    cause: str
    subject: str
    kind: str = "receipt"


KINDS = {"orders": True, "returns": True, "back_in_stock": True, "offers": False}
"""Kinds of notices that may be switched off and on, with what counts as long as nothing was chosen."""


def choices(session: Session, customer_id: str) -> dict[str, bool]:
    """Whether a customer wants each kind of notice."""
    rows = session.execute(select(ChoiceRow.kind, ChoiceRow.is_wanted).where(ChoiceRow.customer_id == customer_id))
    return {**KINDS, **{row.kind: row.is_wanted for row in rows}}


def choose(session: Session, customer_id: str, kinds: Mapping[str, bool], now: datetime) -> None:
    """Switch kinds of notices on or off; each change stays in the audit as the history of consent."""
    rows = [
        {"customer_id": customer_id, "kind": kind, "is_wanted": is_wanted, "chosen_at": now}
        for kind, is_wanted in kinds.items()
    ]
    upsert(session, ChoiceRow, rows)
    who = f"customer:{customer_id}"
    record(session, now, who, "notices_chosen", who, kinds=dict(kinds))


def notify(session: Session, customer: Customer, notice: Notice, text: str, now: datetime) -> bool:
    """Mail a customer; False where this cause was told before, or the customer does not want its kind."""
    if notice.kind in KINDS and not choices(session, customer.customer_id)[notice.kind]:
        return False
    content = {"to": customer.email, "customer_id": customer.customer_id, "subject": notice.subject, "text": text}
    chat = f"customer:{customer.customer_id}"
    return outbox.post(session, Outgoing(f"{notice.cause}:email", "email", chat, "notice", content), now)


def addressed(session: Session, post: Post) -> dict[str, Any] | None:
    """The content to send now, to the address on file now; None where the customer is gone.

    What a customer is told in a chat goes there while that chat speaks for them.
    """
    customer_id = post.content.get("customer_id")
    if customer_id is None:
        return dict(post.content)
    if post.channel != "email":
        link = links.linked(session, post.channel, post.chat)
        return dict(post.content) if link is not None and link.customer_id == customer_id else None
    try:
        return {**post.content, "to": customer_of(session, str(customer_id)).email}
    except NotFound:
        return None
