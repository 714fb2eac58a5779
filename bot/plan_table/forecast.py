"""What is expected of each item: its pace on plain days, its season, and what coming days sell otherwise."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector
from core.replenishment.demand import Velocity, velocity
from core.replenishment.lifts import price_draw
from core.replenishment.occasions import Occasion, extra_days, learn, plain_periods, stretches, usual_units
from core.replenishment.season import LEAST_WEEKS, Index, learnt

if TYPE_CHECKING:
    import pyarrow as pa

FURTHEST_DAYS = 400
"""So far ahead prices and events are looked at."""

_USUAL_DAYS = 91
_NO_NEWS = 1e-3
_EPOCH = date(1970, 1, 1)
_WEEK = 7


@dataclass(frozen=True)
class Known:
    """What the demand tells of days beforehand: whether anything, and the events that are told apart."""

    is_any: bool = False
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """Of what time demand is known: `periods` of `step` days, the last ending before the day that is planned for.

    `everything` asks for a row of every item, not only of those that are ordered. A season is looked for in the last
    `weeks`; 0: none is.
    """

    as_of: date
    step: int
    periods: int
    everything: bool = False
    weeks: int = 0
    known: Known = Known()

    @classmethod
    def of(cls, as_of: date, step: int, weeks: tuple[int, int], known: Known, *, everything: bool) -> "Span":
        """With so many weeks of history, and so many in which a season is looked for; days must fill whole weeks."""
        history, season = weeks
        return cls(as_of, step, max(history * _WEEK // step, 1), everything, 0 if _WEEK % step else season, known)

    @property
    def day(self) -> int:
        """The day that is planned for, counted from 1970."""
        return (self.as_of - _EPOCH).days

    @property
    def ahead(self) -> int:
        """Periods to come of which anything may be known."""
        return FURTHEST_DAYS // self.step if self.known.is_any else 0

    @property
    def earliest(self) -> int:
        """The first period that anything is learnt from, counted from the history's first."""
        return min(0, self.periods - self.weeks * _WEEK // self.step)


@dataclass(frozen=True)
class Coming:
    """Days from the plan's, before `end`, times the usual demand, shape (n,), and what they are, shape (n, k)."""

    first: int
    end: int
    factor: Vector
    known: Table

    def name(self, row: int, span: Span) -> str:
        """What it is called."""
        shown = [event for event, is_held in zip(span.known.events, self.known[row, 1:] > 0, strict=True) if is_held]
        return " and ".join([*shown, *(["Price"] if self.known[row, 0] > 0 else [])])


@dataclass(frozen=True)
class Expected:
    """Demand rates a day of n items, the index of each coming week of a year, shape (n, weeks), and days to come."""

    pace: Velocity
    season: Table
    coming: tuple[Coming, ...]

    def sells_beyond(self, days: Vector) -> Vector:
        """Plain days that prices and events make so many days from today sell beyond their own, shape (n,)."""
        season = self.season
        parts = (extra_days(one.first, one.end, one.factor, days, season) for one in self.coming)
        return sum(parts, start=np.zeros_like(days))

    def told(self, row: int, until: float, span: Span) -> list[dict[str, Any]]:
        """What is coming for a row before so many days are over, for its reason; what is the same for days, once."""
        found: list[dict[str, Any]] = []
        rate, season = float(self.pace.mean[row]), self.season[[row]]
        for one in self.coming:
            factor = round(float(one.factor[row]), 3)
            if one.first >= until or abs(factor - 1.0) <= _NO_NEWS:
                continue
            extra = rate * float(extra_days(one.first, one.end, factor, np.array([until]), season)[0])
            first_on, last_on = (span.as_of + timedelta(days=day) for day in (one.first, one.end - 1))
            fresh = {"name": one.name(row, span), "first_on": first_on.isoformat(), "last_on": last_on.isoformat(),
                     "factor": factor, "extra": round(extra, 1)}  # fmt: skip
            last = found[-1] if found else {}
            joins = last and date.fromisoformat(last["last_on"]) + timedelta(days=1) == first_on
            if joins and all(last[key] == fresh[key] for key in ("name", "factor")):
                last |= {"last_on": fresh["last_on"], "extra": round(last["extra"] + extra, 1)}
            else:
                found.append(fresh)
        return found


@dataclass(frozen=True)
class _Rows:
    """Rows of demand: of which item, in which period, units, share on sale, price (nan: unknown), event (0: none)."""

    row: NDArray[np.int64]
    at: NDArray[np.int64]
    units: Table
    in_stock: Table
    price: Table
    event: NDArray[np.int64]

    def some(self, which: NDArray[np.bool_]) -> "_Rows":
        return _Rows(**{name: part[which] for name, part in vars(self).items()})


def expected(table: "pa.Table", order: NDArray[np.int64], span: Span) -> Expected:
    """What the demand beside each item tells, learnt order by order.

    Args:
        table: each order's rows together, with lists `days` (period, counted from the history's first), `units` and
            `in_stock` of the periods something is known of, and where prices or events are known `price` and `event`.
        order: which order each row belongs to.
        span: of what time.
    """
    count, told = len(table), _rows(table)
    group = np.unique(order, return_inverse=True)[1].astype(np.intp)
    occasions = _occasions(told, count, span)
    index = _season(told, occasions, group, span)
    units, in_stock = np.zeros((count, span.periods)), np.ones((count, span.periods))
    lately = told.some((told.at >= 0) & (told.at < span.periods))
    units[lately.row, lately.at], in_stock[lately.row, lately.at] = lately.units, lately.in_stock
    effect = np.zeros((count, 1 + len(span.known.events)))
    if occasions:
        effect = learn(units, in_stock, occasions, group, span.step)
        units = usual_units(units, occasions, effect)
    worth = None if index is None else index.behind(span.periods, span.step)
    begins = np.concatenate([[0], np.flatnonzero(np.diff(order)) + 1, [count]])
    found = [
        velocity(
            units[low:high], in_stock[low:high], 30.0 / span.step, worth=None if worth is None else worth[low:high]
        )
        for low, high in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True)
    ]
    parts = {name: np.concatenate([getattr(one, name) for one in found]) for name in vars(found[0])}
    pace = Velocity(parts["shape"], parts["exposure"] * span.step, parts["dispersion"])
    coming = tuple(
        Coming(one.first * span.step, one.end * span.step, one.factor(effect), one.known)
        for one in stretches(occasions, count, 0, span.ahead)
    )
    return Expected(pace, np.empty((count, 0)) if index is None else index.ahead(), coming)


