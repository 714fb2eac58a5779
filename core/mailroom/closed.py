"""Chats that take no more post: nothing is sent there until somebody writes from there again."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.database.upsert import upsert
from core.mailroom.rows import ClosedChatRow


def close(session: Session, channel: str, chat: str, why: str, now: datetime) -> None:
    """Send nothing more there."""
    upsert(session, ClosedChatRow, [{"channel": channel, "chat": chat, "closed_at": now, "why": why[:200]}])


def reopen(session: Session, channel: str, chat: str) -> None:
    """Post may go there again."""
    session.execute(delete(ClosedChatRow).where(ClosedChatRow.channel == channel, ClosedChatRow.chat == chat))


def why(session: Session, channel: str, chat: str) -> str:
    """Why nothing may be sent there; empty where it may."""
    row = session.get(ClosedChatRow, (channel, chat))
    return row.why if row is not None else ""
