"""People of the shop in channels: a user there speaks for them by a code from their mailbox, or by configuration."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.accounts.rows import StaffLinkRow
from core.accounts.service import staff_by_email
from core.database.audit import record
from core.database.base import lookup
from core.database.upsert import upsert


def link(session: Session, channel: str, sender: str, email: str, now: datetime) -> None:
    """Let a user of a channel speak for somebody of the shop, in place of whoever they spoke for before."""
    upsert(session, StaffLinkRow, [{"channel": channel, "sender": sender, "email": email, "linked_at": now}])
    record(session, now, f"staff:{email}", "staff_linked", f"staff:{email}", channel=channel)


def unlink(session: Session, channel: str, sender: str, now: datetime) -> bool:
    """Let a user of a channel speak for nobody of the shop; False where they did not."""
    ending = delete(StaffLinkRow).where(StaffLinkRow.channel == channel, StaffLinkRow.sender == lookup(sender))
    email = session.scalar(ending.returning(StaffLinkRow.email))
    if email is not None:
        record(session, now, f"staff:{email}", "staff_unlinked", f"staff:{email}", channel=channel)
    return email is not None


def staff_of(session: Session, channel: str, sender: str, named: Mapping[str, str]) -> Staff | None:
    """Who of the shop a channel's user is, with the rights of this moment; `named` is what the configuration says."""
    row = session.get(StaffLinkRow, (channel, lookup(sender))) if sender else None
    address = named.get(sender) or (row.email if row is not None else "")
    return staff_by_email(session, address) if address else None
