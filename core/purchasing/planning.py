"""A plan: read what is known in one unit of work, compute outside of any, write proposals in another."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.model import Product
from core.catalog.service import all_products
from core.config import Planning, Shop
from core.database.audit import record
from core.database.numbers import advance, current
from core.database.upsert import insert_new
from core.inventory import service as inventory
from core.money import Money, exponent
from core.orders import service as orders
from core.purchasing import limits
from core.purchasing.known import Known, arrays, columns
from core.purchasing.model import ProposalStatus, SupplierItem
from core.purchasing.position import Position, positions
from core.purchasing.proposals import content_hash
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.service import Supplier, lead_times, supplier_items, suppliers
from core.replenishment.demand import Velocity, velocity
from core.replenishment.lead_time import learnt
from core.replenishment.plan import Proposed, faults, propose, reason, to_minimum_value

Place = tuple[str, str]
_RECEIPTS_SINCE = timedelta(days=730)
_EDITIONS = "plan"
_MOST_ASKED = 3.0
"""A day's questions count for at most so many usual days of sales, whatever number anybody typed."""
_LEAST_MARGIN = 0.1
"""A unit short costs at least this share of its unit cost, however small its margin."""


@dataclass(frozen=True)
class Skipped:
    """A product at a place that could not be planned, and what would help."""

    sku: str
    location: str
    sentence: str


@dataclass(frozen=True)
class Wanted:
    """The day to plan for, and the only supplier to plan for where one is named."""

    as_of: date
    supplier: str | None = None


@dataclass(frozen=True)
class Books:
    """Everything a plan reads: demand by day at each place, terms, positions, receipts."""

    as_of: date
    edition: int
    suppliers: dict[str, Supplier]
    items: dict[str, SupplierItem]
    products: dict[str, Product]
    places: tuple[Place, ...]
    positions: dict[Place, Position]
    units: np.ndarray[Any, np.dtype[np.float64]]
    in_stock: np.ndarray[Any, np.dtype[np.float64]]
    enquiries: np.ndarray[Any, np.dtype[np.float64]] | None
    lead: dict[str, tuple[float, float]]
    resting: frozenset[Place]
    """(supplier, location) of proposals rejected lately."""


@dataclass(frozen=True)
class DraftLine:
    """One line to propose: what was known and why that many."""

    known: Known
    quantity: int
    reason: dict[str, Any]

    @property
    def unit_cost(self) -> int:
        """Cost of a unit at that quantity, minor units."""
        return self.known.item.cost_at(self.quantity)


@dataclass(frozen=True)
class Draft:
    """What to propose to one supplier for one location."""

    supplier: str
    location: str
    currency: str
    expected_on: date
    lines: tuple[DraftLine, ...]

    @property
    def total(self) -> int:
        """Value of the lines in minor units."""
        return sum(line.quantity * line.unit_cost for line in self.lines)


@dataclass(frozen=True)
class Plan:
    """What the computation came to."""

    edition: int
    drafts: tuple[Draft, ...]
    skipped: tuple[Skipped, ...]
    planned: int


def read(session: Session, shop: Shop, planning: Planning, wanted: Wanted, now: datetime) -> Books:
    """Read what a plan needs; the cheapest supplier of each product is the one asked."""
    as_of, supplier, zone = wanted.as_of, wanted.supplier, shop.zone
    days = planning.history_weeks * 7
    first = as_of - timedelta(days=days)
    chosen = _cheapest(supplier_items(session))
    items = {sku: item for sku, item in chosen.items() if supplier in {None, item.supplier}}
    stated = suppliers(session)
    demand, on_sale = _demand(session, first, as_of, zone)
    standing = positions(session)
    places = tuple(sorted(place for place in {*demand, *standing} if place[0] in items))
    row_of = {place: row for row, place in enumerate(places)}
    units, in_stock, asked = np.zeros((len(places), days)), np.ones((len(places), days)), np.zeros((len(places), days))
    for place, by_day in demand.items():
        for day, sold in by_day.items() if place in row_of else ():
            units[row_of[place], (day - first).days] = max(0.0, sold)
    for place, empty in inventory.empty_days(session, first, as_of, zone).items():
        if place in row_of:
            in_stock[row_of[place], [(day - first).days for day in empty]] = 0.0
    for (place, day), share in on_sale.items():
        if place in row_of:
            in_stock[row_of[place], (day - first).days] = min(1.0, max(0.0, share))
    if planning.enquiries:
        _note_enquiries(session, first, as_of, row_of, in_stock, asked)
        asked = np.minimum(asked, _MOST_ASKED * _usual_days(units)[:, None])
    return Books(
        as_of, current(session, _EDITIONS), stated, items, all_products(session), places, standing, units, in_stock,
        asked if planning.enquiries else None, _leads(session, stated, as_of, zone),
        _resting(session, now - timedelta(days=planning.rest_days)),
    )  # fmt: skip


