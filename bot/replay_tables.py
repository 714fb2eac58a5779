"""The items and demand that a backtest reads, from CSV or Parquet, with a sentence for every row it leaves out."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, inf, isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.config import Planning
from core.config import Tables as Defaults
from core.errors import InvalidInput
from core.replenishment.lifts import price_cuts
from core.replenishment.simulate import DAYS, YEAR_WEEKS, Terms

Key = tuple[str, str]
_ITEM_COLUMNS = ("sku", "unit_cost", "lead_time_days", "on_hand")
_DEMAND_COLUMNS = ("sku", "date", "units")
READ = {*_ITEM_COLUMNS, *_DEMAND_COLUMNS, "location", "order_cost", "line_cost", "holding_rate", "stockout_cost",
        "minimum", "pack", "maximum", "lost_sales", "price", "event"}  # fmt: skip
_HIGHEST_RATE, _LONGEST_LEAD = 5.0, 364.0
_LEAST_PRICE = 1e-6
_MOST_EVENTS = 8


@dataclass(frozen=True)
class Left:
    """A row that was left out: its file and line, and what to do."""

    file: str
    line: int
    sentence: str


@dataclass(frozen=True)
class Period:
    """What a replay goes by: how many days it has, and how many of it a year; `season` of them, whole, come round."""

    name: str
    days: float
    a_year: float
    season: int

    def learnt(self, weeks: int) -> int:
        """As many as so many weeks are."""
        return round(weeks * DAYS / self.days)


WEEK, MONTH = Period("week", DAYS, YEAR_WEEKS, 52), Period("month", 365.0 / 12.0, 12.0, 12)
PERIODS = {one.name: one for one in (WEEK, MONTH)}


class Day(NamedTuple):
    """A row of demand: units sold, the price asked (nan: not known), and what was special."""

    units: float
    price: float
    event: str


@dataclass(frozen=True)
class Tables:
    """What can be replayed: items in the order of their keys, and their demand, (n, weeks, 7) or (n, months, 1)."""

    keys: tuple[Key, ...]
    terms: Terms
    demand: np.ndarray[Any, np.dtype[np.float64]]
    known: np.ndarray[Any, np.dtype[np.float64]] | None
    """What prices and events say of each period beforehand, (n, periods, k); None where there are none."""
    left: tuple[Left, ...]
    unread: tuple[str, ...]
    """Columns that are there and make no difference."""


def read(items: Path, demand: Path, planning: Planning, defaults: Defaults, period: Period = WEEK) -> Tables:
    """Read both tables; what cannot be used is left out and named.

    Raises:
        InvalidInput: a file cannot be read, has not the columns, or nothing of it can be replayed.
    """
    left: list[Left] = []
    known: dict[Key, dict[str, float]] = {}
    unread: set[str] = set()
    for line, row in rows(items, _ITEM_COLUMNS):
        unread |= {name for name in row if name not in READ}
        try:
            key, terms = _key(row), _terms(row, planning, defaults, period)
            _refuse(key in known, key, "is there already; keep one row")
            known[key] = terms
        except ValueError as error:
            left.append(Left(items.name, line, str(error)))
    sold: dict[tuple[Key, date], Day] = {}
    for line, row in rows(demand, _DEMAND_COLUMNS):
        unread |= {name for name in row if name not in READ}
        try:
            key, day = _key(row), _day(row["date"])
            _refuse(key not in known, key, "is not among the items; add a row for it there")
            _refuse((key, day) in sold, key, f"has a row for {day} already; add them up to one")
            price = _number(row, "price", nan, least=_LEAST_PRICE)
            sold[key, day] = Day(_number(row, "units", least=0.0), price, str(row.get("event", "")).strip())
        except ValueError as error:
            left.append(Left(demand.name, line, str(error)))
    return _joined(known, sold, left, tuple(sorted(unread)), period)


def rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows of a table with their line; the first row of Parquet is line 2 as it is in CSV."""
    try:
        found = _parquet(path) if path.suffix == ".parquet" else _csv(path)
        for line, row in found:
            missing = [name for name in required if name not in row]
            if missing:
                raise InvalidInput(f"{path} has no column {', '.join(missing)}; add it to the first line.")
            yield line, row
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}. Give a CSV or Parquet file.") from error


