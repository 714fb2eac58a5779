"""Stock that lies too long: what nobody asks for any more, what lasts for ages, and what will not sell in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.catalog.model import Handling
from core.config import Config, Planning
from core.money import Money
from core.purchasing import books as ledger
from core.purchasing.books import Books
from core.replenishment.demand import velocity

DEAD, SLOW, OUTLIVES = "dead", "slow", "outlives"
_LEAST_PER_DAY = 1e-6


@dataclass(frozen=True)
class Overstocked:
    """Units of a product at a place beyond what sells in time: what they cost, and what keeping them costs a year.

    `kind` is `dead` (not sold for long), `slow` (more than sells in so many days) or `outlives` (spoils or is phased
    out first). `cover_days` is how long all of it lasts at today's pace, None where nothing is asked for.
    """

    sku: str
    name: str
    location: str
    kind: str
    on_hand: int
    surplus: int
    worth: Money
    holding: Money
    per_day: float
    cover_days: int | None
    last_sold_on: date | None

    def as_dict(self) -> dict[str, Any]:
        """For tables and programs."""
        return {
            **vars(self),
            "worth": str(self.worth.major),
            "holding": str(self.holding.major),
            "currency": self.worth.currency,
            "last_sold_on": self.last_sold_on.isoformat() if self.last_sold_on else None,
        }


def lying(session: Session, config: Config, now: datetime) -> list[Overstocked]:
    """Everything with a surplus as the books stand."""
    today = now.astimezone(config.shop.zone).date()
    return overstocked(ledger.read(session, config.shop, config.planning, ledger.Wanted(today), now), config.planning)


def overstocked(books: Books, planning: Planning) -> list[Overstocked]:
    """Everything with a surplus, what has most money in it first; products that no supplier offers are not valued."""
    rows = [row for row, place in enumerate(books.places) if place[0] in books.products and _on_hand(books, row) > 0]
    if not rows:
        return []
    pace = velocity(books.units[rows], books.in_stock[rows]).mean
    found = [_looked_at(books, row, float(rate), planning) for row, rate in zip(rows, pace, strict=True)]
    return sorted((one for one in found if one), key=lambda one: (-one.worth.minor, one.sku, one.location))


def _looked_at(books: Books, row: int, per_day: float, planning: Planning) -> Overstocked | None:
    sku, location = books.places[row]
    product, item, on_hand = books.products[sku], books.items[sku][0], _on_hand(books, row)
    sold = np.flatnonzero(books.units[row])
    last_sold_on = _day(books, int(sold[-1])) if len(sold) else None
    is_dead = last_sold_on is None or (books.as_of - last_sold_on).days > planning.dead_after_days
    handling = books.handling.get(sku, Handling())
    lives = _lives(handling, books.as_of)
    kind, keeps = SLOW, float(planning.overstock_days)
    if is_dead:
        kind, per_day = DEAD, 0.0
    elif lives is not None and lives < keeps:
        kind, keeps = OUTLIVES, max(lives, 0.0)
    surplus = on_hand - int(np.ceil(per_day * keeps))
    if surplus <= 0:
        return None
    worth = Money(surplus * item.unit_cost, item.currency)
    holding = Money(round(worth.minor * planning.holding_rate), item.currency)
    cover = int(on_hand / per_day) if per_day > _LEAST_PER_DAY else None
    return Overstocked(
        sku, product.name, location, kind, on_hand, surplus, worth, holding, round(per_day, 3), cover, last_sold_on
    )


def _lives(handling: Handling, as_of: date) -> float | None:
    """Days until nothing of today's stock sells any more; a shelf life counts from today, as if it came just now."""
    ends = [float((handling.phase_out_on - as_of).days)] if handling.phase_out_on else []
    return min([*ends, *([float(handling.shelf_life_days)] if handling.shelf_life_days else [])], default=None)


def _on_hand(books: Books, row: int) -> int:
    place = books.places[row]
    return books.positions[place].on_hand if place in books.positions else 0


def _day(books: Books, column: int) -> date:
    return books.as_of - timedelta(days=books.units.shape[1] - column)


def totals(found: list[Overstocked]) -> Iterator[tuple[str, Money]]:
    """What lies in it of each kind, by currency."""
    sums: dict[tuple[str, str], int] = {}
    for one in found:
        key = one.kind, one.worth.currency
        sums[key] = sums.get(key, 0) + one.worth.minor
    for (kind, currency), minor in sorted(sums.items()):
        yield kind, Money(minor, currency)
