"""What is on its way from suppliers: how much for whom, and between which days."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.inventory.model import Inbound
from core.purchasing.rows import (
    ProposalLineRow,
    ProposalRow,
    PurchaseOrderLineRow,
    PurchaseOrderRow,
    SupplierRow,
)

UNDER_WAY = ("approved", "sent", "confirmed")
_EARLY_SPREAD, _LATE_SPREAD = 1.0, 1.3
"""In standard deviations of the lead time: about four deliveries in five fall between the two."""


def inbound(session: Session, skus: Sequence[str], today: date) -> dict[str, tuple[Inbound, ...]]:
    """Units under way by product, soonest first, each with the days between which they should arrive."""
    found: dict[str, list[Inbound]] = defaultdict(list)
    for sku, units, expected_on, spread_days in _under_way(session, skus):
        earliest = max(today, expected_on - timedelta(days=round(_EARLY_SPREAD * spread_days)))
        latest = expected_on + timedelta(days=ceil(_LATE_SPREAD * spread_days))
        found[sku].append(Inbound(units, earliest, max(latest, earliest), is_overdue=latest < today))
    return {sku: tuple(sorted(arrivals, key=lambda arrival: arrival.latest)) for sku, arrivals in found.items()}


def on_order(session: Session, without_proposal: int | None = None) -> dict[tuple[str, str], int]:
    """Units ordered and not arrived, by product and place; open proposals count as well, else they would come twice."""
    ordered = session.execute(
        select(
            PurchaseOrderLineRow.sku,
            PurchaseOrderRow.location,
            func.sum(PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.received),
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(PurchaseOrderRow.status.in_(UNDER_WAY), PurchaseOrderLineRow.quantity > PurchaseOrderLineRow.received)
        .group_by(PurchaseOrderLineRow.sku, PurchaseOrderRow.location)
    )
    proposed = session.execute(
        select(ProposalLineRow.sku, ProposalRow.location, func.sum(ProposalLineRow.quantity))
        .join(ProposalRow, ProposalRow.proposal_id == ProposalLineRow.proposal_id)
        .where(ProposalRow.status == "open", ProposalRow.proposal_id != (without_proposal or 0))
        .group_by(ProposalLineRow.sku, ProposalRow.location)
    )
    units: dict[tuple[str, str], int] = defaultdict(int)
    for rows in (ordered, proposed):
        for sku, location, quantity in rows:
            units[sku, location] += int(quantity)
    return dict(units)


def arrivals(session: Session, skus: Sequence[str], location: str) -> dict[str, list[tuple[date, int]]]:
    """What purchase orders bring to a place: for each product the expected day and the units, soonest first."""
    rows = session.execute(
        select(
            PurchaseOrderLineRow.sku,
            PurchaseOrderRow.expected_on,
            PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.received,
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(
            PurchaseOrderRow.status.in_(UNDER_WAY),
            PurchaseOrderRow.location == location,
            PurchaseOrderLineRow.sku.in_(skus),
            PurchaseOrderLineRow.quantity > PurchaseOrderLineRow.received,
        )
        .order_by(PurchaseOrderRow.expected_on)
    )
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for sku, expected_on, units in rows:
        found[sku].append((expected_on, units))
    return found


def _under_way(session: Session, skus: Sequence[str]) -> Iterator[tuple[str, int, date, float]]:
    rows = session.execute(
        select(
            PurchaseOrderLineRow.sku,
            PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.received,
            PurchaseOrderRow.expected_on,
            SupplierRow.lead_time_sd_days,
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .join(SupplierRow, SupplierRow.supplier == PurchaseOrderRow.supplier)
        .where(
            PurchaseOrderRow.status.in_(UNDER_WAY),
            PurchaseOrderLineRow.sku.in_(skus),
            PurchaseOrderLineRow.quantity > PurchaseOrderLineRow.received,
        )
    )
    yield from rows
