"""Which parcels carriers are asked about, and when again: those under way, the young ones more often."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.database.upsert import insert_new
from core.shipments.model import FINAL, ParcelStatus
from core.shipments.rows import ParcelAskRow, ParcelRow, ScanRow

FURTHEST_BACK = timedelta(days=60)
_LEASE = timedelta(minutes=15)
_SOON, _DAY = timedelta(hours=1), timedelta(days=1)


def pause(age: timedelta, misses: int, *, is_near: bool) -> timedelta:
    """How long until a parcel is asked about again: by its age, sooner on its last way, later after silence.

    >>> pause(timedelta(days=1), 0, is_near=False), pause(timedelta(days=1), 2, is_near=False)
    (datetime.timedelta(seconds=10800), datetime.timedelta(seconds=43200))
    """
    if is_near:
        usual = _SOON
    elif age < timedelta(days=10):
        usual = timedelta(hours=3)
    else:
        usual = timedelta(hours=12)
    later: timedelta = usual * 2 ** min(misses, 5)
    return min(_DAY, later)


def carriers(session: Session, now: datetime) -> list[str]:
    """By whom parcels are under way, as the records call them."""
    recent = ParcelRow.shipped_at > now - FURTHEST_BACK
    return list(session.scalars(select(ParcelRow.carrier).where(recent).distinct().order_by(ParcelRow.carrier)))


def claim(session: Session, by: Sequence[str], limit: int, now: datetime) -> list[tuple[str, str]]:
    """Parcels of these carriers that are due, each with its carrier; nobody else gets them meanwhile."""
    ended = select(ScanRow.tracking_number).where(
        ScanRow.tracking_number == ParcelRow.tracking_number, ScanRow.status.in_([one.value for one in FINAL])
    )
    asking = (
        select(ParcelRow.tracking_number, ParcelRow.carrier)
        .outerjoin(ParcelAskRow, ParcelAskRow.tracking_number == ParcelRow.tracking_number)
        .where(
            ParcelRow.carrier.in_(by),
            ParcelRow.shipped_at.between(now - FURTHEST_BACK, now),
            ~ended.exists(),
            or_(ParcelAskRow.next_at.is_(None), ParcelAskRow.next_at <= now),
        )
        .order_by(ParcelAskRow.next_at.is_not(None), ParcelAskRow.next_at, ParcelRow.shipped_at.desc())
        .limit(limit)
    )
    due = [(number, carrier) for number, carrier in session.execute(asking)]
    return [(number, carrier) for number, carrier in due if _take(session, number, now)]


def note(session: Session, number: str, *, is_heard: bool, now: datetime) -> None:
    """Note that a carrier answered, with something about the parcel or nothing."""
    shipped_at = session.scalar(select(ParcelRow.shipped_at).where(ParcelRow.tracking_number == number))
    latest = select(ScanRow.status).where(ScanRow.tracking_number == number).order_by(ScanRow.scanned_at.desc())
    row = session.get(ParcelAskRow, number)
    if row is None or shipped_at is None:
        return
    row.misses = 0 if is_heard else row.misses + 1
    is_near = session.scalar(latest.limit(1)) == ParcelStatus.OUT_FOR_DELIVERY.value
    row.asked_at, row.next_at = now, now + pause(now - shipped_at, row.misses, is_near=is_near)


def put_off(session: Session, numbers: Sequence[str], until: datetime) -> None:
    """Ask about these later, because nobody answers now."""
    session.execute(update(ParcelAskRow).where(ParcelAskRow.tracking_number.in_(numbers)).values(next_at=until))


def _take(session: Session, number: str, now: datetime) -> bool:
    leased = {"tracking_number": number, "next_at": now + _LEASE, "asked_at": None, "misses": 0}
    if insert_new(session, ParcelAskRow, leased) is not None:
        return True
    mine = update(ParcelAskRow).where(ParcelAskRow.tracking_number == number, ParcelAskRow.next_at <= now)
    return session.scalar(mine.values(next_at=now + _LEASE).returning(ParcelAskRow.tracking_number)) is not None
