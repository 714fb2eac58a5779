"""Telling planners: one letter for each of them and cause, in the transaction of what it tells of."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.accounts.service import staff_who_plan
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing


def tell_planners(session: Session, cause: str, subject: str, text: str, now: datetime) -> int:
    """Post a letter to everybody who plans; the same cause is told once."""
    posted = 0
    for person in staff_who_plan(session):
        content = {"to": person.email, "subject": subject, "text": text}
        outgoing = Outgoing(f"{cause}:{person.email}", "email", f"staff:{person.email}", "planner_notice", content)
        posted += outbox.post(session, outgoing, now)
    return posted
