"""The table of items: checked as a whole, row by row at fault named, and sorted so that a supplier stays together."""

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.plan_table import columns
from bot.plan_table.columns import Faults, Left
from core.config import Planning, Tables
from core.errors import InvalidInput
from core.replenishment import Vector
from core.replenishment.items import faults as item_faults

if TYPE_CHECKING:
    import pyarrow as pa

REQUIRED = ("sku", "unit_cost", "lead_time_days", "on_hand")
TARGETS = ("service_level", "fill_rate")
NAMES = ("sku", "location", "supplier")
_ZERO = ("on_order", "backordered", "minimum", "weight_kg", "volume_m3", "salvage_value")
READ = frozenset({*REQUIRED, *NAMES, *TARGETS, *_ZERO, "order_cost",
                  "line_cost", "holding_rate", "stockout_cost", "lead_time_sd_days", "review_days", "pack", "maximum",
                  "shelf_life_days", "price_breaks", "units_per_pallet", "packs", "available"})  # fmt: skip
_AS_IN_ITEMS = {"lead_time_days": "lead_days", "lead_time_sd_days": "lead_sd"}


@dataclass(frozen=True)
class Shelves:
    """What can be planned, sorted by supplier, location and sku; `row` of the table is its place in the file."""

    table: "pa.Table"
    left: tuple[Left, ...]
    unread: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    """Names of the items that were left out."""

    def begins(self, name: str) -> NDArray[np.int64]:
        """Where each supplier's, or each location's, rows begin, and one past the last."""
        names = self.table[name].combine_chunks().dictionary_encode().indices.to_numpy()
        return np.concatenate([[0], np.flatnonzero(np.diff(names)) + 1, [len(names)]])

    def check_places(self) -> None:
        """Refuse what would have suppliers and places wait for one another: both shared at once.

        Raises:
            InvalidInput: there is `available`, and places share something as well.
        """
        if np.any(np.isfinite(self.table["available"].to_numpy())):
            raise InvalidInput("What suppliers have (available) cannot be shared together with --locations; leave one.")

    def with_terms(self, name: str, usual: dict[str, float], path: Path | None) -> "Shelves":
        """With what a table says of each supplier, or each location, sorted so that each stays together.

        Raises:
            InvalidInput: the table cannot be read or lacks its first column.
        """
        import pyarrow as pa

        said, left = _terms(path, name, usual) if path else ({}, [])
        keys, table = self.table[name].to_pylist(), self.table
        for column, value in usual.items():
            values = np.array([said.get(key, {}).get(column, value) for key in keys])
            table = table.append_column(column, pa.array(values, pa.float64()))
        if path is not None:
            others = [one for one in ("supplier", "location", "sku") if one != name]
            table = table.sort_by([(one, "ascending") for one in (name, *others)]).combine_chunks()
            strange = sorted(set(said) - set(keys))
            left += [Left(path.name, 0, f"{name} {one} is not among the items") for one in strange]
        return replace(self, table=table, left=(*self.left, *left))


def _terms(path: Path, name: str, usual: dict[str, float]) -> tuple[dict[str, dict[str, float]], list[Left]]:
    given = columns.table(path, (name,))
    faults: Faults = {}
    read = {column: columns.numbers(given[column], column, faults) for column in usual if column in given.schema.names}
    said: dict[str, dict[str, float]] = {}
    for row, key in enumerate(columns.words(given[name])):
        values = {column: float(numbers[row]) for column, numbers in read.items() if not np.isnan(numbers[row])}
        wrong = [column for column, value in values.items() if value < 0 or (value == 0 and "vehicle" in column)]
        if not key or key in said:
            faults.setdefault(row, f"it has no {name} of its own; name each once")
        elif wrong:
            faults.setdefault(row, f"its {wrong[0]} is {values[wrong[0]]:g}; give more")
        elif row not in faults:
            said[key] = values
    return said, columns.left_out(path, faults)


