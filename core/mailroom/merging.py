"""What waited for the morning in one chat arrives as one message."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow

_MOST = 20
_MOST_BUTTONS = 8


def waiting_with(session: Session, taken: Post, about: Container[str], now: datetime) -> list[Post]:
    """What waits right behind claimed post in the same chat, up to the first that is about something else."""
    behind = session.scalars(
        select(OutboxRow)
        .where(
            OutboxRow.channel == taken.channel,
            OutboxRow.chat == taken.chat,
            OutboxRow.outbox_id > taken.outbox_id,
            OutboxRow.state.in_(("ready", "leased", "sending")),
        )
        .order_by(OutboxRow.outbox_id)
        .limit(_MOST)
    )
    found: list[Post] = []
    for row in behind:
        if row.state != "ready" or row.attempt or row.expires_at <= now or row.content.get("to") != taken.content["to"]:
            break
        if row.content.get("about") not in about:
            break
        found.append(Post(row.outbox_id, row.key, row.channel, row.chat, row.kind, dict(row.content), 0, held=row.held))
    return found


def together(first: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of one message that says all of them, in their order."""
    if not others:
        return dict(first)
    texts = [str(one["text"]) for one in (first, *others)]
    merged = {**first, "text": "\n\n".join(texts)}
    buttons = [button for one in (first, *others) for button in one.get("buttons", ())]
    return {**merged, "buttons": buttons[:_MOST_BUTTONS]} if buttons else merged


def settle(session: Session, taken: Post, merged: Sequence[Post], now: datetime) -> None:
    """Settle what goes out as a part of another message."""
    going = [one.outbox_id for one in merged]
    told = {"state": "withdrawn", "reason": f"told together with letter {taken.outbox_id}", "settled_at": now}
    session.execute(update(OutboxRow).where(OutboxRow.outbox_id.in_(going), OutboxRow.state == "ready").values(told))
