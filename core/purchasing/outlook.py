"""What promotions, prices and events to come are expected to sell, for planners to look at beforehand."""

from dataclasses import dataclass

import numpy as np

from core.money import Money
from core.purchasing.books import Books, assortment
from core.purchasing.choosing import plannable
from core.purchasing.events import Event, learnt, occasion
from core.replenishment import Table, Vector
from core.replenishment.demand import velocity
from core.replenishment.occasions import Stretch


@dataclass(frozen=True)
class Expected:
    """An event that is not over: how many products at places it is about, and what it makes of their demand."""

    event: Event
    lines: int
    usual: float
    """Units of all of them on a usual day."""
    factor: float
    """Times that, on a day of the event."""
    earlier: int
    """Events of the same kind that are over and were learnt from."""

    @property
    def price(self) -> Money | None:
        """What it costs on these days, where that was said."""
        return None if self.event.price is None else Money(self.event.price, self.event.currency)

    @property
    def is_stated(self) -> bool:
        """Whether somebody said what to expect, instead of leaving it to be learnt."""
        return self.event.lift is not None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody said it and nothing like it was seen."""
        return self.event.lift is None and not self.earlier


def expected(books: Books) -> list[Expected]:
    """Every event that is not over, the next one first."""
    rows, _ = plannable(books)
    coming = [one for one in books.events if one.last_on >= books.as_of]
    if not rows or not coming:
        return [Expected(one, 0, 0.0, 1.0, 0) for one in coming]
    here = assortment(books, rows)
    units, in_stock = books.units[rows], books.in_stock[rows]
    found = learnt(books.events, units, in_stock, here, books.as_of)
    pace = velocity(units if found is None else found.units, in_stock).mean
    return [_expected(one, books, pace, None if found is None else found.effect) for one in coming]


def _expected(event: Event, books: Books, pace: Vector, effect: Table | None) -> Expected:
    rows, _ = plannable(books)
    what = occasion(event, assortment(books, rows), books.as_of)
    earlier = sum(one.kind == event.kind and one.first_on < books.as_of for one in books.events)
    usual = pace[what.rows]
    if effect is None or not len(what.rows):
        return Expected(event, len(what.rows), float(usual.sum()), 1.0, earlier)
    day = Stretch(what.first, what.last + 1, what.known, np.full(len(what.rows), what.stated))
    factor = float(np.average(day.factor(effect[what.rows]), weights=np.maximum(usual, 1e-9)))
    return Expected(event, len(what.rows), float(usual.sum()), factor, earlier)
