"""How often something may be tried: counted in the database, so that all processes share the count."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.accounts.rows import TallyRow
from core.database.upsert import insert_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count(session: Session, subject: str, now: datetime, every: timedelta = DAY) -> int:
    """Note one more try and tell how many there were in this hour or day; whose they are is kept as a hash."""
    began_at = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % every
    kept = hashlib.sha256(f"{every.total_seconds():.0f}:{subject}".encode("utf-8", "replace")).hexdigest()
    counting = insert_of(session)(TallyRow).values(subject=kept, began_at=began_at, tries=1)
    counting = counting.on_conflict_do_update(
        index_elements=[TallyRow.subject, TallyRow.began_at], set_={"tries": TallyRow.tries + 1}
    )
    return int(session.scalars(counting.returning(TallyRow.tries)).one())


def forget_old(session: Session, now: datetime) -> None:
    """Remove counts of days that are over."""
    session.execute(delete(TallyRow).where(TallyRow.began_at < now - 2 * DAY))
