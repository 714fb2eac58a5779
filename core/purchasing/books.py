"""What a plan reads: demand by day at each place, terms, positions, room, money and receipts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.model import Handling, Product
from core.catalog.service import all_products, categories, handling
from core.config import Planning, Shop
from core.database.numbers import current
from core.inventory import service as inventory
from core.inventory.service import Room
from core.orders import service as orders
from core.purchasing import seasons
from core.purchasing.calendars import Timing, timing
from core.purchasing.events import FURTHEST_DAYS, Assortment, Event, events
from core.purchasing.inbound import claimed
from core.purchasing.model import MoveStatus, ProposalStatus, SupplierItem
from core.purchasing.position import Position, positions
from core.purchasing.rows import MoveRow, ProposalRow
from core.purchasing.seasons import Years
from core.purchasing.service import Supplier, lead_times, supplier_calendars, supplier_items, suppliers
from core.purchasing.spending import Spent, spent
from core.replenishment.lead_time import learnt

Place = tuple[str, str]
EDITIONS = "plan"
_RECEIPTS_SINCE = timedelta(days=730)
_MOST_ASKED = 3.0
"""A day's questions count for at most so many usual days of sales, whatever number anybody typed."""


@dataclass(frozen=True)
class Wanted:
    """The day to plan for, and the only supplier to plan for where one is named."""

    as_of: date
    supplier: str | None = None


@dataclass(frozen=True)
class Books:
    """Everything a plan reads."""

    as_of: date
    edition: int
    suppliers: dict[str, Supplier]
    items: dict[str, tuple[SupplierItem, ...]]
    """What each product is offered for, the lowest unit price first."""
    products: dict[str, Product]
    places: tuple[Place, ...]
    positions: dict[Place, Position]
    units: np.ndarray[Any, np.dtype[np.float64]]
    in_stock: np.ndarray[Any, np.dtype[np.float64]]
    enquiries: np.ndarray[Any, np.dtype[np.float64]] | None
    lead: dict[str, tuple[float, float]]
    """Mean and spread of each supplier's lead time, without its calendar."""
    timings: dict[str, Timing]
    resting: frozenset[Place]
    """(supplier, location) of proposals rejected lately."""
    handling: dict[str, Handling]
    rooms: dict[str, Room]
    spent: Spent
    currency: str
    """The shop's own."""
    supplier: str | None = None
    """The only one to plan for, where one is named."""
    unwanted_moves: frozenset[tuple[str, str, str]] = frozenset()
    """Product, from where and to where, of moves rejected lately."""
    events: tuple[Event, ...] = ()
    """Those that are over and those to come."""
    categories: Mapping[str, str] = field(default_factory=dict)
    """By product."""
    years: Years | None = None
    """What was before; None where no season is looked for."""
    claimed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Units by supplier and product that are asked of it already."""


def read(session: Session, shop: Shop, planning: Planning, wanted: Wanted, now: datetime) -> Books:
    """Read what a plan needs."""
    as_of, supplier, zone = wanted.as_of, wanted.supplier, shop.zone
    days = planning.history_weeks * 7
    first = as_of - timedelta(days=days)
    items = _offers(supplier_items(session), supplier)
    stated = suppliers(session)
    leads = _leads(session, stated, as_of, zone)
    demand, on_sale = _demand(session, first, as_of, zone)
    standing = positions(session)
    places = tuple(sorted(place for place in {*demand, *standing} if place[0] in items))
    row_of = {place: row for row, place in enumerate(places)}
    units, in_stock, asked = np.zeros((len(places), days)), np.ones((len(places), days)), np.zeros((len(places), days))
    for place, by_day in demand.items():
        for day, sold in by_day.items() if place in row_of else ():
            units[row_of[place], (day - first).days] = max(0.0, sold)
    begin = min(first, as_of - timedelta(days=7 * planning.season_weeks))
    empty = inventory.empty_days(session, begin, as_of, zone)
    for place, gone in empty.items():
        if place in row_of:
            in_stock[row_of[place], [(day - first).days for day in gone if day >= first]] = 0.0
    for (place, day), share in on_sale.items():
        if place in row_of:
            in_stock[row_of[place], (day - first).days] = min(1.0, max(0.0, share))
    if planning.enquiries:
        _note_enquiries(session, first, as_of, row_of, in_stock, asked)
        asked = np.minimum(asked, _MOST_ASKED * _usual_days(units)[:, None])
    return Books(
        as_of, current(session, EDITIONS), stated, items, all_products(session), places, standing, units, in_stock,
        asked if planning.enquiries else None, leads, _timings(session, stated, leads, as_of),
        _resting(session, now - timedelta(days=planning.rest_days)), handling(session), inventory.rooms(session),
        spent(session, datetime.combine(as_of.replace(day=1), time(), zone)), shop.currency, supplier,
        _unwanted_moves(session, now - timedelta(days=planning.rest_days)),
        events(session, first, as_of + timedelta(days=FURTHEST_DAYS)), categories(session),
        seasons.read(session, (begin, first, as_of), zone, row_of, empty) if planning.season_weeks else None,
        claimed(session),
    )  # fmt: skip


def assortment(books: Books, rows: Sequence[int]) -> Assortment:
    """Some rows of the books, as events tell them apart."""
    return Assortment([books.places[row] for row in rows], books.categories, books.products)


def _offers(items: Iterable[SupplierItem], supplier: str | None) -> dict[str, tuple[SupplierItem, ...]]:
    """What each product is offered for; where a supplier is named, only products that it offers."""
    found: dict[str, list[SupplierItem]] = defaultdict(list)
    for item in items:
        found[item.sku].append(item)
    return {
        sku: tuple(sorted(offers, key=lambda one: (one.unit_cost, one.supplier)))
        for sku, offers in found.items()
        if supplier is None or supplier in {one.supplier for one in offers}
    }


def _timings(
    session: Session, stated: dict[str, Supplier], leads: dict[str, tuple[float, float]], as_of: date
) -> dict[str, Timing]:
    """When each supplier can be ordered from, and how long its goods take then."""
    kept = supplier_calendars(session, stated)
    return {code: timing(kept[code], as_of, leads[code][0], one.review_days) for code, one in stated.items()}


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


def _unwanted_moves(session: Session, since: datetime) -> frozenset[tuple[str, str, str]]:
    rows = select(MoveRow.sku, MoveRow.origin, MoveRow.destination).where(
        MoveRow.status == MoveStatus.REJECTED.value, MoveRow.decided_at > since
    )
    return frozenset((sku, origin, destination) for sku, origin, destination in session.execute(rows))


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
