"""Chats that belong to a customer: linked by a code from their mailbox, until either side ends it."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.accounts.model import CODE_LIFETIME, FRESH_PROOF
from core.accounts.rows import ChatLinkRow, InvitationRow, SessionRow
from core.database.audit import record
from core.database.upsert import upsert
from core.errors import Refused

_INVITATION = re.compile(r"\blink-([\w-]{22})(?![\w-])", re.ASCII)


@dataclass(frozen=True)
class ChatLink:
    """One linked chat; `member` is the one of the account's people who linked it, empty for its holder."""

    channel: str
    chat: str
    customer_id: str
    linked_at: datetime
    proved_at: datetime
    member: str = ""

    def proof(self, now: datetime) -> int:
        """3 while the proof is fresh, 2 afterwards."""
        return 3 if now - self.proved_at < FRESH_PROOF else 2


def link(session: Session, where: tuple[str, str], customer_id: str, now: datetime, *, member: str = "") -> None:
    """Let a chat speak for a customer, in place of whoever it spoke for before."""
    channel, chat = where
    row = {"channel": channel, "chat": chat, "customer_id": customer_id, "linked_at": now, "proved_at": now}
    upsert(session, ChatLinkRow, [{**row, "member": member}])
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


def unlink(session: Session, customer_id: str, now: datetime, *, of_member: str | None = None) -> int:
    """End every link of a customer, or those of one of the account's people, and void invitations; how many ended."""
    ending = delete(ChatLinkRow).where(ChatLinkRow.customer_id == customer_id)
    voiding = delete(InvitationRow).where(InvitationRow.customer_id == customer_id)
    if of_member is not None:
        ending = ending.where(ChatLinkRow.member == of_member)
        voiding = voiding.where(InvitationRow.member == of_member)
    session.execute(voiding)
    gone = session.scalars(ending.returning(ChatLinkRow.chat)).all()
    if gone:
        record(session, now, f"customer:{customer_id}", "chat_unlinked", f"customer:{customer_id}", chats=len(gone))
    return len(gone)


def unlink_chat(session: Session, customer_id: str, channel: str, chat: str, now: datetime) -> bool:
    """End the link of one chat; False where it no longer spoke for the customer."""
    ending = delete(ChatLinkRow).where(
        ChatLinkRow.customer_id == customer_id, ChatLinkRow.channel == channel, ChatLinkRow.chat == chat
    )
    if session.scalar(ending.returning(ChatLinkRow.chat)) is None:
        return False
    record(session, now, f"customer:{customer_id}", "chat_unlinked", f"customer:{customer_id}", chats=1)
    return True


def _link(row: ChatLinkRow) -> ChatLink:
    return ChatLink(row.channel, row.chat, row.customer_id, row.linked_at, row.proved_at, row.member)


def invite(session: Session, customer_id: str, member: str, now: datetime) -> str:
    """A code of 128 bits that links the one chat it is shown in; it voids the one before and is kept as a hash."""
    token = secrets.token_urlsafe(16)
    mine = (InvitationRow.customer_id == customer_id, InvitationRow.member == member)
    session.execute(delete(InvitationRow).where(*mine, InvitationRow.used_at.is_(None)))
    session.add(InvitationRow(digest=_digest(token), customer_id=customer_id, member=member, made_at=now))
    record(session, now, f"customer:{customer_id}", "chat_invited", f"customer:{customer_id}")
    return f"link-{token}"


def invitation_in(text: str) -> str:
    """The invitation that a message holds; empty where it holds none."""
    found = _INVITATION.search(text[:400])
    return found.group(1) if found else ""


def accept(session: Session, token: str, now: datetime) -> tuple[str, str]:
    """Use an invitation up: the customer and the one of their people who made it.

    Raises:
        Refused: there is none like it, or it is used or too old.
    """
    using = update(InvitationRow).where(
        InvitationRow.digest == _digest(token),
        InvitationRow.used_at.is_(None),
        InvitationRow.made_at > now - CODE_LIFETIME,
    )
    found = session.execute(
        using.values(used_at=now).returning(InvitationRow.customer_id, InvitationRow.member)
    ).one_or_none()
    if found is None:
        raise Refused("That code is not valid (any more). Make a new one on the page of your account.", "link-code")
    return found.customer_id, found.member


def void(session: Session, token: str) -> None:
    """Let nobody use an invitation that others may have seen."""
    session.execute(
        delete(InvitationRow).where(InvitationRow.digest == _digest(token), InvitationRow.used_at.is_(None))
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
