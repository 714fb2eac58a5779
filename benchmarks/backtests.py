"""Money by rule over real history, and what parts of the forecast are worth: python -m benchmarks.backtests FOLDER."""

import csv
import gzip
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from core.replenishment import Table
from core.replenishment.backtest import CLASSES, OURS, Compared, History, Ingredients, compare, gap_closed
from core.replenishment.rules_of_thumb import NAMES
from core.replenishment.simulate import Terms

DEFAULT = Path(__file__).parents[2] / "shared/data"
GRID = {"base": ((0.5, 5.0), 2.0), "cheap orders": ((0.02, 0.3), 2.0), "long lead time": ((0.5, 5.0), 6.0)}
"""Cost of an order line, log-uniform, and lead time in periods. Unit cost is lognormal(2, 0.8), holding 25 % of it a
year, and a unit short costs 4 to 49 periods of holding it, log-uniform."""
LEFT_OUT = {"censoring": "censored", "pooling": "pooled", "combination": "combined"}


def m5(folder: Path) -> tuple[Table, int, float]:
    """Daily sales of 823 foods in one store."""
    columns = _columns(folder / "demand/m5_tx3_foods3_daily.parquet", "item_id", "d", "units")
    return _by_week(columns[0], columns[1].astype(int) - 1, columns[2]), 104, 52.0


def pasta(folder: Path) -> tuple[Table, int, float]:
    """Daily sales of 118 kinds of pasta; its promotions are not read."""
    day, brand, product, units = _columns(
        folder / "demand/pasta_daily_2014_2017.parquet", "date", "brand", "product", "units"
    )
    keys = np.array([f"{one}-{other}" for one, other in zip(brand, product, strict=True)])
    return _by_week(keys, _days(day), units), 104, 52.0


def online_retail(folder: Path) -> tuple[Table, int, float]:
    """Goods of a gift wholesaler, those sold in at least ten of the weeks learnt from."""
    code, invoice, at, units = _columns(
        folder / "orders/online_retail_ii_to_2011-06.parquet", "stock_code", "invoice", "invoice_ts", "quantity"
    )
    goods = np.array([str(one)[:5].isdigit() for one in code]) & (units.astype(float) > 0)
    goods &= np.array([not str(one).startswith(("A", "C")) for one in invoice])
    weeks = _by_week(code[goods].astype(str), _days([str(one)[:10] for one in at[goods]]), units[goods])
    return weeks[(weeks[:, :52].sum(axis=2) > 0).sum(axis=1) >= 10], 52, 52.0


def dominicks(folder: Path) -> tuple[Table, int, float]:
    """Weekly orange juice by store and brand, in hundreds of ounces; a week without a row is taken for one of none."""
    store, brand, week, units = _columns(
        folder / "demand/dominicks_oj_weekly.parquet", "store", "brand", "week", "units"
    )
    keys, row = np.unique(store.astype(int) * 100 + brand.astype(int), return_inverse=True)
    demand = np.zeros((len(keys), 121, 1))
    demand[row, week.astype(int) - 40, 0] = np.round(units.astype(float) / 100.0)
    return demand, 60, 52.0


def spare_parts(folder: Path) -> tuple[Table, int, float]:
    """Monthly demand of 2,460 aircraft parts, replayed by month."""
    with gzip.open(folder / "demand/raf_spare_parts_monthly.csv.gz", "rt") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([row[1:] for row in rows], dtype=np.float64)[:, :, None], 42, 12.0


SETS: dict[str, Callable[[Path], tuple[Table, int, float]]] = {
    "M5 foods": m5, "pasta": pasta, "Online Retail": online_retail, "Dominick's": dominicks, "spare parts": spare_parts,
}  # fmt: skip


def terms_of(demand: Table, learnt: int, periods_a_year: float, setting: str) -> Terms:
    """Costs drawn from the grid with a fixed seed; every shelf begins with what it sold over lead time and a period."""
    count, chance = len(demand), np.random.default_rng(1)
    (low, high), lead = GRID[setting]
    cost = chance.lognormal(2.0, 0.8, count)
    holding = 0.25 * cost / periods_a_year
    stockout = holding * np.exp(chance.uniform(np.log(4.0), np.log(49.0), count))
    order = np.exp(chance.uniform(np.log(low), np.log(high), count))
    one, pace = np.ones(count), demand[:, :learnt].sum(axis=(1, 2)) / learnt
    on_hand = np.ceil((lead + 1.0) * pace)
    return Terms(cost, order, holding, stockout, lead * one, on_hand, 0.0 * one, one, np.inf * one, one)


def show(compared: Compared) -> float:
    """Print one comparison; what ours spends less than the best rule of thumb, as a share."""
    best, (share, low, high) = compared.best_rule_of_thumb(), gap_closed(compared)
    for name, one in compared.ledgers.items():
        fill = 1.0 - one.short.sum() / one.demand.sum()
        print(
            f"  {name:<26} total {one.total.sum():>12,.0f}  holding {one.holding.sum():>11,.0f}  stockout "
            f"{one.stockout.sum():>11,.0f}  ordering {one.ordering.sum():>9,.0f}  fill {fill:6.1%}  "
            f"stock {one.stock.sum():>11,.0f}"
        )
    less = 1.0 - float(compared.ledgers[OURS].total.sum() / compared.ledgers[best].total.sum())
    print(f"  {'clairvoyant':<26} total {compared.clairvoyant.sum():>12,.0f}")
    print(f"  {less:+.1%} below {best}; gap closed {share:.1%} ({low:.1%} to {high:.1%}); by class:", end="")
    for at, name in enumerate(CLASSES):
        if np.any(rows := compared.classes == at):
            print(f" {name} ({int(rows.sum())}) {gap_closed(compared, rows=rows)[0]:.1%}", end=";")
    print(flush=True)
    return less


def ablation(terms: Terms, history: History, whole: float) -> None:
    """Print how much dearer ours is with each part left out."""
    for said, part in LEFT_OUT.items():
        parts: Any = replace(Ingredients(), **{part: False})
        total = compare(terms, history, (OURS,), lambda _: None, parts).ledgers[OURS].total.sum()
        print(f"  without {said:<18} {total / whole - 1.0:+.1%}", flush=True)


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


def main() -> None:
    """Print every set there is under every setting of the grid."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    print(machine())
    for name, load in SETS.items():
        try:
            demand, learnt, year = load(folder)
        except FileNotFoundError as error:
            print(f"\n{name}: {error.filename} is not there; left out")
            continue
        for setting in GRID:
            began, terms = time.perf_counter(), terms_of(demand, learnt, year, setting)
            history = History(demand, learnt)
            compared = compare(terms, history, (OURS, *NAMES), lambda _: None)
            print(f"\n{name}, {setting}: {len(demand):,} items, {demand.shape[1] - learnt} periods replayed "
                  f"in {time.perf_counter() - began:.0f} s")  # fmt: skip
            show(compared)
            if setting == "base":
                ablation(terms, history, float(compared.ledgers[OURS].total.sum()))


if __name__ == "__main__":
    main()