def compute(books: Books, planning: Planning) -> Plan:
    """Work out what to order from whom; touches no database."""
    rows, skipped = _plannable(books)
    if not rows:
        return Plan(books.edition, (), tuple(skipped), 0)
    asked = None if books.enquiries is None else books.enquiries[rows]
    pace = velocity(books.units[rows], books.in_stock[rows], enquiries=asked, enquiry_weight=planning.enquiry_weight)
    known = [_known(books, books.places[row], pace, at, planning) for at, row in enumerate(rows)]
    groups: dict[Place, list[Known]] = defaultdict(list)
    wrong = faults(columns(known))
    for at, row in enumerate(rows):
        sku, location = books.places[row]
        if at in wrong:
            skipped.append(Skipped(sku, location, wrong[at]))
        else:
            groups[books.items[sku].supplier, location].append(known[at])
    tried = [
        _draft(books, supplier, location, members)
        for (supplier, location), members in sorted(groups.items())
        if (supplier, location) not in books.resting
    ]
    drafts = tuple(draft for draft in tried if isinstance(draft, Draft))
    skipped += [draft for draft in tried if isinstance(draft, Skipped)]
    return Plan(books.edition, drafts, tuple(skipped), len(rows) - len(wrong))


def _plannable(books: Books) -> tuple[list[int], list[Skipped]]:
    rows, skipped = [], []
    for row, (sku, location) in enumerate(books.places):
        if sentence := _unplannable(books, sku):
            skipped.append(Skipped(sku, location, sentence))
        elif books.products[sku].active:
            rows.append(row)
    return rows, skipped


def write(session: Session, run: str, plan: Plan, planning: Planning, now: datetime) -> int | None:
    """Put the drafts up for decision; the same run twice writes nothing new.

    Returns:
        How many proposals are new; None where another plan was written since the books were read, so that this one
        would order the same again: read and compute anew.
    """
    if not plan.drafts:
        return 0
    if not advance(session, _EDITIONS, plan.edition):
        return None
    return sum(_put_up(session, run, draft, planning, now) for draft in plan.drafts)


def _put_up(session: Session, run: str, draft: Draft, planning: Planning, now: datetime) -> bool:
    """Write one proposal with its lines; False where this run wrote it before."""
    shown = [(line.known.item.sku, line.quantity, line.unit_cost) for line in draft.lines]
    skus = [line.known.item.sku for line in draft.lines]
    head = {
        "run": run,
        "root": limits.continued(session, draft.supplier, draft.location, skus, now, planning),
        "supplier": draft.supplier,
        "location": draft.location,
        "status": ProposalStatus.OPEN.value,
        "revision": 1,
        "content_hash": content_hash(draft.supplier, draft.location, 1, shown),
        "currency": draft.currency,
        "total": draft.total,
        "created_at": now,
        "expires_at": now + timedelta(days=planning.proposal_days),
        "expected_on": draft.expected_on,
        "decision_reason": "",
    }
    proposal_id = insert_new(session, ProposalRow, head)
    if proposal_id is None:
        return False
    session.add_all(_rows(proposal_id, draft))
    session.flush()
    record(session, now, "storekeeper", "proposal_made", f"proposal:{proposal_id}", run=run, total=draft.total)
    return True


def _rows(proposal_id: int, draft: Draft) -> list[ProposalLineRow]:
    return [
        ProposalLineRow(
            proposal_id=proposal_id,
            line=number,
            sku=line.known.item.sku,
            proposed=line.quantity,
            quantity=line.quantity,
            unit_cost=line.unit_cost,
            reason=line.reason,
            known=line.known.as_json(),
        )
        for number, line in enumerate(draft.lines, 1)
    ]


def _cheapest(items: Iterable[SupplierItem]) -> dict[str, SupplierItem]:
    chosen: dict[str, SupplierItem] = {}
    for item in items:
        if item.sku not in chosen or item.unit_cost < chosen[item.sku].unit_cost:
            chosen[item.sku] = item
    return chosen


