"""From proposal to purchase order: states, who may decide, what a planner sees."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from core.money import Money


class ProposalStatus(Enum):
    """Where a proposal stands; it leaves OPEN once."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class MoveStatus(Enum):
    """Where a move between places stands."""

    OPEN = "open"
    APPROVED = "approved"
    SENT = "sent"
    RECEIVED = "received"
    REJECTED = "rejected"
    EXPIRED = "expired"


class PurchaseOrderStatus(Enum):
    """Where a purchase order stands."""

    APPROVED = "approved"
    SENT = "sent"
    CONFIRMED = "confirmed"
    RECEIVED = "received"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset({PurchaseOrderStatus.APPROVED, PurchaseOrderStatus.SENT, PurchaseOrderStatus.CONFIRMED})


PACKS = {
    "piece": "pieces",
    "inner": "inners",
    "box": "boxes",
    "case": "cases",
    "carton": "cartons",
    "layer": "layers",
    "pallet": "pallets",
}
"""What packs are called, and several of them."""


@dataclass(frozen=True)
class Pack:
    """Packs of one level: units in a full one, what handling it costs in minor units, and what it is called."""

    size: int
    handling: int = 0
    name: str = ""

    def __str__(self) -> str:
        """As people say it.

        >>> str(Pack(144, 0, "carton")), str(Pack(144))
        ('carton of 144', 'pack of 144')
        """
        return f"{self.name or 'pack'} of {self.size:,}"

    def many(self, count: int) -> str:
        """So many of them.

        >>> Pack(144, 0, "carton").many(3), Pack(144, 0, "carton").many(1), Pack(144).many(2)
        ('3 cartons', '1 carton', '2 × 144')
        """
        if not self.name:
            return f"{count:,} × {self.size:,}"
        return f"{count:,} {self.name if count == 1 else PACKS[self.name]}"


@dataclass(frozen=True)
class SupplierItem:
    """What one supplier asks for one product; `breaks` are (from quantity, all units at this cost), minor units.

    `packs` are levels, smallest first, which is `pack` then; a larger one is a whole number of the one before.
    `available` is what the supplier has for all places together; None: no limit is known.
    """

    supplier: str
    sku: str
    unit_cost: int
    currency: str
    minimum: int = 1
    pack: int = 1
    maximum: int | None = None
    breaks: tuple[tuple[int, int], ...] = ()
    units_per_pallet: int | None = None
    packs: tuple[Pack, ...] = ()
    available: int | None = None

    def in_packs(self, quantity: int) -> str:
        """How so many are packed, the fewest packs there are; empty where there are no levels.

        >>> SupplierItem("A", "B-1", 120, "GBP", packs=(Pack(12), Pack(144, 0, "carton"))).in_packs(324)
        '2 cartons + 3 × 12'
        """
        told, left = [], quantity
        for one in reversed(self.packs):
            count, left = divmod(left, one.size)
            if count:
                told.append(one.many(count))
        return " + ".join(told)

    def cost_at(self, quantity: int) -> int:
        """Cost of a unit when so many are ordered.

        >>> SupplierItem("A", "B-1", 120, "GBP", breaks=((48, 110), (144, 95))).cost_at(50)
        110
        """
        return next((cost for least, cost in sorted(self.breaks, reverse=True) if quantity >= least), self.unit_cost)


@dataclass(frozen=True)
class ProposalLine:
    """One line; `reason` holds numbers that add up to the proposed quantity, `explanation` says them in words.

    `ahead` is the picture of stock: lists `day` (0 = today), `without`, `with`, `low`, `high` in units. `waiting` are
    the people who wait for it, by name only for those who may know. `packed` says in which packs it comes, where there
    are several levels.
    """

    line: int
    sku: str
    name: str
    proposed: int
    quantity: int
    unit_cost: Money
    reason: dict[str, Any]
    explanation: str
    ahead: dict[str, Any]
    waiting: int
    waiting_units: int = 0
    waiting_names: tuple[str, ...] = ()
    packed: str = ""

    @property
    def total(self) -> Money:
        """Quantity times unit cost."""
        return self.unit_cost * self.quantity


