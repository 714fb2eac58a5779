"""What is on its way from suppliers and between places, and where to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.purchasing.rows import (
    MoveRow,
    ProposalLineRow,
    ProposalRow,
    PurchaseOrderLineRow,
    PurchaseOrderRow,
)

UNDER_WAY = ("approved", "sent", "confirmed")
TO_COME = PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.cancelled - PurchaseOrderLineRow.received
"""Units of a line that may still arrive; below zero where more came than was ordered."""


def on_order(session: Session, without_proposal: int | None = None) -> dict[tuple[str, str], int]:
    """Units ordered and not arrived, by product and place; open proposals count as well, else they would come twice."""
    ordered = session.execute(
        select(
            PurchaseOrderLineRow.sku,
            PurchaseOrderRow.location,
            func.sum(TO_COME),
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(PurchaseOrderRow.status.in_(UNDER_WAY), TO_COME > 0)
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


def claimed(session: Session, without_proposal: int | None = None) -> dict[tuple[str, str], int]:
    """Units by supplier and product that it does not count as gone yet: proposed, or ordered and not confirmed."""
    line, head = ProposalLineRow, ProposalRow
    proposed = session.execute(
        select(head.supplier, line.sku, func.sum(line.quantity))
        .join(head, head.proposal_id == line.proposal_id)
        .where(head.status == "open", head.proposal_id != (without_proposal or 0))
        .group_by(head.supplier, line.sku)
    )
    ordered = session.execute(
        select(PurchaseOrderRow.supplier, PurchaseOrderLineRow.sku, func.sum(TO_COME))
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(PurchaseOrderRow.status.in_(("approved", "sent")), TO_COME > 0)
        .group_by(PurchaseOrderRow.supplier, PurchaseOrderLineRow.sku)
    )
    units: dict[tuple[str, str], int] = defaultdict(int)
    for rows in (proposed, ordered):
        for supplier, sku, quantity in rows:
            units[supplier, sku] += int(quantity)
    return dict(units)


def between_places(session: Session) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Units that are to leave a shelf for another place, and units that are to come from one, by product and place."""

    def units(place: Any, *states: str) -> dict[tuple[str, str], int]:
        at_place = select(MoveRow.sku, place, func.sum(MoveRow.units)).where(MoveRow.status.in_(states))
        return {
            (sku, where): int(count) for sku, where, count in session.execute(at_place.group_by(MoveRow.sku, place))
        }

    return units(MoveRow.origin, "open", "approved"), units(MoveRow.destination, "open", "approved", "sent")


def arrivals(session: Session, skus: Sequence[str], location: str) -> dict[str, list[tuple[date, int]]]:
    """What purchase orders bring to a place: for each product the expected day and the units, soonest first."""
    rows = session.execute(
        select(
            PurchaseOrderLineRow.sku,
            PurchaseOrderRow.expected_on,
            TO_COME,
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(
            PurchaseOrderRow.status.in_(UNDER_WAY),
            PurchaseOrderRow.location == location,
            PurchaseOrderLineRow.sku.in_(skus),
            TO_COME > 0,
        )
        .order_by(PurchaseOrderRow.expected_on)
    )
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for sku, expected_on, units in rows:
        found[sku].append((expected_on, units))
    return found
