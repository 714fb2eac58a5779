"""Keeping files that customers send, and giving them out again by whose they are."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.chat import Upload
from core.config import Uploads
from core.database.audit import record
from core.database.base import lookup
from core.errors import InvalidInput, NotFound, TooMany
from core.uploads.model import Kept, media_type_of, safe_name
from core.uploads.rows import UploadRow

_DAY = timedelta(days=1)
_FAULTS = {
    "broken": "That photo cannot be opened; it seems to be damaged. Please send it again.",
    "pixels": "That photo has too many pixels. Please send a smaller copy of it.",
}


def keep(session: Session, customer_id: str, given: Upload, limits: Uploads, now: datetime) -> Kept:
    """Keep a file of a customer's; photos go through `cleaning` first, which is too slow for a transaction.

    Raises:
        InvalidInput: too large, empty, damaged, or neither a photo nor a PDF by its content.
        TooMany: as many were sent today as a day allows.
    """
    if given.fault in _FAULTS:
        raise InvalidInput(_FAULTS[given.fault], f"upload-{given.fault}", most=limits.most_megapixels)
    media_type = media_type_of(given.content)
    if len(given.content) > limits.largest_bytes:
        sentence = f"That file is too large; up to {limits.largest_mb} MB are taken."
        raise InvalidInput(sentence, "upload-size", most=limits.largest_mb)
    if not media_type:
        raise InvalidInput("That file cannot be taken: send a photo (JPEG, PNG, WebP) or a PDF.", "upload-kind")
    sent_today = select(func.count()).where(UploadRow.customer_id == customer_id, UploadRow.uploaded_at > now - _DAY)
    if (session.scalar(sent_today) or 0) >= limits.per_day:
        raise TooMany(f"That were {limits.per_day} files in a day; send more tomorrow.", "upload-day",
                      most=limits.per_day)  # fmt: skip
    row = UploadRow(
        upload_id=secrets.token_urlsafe(16),
        customer_id=customer_id,
        name=safe_name(given.name, media_type),
        media_type=media_type,
        size=len(given.content),
        uploaded_at=now,
        content=given.content,
    )
    session.add(row)
    session.flush()
    record(session, now, f"customer:{customer_id}", "file_kept", f"upload:{row.upload_id}", size=row.size)
    return _kept(row)


def upload(session: Session, upload_id: str, customer_id: str | None = None) -> Kept:
    """A file by its id; with a customer, only one of theirs.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _kept(_row(session, upload_id, customer_id))


def content_of(session: Session, upload_id: str, customer_id: str) -> tuple[Kept, bytes]:
    """A customer's file with its content.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = _row(session, upload_id, customer_id)
    return _kept(row), row.content


def uploads_by_id(session: Session, upload_ids: Sequence[str]) -> dict[str, Kept]:
    """Several files by their ids; those that are gone are missing."""
    rows = session.scalars(select(UploadRow).where(UploadRow.upload_id.in_(upload_ids)))
    return {row.upload_id: _kept(row) for row in rows}


def own_ids(session: Session, customer_id: str, upload_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of several ids that are files of the customer's, in the order given."""
    known = set(
        session.scalars(
            select(UploadRow.upload_id).where(
                UploadRow.customer_id == customer_id, UploadRow.upload_id.in_(list(map(str, upload_ids)))
            )
        )
    )
    return tuple(one for one in map(str, upload_ids) if one in known)


def show_in_return(session: Session, customer_id: str, upload_ids: Sequence[str], return_number: str) -> None:
    """Let files of the customer's show what is wrong with the goods of a return of theirs."""
    mine = (UploadRow.customer_id == customer_id, UploadRow.upload_id.in_(list(upload_ids)))
    session.execute(update(UploadRow).where(*mine).values(return_number=return_number))


def uploads_of_return(session: Session, return_number: str) -> tuple[Kept, ...]:
    """The files that belong to a return."""
    rows = session.scalars(
        select(UploadRow).where(UploadRow.return_number == return_number).order_by(UploadRow.uploaded_at)
    )
    return tuple(_kept(row) for row in rows)


def _row(session: Session, upload_id: str, customer_id: str | None) -> UploadRow:
    whose = () if customer_id is None else (UploadRow.customer_id == customer_id,)
    row = session.scalar(select(UploadRow).where(UploadRow.upload_id == lookup(upload_id), *whose))
    if row is None:
        raise NotFound("There is no such file.")
    return row


def _kept(row: UploadRow) -> Kept:
    return Kept(row.upload_id, row.customer_id, row.name, row.media_type, row.size, row.uploaded_at)
