"""Letters that came back: a person sees each, and an address that is none gets no more."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.mailroom import closed
from core.mailroom.model import Bounce
from core.mailroom.rows import OutboxRow

_CHANNEL = "email"
_LONGEST_WAY = timedelta(days=30)


def take(session: Session, bounce: Bounce, now: datetime) -> bool:
    """Note that a letter came back; False where it is none of ours, went to somebody else, or was noted before.

    A report can be forged by whoever knows the letter it speaks of, so that it closes the address of that letter alone.
    """
    sent = select(OutboxRow).where(
        OutboxRow.channel == _CHANNEL,
        OutboxRow.state == "sent",
        OutboxRow.reference == bounce.letter,
        OutboxRow.created_at > now - _LONGEST_WAY,
    )
    row = session.scalar(sent)
    if row is None or str(row.content.get("to", "")).strip().casefold() != bounce.address.casefold():
        return False
    why = f"It came back ({bounce.code or 'no code'}): {bounce.diagnosis or 'no reason was given'}"
    mine = update(OutboxRow).where(OutboxRow.outbox_id == row.outbox_id, OutboxRow.state == "sent")
    returned = mine.values(state="dead", reason=why[:500], settled_at=now).returning(OutboxRow.outbox_id)
    if session.scalar(returned) is None:
        return False
    if bounce.is_dead:
        closed.close(session, _CHANNEL, str(row.content["to"]), "the mailbox does not exist: a letter came back", now)
    return True
