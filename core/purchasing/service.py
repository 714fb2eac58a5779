"""Suppliers: what they sell, on which terms, and how long they took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.accounts.service import staff_by_email
from core.errors import NotFound
from core.money import Money
from core.purchasing.calendars import Calendar, calendar
from core.purchasing.model import Pack, SupplierItem
from core.purchasing.rows import (
    EventRow,
    PurchaseOrderLineRow,
    PurchaseOrderRow,
    ReceiptRow,
    SupplierClosureRow,
    SupplierItemRow,
    SupplierRow,
)

MIRRORED = {
    "suppliers": SupplierRow,
    "supplier_closures": SupplierClosureRow,
    "supplier_items": SupplierItemRow,
    "events": EventRow,
    "purchase_orders": PurchaseOrderRow,
    "purchase_order_lines": PurchaseOrderLineRow,
    "receipts": ReceiptRow,
}


@dataclass(frozen=True)
class Supplier:
    """A supplier and the terms that hold for all it sells; money in minor units of `currency`."""

    supplier: str
    name: str
    email: str
    currency: str
    lead_time_days: float
    lead_time_sd_days: float
    review_days: float
    order_cost: int
    line_cost: int
    minimum_order_value: int
    vehicle_weight_kg: float | None = None
    vehicle_volume_m3: float | None = None
    vehicle_pallets: float | None = None
    trip_cost: int = 0
    budget: int | None = None
    order_days: str = ""
    freight_cost: int = 0
    free_freight_from: int | None = None


def planner(session: Session, staff: Staff) -> Staff:
    """The same person with the rights they have at this moment.

    Raises:
        NotFound: somebody who does not plan (any more).
    """
    today = staff_by_email(session, staff.email)
    if today is None or not today.may_plan:
        raise NotFound("Proposals are for planners; ask an admin for that role.")
    return today


def suppliers(session: Session) -> dict[str, Supplier]:
    """All suppliers by their code."""
    rows = session.scalars(select(SupplierRow).order_by(SupplierRow.supplier))
    return {row.supplier: _supplier(row) for row in rows}


def supplier(session: Session, code: str) -> Supplier:
    """One supplier that is known to be there."""
    return _supplier(session.get_one(SupplierRow, code))


def _supplier(row: SupplierRow) -> Supplier:
    return Supplier(**{one.name: getattr(row, one.name) for one in fields(Supplier)})


def supplier_calendars(session: Session, terms: Mapping[str, Supplier]) -> dict[str, Calendar]:
    """When each of some suppliers takes orders and is closed."""
    closures: dict[str, list[tuple[date, date]]] = {}
    for row in session.scalars(select(SupplierClosureRow)):
        closures.setdefault(row.supplier, []).append((row.first_on, row.last_on))
    return {code: calendar(one.order_days, closures.get(code, ())) for code, one in terms.items()}


def arrival_if_ordered(session: Session, code: str, made_on: date, expected_on: date, today: date) -> date:
    """When what was proposed one day is here if it is ordered another: later where no order is taken today."""
    kept = supplier_calendars(session, {code: supplier(session, code)})[code]
    if not kept.order_days and not kept.closed:
        return expected_on
    return expected_on + (kept.next_order_day(today) - kept.next_order_day(made_on))


def supplier_items(session: Session) -> list[SupplierItem]:
    """What all suppliers ask for what they sell."""
    rows = session.scalars(select(SupplierItemRow).order_by(SupplierItemRow.sku, SupplierItemRow.supplier))
    return [_item(row) for row in rows]


def terms_of(session: Session, supplier: str, skus: Sequence[str]) -> dict[str, SupplierItem]:
    """What one supplier asks today for some of what it sells."""
    rows = session.scalars(
        select(SupplierItemRow).where(SupplierItemRow.supplier == supplier, SupplierItemRow.sku.in_(skus))
    )
    return {row.sku: _item(row) for row in rows}


def _item(row: SupplierItemRow) -> SupplierItem:
    breaks = tuple((int(quantity), int(cost)) for quantity, cost in row.price_breaks or ())
    packs = tuple(Pack(int(size), int(handling), str(name)) for size, handling, name in row.packs or ())
    return SupplierItem(
        row.supplier, row.sku, row.unit_cost, row.currency, row.minimum, packs[0].size if packs else row.pack,
        row.maximum, breaks, row.units_per_pallet, packs,
        row.available,
    )  # fmt: skip


def lead_times(session: Session, since: datetime) -> dict[str, list[float]]:
    """Days from order to full receipt of each supplier's orders placed since then, oldest first."""
    rows = session.execute(
        select(PurchaseOrderRow.supplier, PurchaseOrderRow.ordered_at, PurchaseOrderRow.received_at)
        .where(PurchaseOrderRow.status == "received", PurchaseOrderRow.ordered_at >= since)
        .order_by(PurchaseOrderRow.ordered_at)
    )
    days: dict[str, list[float]] = {}
    for supplier, ordered_at, received_at in rows:
        if received_at is not None and received_at >= ordered_at:
            days.setdefault(supplier, []).append((received_at - ordered_at).total_seconds() / 86400)
    return days


def below_minimum(session: Session, supplier: str, total: Money) -> str:
    """What a supplier would object to in an order of so much, in one sentence; empty where nothing."""
    terms = session.get_one(SupplierRow, supplier)
    least = Money(terms.minimum_order_value, terms.currency)
    if total.minor == 0 or total.currency != least.currency or total.minor >= least.minor:
        return ""
    return f"{total} is below the least that {terms.name} takes an order for, {least}."


def no_longer_buy(session: Session, supplier: str, sku: str) -> None:
    """A supplier does not sell us a product any more."""
    here = (SupplierItemRow.supplier == supplier, SupplierItemRow.sku == sku)
    session.execute(delete(SupplierItemRow).where(*here))


def names_of(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """The names of suppliers by their code."""
    named = select(SupplierRow.supplier, SupplierRow.name).where(SupplierRow.supplier.in_(set(codes)))
    return dict(session.execute(named).all())