def _csv(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        table = csv.DictReader(file)
        for row in table:
            yield table.line_num, {name: value or "" for name, value in row.items() if name}


def _parquet(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidInput(
            'Reading Parquet wants pyarrow; install it with: pip install "storekeeper[parquet]"'
        ) from error
    try:
        line = 1
        for batch in pq.ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                line += 1
                yield line, {name: "" if value is None else value for name, value in row.items()}
    except pa.ArrowException as error:
        raise InvalidInput(f"{path} is no Parquet file: {error}.") from error


def _refuse(wrong: bool, key: Key, why: str) -> None:
    if wrong:
        raise ValueError(f"{' at '.join(filter(None, key))} {why}")


def _key(row: Mapping[str, Any]) -> Key:
    if not str(row["sku"]).strip():
        raise ValueError("it has no sku; fill it in")
    return str(row["sku"]).strip(), str(row.get("location", "")).strip()


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise ValueError(f"its date “{value}” is not read; write it like 2026-03-31") from error


def _number(row: Mapping[str, Any], name: str, usual: float | None = None, *, least: float, most: float = inf) -> float:
    given = row.get(name, "")
    if str(given).strip() == "" and usual is not None:
        return usual
    try:
        value = float(given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"its {name} “{given}” is not a number; correct it") from error
    if not isfinite(value) or not least <= value <= most:
        raise ValueError(
            f"its {name} is {value:g}; give {f'{least:g} to {most:g}' if isfinite(most) else f'at least {least:g}'}"
        )
    return value


def _terms(row: Mapping[str, Any], planning: Planning, defaults: Defaults, period: Period) -> dict[str, float]:
    cost = _number(row, "unit_cost", least=0.0)
    rate = _number(row, "holding_rate", planning.holding_rate, least=0.0, most=_HIGHEST_RATE)
    lost = str(row.get("lost_sales", "")).strip().lower() or "true"
    if lost not in {"true", "false"}:
        raise ValueError(f"its lost_sales is “{lost}”; write true or false")
    lead = _number(row, "lead_time_days", least=0.0, most=_LONGEST_LEAD)
    minimum, pack = _number(row, "minimum", 0.0, least=0.0), _number(row, "pack", 1.0, least=1.0)
    maximum = inf if not str(row.get("maximum", "")).strip() else _number(row, "maximum", least=1.0)
    if max(ceil(minimum / pack), 1) * pack > maximum:
        raise ValueError(
            f"its minimum of {minimum:g} in packs of {pack:g} is above its maximum of {maximum:g}; raise it"
        )
    return {
        "unit_cost": cost,
        "order_cost": _number(row, "order_cost", defaults.order_cost, least=0.0)
        + _number(row, "line_cost", defaults.line_cost, least=0.0),
        "holding": rate * cost / period.a_year,
        "stockout": _number(row, "stockout_cost", defaults.stockout_share * cost, least=0.0),
        "lead_weeks": float(ceil(lead / period.days)),
        "on_hand": _number(row, "on_hand", least=0.0),
        "minimum": minimum,
        "pack": pack,
        "maximum": maximum,
        "lost_sales": float(lost == "true"),
    }


def _joined(
    known: dict[Key, dict[str, float]], sold: dict[tuple[Key, date], Day], left: list[Left], unread: tuple[str, ...],
    period: Period,
) -> Tables:  # fmt: skip
    keys = tuple(sorted({key for key, _ in sold}))
    if not keys:
        first = f" First: {left[0].file} line {left[0].line}: {left[0].sentence}." if left else ""
        raise InvalidInput(f"No item has demand that can be replayed.{first}")
    begin, end = min(day for _, day in sold), max(day for _, day in sold)
    count = ((end - begin).days + 1) // 7 if period is WEEK else _months(begin, end) + 1
    row_of = {key: row for row, key in enumerate(keys)}
    shape = (len(keys), count, 7 if period is WEEK else 1)
    units, asked, priced, told = np.zeros(shape), np.zeros(shape[:2]), np.zeros(shape[:2]), np.zeros(shape[:2])
    events = {one: np.zeros(shape[:2]) for one in _frequent(sold)}
    for (key, day), one in sold.items():
        at, within = divmod((day - begin).days, 7) if period is WEEK else (_months(begin, day), 0)
        if at >= count:
            continue
        place = (row_of[key], at)
        units[*place, within] += one.units
        told[place] += 1.0
        if isfinite(one.price):
            asked[place] += one.price
            priced[place] += 1.0
        if one.event in events:
            events[one.event][place] += 1.0
    columns = {name: np.array([known[key][name] for key in keys]) for name in known[keys[0]]}
    whole = 7.0 if period is WEEK else np.maximum(told, 1.0)
    beforehand = [table / whole for table in events.values()]
    if np.any(priced):
        beforehand.append(price_cuts(np.divide(asked, priced, out=np.full(shape[:2], nan), where=priced > 0)))
    table = np.stack(beforehand, axis=2) if beforehand else None
    return Tables(keys, Terms(**columns), units, table, tuple(left), unread)


def _months(begin: date, day: date) -> int:
    return (day.year - begin.year) * 12 + day.month - begin.month


def _frequent(sold: Mapping[tuple[Key, date], Day]) -> list[str]:
    """The events that most rows have; rarer ones teach nothing."""
    counted = Counter(one.event for one in sold.values() if one.event)
    return [name for name, _ in counted.most_common(_MOST_EVENTS)]
