"""Files that came with a message: kept for the customer they are from, and at hand for what the message is about."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.chat import Attachment, Incoming, Upload
from core.config import Uploads
from core.conversation.turn import Turn
from core.errors import PortalError
from core.uploads import service as uploads

AT_HAND = "files"  # where in the focus of a conversation those stand that nothing was done with yet
_MOST_AT_HAND = 10


def kept(session: Session, incoming: Incoming, limits: Uploads, now: datetime) -> Incoming:
    """The message with its files kept; what cannot be kept is only named, with what is wrong with it."""
    if not incoming.files:
        return incoming
    customer_id = incoming.speaker.customer_id
    files = [
        one
        if one.upload_id or one.fault
        else replace(one, content=b"", fault="many" if place >= limits.per_message else "sign_in")
        if place >= limits.per_message or customer_id is None or incoming.is_group
        else _kept(session, customer_id, one, limits, now)
        for place, one in enumerate(incoming.files)
    ]
    return replace(incoming, files=tuple(files))


def _kept(session: Session, customer_id: str, one: Upload, limits: Uploads, now: datetime) -> Upload:
    try:
        done = uploads.keep(session, customer_id, one, limits, now)
    except PortalError as refusal:
        return replace(one, content=b"", fault=refusal.key.removeprefix("upload-"))
    return Upload(done.name, upload_id=done.upload_id, media_type=done.media_type)


def shown(incoming: Incoming) -> tuple[Attachment, ...]:
    """The files of a message as a transcript shows them, to whoever may see them."""
    return tuple(
        Attachment(one.name, one.media_type, f"/uploads/{one.upload_id}") for one in incoming.files if one.upload_id
    )


def put_at_hand(focus: dict[str, object], incoming: Incoming) -> list[str]:
    """Let what is said next find the files; the ids of those that just came."""
    fresh = [one.upload_id for one in incoming.files if one.upload_id]
    known = focus.get(AT_HAND)
    if fresh:
        focus[AT_HAND] = [*(known if isinstance(known, list) else []), *fresh][-_MOST_AT_HAND:]
    return fresh


def at_hand(turn: Turn) -> tuple[str, ...]:
    """The customer's files that nothing was done with yet."""
    ids = turn.focus.get(AT_HAND) or []
    if not ids or turn.speaker.customer_id is None:
        return ()
    return uploads.own_ids(turn.session, turn.speaker.customer_id, ids)


def take(turn: Turn) -> tuple[str, ...]:
    """The files at hand, which are thereby used."""
    found = at_hand(turn)
    turn.focus.pop(AT_HAND, None)
    return found
