"""Real demand by week and day or by month, with what shops knew of it beforehand: for backtests and forecasts."""

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from core.replenishment import Table
from core.replenishment.backtest import History
from core.replenishment.lifts import price_cuts

DEFAULT = Path(__file__).parents[2] / "shared/data"


@dataclass(frozen=True)
class Series:
    """A history, and how many of its periods are a year."""

    history: History
    year: int


def m5(folder: Path) -> Series:
    """Daily sales of 823 foods in one store, with its shelf prices and the days on which food stamps are paid out."""
    item, day, units = _columns(folder / "demand/m5_tx3_foods3_daily.parquet", "item_id", "d", "units")
    demand = _by_week(item, day.astype(int) - 1, units)
    weeks = demand.shape[1]
    with gzip.open(folder / "demand/m5_calendar.csv.gz", "rt") as file:
        calendar = list(csv.DictReader(file))[: weeks * 7]
    paid = np.array([float(one["snap_TX"]) for one in calendar]).reshape(weeks, 7).mean(axis=1)
    week_of = {int(one["wm_yr_wk"]): at // 7 for at, one in enumerate(calendar)}
    store, priced, week, price = _columns(
        folder / "demand/m5_sell_prices_8stores.parquet", "store_id", "item_id", "wm_yr_wk", "sell_price"
    )
    row_of = {name: row for row, name in enumerate(np.unique(item))}
    prices = np.full((len(row_of), weeks), np.nan)
    here = np.flatnonzero(store == "TX_3")
    for at in here[np.isin(priced[here], list(row_of)) & np.isin(week[here], list(week_of))]:
        prices[row_of[priced[at]], week_of[int(week[at])]] = price[at]
    known = np.stack([price_cuts(prices), np.tile(paid - paid.mean(), (len(row_of), 1))], axis=2)
    return Series(History(demand, 104, known, 52), 52)


def pasta(folder: Path) -> Series:
    """Daily sales of 118 kinds of pasta, with their promotions."""
    day, brand, product, units, promoted = _columns(
        folder / "demand/pasta_daily_2014_2017.parquet", "date", "brand", "product", "units", "promotion"
    )
    keys = np.array([f"{one}-{other}" for one, other in zip(brand, product, strict=True)])
    shares = _by_week(keys, _days(day), promoted).mean(axis=2)
    return Series(History(_by_week(keys, _days(day), units), 104, shares[:, :, None], 52), 52)


def online_retail(folder: Path) -> Series:
    """Goods of a gift wholesaler, those sold in at least ten of the weeks learnt from."""
    code, invoice, at, units = _columns(
        folder / "orders/online_retail_ii_to_2011-06.parquet", "stock_code", "invoice", "invoice_ts", "quantity"
    )
    goods = np.array([str(one)[:5].isdigit() for one in code]) & (units.astype(float) > 0)
    goods &= np.array([not str(one).startswith(("A", "C")) for one in invoice])
    weeks = _by_week(code[goods].astype(str), _days([str(one)[:10] for one in at[goods]]), units[goods])
    kept = weeks[(weeks[:, :52].sum(axis=2) > 0).sum(axis=1) >= 10]
    return Series(History(kept, 52, None, 52), 52)


def dominicks(folder: Path) -> Series:
    """Weekly orange juice by store and brand, in hundreds of ounces, with price, deal and advertisement.

    A week without a row is taken for one of none.
    """
    store, brand, week, *figures = _columns(
        folder / "demand/dominicks_oj_weekly.parquet", "store", "brand", "week", "units", "price_per_oz", "deal", "feat"
    )
    keys, row = np.unique(store.astype(int) * 100 + brand.astype(int), return_inverse=True)
    units, price, deal, feat = (np.full((len(keys), 121), empty) for empty in (0.0, np.nan, 0.0, 0.0))
    for table, column in zip((units, price, deal, feat), figures, strict=True):
        table[row, week.astype(int) - 40] = column.astype(float)
    known = np.stack([price_cuts(price), np.minimum(deal, 1.0), feat], axis=2)
    return Series(History(np.round(units / 100.0)[:, :, None], 60, known, 52), 52)


def aircraft_parts(folder: Path) -> Series:
    """Monthly demand of 2,460 aircraft parts over seven years, replayed by month."""
    return Series(History(_months(folder / "demand/raf_spare_parts_monthly.csv.gz"), 42, None, 12), 12)


def car_parts(folder: Path) -> Series:
    """Monthly demand of 3,000 car parts over two years, replayed by month."""
    return Series(History(_months(folder / "demand/auto_spare_parts_monthly.csv.gz"), 12, None, 12), 12)


SETS: dict[str, Callable[[Path], Series]] = {
    "M5 foods": m5, "pasta": pasta, "Online Retail": online_retail, "Dominick's": dominicks,
    "aircraft parts": aircraft_parts, "car parts": car_parts,
}  # fmt: skip


def _months(path: Path) -> Table:
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float(one or 0.0) for one in row[1:]] for row in rows])[:, :, None]


def _columns(file: Path, *names: str) -> list[Any]:
    import pyarrow.parquet as pq

    table = pq.read_table(file, columns=list(names))
    return [table[name].to_numpy(zero_copy_only=False) for name in names]


def _days(written: Any) -> Any:
    days = np.array([date.fromisoformat(str(one)[:10]).toordinal() for one in written])
    return days - days.min()


def _by_week(keys: Any, day: Any, units: Any) -> Table:
    names, row = np.unique(keys, return_inverse=True)
    weeks = int(day.max() + 1) // 7
    demand = np.zeros((len(names), int(day.max()) + 1))
    np.add.at(demand, (row, day), np.nan_to_num(units.astype(np.float64)).clip(0.0))
    return demand[:, : weeks * 7].reshape(len(names), weeks, 7)
