"""A plan: read what is known in one unit of work, compute outside of any, write proposals in another."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.config import Planning
from core.database.audit import record
from core.database.numbers import advance
from core.database.upsert import insert_new
from core.money import Money, exponent
from core.purchasing import limits, scarcity
from core.purchasing.books import EDITIONS, Books, Place, assortment
from core.purchasing.choosing import Chosen, Coming, Skipped, choose, plannable
from core.purchasing.events import learnt
from core.purchasing.known import Known, arrays
from core.purchasing.model import ProposalStatus
from core.purchasing.moves import put_up
from core.purchasing.proposals import content_hash
from core.purchasing.rebalancing import Worthwhile, with_moves, worthwhile
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.scarcity import Scarce
from core.purchasing.seasons import seasons
from core.replenishment.agreement import Agreed, agree
from core.replenishment.demand import Velocity, velocity
from core.replenishment.plan import reason


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
    moves: tuple[Worthwhile, ...] = ()


def compute(books: Books, planning: Planning) -> Plan:
    """Work out what to order from whom; touches no database."""
    rows, skipped = plannable(books)
    if not rows:
        return Plan(books.edition, (), tuple(skipped), 0)
    pace, coming = _pace(books, rows, planning)
    chosen, wrong = choose(books, rows, pace, planning, coming)
    skipped += wrong
    moves: tuple[Worthwhile, ...] = ()
    if books.supplier is None:
        moves = worthwhile(books, chosen, planning)
        books, chosen = with_moves(books, chosen, moves)
    awake = []
    for one in chosen:
        supplier = one.known.item.supplier
        if (supplier, one.location) in books.resting or books.supplier not in {None, supplier}:
            continue
        if books.timings[supplier].order_on == books.as_of:
            awake.append(one)
    skipped += _later(books, chosen)
    if not awake:
        return Plan(books.edition, (), tuple(skipped), len(chosen), moves=moves)
    drafts, more, short = _agreed(books, awake, planning)
    return Plan(books.edition, drafts, (*skipped, *more), len(chosen), short, moves)


def _pace(books: Books, rows: Sequence[int], planning: Planning) -> tuple[Velocity, Coming]:
    """Demand rates on usual days, and by row what coming days and weeks sell otherwise."""
    units, in_stock, here = books.units[rows], books.in_stock[rows], assortment(books, rows)
    found = learnt(books.events, units, in_stock, here, books.as_of) if books.events else None
    asked = None if books.enquiries is None else books.enquiries[rows]
    usual = units if found is None else found.units
    season = None if books.years is None else seasons(books.years, rows, (units, in_stock), here, books.events)
    worth = None if season is None else season.behind(units.shape[1])
    pace = velocity(usual, in_stock, enquiries=asked, enquiry_weight=planning.enquiry_weight, worth=worth)
    return pace, Coming({} if found is None else found.ahead, None if season is None else season.ahead())


def _later(books: Books, chosen: Sequence[Chosen]) -> list[Skipped]:
    """Suppliers that take no orders today."""
    waiting = sorted({(one.known.item.supplier, one.location) for one in chosen})
    return [
        Skipped(
            f"all of {supplier}",
            location,
            f"it takes no orders today; the next are planned on {books.timings[supplier].order_on:%-d %B %Y}",
        )
        for supplier, location in waiting
        if books.timings[supplier].order_on != books.as_of and books.supplier in {None, supplier}
    ]


def _agreed(
    books: Books, chosen: Sequence[Chosen], planning: Planning
) -> tuple[tuple[Draft, ...], tuple[Skipped, ...], tuple[Scarce, ...]]:
    """What to order of products that can be planned, what could not be ordered as it should, and what was short."""
    known, places = [one.known for one in chosen], [one.location for one in chosen]
    asked, scopes = scarcity.asked(books, known, places), scarcity.shared(books, known, places, planning.budget)
    agreed = agree(*arrays(known), asked, [one.shared for one in scopes])
    short = scarcity.scarce(agreed, scopes, [one.item.currency for one in known])
    members: dict[Place, list[int]] = defaultdict(list)
    for row, one in enumerate(known):
        members[one.item.supplier, places[row]].append(row)
    drafts = [_draft(books, place, rows, chosen, agreed, short) for place, rows in sorted(members.items())]
    notes = [_skipped(one.rows.tolist(), one.sentence, known, places) for one in agreed.notes]
    told = sorted({one for found in short.values() for one in found}, key=lambda one: (one.kind, one.whose))
    return tuple(one for one in drafts if one.lines), (*notes, *_dropped(books, members, agreed)), tuple(told)


def write(session: Session, run: str, plan: Plan, planning: Planning, now: datetime) -> int | None:
    """Put the drafts up for decision; the same run twice writes nothing new.

    Returns:
        How many proposals are new; None where another plan was written since the books were read, so that this one
        would order the same again: read and compute anew.
    """
    if not plan.drafts and not plan.moves:
        return 0
    if not advance(session, EDITIONS, plan.edition):
        return None
    put_up(session, run, plan.moves, planning, now)
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


def _draft(
    books: Books,
    place: Place,
    rows: Sequence[int],
    chosen: Sequence[Chosen],
    agreed: Agreed,
    short: dict[int, tuple[Scarce, ...]],
) -> Draft:
    """What was agreed on for one supplier and place; it may have no lines."""
    supplier, location = place
    wanted = [row for row in rows if agreed.proposed.quantity[row] > 0]
    lines = [_line(chosen[row], agreed, row) for row in wanted]
    lines.sort(key=lambda line: (-line.quantity * line.unit_cost, line.known.item.sku))
    scarce = tuple(dict.fromkeys(one for row in rows for one in short.get(row, ())))
    currency, expected_on = books.suppliers[supplier].currency, books.timings[supplier].expected_on
    return Draft(supplier, location, currency, expected_on, tuple(lines), scarce)


def _line(chosen: Chosen, agreed: Agreed, row: int) -> DraftLine:
    """Why that many, with what of the supply is only announced by customers, and its share of the order's cost."""
    known = chosen.known
    share = float(agreed.proposed.items.order_cost[row]) * 10 ** exponent(known.item.currency)
    numbers = reason(agreed.proposed, row) | {"order_value": str(agreed.order_value[row])}
    going = next((choice for rows, choice in agreed.choices if row in rows), None)
    if going:
        numbers["load"] = vars(going)
    if row in agreed.portions:
        numbers["supply"] = vars(agreed.portions[row])
    if known.returning:
        numbers["stock"] = {**numbers["stock"], "returning": known.returning}
    if told := known.told:
        numbers["events"] = told
    if len(chosen.sources) > 1:
        numbers["sources"] = [{"supplier": name, "cost": cost} for name, cost in chosen.sources]
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
