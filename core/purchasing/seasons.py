"""The years behind a plan: sales by week from before its history, and the seasons learnt from both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from core.inventory import service as inventory
from core.orders import service as orders
from core.purchasing.events import Assortment, Event, events, groups, occasion
from core.replenishment import Table
from core.replenishment.occasions import Occasion, plain_periods
from core.replenishment.season import Index, learnt

_WEEK = 7
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Years:
    """Weeks before the history that a plan of `as_of` reads by day: units, share on sale, shape (n, weeks), events."""

    as_of: date
    units: Table
    in_stock: Table
    events: tuple[Event, ...]


def read(
    session: Session,
    span: tuple[date, date, date],
    zone: ZoneInfo,
    row_of: Mapping[tuple[str, str], int],
    empty: Mapping[tuple[str, str], Sequence[date]],
) -> Years:
    """Sales of the products that are planned, by week, from the first of two days until before the second.

    Args:
        session: the records.
        span: first day, the day after the last, and the day that is planned for; whole weeks apart.
        zone: where days are counted.
        row_of: places by row.
        empty: days on which their shelves were empty.
    """
    first, end, as_of = span
    weeks = (end - first).days // _WEEK
    units, in_stock = np.zeros((len(row_of), weeks)), np.ones((len(row_of), weeks))
    begin, until = (datetime.combine(day, time(), zone) for day in (first, end))
    for sku, location, placed_at, count in orders.units_ordered(session, begin, until):
        if (row := row_of.get((sku, location))) is not None:
            units[row, (placed_at.astimezone(zone).date() - first).days // _WEEK] += count
    for sku, location, day, count, share in inventory.daily_sales(session, first, end):
        if (row := row_of.get((sku, location))) is not None:
            units[row, (day - first).days // _WEEK] += count
            in_stock[row, (day - first).days // _WEEK] -= (1.0 - min(1.0, max(0.0, share))) / _WEEK
    for place, days in empty.items():
        for day in days if place in row_of else ():
            if day < end:
                in_stock[row_of[place], (day - first).days // _WEEK] -= 1.0 / _WEEK
    known = events(session, first, end - timedelta(days=1))
    return Years(as_of, np.maximum(units, 0.0), np.clip(in_stock, 0.0, 1.0), known)


def seasons(
    years: Years, rows: Sequence[int], lately: tuple[Table, Table], assortment: Assortment, known: Sequence[Event]
) -> Index | None:
    """Seasons of what is planned, by category; weeks with a promotion, a price or an event teach nothing.

    Args:
        years: before the history.
        rows: of these places.
        lately: units of the history by day, and the share of its days on sale, shape (n, days) each.
        assortment: the rows.
        known: events of the history and to come.
    """
    sold, on_sale = (np.reshape(table, (len(table), -1, _WEEK)) for table in lately)
    units = np.concatenate([years.units[rows], sold.sum(axis=2)], axis=1)
    in_stock = np.concatenate([years.in_stock[rows], on_sale.mean(axis=2)], axis=1)
    past = [one for one in dict.fromkeys((*years.events, *known)) if one.first_on < years.as_of]
    occasions = [_in_weeks(occasion(one, assortment, years.as_of)) for one in past]
    teaches = in_stock * plain_periods(occasions, units.shape)
    return learnt(units, teaches, (years.as_of - _EPOCH).days, groups(assortment))


def _in_weeks(what: Occasion) -> Occasion:
    return replace(what, first=what.first // _WEEK, last=what.last // _WEEK)
