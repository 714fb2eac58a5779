"""Who may do what only one process may do at a time: whoever holds its lease, as long as they renew it."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.database.upsert import insert_of
from core.mailroom.rows import LeaseRow


def take(session: Session, name: str, owner: str, now: datetime, lasts: timedelta) -> bool:
    """Take a lease that is free or has run out, or renew one's own; False where somebody else has it."""
    taking = insert_of(session)(LeaseRow).values(name=name, owner=owner, until=now + lasts)
    taking = taking.on_conflict_do_update(
        index_elements=[LeaseRow.name],
        set_={"owner": owner, "until": now + lasts},
        where=(LeaseRow.owner == owner) | (LeaseRow.until <= now),
    )
    return session.scalar(taking.returning(LeaseRow.name)) is not None


def give_back(session: Session, name: str, owner: str) -> None:
    """Let the next one have it at once."""
    session.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner))