def _demand(
    session: Session, first: date, as_of: date, zone: ZoneInfo
) -> tuple[dict[Place, dict[date, float]], dict[tuple[Place, date], float]]:
    """Units by place and day, and the share of the day on sale where it is known; the day of the plan is not over."""
    demand: dict[Place, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    on_sale: dict[tuple[Place, date], float] = {}
    begin = datetime.combine(first, time(), zone)
    for sku, location, placed_at, units in orders.units_ordered(session, begin):
        day = placed_at.astimezone(zone).date()
        if first <= day < as_of:
            demand[sku, location][day] += units
    for sku, location, day, units, share in inventory.daily_sales(session, first):
        if day < as_of:
            demand[sku, location][day] += units
            on_sale[(sku, location), day] = share
    return demand, on_sale


def _usual_days(units: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Units of a usual day with sales at each place, at least 1: the measure for what is asked for in vain."""
    days = [row[row > 0] for row in units]
    return np.array([float(np.median(sold)) if len(sold) else 1.0 for sold in days]).clip(min=1.0)


def _note_enquiries(
    session: Session, first: date, as_of: date, row_of: dict[Place, int], in_stock: Any, asked: Any
) -> None:
    """Somebody who asked in vain shows that the shelf was empty that day, and what was wanted."""
    places: dict[str, int] = {}
    for (sku, _), row in row_of.items():
        places.setdefault(sku, row)
    for sku, day, units in inventory.enquiries(session, first):
        if sku in places and day < as_of:
            in_stock[places[sku], (day - first).days] = 0.0
            asked[places[sku], (day - first).days] += units


def _resting(session: Session, since: datetime) -> frozenset[Place]:
    rows = session.execute(
        select(ProposalRow.supplier, ProposalRow.location).where(
            ProposalRow.status == ProposalStatus.REJECTED.value, ProposalRow.decided_at > since
        )
    )
    return frozenset((supplier, location) for supplier, location in rows)


def _leads(
    session: Session, stated: dict[str, Supplier], as_of: date, zone: ZoneInfo
) -> dict[str, tuple[float, float]]:
    receipts = lead_times(session, datetime.combine(as_of - _RECEIPTS_SINCE, time(), zone))
    codes = list(stated)
    mean, spread = learnt(
        np.array([stated[code].lead_time_days for code in codes]),
        np.array([stated[code].lead_time_sd_days for code in codes]),
        [np.array(receipts.get(code, [])) for code in codes],
    )
    return {code: (float(mean[at]), float(spread[at])) for at, code in enumerate(codes)}


def _unplannable(books: Books, sku: str) -> str:
    item, product = books.items[sku], books.products.get(sku)
    if product is None:
        return "it is not in products; bring it there first"
    currencies = {item.currency, product.price.currency, books.suppliers[item.supplier].currency}
    if len(currencies) > 1:
        return f"price, cost and supplier are in different currencies ({', '.join(sorted(currencies))}); use one"
    return ""


def _known(books: Books, place: Place, pace: Velocity, at: int, planning: Planning) -> Known:
    item, at_place = books.items[place[0]], books.positions.get(place, Position())
    supplier = books.suppliers[item.supplier]
    lead_days, lead_sd = books.lead[item.supplier]
    margin = max(books.products[place[0]].price.minor - item.unit_cost, _LEAST_MARGIN * item.unit_cost)
    return Known(
        item=item,
        holding_rate=planning.holding_rate,
        stockout_cost=planning.stockout_margin * margin,
        order_cost=float(supplier.order_cost),
        line_cost=supplier.line_cost,
        lead_days=lead_days,
        lead_sd=lead_sd,
        review_days=supplier.review_days,
        on_hand=at_place.on_hand,
        on_order=at_place.on_order,
        waiting=at_place.waiting,
        shape=float(pace.shape[at]),
        exposure=float(pace.exposure[at]),
        dispersion=float(pace.dispersion[at]),
        returning=at_place.returning,
    )


def _draft(books: Books, supplier: str, location: str, known: Sequence[Known]) -> Draft | Skipped | None:
    """Plan one supplier and place: lines share the cost of the order, so it is spread over those there will be."""
    terms = books.suppliers[supplier]
    spread = [replace(one, order_cost=terms.order_cost / len(known)) for one in known]
    first = propose(*arrays(spread))
    count = max(1, int(np.count_nonzero(first.quantity)))
    spread = [replace(one, order_cost=terms.order_cost / count) for one in known]
    items, pace = arrays(spread)
    minimum = terms.minimum_order_value / 10 ** exponent(terms.currency)
    proposed = to_minimum_value(items, pace, propose(items, pace), minimum)
    lines = _lines(spread, proposed)
    if not lines and proposed.order_value:
        least = Money(terms.minimum_order_value, terms.currency)
        return Skipped(f"all of {supplier}", location, f"what is due is below the supplier's minimum order of {least}")
    if not lines:
        return None
    expected_on = books.as_of + timedelta(days=ceil(books.lead[supplier][0]))
    return Draft(supplier, location, terms.currency, expected_on, lines)


def _lines(known: Sequence[Known], proposed: Proposed) -> tuple[DraftLine, ...]:
    wanted = [row for row in range(len(known)) if proposed.quantity[row] > 0]
    lines = [DraftLine(known[row], int(proposed.quantity[row]), _reason(known[row], proposed, row)) for row in wanted]
    return tuple(sorted(lines, key=lambda line: (-line.quantity * line.unit_cost, line.known.item.sku)))


def _reason(known: Known, proposed: Proposed, row: int) -> dict[str, Any]:
    """Why that many, with what of the supply is only announced by customers."""
    numbers = reason(proposed, row)
    if known.returning:
        numbers["stock"] = {**numbers["stock"], "returning": known.returning}
    return numbers
