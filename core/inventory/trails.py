"""How a shelf went between two moments, day by day, by the movements that were booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.inventory.rows import EnquiryRow, MovementRow
from core.inventory.service import on_hand_by_place


@dataclass(frozen=True)
class Step:
    """Units that came (positive) or went (negative) on a day, and why."""

    on: date
    units: int
    cause: str


@dataclass(frozen=True)
class Trail:
    """What lay on a shelf in the beginning, and each step after; `in_vain` is what was asked for in vain, by day."""

    start: int
    steps: tuple[Step, ...] = ()
    in_vain: tuple[tuple[date, int], ...] = ()


def trails(session: Session, skus: Sequence[str], location: str, since: datetime) -> dict[str, Trail]:
    """The trail of each product's shelf at a place from a moment on; what was asked for in vain is of all places."""
    here = {sku: units for (sku, place), units in on_hand_by_place(session, skus).items() if place == location}
    steps: dict[str, list[Step]] = {sku: [] for sku in skus}
    moved = session.execute(
        select(MovementRow.sku, MovementRow.moved_at, MovementRow.units, MovementRow.cause)
        .where(MovementRow.sku.in_(skus), MovementRow.location == location, MovementRow.moved_at > since)
        .order_by(MovementRow.moved_at, MovementRow.movement_id)
    )
    for sku, moved_at, units, cause in moved:
        steps[sku].append(Step(moved_at.date(), units, cause))
    missed: dict[str, list[tuple[date, int]]] = {sku: [] for sku in skus}
    asked = select(EnquiryRow.sku, EnquiryRow.asked_on, EnquiryRow.units)
    for sku, asked_on, units in session.execute(
        asked.where(EnquiryRow.sku.in_(skus), EnquiryRow.asked_on >= since.date())
    ):
        missed[sku].append((asked_on, units))
    return {
        sku: Trail(here.get(sku, 0) - sum(one.units for one in steps[sku]), tuple(steps[sku]), tuple(missed[sku]))
        for sku in skus
    }
