"""Demand of any length, set down on disk by the chunk of items it belongs to, so that memory stays bounded."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bot.plan_table import columns
from bot.plan_table.columns import Faults, Left
from core.errors import InvalidInput

REQUIRED = ("sku", "date", "units")
READ = frozenset({*REQUIRED, "location", "in_stock"})
RECORD = np.dtype([("row", "<i4"), ("day", "<i4"), ("line", "<u4"), ("units", "<f8"), ("in_stock", "<f4")])
"""One row of demand: `row` is the place of its item in the sorted table, `day` counts from 1970."""

_MOST_NAMED = 10_000
_EPOCH = date(1970, 1, 1)


@dataclass
class Spilled:
    """Demand by chunk of items, what time it spans, and what could not be used."""

    files: list[Path]
    days: set[int] = field(default_factory=set)
    left: list[Left] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    rows: int = 0

    @property
    def step(self) -> int:
        """Days from one date to the next, at most: 7 for weekly tables, 1 for daily ones."""
        ordered = np.array(sorted(self.days))
        return int(np.gcd.reduce(np.diff(ordered))) if len(ordered) > 1 else 1

    @property
    def end(self) -> date:
        """The day after what is known."""
        return _EPOCH + timedelta(days=max(self.days) + self.step)


def spill(path: Path, finder: "Finder", ends: Sequence[int], folder: Path, tick: Callable[[int], None]) -> Spilled:
    """Read demand once and set it down by chunk.

    Args:
        path: the table of demand.
        finder: of the sorted table of items.
        ends: one past the last row of each chunk of items.
        folder: where to.
        tick: told how many rows were read.

    Raises:
        InvalidInput: it cannot be read, or nothing of it belongs to the items.
    """
    spilled = Spilled([folder / f"demand-{at}" for at in range(len(ends))])
    bounds, offset = np.asarray(ends), 0
    with ExitStack() as stack:
        files = [stack.enter_context(file.open("wb")) for file in spilled.files]
        for batch in columns.batches(path, REQUIRED):
            faults: Faults = {}
            _write(records(batch, finder, faults, offset), bounds, files, spilled)
            if len(spilled.left) < _MOST_NAMED:
                spilled.left += columns.left_out(path, faults, offset)
            spilled.unread = tuple(name for name in batch.schema.names if name not in READ)
            offset += len(batch)
            tick(len(batch))
    if not spilled.rows:
        first = f" First: line {spilled.left[0].line}: {spilled.left[0].sentence}." if spilled.left else ""
        raise InvalidInput(f"No row of {path} is demand of these items.{first}")
    return spilled


def taken(file: Path, name: str) -> tuple[NDArray[Any], list[Left]]:
    """The rows of a chunk, sorted by item and day; a second row for a day is left out and named."""
    rows, again = once(np.fromfile(file, dtype=RECORD))
    return rows, [Left(name, int(line), TWICE) for line in again[:_MOST_NAMED]]


TWICE = "its item has a row for that day already; add them up to one"


def once(rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Records sorted by item and day, the first of each; and the lines of the others."""
    rows = rows[np.lexsort((rows["line"], rows["day"], rows["row"]))]
    again = np.zeros(len(rows), dtype=bool)
    again[1:] = (rows["row"][1:] == rows["row"][:-1]) & (rows["day"][1:] == rows["day"][:-1])
    return rows[~again], rows["line"][again]


class Finder:
    """Which item a name of a product and of a place mean.

    Args:
        items: the table of items.
        dropped: names of items that were left out themselves; their demand is no fault of its own.
    """

    def __init__(self, items: Any, dropped: Sequence[tuple[str, str]] = ()) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        left = pa.table({"sku": [one[0] for one in dropped], "location": [one[1] for one in dropped]})
        named = items.select(["sku", "location"])
        named = pa.concat_tables([named, left.cast(named.schema)]).combine_chunks()
        self.known = len(items)
        self.skus, self.places = pc.unique(named["sku"]), pc.unique(named["location"])
        sku = pc.index_in(named["sku"], self.skus).to_numpy().astype(np.int64)
        place = pc.index_in(named["location"], self.places).to_numpy().astype(np.int64)
        keys = sku * len(self.places) + place
        self.order = np.argsort(keys, kind="stable")
        self.keys = keys[self.order]

    def rows(self, sku: Any, place: Any) -> NDArray[np.int64]:
        """The place of each item among the items; -1: it is not one of them, -2: it was left out."""
        import pyarrow.compute as pc

        product = pc.index_in(sku, self.skus).fill_null(-1).to_numpy().astype(np.int64)
        where = pc.index_in(place, self.places).fill_null(-1).to_numpy().astype(np.int64)
        key = np.where((product < 0) | (where < 0), -1, product * len(self.places) + where)
        at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        found: NDArray[np.int64] = np.where(self.keys[at] == key, self.order[at], -1)
        return np.where(found >= self.known, -2, found)


def records(batch: Any, finder: Finder, faults: Faults, offset: int) -> NDArray[Any]:
    """The usable rows of a batch; `day` is read before its line is judged, so that every fault is found."""
    names = batch.schema.names
    sku = _text(batch["sku"])
    place = _text(batch["location"]) if "location" in names else _nowhere(len(batch))
    row = finder.rows(sku, place)
    for at in np.flatnonzero(row == -1).tolist()[:_MOST_NAMED]:
        said = " at ".join(filter(None, (sku[at].as_py(), place[at].as_py())))
        faults.setdefault(at, f"{said or 'it'} is not among the items; add a row for it there")
    day = columns.days(batch["date"], faults)
    units = columns.numbers(batch["units"], "units", faults)
    for at in np.flatnonzero(~(units >= 0)).tolist():
        faults.setdefault(at, f"its units are {units[at]:g}; give 0 or more, and count what came back apart")
    share = np.ones(len(batch))
    if "in_stock" in names:
        given = columns.numbers(batch["in_stock"], "in_stock", faults)
        share = np.where(np.isnan(given), 1.0, given)
        for at in np.flatnonzero((share < 0) | (share > 1)).tolist():
            faults.setdefault(at, f"its in_stock is {share[at]:g}; give a share of the day from 0 to 1")
    usable = row >= 0
    usable[list(faults)] = False
    found = np.empty(len(batch), dtype=RECORD)
    line = np.arange(offset + columns.FIRST_LINE, offset + columns.FIRST_LINE + len(batch))
    for name, values in zip(RECORD.names or (), (row, day, line, units, share), strict=True):
        found[name] = values
    return found[usable]


def _text(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(column.cast(pa.string())).fill_null("")


def _nowhere(count: int) -> Any:
    import pyarrow as pa

    return pa.repeat(pa.scalar(""), count)


def _write(records: NDArray[Any], bounds: NDArray[Any], files: Sequence[BinaryIO], spilled: Spilled) -> None:
    chunk = np.searchsorted(bounds, records["row"], side="right")
    ordered = np.argsort(chunk, kind="stable")
    begins = np.searchsorted(chunk[ordered], np.arange(len(files) + 1))
    for at in np.flatnonzero(np.diff(begins)).tolist():
        records[ordered[begins[at] : begins[at + 1]]].tofile(files[at])
    spilled.rows += len(records)
    spilled.days |= set(np.unique(records["day"]).tolist())
