"""Tables from supplier terms to purchase orders and what arrives of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, JsonOrNull, Minor, RowId


class SupplierRow(Base):
    """A supplier and the terms that hold for all it sells."""

    __tablename__ = "suppliers"

    supplier: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    currency: Mapped[str]
    lead_time_days: Mapped[float]
    lead_time_sd_days: Mapped[float] = mapped_column(default=0.0)
    review_days: Mapped[float] = mapped_column(default=7.0)
    order_cost: Mapped[int] = mapped_column(Minor, default=0)
    line_cost: Mapped[int] = mapped_column(Minor, default=0)
    minimum_order_value: Mapped[int] = mapped_column(Minor, default=0)
    vehicle_weight_kg: Mapped[float | None]
    vehicle_volume_m3: Mapped[float | None]
    vehicle_pallets: Mapped[float | None]
    trip_cost: Mapped[int] = mapped_column(Minor, default=0)
    budget: Mapped[int | None] = mapped_column(Minor)
    order_days: Mapped[str] = mapped_column(default="")
    freight_cost: Mapped[int] = mapped_column(Minor, default=0)
    free_freight_from: Mapped[int | None] = mapped_column(Minor)


class SupplierClosureRow(Base):
    """Days on which a supplier neither takes orders nor delivers."""

    __tablename__ = "supplier_closures"

    supplier: Mapped[str] = mapped_column(ForeignKey(SupplierRow.supplier), primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    last_on: Mapped[date]
    why: Mapped[str] = mapped_column(default="")


class SupplierItemRow(Base):
    """What a supplier asks for one product; `price_breaks` is a list of [quantity, minor units].

    `packs` is a list of [units, minor units that handling one costs, what it is called], smallest first.
    """

    __tablename__ = "supplier_items"

    supplier: Mapped[str] = mapped_column(ForeignKey(SupplierRow.supplier), primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    unit_cost: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    minimum: Mapped[int] = mapped_column(default=1)
    pack: Mapped[int] = mapped_column(default=1)
    maximum: Mapped[int | None]
    units_per_pallet: Mapped[int | None]
    price_breaks: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    packs: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    available: Mapped[int | None]


class EventRow(Base):
    """Days on which something sells otherwise: a promotion, a price, a holiday; empty names mean all of them."""

    __tablename__ = "events"

    event: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date] = mapped_column(index=True)
    sku: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    price: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str]
    discount: Mapped[float | None]
    lift: Mapped[float | None]


class ProposalRow(Base):
    """What the plan would order from one supplier for one location.

    It leaves `open` once. `content_hash` is what a decision has to name, so that nobody approves what they did not see.
    `root` is the proposal it was split from or continues; all of one root count together against limits. `scarce` are
    room and money that were short, each `[kind, whose, price]`: what one more of it would save in the year.
    """

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("run", "supplier", "location"), Index("ix_proposals_status", "status"))

    proposal_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    run: Mapped[str]
    supplier: Mapped[str] = mapped_column(ForeignKey(SupplierRow.supplier))
    location: Mapped[str]
    status: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    content_hash: Mapped[str]
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(Minor)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    expected_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="")
    edited_by: Mapped[str | None]
    editors: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    root: Mapped[int | None] = mapped_column(index=True)
    snoozed_until: Mapped[datetime | None]
    scarce: Mapped[list[Any] | None] = mapped_column(JsonOrNull)


class ProposalLineRow(Base):
    """One line of a proposal, with why the quantity is what it is and what was known when it was computed."""

    __tablename__ = "proposal_lines"

    proposal_id: Mapped[int] = mapped_column(ForeignKey(ProposalRow.proposal_id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    proposed: Mapped[int]
    quantity: Mapped[int]
    unit_cost: Mapped[int] = mapped_column(Minor)
    reason: Mapped[dict[str, Any]]
    known: Mapped[dict[str, Any]]


class ApprovalRow(Base):
    """One planner's yes to one revision; four eyes need two of them."""

    __tablename__ = "approvals"

    proposal_id: Mapped[int] = mapped_column(ForeignKey(ProposalRow.proposal_id), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(primary_key=True)
    approved_at: Mapped[datetime]


class DelegationRow(Base):
    """Somebody decides in place of somebody who is away, from the first day to the last."""

    __tablename__ = "delegations"

    delegation_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    absent: Mapped[str] = mapped_column(index=True)
    deputy: Mapped[str] = mapped_column(index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PurchaseOrderRow(Base):
    """An order to a supplier; at most one per proposal.

    `revision` is that of the letter the supplier has or gets; `first_expected_on` is what was expected before any slip.
    """

    __tablename__ = "purchase_orders"
    __table_args__ = (UniqueConstraint("proposal_id"),)

    purchase_order_number: Mapped[str] = mapped_column(primary_key=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey(ProposalRow.proposal_id))
    supplier: Mapped[str] = mapped_column(ForeignKey(SupplierRow.supplier), index=True)
    location: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    ordered_at: Mapped[datetime]
    expected_on: Mapped[date]
    received_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=1)
    first_expected_on: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    supplier_reference: Mapped[str] = mapped_column(default="")
    late_told_on: Mapped[date | None]


class PurchaseOrderLineRow(Base):
    """One line of a purchase order: how much of it has arrived, and how much will not come any more.

    `received_as_of` is when an import last said that more has arrived than receipts are known of.
    """

    __tablename__ = "purchase_order_lines"
    __table_args__ = (
        CheckConstraint("received >= 0", name="received_not_negative"),
        CheckConstraint("cancelled >= 0", name="cancelled_not_negative"),
    )

    purchase_order_number: Mapped[str] = mapped_column(
        ForeignKey(PurchaseOrderRow.purchase_order_number), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(index=True)
    quantity: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    unit_cost: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    cancelled: Mapped[int] = mapped_column(default=0)
    received_as_of: Mapped[datetime | None]


class PromiseRow(Base):
    """What somebody was told of when a product is back; scored by what was said first.

    `told_to` is the last day named since, None where none can be named any more; `is_current` is the latest word to
    this asker, and the only one that is corrected.
    """

    __tablename__ = "restock_promises"
    __table_args__ = (Index("ix_restock_promises_asker", "asker", "sku"),)

    promise_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    asker: Mapped[str]
    sku: Mapped[str]
    units: Mapped[int]
    said_at: Mapped[datetime]
    earliest: Mapped[date]
    latest: Mapped[date]
    confidence: Mapped[float]
    told_to: Mapped[date | None]
    slips: Mapped[int] = mapped_column(default=0)
    is_current: Mapped[bool] = mapped_column(default=True)
    outcome: Mapped[str | None] = mapped_column(index=True)
    landed_on: Mapped[date | None]


class PromiseSourceRow(Base):
    """A purchase order that a promise rests on, as it stood when that was said."""

    __tablename__ = "restock_promise_sources"

    promise_id: Mapped[int] = mapped_column(ForeignKey(PromiseRow.promise_id), primary_key=True)
    purchase_order_number: Mapped[str] = mapped_column(
        ForeignKey(PurchaseOrderRow.purchase_order_number), primary_key=True
    )
    ordered: Mapped[int]
    expected_on: Mapped[date]


class PaperRow(Base):
    """What one revision of a purchase order says; never changed, so that its PDF is the same whenever it is drawn."""

    __tablename__ = "purchase_order_papers"

    purchase_order_number: Mapped[str] = mapped_column(
        ForeignKey(PurchaseOrderRow.purchase_order_number), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class ReceiptRow(Base):
    """Units of a purchase order's line that arrived at once; a receipt books a line once."""

    __tablename__ = "receipts"

    receipt_number: Mapped[str] = mapped_column(primary_key=True)
    purchase_order_number: Mapped[str] = mapped_column(
        ForeignKey(PurchaseOrderRow.purchase_order_number), primary_key=True, index=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    units: Mapped[int]
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(default="import")


class MoveRow(Base):
    """Units of a product to be taken from one place to another; `known` is what made it worth its trouble."""

    __tablename__ = "moves"
    __table_args__ = (
        UniqueConstraint("run", "sku", "origin", "destination"),
        CheckConstraint("units > 0", name="units_positive"),
        Index("ix_moves_status", "status"),
    )

    move_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    run: Mapped[str]
    sku: Mapped[str]
    origin: Mapped[str]
    destination: Mapped[str]
    units: Mapped[int]
    status: Mapped[str]
    currency: Mapped[str]
    saving: Mapped[int] = mapped_column(Minor)
    known: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    expected_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    received: Mapped[int | None]
