"""How suppliers keep their word: lead time and its spread, what came of what was ordered, on time, and defects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.purchasing.model import UNDER_WAY
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow, SupplierRow
from core.purchasing.service import planner
from core.returns.handling import claimed_units

SINCE_DAYS = 365
_UNDER_WAY = {status.value for status in UNDER_WAY}


@dataclass(frozen=True)
class Scorecard:
    """One supplier over a time; shares are None where there is nothing to tell them from.

    `fill` is what arrived of what was ordered; `on_time` the share of orders that had arrived in full by the day first
    expected; `defects` the units that customers claim for, of those that arrived.
    """

    supplier: str
    supplier_name: str
    orders: int
    received: int
    under_way: int
    late: int
    stated_lead_days: float
    lead_days: float | None
    lead_sd_days: float | None
    lead_p90_days: float | None
    fill: float | None
    on_time: float | None
    slips: int
    mean_slip_days: float | None
    units: int
    defects: float | None

    def as_dict(self) -> dict[str, Any]:
        """For programs to read."""
        return asdict(self)


@dataclass(frozen=True)
class _Seen:
    """One order as far as it matters here."""

    supplier: str
    status: str
    ordered_at: datetime
    received_at: datetime | None
    expected_on: date
    first_expected_on: date | None
    lines: tuple[tuple[str, int, int], ...]


def scorecards(session: Session, staff: Staff, zone: ZoneInfo, now: datetime, supplier: str = "") -> list[Scorecard]:
    """All suppliers that anything was ordered from in a year, or one of them.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    return kept_word(session, zone, now, supplier)


def kept_word(session: Session, zone: ZoneInfo, now: datetime, supplier: str = "") -> list[Scorecard]:
    """The same for whoever has been let in already."""
    since, today = now - timedelta(days=SINCE_DAYS), now.astimezone(zone).date()
    by_supplier: dict[str, list[_Seen]] = defaultdict(list)
    for one in _orders(session, since):
        by_supplier[one.supplier].append(one)
    claims = _defects(session, by_supplier, since)
    named = select(SupplierRow).order_by(SupplierRow.name)
    rows = session.scalars(named.where(SupplierRow.supplier == supplier) if supplier else named)
    return [
        _card(row, by_supplier[row.supplier], claims.get(row.supplier, 0.0), zone, today)
        for row in rows
        if row.supplier in by_supplier
    ]


def _orders(session: Session, since: datetime) -> Iterable[_Seen]:
    lines: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    found = session.execute(
        select(
            PurchaseOrderLineRow.purchase_order_number,
            PurchaseOrderLineRow.sku,
            PurchaseOrderLineRow.quantity,
            PurchaseOrderLineRow.received,
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(PurchaseOrderRow.ordered_at >= since)
    )
    for number, sku, quantity, received in found:
        lines[number].append((sku, quantity, received))
    for row in session.scalars(select(PurchaseOrderRow).where(PurchaseOrderRow.ordered_at >= since)):
        yield _Seen(
            row.supplier,
            row.status,
            row.ordered_at,
            row.received_at,
            row.expected_on,
            row.first_expected_on,
            tuple(lines[row.purchase_order_number]),
        )


def _card(row: SupplierRow, seen: Sequence[_Seen], claimed: float, zone: ZoneInfo, today: date) -> Scorecard:
    done = [one for one in seen if one.status == "received" and one.received_at is not None]
    open_ones = [one for one in seen if one.status in _UNDER_WAY]
    days = np.array([(one.received_at - one.ordered_at).total_seconds() / 86400 for one in done if one.received_at])
    closed = [line for one in seen if one.status in {"received", "cancelled"} for line in one.lines]
    ordered, came = sum(line[1] for line in closed), sum(min(line[2], line[1]) for line in closed)
    in_time = [_came_on(one, zone) <= (one.first_expected_on or one.expected_on) for one in done]
    slips = [(one.expected_on - one.first_expected_on).days for one in seen if one.first_expected_on is not None]
    units = sum(line[2] for one in seen for line in one.lines)
    return Scorecard(
        row.supplier,
        row.name,
        orders=len(seen),
        received=len(done),
        under_way=len(open_ones),
        late=sum(one.expected_on < today for one in open_ones),
        stated_lead_days=row.lead_time_days,
        lead_days=round(float(days.mean()), 1) if len(days) else None,
        lead_sd_days=round(float(days.std(ddof=1)), 1) if len(days) > 1 else None,
        lead_p90_days=round(float(np.quantile(days, 0.9)), 1) if len(days) else None,
        fill=round(came / ordered, 4) if ordered else None,
        on_time=round(sum(in_time) / len(in_time), 4) if in_time else None,
        slips=len(slips),
        mean_slip_days=round(sum(slips) / len(slips), 1) if slips else None,
        units=units,
        defects=round(claimed / units, 4) if units else None,
    )


def _came_on(one: _Seen, zone: ZoneInfo) -> date:
    return one.received_at.astimezone(zone).date() if one.received_at else date.max


def _defects(session: Session, by_supplier: dict[str, list[_Seen]], since: datetime) -> dict[str, float]:
    """Units claimed by supplier; of a product that several delivered each bears the share of what it delivered."""
    came: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for supplier, seen in by_supplier.items():
        for one in seen:
            for sku, _, received in one.lines:
                came[sku][supplier] += received
    found: dict[str, float] = defaultdict(float)
    for sku, units in claimed_units(session, list(came), since).items():
        total = sum(came[sku].values())
        for supplier, received in came[sku].items():
            found[supplier] += units * received / total if total else 0.0
    return found
