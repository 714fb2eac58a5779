"""Who wants to be told that a product is back: in the order of asking, to no more people than there are units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.database.engine import one_at_a_time
from core.database.upsert import insert_new
from core.inventory.rows import AlertRow


@dataclass(frozen=True)
class Alert:
    """One wish to be told."""

    alert_id: int
    sku: str
    customer_id: str
    units: int


def subscribe(session: Session, sku: str, customer_id: str, units: int, now: datetime) -> bool:
    """Note the wish; False where it was noted before and still waits."""
    asked = {"sku": sku, "customer_id": customer_id, "units": units, "asked_at": now, "told_at": None}
    if insert_new(session, AlertRow, asked) is not None:
        return True
    again = update(AlertRow).where(
        AlertRow.sku == sku, AlertRow.customer_id == customer_id, AlertRow.told_at.is_not(None)
    )
    return (
        session.scalar(again.values(told_at=None, asked_at=now, units=units).returning(AlertRow.alert_id)) is not None
    )


def unsubscribe(session: Session, customer_id: str, sku: str | None = None) -> int:
    """Forget a wish, or all of a customer's; how many there were."""
    gone = delete(AlertRow).where(AlertRow.customer_id == customer_id, AlertRow.told_at.is_(None))
    if sku is not None:
        gone = gone.where(AlertRow.sku == sku)
    return len(session.scalars(gone.returning(AlertRow.alert_id)).all())


def wishes_of(session: Session, customer_id: str, sku: str | None = None) -> list[tuple[str, int, datetime]]:
    """What a customer waits to be told of: product, units, since when."""
    rows = select(AlertRow.sku, AlertRow.units, AlertRow.asked_at).where(
        AlertRow.customer_id == customer_id, AlertRow.told_at.is_(None)
    )
    found = session.execute(rows if sku is None else rows.where(AlertRow.sku == sku)).all()
    return [(one, units, asked_at) for one, units, asked_at in found]


def waiting_for(session: Session, skus: Sequence[str]) -> dict[str, dict[str, int]]:
    """Who waits to be told of each product, and for how many units."""
    rows = session.execute(
        select(AlertRow.sku, AlertRow.customer_id, AlertRow.units).where(
            AlertRow.sku.in_(skus), AlertRow.told_at.is_(None)
        )
    )
    found: dict[str, dict[str, int]] = {}
    for sku, customer_id, units in rows:
        found.setdefault(sku, {})[f"customer:{customer_id}"] = units
    return found


def waited_for(session: Session) -> list[str]:
    """Products somebody waits for."""
    return list(session.scalars(select(AlertRow.sku).where(AlertRow.told_at.is_(None)).distinct()))


def release(session: Session, free: Mapping[str, int], told_since: datetime, now: datetime) -> list[Alert]:
    """Take those whose turn it is: first come first served, as long as the units free last; each is taken once.

    Whoever wants more than is left waits on, and those behind do not overtake. Units that somebody was told of since
    `told_since` are theirs to order until then, and not spoken of to the next.
    """
    released = []
    for sku, units in free.items():
        left = units - _spoken_of(session, sku, told_since)
        for alert in _waiting(session, sku):
            if alert.units > left:
                break
            if _take(session, alert, now):
                left -= alert.units
                released.append(alert)
    return released


def tell_alone(session: Session) -> None:
    """Wait for whoever else is telling people, so that no unit is spoken of twice."""
    one_at_a_time(session, "stock alerts")


def forget(session: Session, alert: Alert) -> None:
    """Take a wish off the list, with the units that were kept for it."""
    session.execute(delete(AlertRow).where(AlertRow.alert_id == alert.alert_id))


def _spoken_of(session: Session, sku: str, since: datetime) -> int:
    told = select(func.sum(AlertRow.units)).where(AlertRow.sku == sku, AlertRow.told_at > since)
    return int(session.scalar(told) or 0)


def _waiting(session: Session, sku: str) -> list[Alert]:
    rows = session.scalars(
        select(AlertRow)
        .where(AlertRow.sku == sku, AlertRow.told_at.is_(None))
        .order_by(AlertRow.asked_at, AlertRow.alert_id)
    )
    return [Alert(row.alert_id, row.sku, row.customer_id, row.units) for row in rows]


def _take(session: Session, alert: Alert, now: datetime) -> bool:
    taking = update(AlertRow).where(AlertRow.alert_id == alert.alert_id, AlertRow.told_at.is_(None))
    return session.scalar(taking.values(told_at=now).returning(AlertRow.alert_id)) is not None