def read(path: Path, planning: Planning, defaults: Tables, open_orders: Path | None = None) -> Shelves:
    """Read the items, and add what is on its way to what is on order.

    Raises:
        InvalidInput: a file cannot be read, lacks a column, or no row can be planned.
    """
    given = columns.table(path, REQUIRED)
    table, faults = checked(given, planning, defaults)
    left = columns.left_out(path, faults)
    if not len(table):
        raise InvalidInput(f"No row of {path} can be planned. First: line {left[0].line}: {left[0].sentence}.")
    if open_orders is not None:
        table, more = _with_open_orders(table, open_orders)
        left += more
    unread = tuple(name for name in given.schema.names if name not in READ)
    return Shelves(table, tuple(left), unread, tuple(dropped(given, faults)))


def dropped(given: "pa.Table", faults: Faults) -> list[tuple[str, str]]:
    """Names of the rows at fault."""
    rows = given.take(np.array(sorted(faults), dtype=np.int64))
    return list(zip(_names(rows, "sku"), _names(rows, "location"), strict=True))


def checked(given: "pa.Table", planning: Planning, defaults: Tables) -> tuple["pa.Table", Faults]:
    """The rows of a table of items that can be planned, sorted by supplier, location and sku; and why not the others.

    What a column does not say is taken from the configuration. `row` is the place in the table given.
    """
    import pyarrow as pa

    faults: Faults = {}
    read = _numbers(given, planning, defaults, faults)
    names = {name: _names(given, name) for name in NAMES}
    _check_names(names, faults)
    tiers = _breaks(given, read["unit_cost"], faults)
    levels = _levels(given, read, faults)
    _check_available(names, read["available"], faults)
    _check(read, tiers, levels, faults)
    usable = np.array([row for row in range(len(given)) if row not in faults], dtype=np.int64)
    parts = {name: pa.array([values[row] for row in usable.tolist()], pa.string()) for name, values in names.items()}
    parts |= {name: pa.array(values[usable]) for name, values in read.items()}
    parts |= {"break_quantity": _lists(tiers[0][usable]), "break_cost": _lists(tiers[1][usable], tiers[0][usable])}
    parts |= {"pack_size": _lists(levels[0][usable]), "pack_handling": _lists(levels[1][usable], levels[0][usable])}
    parts["row"] = pa.array(usable)
    sorting = [(name, "ascending") for name in ("supplier", "location", "sku")]
    return pa.table(parts).sort_by(sorting).combine_chunks(), faults


def _numbers(given: Any, planning: Planning, defaults: Tables, faults: Faults) -> dict[str, Vector]:
    count = len(given)
    usual: dict[str, float] = dict.fromkeys(_ZERO, 0.0) | {
        "order_cost": defaults.order_cost, "line_cost": defaults.line_cost, "holding_rate": planning.holding_rate,
        "lead_time_sd_days": defaults.lead_time_sd_days, "review_days": defaults.review_days, "pack": 1.0,
        "maximum": np.inf, "shelf_life_days": np.inf, "units_per_pallet": np.inf, "available": np.inf,
        "service_level": np.nan,
        "fill_rate": np.nan,
    }  # fmt: skip
    found: dict[str, Vector] = {}
    for name in (*REQUIRED[1:], *usual, "stockout_cost"):
        values = np.full(count, np.nan)
        if name in given.schema.names:
            values = columns.numbers(given[name], name, faults)
        if name in usual:
            values = np.where(np.isnan(values), usual[name], values)
        elif name in REQUIRED:
            for row in np.flatnonzero(np.isnan(values)).tolist():
                faults.setdefault(row, f"it has no {name}; fill it in")
        found[name] = values
    share = defaults.stockout_share * found["unit_cost"]
    found["stockout_cost"] = np.where(np.isnan(found["stockout_cost"]), share, found["stockout_cost"])
    return found


def _names(given: Any, name: str) -> list[str]:
    return columns.words(given[name]) if name in given.schema.names else [""] * len(given)


def _check_names(names: dict[str, list[str]], faults: Faults) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row, key in enumerate(zip(names["sku"], names["location"], strict=True)):
        if not key[0]:
            faults.setdefault(row, "it has no sku; fill it in")
        elif key in seen:
            said = " at ".join(filter(None, key))
            faults.setdefault(row, f"{said} is in line {seen[key] + columns.FIRST_LINE} already; keep one row")
        else:
            seen[key] = row


