"""A plan: read what is known in one unit of work, compute outside of any, write proposals in another."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy.orm import Session

from core.catalog.model import Handling
from core.config import Planning
from core.database.audit import record
from core.database.numbers import advance
from core.database.upsert import insert_new
from core.money import Money, exponent
from core.purchasing import limits, scarcity
from core.purchasing.books import EDITIONS, Books, Place
from core.purchasing.known import Known, arrays, columns
from core.purchasing.model import ProposalStatus
from core.purchasing.position import Position
from core.purchasing.proposals import content_hash
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.scarcity import Scarce
from core.replenishment.agreement import Agreed, agree
from core.replenishment.demand import Velocity, velocity
from core.replenishment.plan import faults, reason

_LEAST_MARGIN = 0.1
"""A unit short costs at least this share of its unit cost, however small its margin."""


@dataclass(frozen=True)
class Skipped:
    """A product at a place that could not be planned, and what would help."""

    sku: str
    location: str
    sentence: str


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
    scarce: tuple[Scarce, ...] = ()

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
    scarce: tuple[Scarce, ...] = ()


def compute(books: Books, planning: Planning) -> Plan:
    """Work out what to order from whom; touches no database."""
    rows, skipped = _plannable(books)
    if not rows:
        return Plan(books.edition, (), tuple(skipped), 0)
    asked = None if books.enquiries is None else books.enquiries[rows]
    pace = velocity(books.units[rows], books.in_stock[rows], enquiries=asked, enquiry_weight=planning.enquiry_weight)
    known = [_known(books, books.places[row], pace, at, planning) for at, row in enumerate(rows)]
    wrong = faults(columns(known))
    skipped += [Skipped(*books.places[rows[at]], sentence) for at, sentence in sorted(wrong.items())]
    places = [books.places[row][1] for row in rows]
    awake = [
        at for at, one in enumerate(known) if at not in wrong and (one.item.supplier, places[at]) not in books.resting
    ]
    if not awake:
        return Plan(books.edition, (), tuple(skipped), len(rows) - len(wrong))
    drafts, more, short = _agreed(books, [known[at] for at in awake], [places[at] for at in awake], planning)
    return Plan(books.edition, drafts, (*skipped, *more), len(rows) - len(wrong), short)


def _agreed(
    books: Books, known: Sequence[Known], places: Sequence[str], planning: Planning
) -> tuple[tuple[Draft, ...], tuple[Skipped, ...], tuple[Scarce, ...]]:
    """What to order of products that can be planned, what could not be ordered as it should, and what was short."""
    asked, scopes = scarcity.asked(books, known, places), scarcity.shared(books, known, places, planning.budget)
    agreed = agree(*arrays(known), asked, [one.shared for one in scopes])
    short = scarcity.scarce(agreed, scopes, [one.item.currency for one in known])
    members: dict[Place, list[int]] = defaultdict(list)
    for row, one in enumerate(known):
        members[one.item.supplier, places[row]].append(row)
    drafts = [_draft(books, place, rows, known, agreed, short) for place, rows in sorted(members.items())]
    notes = [_skipped(one.rows.tolist(), one.sentence, known, places) for one in agreed.notes]
    told = sorted({one for found in short.values() for one in found}, key=lambda one: (one.kind, one.whose))
    return tuple(one for one in drafts if one.lines), (*notes, *_dropped(books, members, agreed)), tuple(told)


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
    if not advance(session, EDITIONS, plan.edition):
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
        "scarce": [[one.kind, one.whose, one.price] for one in draft.scarce] or None,
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
    handling = books.handling.get(place[0], Handling())
    margin = max(books.products[place[0]].price.minor - item.unit_cost, _LEAST_MARGIN * item.unit_cost)
    return Known(
        item=item,
        holding_rate=planning.holding_rate + _goes_out_of_use(handling, item.unit_cost),
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
        weight_kg=handling.weight_kg,
        volume_m3=handling.volume_m3,
        sells_for=_sells_for(handling, lead_days, books.as_of),
        salvage=handling.salvage_value,
    )


def _goes_out_of_use(handling: Handling, unit_cost: int) -> float:
    """What is lost in a year by products going out of use, as a share of their cost."""
    return handling.obsolescence_rate * max(0.0, 1.0 - handling.salvage_value / max(unit_cost, 1))


def _sells_for(handling: Handling, lead_days: float, as_of: date) -> float | None:
    """Days until nothing of an order of today would sell any more."""
    kept = None if handling.shelf_life_days is None else lead_days + handling.shelf_life_days
    phased_out = None if handling.phase_out_on is None else float((handling.phase_out_on - as_of).days)
    return min((days for days in (kept, phased_out) if days is not None), default=None)


def _draft(
    books: Books,
    place: Place,
    rows: Sequence[int],
    known: Sequence[Known],
    agreed: Agreed,
    short: dict[int, tuple[Scarce, ...]],
) -> Draft:
    """What was agreed on for one supplier and place; it may have no lines."""
    supplier, location = place
    wanted = [row for row in rows if agreed.proposed.quantity[row] > 0]
    lines = [_line(known[row], agreed, row) for row in wanted]
    lines.sort(key=lambda line: (-line.quantity * line.unit_cost, line.known.item.sku))
    expected_on = books.as_of + timedelta(days=ceil(books.lead[supplier][0]))
    scarce = tuple(dict.fromkeys(one for row in rows for one in short.get(row, ())))
    return Draft(supplier, location, books.suppliers[supplier].currency, expected_on, tuple(lines), scarce)


def _line(known: Known, agreed: Agreed, row: int) -> DraftLine:
    """Why that many, with what of the supply is only announced by customers, and its share of the order's cost."""
    share = float(agreed.proposed.items.order_cost[row]) * 10 ** exponent(known.item.currency)
    numbers = reason(agreed.proposed, row) | {"order_value": str(agreed.order_value[row])}
    if known.returning:
        numbers["stock"] = {**numbers["stock"], "returning": known.returning}
    return DraftLine(replace(known, order_cost=share), int(agreed.proposed.quantity[row]), numbers)


def _dropped(books: Books, members: dict[Place, list[int]], agreed: Agreed) -> list[Skipped]:
    """Orders that are not worth raising to their least value."""
    told = []
    for (supplier, location), rows in sorted(members.items()):
        terms = books.suppliers[supplier]
        least = Money(terms.minimum_order_value, terms.currency)
        if agreed.order_value[rows[0]] == "dropped":
            sentence = f"what is due is below the supplier's minimum order of {least}"
            told.append(Skipped(f"all of {supplier}", location, sentence))
    return told


def _skipped(rows: Sequence[int], sentence: str, known: Sequence[Known], places: Sequence[str]) -> Skipped:
    suppliers = {known[row].item.supplier for row in rows}
    of_one = f"all of {next(iter(suppliers))}" if len(suppliers) == 1 else f"all {len(rows)} products"
    locations = {places[row] for row in rows}
    where = next(iter(locations)) if len(locations) == 1 else "all places"
    return Skipped(known[rows[0]].item.sku if len(rows) == 1 else of_one, where, sentence)