def _rows(table: "pa.Table") -> _Rows:
    names = [name for name in ("days", "units", "in_stock", "price", "event") if name in table.schema.names]
    lists: Any = {name: table[name].combine_chunks() for name in names}
    row = np.repeat(np.arange(len(table)), np.diff(lists["days"].offsets.to_numpy()))
    at, units, in_stock, *known = (one.flatten().to_numpy() for one in lists.values())
    price, event = known or (np.full(len(row), np.nan), np.zeros(len(row)))
    return _Rows(row, at.astype(np.int64), units, in_stock, price, event.astype(np.int64))


def _occasions(told: _Rows, count: int, span: Span) -> list[Occasion]:
    """Prices below the usual one of the last quarter, and events, period by period, counted from the plan's."""
    known = np.zeros((len(told.row), 1 + len(span.known.events)))
    known[:, 0] = np.nan_to_num(price_draw(told.price / _usual_prices(told, count, span)[told.row]))
    held = np.flatnonzero(told.event)
    known[held, told.event[held]] = 1.0
    shown = np.flatnonzero(np.any(known > 0, axis=1))
    shown = shown[np.argsort(told.at[shown], kind="stable")]
    at = told.at[shown]
    begins = np.flatnonzero(np.diff(at, prepend=at[:1] - 1))
    parts = zip(np.split(shown, begins[1:]), (at[begins] - span.periods).tolist(), strict=True) if len(at) else ()
    return [Occasion(told.row[part], first, first, known[part]) for part, first in parts]


def _usual_prices(told: _Rows, count: int, span: Span) -> Vector:
    """The median price of each item in the last quarter before the plan's day; nan where there is none."""
    usual = np.full(count, np.nan)
    late = (told.at < span.periods) & (told.at >= span.periods - _USUAL_DAYS // span.step) & ~np.isnan(told.price)
    row, price = told.row[late], told.price[late]
    order = np.lexsort((price, row))
    row, price = row[order], price[order]
    items, begin, times = np.unique(row, return_index=True, return_counts=True)
    usual[items] = price[begin + (times - 1) // 2] if len(items) else np.empty(0)
    return usual


def _season(told: _Rows, occasions: list[Occasion], group: NDArray[np.intp], span: Span) -> Index | None:
    """What comes every year, by week and order; weeks that have anything else teach nothing."""
    count, step = len(group), span.step
    week = span.weeks - 1 - ((span.periods - told.at) * step - 1) // _WEEK
    counts = (week >= 0) & (told.at < span.periods)
    if not np.any(week[counts] <= span.weeks - LEAST_WEEKS):
        return None
    held, shape = told.some(counts), (count, span.weeks)
    cell = held.row * span.weeks + week[counts]
    units, empty = (
        np.bincount(cell, part, count * span.weeks).reshape(shape).astype(np.float64)
        for part in (held.units, 1.0 - held.in_stock)
    )
    weekly = [replace(one, first=one.first * step // _WEEK, last=(one.last * step + step - 1) // _WEEK)
              for one in occasions]  # fmt: skip
    in_stock = np.clip(1.0 - empty * step / _WEEK, 0.0, 1.0) * plain_periods(weekly, shape)
    return learnt(units, in_stock, span.day, group)