@dataclass(frozen=True)
class Load:
    """What an order weighs and takes up, the trips it takes and how full they are; no `trips` where none are stated.

    `why` says what the plan weighed up before it sent them like that.
    """

    weight_kg: float
    volume_m3: float
    pallets: float
    trips: int
    fill: float
    why: str = ""

    def __str__(self) -> str:
        """As planners read it.

        >>> str(Load(412.0, 1.94, 0.0, 2, 0.87))
        '412 kg, 1.94 m³, 2 trips, 87 % full'
        """
        sizes = ((self.weight_kg, "kg"), (self.volume_m3, "m³"), (self.pallets, "pallets"))
        told = [f"{round(size, 2) if size < 100 else round(size):,} {unit}" for size, unit in sizes if size]
        if self.trips:
            told += [f"{self.trips} {'trip' if self.trips == 1 else 'trips'}", f"{round(100 * self.fill)} % full"]
        return "; ".join(filter(None, [", ".join(told), self.why]))


@dataclass(frozen=True)
class Proposal:
    """What the plan would order from one supplier for one location; lines are empty in lists.

    `at_risk` counts the lines that would more likely than not run short without this order; `approved_by` are those
    who said yes to this revision, in the order they did; `root` is what it was split from or goes on with; `scarce`
    says what room and money were short.
    """

    proposal_id: int
    supplier: str
    supplier_name: str
    location: str
    location_name: str
    status: ProposalStatus
    revision: int
    content_hash: str
    total: Money
    line_count: int
    created_at: datetime
    expires_at: datetime
    expected_on: date
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    edited_by: str | None
    purchase_order_number: str | None
    at_risk: int = 0
    approved_by: tuple[str, ...] = ()
    lines: tuple[ProposalLine, ...] = ()
    root: int | None = None
    snoozed_until: datetime | None = None
    editors: tuple[str, ...] = ()
    load: Load | None = None
    scarce: tuple[str, ...] = ()

    def is_asleep(self, now: datetime) -> bool:
        """Whether somebody put it off and the day has not come yet."""
        return self.snoozed_until is not None and now < self.snoozed_until


@dataclass(frozen=True)
class PurchaseOrderLine:
    """One line of a purchase order."""

    line: int
    sku: str
    name: str
    quantity: int
    received: int
    unit_cost: Money
    cancelled: int = 0

    @property
    def wanted(self) -> int:
        """What was ordered less what will not come any more."""
        return self.quantity - self.cancelled

    @property
    def open(self) -> int:
        """What is still to come, never below zero."""
        return max(0, self.wanted - self.received)

    @property
    def total(self) -> Money:
        """What was ordered and not cancelled, times unit cost."""
        return self.unit_cost * self.wanted


@dataclass(frozen=True)
class PurchaseOrder:
    """An order to a supplier; `first_expected_on` is what was expected before it slipped, if it did."""

    purchase_order_number: str
    supplier: str
    supplier_name: str
    location: str
    location_name: str
    status: PurchaseOrderStatus
    ordered_at: datetime
    expected_on: date
    received_at: datetime | None
    approved_by: str | None
    proposal_id: int | None
    lines: tuple[PurchaseOrderLine, ...]
    total: Money
    revision: int = 1
    first_expected_on: date | None = None
    confirmed_at: datetime | None = None
    supplier_reference: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether something may still arrive."""
        return self.status in UNDER_WAY

    def is_late(self, today: date, after_days: int) -> bool:
        """Whether it should have been here so many days ago and something is still to come."""
        return (
            self.is_under_way
            and any(line.open for line in self.lines)
            and (today - self.expected_on).days >= after_days
        )


@dataclass(frozen=True)
class Repriced:
    """An edited quantity, costed by the function that proposed it: cost lines, risk, and the explanation."""

    quantity: int
    unit_cost: Money
    total: Money
    expected_cost: Money
    cost_lines: dict[str, float]
    risk: float
    explanation: str
    fault: str = ""