def _check_available(names: dict[str, list[str]], available: Vector, faults: Faults) -> None:
    """What a supplier has of a product is the same wherever it is asked for."""
    said: dict[tuple[str, str], set[float]] = defaultdict(set)
    keys = list(zip(names["supplier"], names["sku"], strict=True))
    for key, units in zip(keys, available.tolist(), strict=True):
        said[key].add(units)
    for row, key in enumerate(keys):
        if len(said[key]) > 1:
            faults.setdefault(row, "its available is not the same at every location; give one number for all")


def _breaks(given: Any, unit_cost: Vector, faults: Faults) -> tuple[Any, Any]:
    if "price_breaks" not in given.schema.names:
        return np.empty((len(given), 0)), np.empty((len(given), 0))
    return columns.breaks(given["price_breaks"], unit_cost, faults)


def _levels(given: Any, read: dict[str, Vector], faults: Faults) -> tuple[Any, Any]:
    """Levels of packs; the smallest of them is the pack where none is given."""
    if "packs" not in given.schema.names:
        return np.empty((len(given), 0)), np.empty((len(given), 0))
    size, handling = columns.packs(given["packs"], faults)
    if size.shape[1]:
        read["pack"] = np.where((read["pack"] == 1.0) & np.isfinite(size[:, 0]), size[:, 0], read["pack"])
    return size, handling


def _check(read: dict[str, Vector], tiers: tuple[Any, Any], levels: tuple[Any, Any], faults: Faults) -> None:
    as_items = {_AS_IN_ITEMS.get(name, name): values for name, values in read.items()}
    tables = {"break_quantity": tiers[0], "break_cost": tiers[1], "pack_size": levels[0], "pack_handling": levels[1]}
    wrong = item_faults({**as_items, **tables})
    for row, sentence in wrong.items():
        faults.setdefault(row, sentence)
    for name in TARGETS:
        outside = (read[name] < 0) | (read[name] >= 1)
        for row in np.flatnonzero(outside).tolist():
            faults.setdefault(row, f"its {name} is {read[name][row]:g}; give a share from 0 to below 1, such as 0.95")
    for name in ("weight_kg", "volume_m3", "salvage_value"):
        for row in np.flatnonzero(read[name] < 0).tolist():
            faults.setdefault(row, f"its {name} is {read[name][row]:g}; give at least 0")
    for row in np.flatnonzero((read["available"] < 0) | (read["available"] != np.floor(read["available"]))).tolist():
        faults.setdefault(row, f"its available is {read['available'][row]:g}; give a whole number from 0")
    for name in ("shelf_life_days", "units_per_pallet"):
        for row in np.flatnonzero(~(read[name] > 0)).tolist():
            faults.setdefault(row, f"its {name} is {read[name][row]:g}; give more than 0")


def _with_open_orders(table: "pa.Table", path: Path) -> tuple["pa.Table", list[Left]]:
    import pyarrow as pa

    given = columns.table(path, ("sku", "quantity"))
    faults: Faults = {}
    quantity = columns.numbers(given["quantity"], "quantity", faults)
    keys = zip(table["sku"].to_pylist(), table["location"].to_pylist(), strict=True)
    row_of = {key: row for row, key in enumerate(keys)}
    on_order = table["on_order"].to_numpy().copy()
    for row, key in enumerate(zip(_names(given, "sku"), _names(given, "location"), strict=True)):
        if key not in row_of:
            faults.setdefault(row, f"{' at '.join(filter(None, key))} is not among the items; add a row for it there")
        elif not quantity[row] >= 0 or quantity[row] != np.floor(quantity[row]):
            faults.setdefault(row, f"its quantity is {quantity[row]:g}; give a whole number from 0")
        elif row not in faults:
            on_order[row_of[key]] += quantity[row]
    at = table.schema.get_field_index("on_order")
    return table.set_column(at, "on_order", pa.array(on_order)), columns.left_out(path, faults)


def _lists(values: Any, starts: Any = None) -> Any:
    """Rows of a padded table as lists of what is used."""
    import pyarrow as pa

    used = np.isfinite(values if starts is None else starts)
    ends = np.concatenate([[0], np.cumsum(used.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values[used]))
