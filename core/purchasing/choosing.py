"""Which supplier each product is ordered from: the one with which the year, and the wait until then, cost least."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.catalog.model import Handling
from core.config import Planning
from core.purchasing.books import Books
from core.purchasing.events import Ahead
from core.purchasing.known import Known, arrays, columns
from core.purchasing.model import SupplierItem
from core.purchasing.position import Position
from core.replenishment import Table
from core.replenishment.demand import Velocity
from core.replenishment.plan import faults
from core.replenishment.sourcing import sourcing_cost

_LEAST_MARGIN = 0.1
"""A unit short costs at least this share of its unit cost, however small its margin."""


@dataclass(frozen=True)
class Skipped:
    """A product at a place that could not be planned, and what would help."""

    sku: str
    location: str
    sentence: str


@dataclass(frozen=True)
class Chosen:
    """A product at a place with the supplier it is ordered from; `sources` is what each would cost, cheapest first."""

    known: Known
    location: str
    sources: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Coming:
    """What rows sell otherwise: coming days by row, and the season of the weeks of a year, shape (n, weeks)."""

    days: Mapping[int, tuple[Ahead, ...]]
    season: Table | None

    def of(self, row: int) -> dict[str, Any]:
        """As `Known` keeps it of one row; a season that changes nothing is none."""
        weeks = () if self.season is None else tuple(round(one, 3) for one in self.season[row].tolist())
        return {"ahead": self.days.get(row, ()), "season": weeks if any(one != 1.0 for one in weeks) else ()}


def plannable(books: Books) -> tuple[list[int], list[Skipped]]:
    """Rows of the books that can be planned, and why not the others."""
    rows, skipped = [], []
    for row, (sku, location) in enumerate(books.places):
        if sentence := _unplannable(books, sku):
            skipped.append(Skipped(sku, location, sentence))
        elif books.products[sku].active:
            rows.append(row)
    return rows, skipped


def choose(
    books: Books,
    rows: Sequence[int],
    pace: Velocity,
    planning: Planning,
    coming: Coming,
) -> tuple[list[Chosen], list[Skipped]]:
    """What is known of each row with the supplier that costs least, and rows whose terms nobody can plan with."""
    offers = [
        (at, replace(_known(books, row, item, pace, at, planning), **coming.of(at)))
        for at, row in enumerate(rows)
        for item in _payable(books, books.places[row][0])
    ]
    wrong = faults(columns([known for _, known in offers]))
    usable = [(at, known) for number, (at, known) in enumerate(offers) if number not in wrong]
    rowed = {at for at, _ in usable}
    skipped = [
        Skipped(*books.places[rows[offers[number][0]]], sentence)
        for number, sentence in sorted(wrong.items())
        if offers[number][0] not in rowed
    ]
    costs = _costs(books, rows, usable)
    of_row: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, (at, _) in enumerate(usable):
        of_row[at].append((costs.get(number, 0.0), number))
    chosen = []
    for at, mine in sorted(of_row.items()):
        sources = tuple((usable[number][1].item.supplier, round(cost, 2)) for cost, number in sorted(mine))
        chosen.append(Chosen(usable[min(mine)[1]][1], books.places[rows[at]][1], sources))
    return chosen, skipped


def _costs(books: Books, rows: Sequence[int], offers: Sequence[tuple[int, Known]]) -> dict[int, float]:
    """What each offer of a product with several costs; lines of a supplier at a place share the cost of its order."""
    times = Counter(at for at, _ in offers)
    lines = Counter((known.item.supplier, books.places[rows[at]][1]) for at, known in offers)
    compared = [number for number, (at, _) in enumerate(offers) if times[at] > 1]
    if not compared:
        return {}
    spread = []
    for number in compared:
        at, known = offers[number]
        whole = known.order_cost + books.suppliers[known.item.supplier].freight_cost
        share = whole / lines[known.item.supplier, books.places[rows[at]][1]]
        spread.append(replace(known, order_cost=share))
    return dict(zip(compared, sourcing_cost(*arrays(spread)).tolist(), strict=True))


def _payable(books: Books, sku: str) -> list[SupplierItem]:
    """The offers in the currency that the product is sold in."""
    currency = books.products[sku].price.currency
    return [one for one in books.items[sku] if {one.currency, books.suppliers[one.supplier].currency} == {currency}]


def _unplannable(books: Books, sku: str) -> str:
    item, product = books.items[sku][0], books.products.get(sku)
    if product is None:
        return "it is not in products; bring it there first"
    if not _payable(books, sku):
        currencies = {item.currency, product.price.currency, books.suppliers[item.supplier].currency}
        return f"price, cost and supplier are in different currencies ({', '.join(sorted(currencies))}); use one"
    return ""


def _known(books: Books, row: int, item: SupplierItem, pace: Velocity, at: int, planning: Planning) -> Known:
    sku = item.sku
    at_place = books.positions.get(books.places[row], Position())
    supplier, timing = books.suppliers[item.supplier], books.timings[item.supplier]
    handling = books.handling.get(sku, Handling())
    lead_days = (timing.order_on - books.as_of).days + timing.lead_days
    lowest = books.items[sku][0].unit_cost
    margin = max(books.products[sku].price.minor - lowest, _LEAST_MARGIN * lowest)
    return Known(
        item=item,
        holding_rate=planning.holding_rate + _goes_out_of_use(handling, item.unit_cost),
        stockout_cost=planning.stockout_margin * margin,
        order_cost=float(supplier.order_cost),
        line_cost=supplier.line_cost,
        lead_days=lead_days,
        lead_sd=books.lead[item.supplier][1],
        review_days=timing.review_days,
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
