"""Stock that is spoken for: set aside for what is no order, and the turn of whoever takes units of a product."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.database.engine import one_at_a_time
from core.database.upsert import insert_new
from core.inventory.rows import SetAsideRow


def take_turns(session: Session, skus: Sequence[str]) -> None:
    """Wait for whoever else takes units of these products, so that nobody counts what another is about to have.

    Whoever promises units to somebody asks for this before counting what is free. Always in the same order of products:
    two who want the same two never wait for each other.
    """
    for sku in sorted(set(skus)):
        one_at_a_time(session, f"shelf:{sku}")


def set_aside(session: Session, cause: str, location: str, units: Mapping[str, int], now: datetime) -> None:
    """Keep units of products for a cause, by product; the same cause a second time changes nothing."""
    for sku, count in units.items():
        row = {"cause": cause, "sku": sku, "location": location, "units": count, "since": now}
        insert_new(session, SetAsideRow, row)


def let_go(session: Session, cause: str) -> None:
    """Keep nothing any more for a cause: it was called off, or the units have left."""
    session.execute(delete(SetAsideRow).where(SetAsideRow.cause == cause))


def aside(session: Session, skus: Sequence[str]) -> dict[str, int]:
    """Units of products that are set aside, over all places."""
    rows = session.execute(
        select(SetAsideRow.sku, func.sum(SetAsideRow.units)).where(SetAsideRow.sku.in_(skus)).group_by(SetAsideRow.sku)
    )
    return {sku: int(units) for sku, units in rows}


def aside_by_place(session: Session, skus: Sequence[str] | None = None) -> dict[tuple[str, str], int]:
    """Units of these products, or of all, that are set aside at each place."""
    kept = select(SetAsideRow.sku, SetAsideRow.location, func.sum(SetAsideRow.units)).group_by(
        SetAsideRow.sku, SetAsideRow.location
    )
    rows = session.execute(kept if skus is None else kept.where(SetAsideRow.sku.in_(skus)))
    return {(sku, location): int(units) for sku, location, units in rows}
