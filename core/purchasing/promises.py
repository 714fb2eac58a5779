"""Promises of stock that customers were given: kept in mind, scored, and taken back before they break."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from core.database.engine import one_at_a_time
from core.database.upsert import add, insert_new
from core.inventory.service import on_hand
from core.orders.service import reserved
from core.purchasing.promising import Promise, Restock, Rules, promise
from core.purchasing.rows import (
    PromiseRow,
    PromiseSourceRow,
    PurchaseOrderLineRow,
    PurchaseOrderRow,
)

KEPT, BROKEN = "kept", "broken"


@dataclass(frozen=True)
class Slip:
    """A promise to be corrected: the last day said and what can be said now; None where no day was or can be named."""

    promise_id: int
    slip: int
    asker: str
    sku: str
    units: int
    said: date | None
    now: Restock | None


@dataclass(frozen=True)
class Record:
    """How promises fared: how many came to an end, how many of them were kept, and how many should have been.

    `expected` is the sum of the confidences they were given with: on average as many should be kept.
    """

    scored: int
    kept: int
    expected: float
    open: int


def note(session: Session, asker: str, said: Promise, now: datetime) -> bool:
    """Keep in mind what somebody was promised; False where they were told the very same before.

    A newer word takes the place of an older one, of which the asker is told nothing any more; both are scored.
    """
    restock = said.restock
    if restock is None:
        return False
    units = said.now + restock.units
    current = (PromiseRow.asker == asker, PromiseRow.sku == said.sku, PromiseRow.is_current)
    before = session.execute(select(PromiseRow.units, PromiseRow.told_to).where(*current)).all()
    if (units, restock.latest) in [tuple(one) for one in before]:
        return False
    session.execute(update(PromiseRow).where(*current).values(is_current=False))
    given = {
        "asker": asker, "sku": said.sku, "units": units, "said_at": now, "earliest": restock.earliest,
        "latest": restock.latest, "confidence": restock.confidence, "told_to": restock.latest, "slips": 0,
        "is_current": True, "outcome": None, "landed_on": None,
    }  # fmt: skip
    _rest_on(session, insert_new(session, PromiseRow, given), restock)
    return True


def score(session: Session, rules: Rules) -> int:
    """Give open promises whose goods have landed, or whose last day has passed, their outcome; how many got one.

    What was said first is scored, however often it was corrected since.
    """
    rows = session.scalars(select(PromiseRow).where(or_(PromiseRow.outcome.is_(None), PromiseRow.is_current))).all()
    skus = sorted({row.sku for row in rows})
    here, owed = on_hand(session, skus), reserved(session, skus)
    landed = _landed_on(session, [row.promise_id for row in rows], rules)
    scored = 0
    for row in rows:
        is_here = here.get(row.sku, 0) - owed.get(row.sku, 0) >= row.units
        landed_on = landed.get(row.promise_id) or (rules.today if is_here else None)
        if landed_on is not None:
            row.landed_on, row.is_current = landed_on, False
        if row.outcome is None and (landed_on is not None or rules.today > row.latest):
            row.outcome = KEPT if landed_on is not None and landed_on <= row.latest else BROKEN
            scored += 1
    session.flush()
    return scored


def slipped(session: Session, rules: Rules) -> list[Slip]:
    """Find every promise that a purchase order no longer bears out: later, fewer, cancelled, or overdue.

    Each slip is found once: what can be said now takes the place of what was said. A slip that another purchase order
    makes up for is none. Where no day could be named any more, a new one is found once as well.
    """
    rows = session.scalars(select(PromiseRow).where(PromiseRow.is_current).order_by(PromiseRow.promise_id)).all()
    sources = _sources(session, [row.promise_id for row in rows])
    standing = _standing(session, {one.purchase_order_number for found in sources.values() for one in found})
    found = []
    for row in rows:
        counted_on = sources.get(row.promise_id, [])
        is_worse = any(_is_worse(one, standing.get((one.purchase_order_number, row.sku))) for one in counted_on)
        if row.told_to is not None and not is_worse and rules.today <= row.told_to:
            continue
        said = promise(session, row.sku, row.units, rules)
        restock = None if said.missing else said.restock
        if said.now < said.asked and (slip := _corrected(session, row, restock)):
            found.append(slip)
    session.flush()
    return found


def alone(session: Session) -> None:
    """Wait for whoever else looks after promises, so that nobody is told of the same slip twice."""
    one_at_a_time(session, "restock promises")


def record_of(session: Session, since: datetime) -> Record:
    """How the promises given since a moment fared."""
    scored, kept, expected = session.execute(
        select(
            func.count(PromiseRow.promise_id),
            func.coalesce(func.sum(case((PromiseRow.outcome == KEPT, 1), else_=0)), 0),
            func.coalesce(func.sum(PromiseRow.confidence), 0.0),
        ).where(PromiseRow.outcome.is_not(None), PromiseRow.said_at >= since)
    ).one()
    waiting = select(func.count(PromiseRow.promise_id)).where(PromiseRow.outcome.is_(None), PromiseRow.said_at >= since)
    return Record(int(scored), int(kept), float(expected), int(session.scalar(waiting) or 0))


def _corrected(session: Session, row: PromiseRow, restock: Restock | None) -> Slip | None:
    """Put what can be said now in the place of what was said; nothing to tell where it is no later, or nothing new."""
    said, latest = row.told_to, restock.latest if restock else None
    if said is None and latest is None:
        return None
    _rest_on(session, row.promise_id, restock)
    if said is not None and latest is not None and latest <= said:
        return None
    row.told_to, row.slips = latest, row.slips + 1
    return Slip(row.promise_id, row.slips, row.asker, row.sku, row.units, said, restock)


def _rest_on(session: Session, promise_id: int, restock: Restock | None) -> None:
    """Note which purchase orders a promise rests on now, as they stand."""
    session.execute(delete(PromiseSourceRow).where(PromiseSourceRow.promise_id == promise_id))
    add(
        session,
        PromiseSourceRow,
        [
            {"promise_id": promise_id, "purchase_order_number": one.purchase_order_number,
             "ordered": one.ordered, "expected_on": one.expected_on}
            for one in (restock.sources if restock else ())
        ],
    )  # fmt: skip


def _sources(session: Session, ids: Sequence[int]) -> dict[int, list[PromiseSourceRow]]:
    found: dict[int, list[PromiseSourceRow]] = {}
    for row in session.scalars(select(PromiseSourceRow).where(PromiseSourceRow.promise_id.in_(ids))):
        found.setdefault(row.promise_id, []).append(row)
    return found


@dataclass(frozen=True)
class _Standing:
    """What a purchase order brings of a product as it stands; nothing where it was cancelled."""

    ordered: int
    received: int
    is_received: bool
    expected_on: date


def _standing(session: Session, numbers: Collection[str]) -> dict[tuple[str, str], _Standing]:
    rows = session.execute(
        select(
            PurchaseOrderRow.purchase_order_number, PurchaseOrderLineRow.sku, PurchaseOrderRow.status,
            PurchaseOrderRow.expected_on,
            func.sum(PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.cancelled),
            func.sum(PurchaseOrderLineRow.received),
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(PurchaseOrderRow.purchase_order_number.in_(numbers), PurchaseOrderRow.status != "cancelled")
        .group_by(PurchaseOrderRow.purchase_order_number, PurchaseOrderLineRow.sku, PurchaseOrderRow.status,
                  PurchaseOrderRow.expected_on)
    )  # fmt: skip
    return {
        (number, sku): _Standing(int(ordered), int(received), status == "received", expected_on)
        for number, sku, status, expected_on, ordered, received in rows
    }


def _is_worse(counted_on: PromiseSourceRow, now: _Standing | None) -> bool:
    """Whether a purchase order brings less, or later, than a promise counted on."""
    if now is None or now.ordered < counted_on.ordered:
        return True
    came_short = now.is_received and 0 < now.received < counted_on.ordered
    return came_short or (not now.is_received and now.expected_on > counted_on.expected_on)


def _landed_on(session: Session, ids: Sequence[int], rules: Rules) -> dict[int, date]:
    """The day by which all purchase orders of a promise had been received, as many units as were counted on."""
    rows = session.execute(
        select(
            PromiseSourceRow.promise_id, PromiseSourceRow.ordered, PurchaseOrderRow.received_at,
            func.sum(PurchaseOrderLineRow.received),
        )
        .join(PromiseRow, PromiseRow.promise_id == PromiseSourceRow.promise_id)
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PromiseSourceRow.purchase_order_number)
        .join(PurchaseOrderLineRow, (PurchaseOrderLineRow.sku == PromiseRow.sku)
              & (PurchaseOrderLineRow.purchase_order_number == PromiseSourceRow.purchase_order_number))
        .where(PromiseSourceRow.promise_id.in_(ids))
        .group_by(PromiseSourceRow.promise_id, PromiseSourceRow.ordered, PurchaseOrderRow.received_at,
                  PurchaseOrderRow.purchase_order_number)
    ).all()  # fmt: skip
    waited_for = {promise_id for promise_id, ordered, at, came in rows if at is None or 0 < came < ordered}
    landed: dict[int, date] = {}
    for promise_id, _, at, _ in rows:
        if at is not None and promise_id not in waited_for:
            day = at.astimezone(rules.zone).date()
            landed[promise_id] = max(day, landed.get(promise_id, day))
    return landed
