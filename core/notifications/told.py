"""How far each thing has been told: forwards only, and each stage once, whatever arrives late or again."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.database.upsert import insert_new
from core.notifications.rows import ToldRow


def advance(session: Session, subject: str, stage: int, now: datetime) -> bool:
    """Note that a stage is told now; False where it, or one further on, was told before."""
    if insert_new(session, ToldRow, {"subject": subject, "stage": stage, "told_at": now}) is not None:
        return True
    further = update(ToldRow).where(ToldRow.subject == subject, ToldRow.stage < stage)
    return session.scalar(further.values(stage=stage, told_at=now).returning(ToldRow.subject)) is not None


def forget_old(session: Session, before: datetime) -> None:
    """Forget what was told before a day; by then nothing new is said of it."""
    session.execute(delete(ToldRow).where(ToldRow.told_at < before))
