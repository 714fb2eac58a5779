"""What can be promised of a product: so many now, the rest between which days, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.inventory.service import on_hand
from core.orders.service import reserved
from core.purchasing.inbound import TO_COME, UNDER_WAY
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow, SupplierRow
from core.replenishment.arrival import awaited
from core.replenishment.lead_time import lateness

_LATE_SINCE = timedelta(days=730)
_MOST_UNITS = 1_000_000_000


@dataclass(frozen=True)
class Rules:
    """The day to promise on, where days are counted, and how sure the last day of a range has to be."""

    today: date
    zone: ZoneInfo
    level: float


@dataclass(frozen=True)
class Source:
    """A purchase order that a promise rests on: units of the product ordered, those still to come, the day due."""

    purchase_order_number: str
    ordered: int
    units: int
    expected_on: date
    ordered_at: datetime


@dataclass(frozen=True)
class Restock:
    """Units that come, the days between which they should, and the chance that they are here by the last of them."""

    units: int
    earliest: date
    latest: date
    confidence: float
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Promise:
    """What somebody can have who asks for so many units.

    `free` are the units free to go out now. `restock` is what comes for the rest, as far as anything under way leaves
    something over; `is_overdue` where only purchase orders do that are too late to name a day.
    """

    sku: str
    asked: int
    free: int
    restock: Restock | None = None
    is_overdue: bool = False

    @property
    def now(self) -> int:
        """How many of the units asked for can go out now."""
        return min(self.asked, self.free)

    @property
    def missing(self) -> int:
        """Units asked for that are neither here nor coming by a day that can be named."""
        return self.asked - self.now - (self.restock.units if self.restock else 0)


@dataclass
class _Coming:
    """Purchase orders of one product, soonest first, with how late each may be."""

    sources: list[Source] = field(default_factory=list)
    mean_day: list[float] = field(default_factory=list)
    sd_days: list[float] = field(default_factory=list)


def promise(session: Session, sku: str, units: int, rules: Rules) -> Promise:
    """What can be promised of `units`: from the shelf less what others are promised, then from purchase orders.

    What is promised to others already is served first, also from what comes.
    """
    asked = min(max(units, 1), _MOST_UNITS)
    here, owed = on_hand(session, [sku]).get(sku, 0), reserved(session, [sku]).get(sku, 0)
    free = max(0, here - owed)
    rest = asked - min(asked, free)
    if not rest:
        return Promise(sku, asked, free)
    ahead = max(0, owed - here)
    coming, overdue = _coming(session, sku, rules)
    supply = sum(source.units for source in coming.sources)
    if supply <= ahead:
        return Promise(sku, asked, free, is_overdue=supply + overdue > ahead)
    return Promise(sku, asked, free, _restock(coming, ahead, min(rest, supply - ahead), rules))


def _restock(coming: _Coming, ahead: int, units: int, rules: Rules) -> Restock:
    """The range of days for units that come after those ahead: when all purchase orders needed for it are here."""
    counted, needed = 0, 0
    while counted < ahead + units:
        counted += coming.sources[needed].units
        needed += 1
    window = awaited(np.array(coming.mean_day[:needed]), np.array(coming.sd_days[:needed]), rules.level)
    if window is None:
        raise AssertionError("a purchase order that is too late to name a day was counted on")
    return Restock(
        units,
        rules.today + timedelta(days=window.first),
        rules.today + timedelta(days=window.last),
        window.chance,
        tuple(coming.sources[:needed]),
    )


def _coming(session: Session, sku: str, rules: Rules) -> tuple[_Coming, int]:
    """What is under way and may still be in time, soonest first, and the units of what is too late to name a day."""
    remaining = func.sum(TO_COME)
    rows = session.execute(
        select(
            PurchaseOrderRow.purchase_order_number,
            PurchaseOrderRow.supplier,
            PurchaseOrderRow.expected_on,
            PurchaseOrderRow.ordered_at,
            SupplierRow.lead_time_sd_days,
            func.sum(PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.cancelled),
            remaining,
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .join(SupplierRow, SupplierRow.supplier == PurchaseOrderRow.supplier)
        .where(
            PurchaseOrderRow.status.in_(UNDER_WAY),
            PurchaseOrderLineRow.sku == sku,
            TO_COME > 0,
        )
        .group_by(
            PurchaseOrderRow.purchase_order_number,
            PurchaseOrderRow.supplier,
            PurchaseOrderRow.expected_on,
            PurchaseOrderRow.ordered_at,
            SupplierRow.lead_time_sd_days,
        )
        .order_by(PurchaseOrderRow.expected_on, PurchaseOrderRow.purchase_order_number)
    ).all()
    stated = {supplier: sd for _, supplier, _, _, sd, _, _ in rows}
    late = _lateness(session, stated, rules)
    coming, overdue = _Coming(), 0
    for number, supplier, expected_on, ordered_at, _, ordered, units in rows:
        mean, sd = late[supplier]
        mean_day = (expected_on - rules.today).days + mean
        if awaited(np.array([mean_day]), np.array([sd]), rules.level) is None:
            overdue += int(units)
            continue
        coming.sources.append(Source(number, int(ordered), int(units), expected_on, ordered_at))
        coming.mean_day.append(mean_day)
        coming.sd_days.append(sd)
    return coming, overdue


def _lateness(session: Session, stated: dict[str, float], rules: Rules) -> dict[str, tuple[float, float]]:
    """How many days late each supplier is on average and how much that varies, learnt from what it delivered."""
    if not stated:
        return {}
    days = _days_late(session, list(stated), rules)
    codes = list(stated)
    mean, sd = lateness(np.array([stated[code] for code in codes]), [np.array(days.get(code, [])) for code in codes])
    return {code: (float(mean[at]), float(sd[at])) for at, code in enumerate(codes)}


def _days_late(session: Session, codes: Sequence[str], rules: Rules) -> dict[str, list[float]]:
    since = datetime.combine(rules.today - _LATE_SINCE, time(), rules.zone)
    rows = session.execute(
        select(PurchaseOrderRow.supplier, PurchaseOrderRow.expected_on, PurchaseOrderRow.received_at)
        .where(
            PurchaseOrderRow.supplier.in_(codes),
            PurchaseOrderRow.status == "received",
            PurchaseOrderRow.ordered_at >= since,
        )
        .order_by(PurchaseOrderRow.purchase_order_number)
    )
    days: dict[str, list[float]] = {}
    for supplier, expected_on, received_at in rows:
        if received_at is not None:
            late = (received_at.astimezone(rules.zone).date() - expected_on).days
            days.setdefault(supplier, []).append(float(late))
    return days
