"""Promotions, prices and holidays as the records have them, and what the plan makes of those to come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.model import Product
from core.purchasing.rows import EventRow
from core.replenishment import Table
from core.replenishment.lifts import price_draw
from core.replenishment.occasions import Occasion, Stretch, learn, stretches, usual_units

KINDS = ("price", "promotion", "holiday", "other")
FURTHEST_DAYS = 400
"""So far ahead the plan looks for events."""

_NO_NEWS = 1e-3


@dataclass(frozen=True)
class Event:
    """Days on which something sells otherwise; empty names mean all products, or all places."""

    event: str
    name: str
    kind: str
    first_on: date
    last_on: date
    sku: str
    category: str
    location: str
    price: int | None
    currency: str
    discount: float | None
    lift: float | None


@dataclass(frozen=True)
class Ahead:
    """Coming days that sell otherwise than usual: days counted from the plan's, and times the usual demand."""

    name: str
    first_on: date
    first: int
    end: int
    factor: float

    @property
    def last_on(self) -> date:
        """The last of the days."""
        return self.first_on + timedelta(days=self.end - self.first - 1)


@dataclass(frozen=True)
class Assortment:
    """What is planned, row by row: product and place, category, and the products there are."""

    places: Sequence[tuple[str, str]]
    categories: Mapping[str, str]
    products: Mapping[str, Product]


@dataclass(frozen=True)
class Learnt:
    """What the events did: units without them, the effect of each kind on each row, and the days that are coming."""

    units: Table
    effect: Table
    ahead: dict[int, tuple[Ahead, ...]]


def events(session: Session, since: date, until: date) -> tuple[Event, ...]:
    """Events of which some day lies between two days, in their order."""
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.last_on >= since, EventRow.first_on <= until)
        .order_by(EventRow.first_on, EventRow.event)
    )
    return tuple(event_of(row) for row in rows)


def event_of(row: EventRow) -> Event:
    """An event as the records have it."""
    return Event(**{name: getattr(row, name) for name in Event.__dataclass_fields__})


def learnt(known: Sequence[Event], units: Table, in_stock: Table, assortment: Assortment, as_of: date) -> Learnt | None:
    """What events made of demand, and what is to be expected of those to come; None where there are none."""
    found = [(one, occasion(one, assortment, as_of)) for one in known]
    held = [(one, what) for one, what in found if len(what.rows)]
    if not held:
        return None
    occasions = [what for _, what in held]
    effect = learn(units, in_stock, occasions, groups(assortment))
    coming = stretches(occasions, len(units), 0, FURTHEST_DAYS)
    ahead: dict[int, tuple[Ahead, ...]] = {}
    for stretch in coming:
        for row, day in _told(stretch, held, effect, as_of):
            ahead[row] = (*ahead.get(row, ()), day)
    return Learnt(usual_units(units, occasions, effect), effect, ahead)


def occasion(event: Event, assortment: Assortment, as_of: date) -> Occasion:
    """The rows it is about, and what kind of thing it is on each."""
    rows = [
        row
        for row, (sku, location) in enumerate(assortment.places)
        if event.sku in {"", sku}
        and event.location in {"", location}
        and event.category in {"", assortment.categories.get(sku, "")}
    ]
    strength = np.zeros((len(rows), len(KINDS)))
    if event.kind != "price":
        strength[:, KINDS.index(event.kind)] = 1.0
    strength[:, 0] = price_draw(np.array([1.0 - _cut(event, assortment, row) for row in rows]))
    return Occasion(
        np.array(rows, dtype=np.intp),
        (event.first_on - as_of).days,
        (event.last_on - as_of).days,
        strength,
        np.nan if event.lift is None else event.lift,
    )


def _cut(event: Event, assortment: Assortment, row: int) -> float:
    """The share of the price of today that is off."""
    if event.discount is not None:
        return event.discount
    usual = assortment.products[assortment.places[row][0]].price
    if event.price is None or usual.minor <= 0 or usual.currency != event.currency:
        return 0.0
    return 1.0 - max(event.price, 1) / usual.minor


def groups(assortment: Assortment) -> NDArray[np.intp]:
    """Which rows resemble each other: those of a category."""
    names = [assortment.categories.get(sku, "") for sku, _ in assortment.places]
    return np.unique(np.array(names, dtype=str), return_inverse=True)[1].astype(np.intp)


def _told(
    stretch: Stretch, held: Sequence[tuple[Event, Occasion]], effect: Table, as_of: date
) -> Iterator[tuple[int, Ahead]]:
    """What rows have ahead of them in a stretch of days, as far as it changes anything."""
    factor = stretch.factor(effect)
    named: dict[int, list[str]] = {}
    for event, what in held:
        if what.first <= stretch.first and what.last >= stretch.end - 1:
            for row in what.rows.tolist():
                named.setdefault(row, []).append(event.name)
    first_on = as_of + timedelta(days=stretch.first)
    for row in np.flatnonzero(np.abs(factor - 1.0) > _NO_NEWS).tolist():
        name = " and ".join(dict.fromkeys(named[row]))
        yield row, Ahead(name, first_on, stretch.first, stretch.end, round(float(factor[row]), 3))
