"""Taking in what carriers say: scans are a set, so that repeats and any order end in the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from core.database.upsert import insert_new
from core.shipments.model import Heard, Scan
from core.shipments.rows import ParcelRow, ScanRow

_AHEAD = timedelta(days=1)  # clocks and zones of carriers are that far off at most


def known(session: Session, numbers: Sequence[str]) -> set[str]:
    """Which of these are numbers of parcels there are."""
    return set(session.scalars(select(ParcelRow.tracking_number).where(ParcelRow.tracking_number.in_(numbers))))


def take(session: Session, heard: Heard, now: datetime) -> int:
    """Take in scans of a parcel there is; how many were new. One from the future would stay the latest, and is not."""
    scans = [scan for scan in heard.scans if scan.scanned_at <= now + _AHEAD]
    return sum(_take(session, heard.tracking_number, scan) for scan in scans)


def _take(session: Session, number: str, scan: Scan) -> bool:
    said = {"place": scan.place, "note": scan.note}
    key = {"tracking_number": number, "scanned_at": scan.scanned_at, "status": scan.status.value}
    if insert_new(session, ScanRow, {**key, **said}) is not None:
        return True
    # Of two wordings the same one is kept, whichever came last.
    here = [getattr(ScanRow, name) == value for name, value in key.items()]
    less = or_(ScanRow.place < scan.place, and_(ScanRow.place == scan.place, ScanRow.note < scan.note))
    session.execute(update(ScanRow).where(*here, less).values(**said))
    return False
