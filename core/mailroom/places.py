"""Where post went that more belongs to: `C123/1699.0001`, found again by the key it was posted under, or by the place.

Post whose content says `keeps_place` is remembered. Later post names that key as `under`, to hang in its thread, or as
`instead_of`, to be shown in its place.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.base import lookup
from core.database.upsert import upsert
from core.mailroom.ports import Post
from core.mailroom.rows import PlaceRow


def keep(session: Session, post: Post, place: str) -> None:
    """Remember where post went, if more is to belong to it."""
    if post.content.get("keeps_place"):
        upsert(session, PlaceRow, [{"key": post.key, "channel": post.channel, "place": place}])


def placed(session: Session, content: dict[str, Any]) -> dict[str, Any]:
    """Content to send now: into the thread it belongs to, or in the `place` of what was posted before.

    Where the other post never went out, it goes where `to` says, by itself.
    """
    thread, instead = (place_of(session, str(content.get(name, ""))) for name in ("under", "instead_of"))
    if instead:
        return {**content, "place": instead}
    return {**content, "to": thread} if thread else content


def place_of(session: Session, key: str) -> str:
    """Where the post of a key went; empty where it has not gone out."""
    row = session.get(PlaceRow, lookup(key)) if key else None
    return row.place if row is not None else ""


def key_at(session: Session, channel: str, place: str) -> str:
    """The key of the post at a place; empty where it is none of ours."""
    found = select(PlaceRow.key).where(PlaceRow.channel == channel, PlaceRow.place == lookup(place))
    return session.scalar(found.limit(1)) or ""
