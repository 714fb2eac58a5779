"""Chats that belong to a customer: linked by a code from their mailbox, until either side ends it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.accounts.model import FRESH_PROOF
from core.accounts.rows import ChatLinkRow, SessionRow
from core.database.audit import record
from core.database.upsert import upsert


@dataclass(frozen=True)
class ChatLink:
    """One linked chat."""

    channel: str
    chat: str
    customer_id: str
    linked_at: datetime
    proved_at: datetime

    def proof(self, now: datetime) -> int:
        """3 while the proof is fresh, 2 afterwards."""
        return 3 if now - self.proved_at < FRESH_PROOF else 2


def link(session: Session, channel: str, chat: str, customer_id: str, now: datetime) -> None:
    """Let a chat speak for a customer, in place of whoever it spoke for before."""
    row = {"channel": channel, "chat": chat, "customer_id": customer_id, "linked_at": now, "proved_at": now}
    upsert(session, ChatLinkRow, [row])
    record(session, now, f"customer:{customer_id}", "chat_linked", f"customer:{customer_id}", channel=channel)


def linked(session: Session, channel: str, chat: str) -> ChatLink | None:
    """Who a chat speaks for."""
    row = session.get(ChatLinkRow, (channel, chat))
    return _link(row) if row is not None else None


def links_of(session: Session, customer_id: str) -> list[ChatLink]:
    """Every chat that speaks for a customer, first linked first."""
    rows = session.scalars(
        select(ChatLinkRow).where(ChatLinkRow.customer_id == customer_id).order_by(ChatLinkRow.linked_at)
    )
    return [_link(row) for row in rows]


def sessions_of(session: Session, customer_id: str) -> list[datetime]:
    """When each browser that is signed in for a customer was seen last."""
    rows = session.scalars(select(SessionRow.seen_at).where(SessionRow.person == f"customer:{customer_id}"))
    return sorted(rows, reverse=True)


def unlink(session: Session, customer_id: str, now: datetime, *, keep: tuple[str, str] | None = None) -> int:
    """End every link of a customer but one; how many ended."""
    ending = delete(ChatLinkRow).where(ChatLinkRow.customer_id == customer_id)
    if keep is not None:
        ending = ending.where((ChatLinkRow.channel != keep[0]) | (ChatLinkRow.chat != keep[1]))
    gone = session.scalars(ending.returning(ChatLinkRow.chat)).all()
    if gone:
        record(session, now, f"customer:{customer_id}", "chat_unlinked", f"customer:{customer_id}", chats=len(gone))
    return len(gone)


def _link(row: ChatLinkRow) -> ChatLink:
    return ChatLink(row.channel, row.chat, row.customer_id, row.linked_at, row.proved_at)
