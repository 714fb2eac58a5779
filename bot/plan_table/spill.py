"""Demand of any length, set down on disk by the chunk of items it belongs to, so that memory stays bounded."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
BEFOREHAND = ("price", "event")
"""What may be known of a day before it comes."""

READ = frozenset({*REQUIRED, *BEFOREHAND, "location", "in_stock"})
RECORD = np.dtype([("row", "<i4"), ("day", "<i4"), ("line", "<u4"), ("units", "<f8"), ("in_stock", "<f4")])
"""One row of demand: `row` is the place of its item in the sorted table, `day` counts from 1970."""

WITH_KNOWN = np.dtype([*RECORD.descr, ("price", "<f8"), ("event", "<i4")])
"""The same where prices or events are given; nan: no price, 0: no event, else its number in `Events`."""

UNSOLD = "its units are empty though its day is over; give 0 or more"
MOST_EVENTS = 8
_MOST_NAMED = 10_000
_EPOCH = date(1970, 1, 1)


@dataclass
class Events:
    """Names of events by number, from 1 on; one that is closed gives unknown names 0."""

    numbers: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    is_closed: bool = False

    @classmethod
    def of(cls, names: Sequence[str]) -> "Events":
        """Those and no others."""
        return cls({name: at for at, name in enumerate(names, 1)}, is_closed=True)

    @property
    def most(self) -> tuple[str, ...]:
        """The most frequent, which are told apart."""
        return most_frequent(self.counts)

    def of_column(self, column: Any) -> NDArray[np.int64]:
        """The number of each row's event."""
        encoded = _text(column).dictionary_encode()
        at = encoded.indices.to_numpy()
        names = encoded.dictionary.to_pylist()
        for name, times in zip(names, np.bincount(at, minlength=len(names)).tolist(), strict=True):
            if name and not self.is_closed:
                self.numbers.setdefault(name, len(self.numbers) + 1)
                self.counts[name] += times
        found: NDArray[np.int64] = np.array([self.numbers.get(name, 0) for name in names], dtype=np.int64)[at]
        return found


def most_frequent(counts: Mapping[str, int]) -> tuple[str, ...]:
    """The names that occur most, at most `MOST_EVENTS`; of equals those that come first by the alphabet."""
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:MOST_EVENTS])


@dataclass
class Spilled:
    """Demand by chunk of items, what time it spans, and what could not be used."""

    files: list[Path]
    days: set[int] = field(default_factory=set)
    """Those that units are known of."""
    left: list[Left] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    rows: int = 0
    events: Events = field(default_factory=Events)
    record: Any = RECORD

    @property
    def step(self) -> int:
        """Days from one date to the next, at most: 7 for weekly tables, 1 for daily ones."""
        ordered = np.array(sorted(self.days))
        return int(np.gcd.reduce(np.diff(ordered))) if len(ordered) > 1 else 1

    @property
    def end(self) -> date:
        """The day after what was sold."""
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
            _write(records(batch, finder, faults, offset, spilled.events), bounds, files, spilled)
            if len(spilled.left) < _MOST_NAMED:
                spilled.left += columns.left_out(path, faults, offset)
            spilled.unread = tuple(name for name in batch.schema.names if name not in READ)
            offset += len(batch)
            tick(len(batch))
    if not spilled.days:
        first = f" First: line {spilled.left[0].line}: {spilled.left[0].sentence}." if spilled.left else ""
        raise InvalidInput(f"No row of {path} is demand of these items.{first}")
    return spilled


def taken(file: Path, name: str, record: Any, day: int) -> tuple[NDArray[Any], list[Left]]:
    """The rows of a chunk, sorted by item and day; a second row for a day, or a day over without units, is named."""
    rows, faults = once(np.fromfile(file, dtype=record), day)
    return rows, [Left(name, line, sentence) for line, sentence in list(faults.items())[:_MOST_NAMED]]


TWICE = "its item has a row for that day already; add them up to one"


def once(rows: NDArray[Any], day: int) -> tuple[NDArray[Any], dict[int, str]]:
    """Records sorted by item and day, the first of each, units known where that day is before the plan's; and the lines
    of the others with what is wrong."""
    rows = rows[np.lexsort((rows["line"], rows["day"], rows["row"]))]
    again = np.zeros(len(rows), dtype=bool)
    again[1:] = (rows["row"][1:] == rows["row"][:-1]) & (rows["day"][1:] == rows["day"][:-1])
    unsold = np.isnan(rows["units"]) & (rows["day"] < day) & ~again
    faults = dict.fromkeys(rows["line"][again].tolist(), TWICE)
    return rows[~again & ~unsold], faults | dict.fromkeys(rows["line"][unsold].tolist(), UNSOLD)


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


def records(batch: Any, finder: Finder, faults: Faults, offset: int, events: Events) -> NDArray[Any]:
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
    price, event = _beforehand(batch, events, faults)
    to_come = np.isnan(units) & (~np.isnan(price) | (event > 0))
    for at in np.flatnonzero(~(units >= 0) & ~to_come).tolist():
        faults.setdefault(at, f"its units are {units[at]:g}; give 0 or more, and count what came back apart")
    share = np.ones(len(batch))
    if "in_stock" in names:
        given = columns.numbers(batch["in_stock"], "in_stock", faults)
        share = np.where(np.isnan(given), 1.0, given)
        for at in np.flatnonzero((share < 0) | (share > 1)).tolist():
            faults.setdefault(at, f"its in_stock is {share[at]:g}; give a share of the day from 0 to 1")
    usable = row >= 0
    usable[list(faults)] = False
    found = np.empty(len(batch), dtype=WITH_KNOWN if set(names) & set(BEFOREHAND) else RECORD)
    line = np.arange(offset + columns.FIRST_LINE, offset + columns.FIRST_LINE + len(batch))
    for name, values in zip(found.dtype.names or (), (row, day, line, units, share, price, event), strict=False):
        found[name] = values
    return found[usable]


def _beforehand(batch: Any, events: Events, faults: Faults) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The price and the event of each row; nan and 0 where there is none."""
    names, price = batch.schema.names, np.full(len(batch), np.nan)
    if "price" in names:
        price = columns.numbers(batch["price"], "price", faults)
        for at in np.flatnonzero(price <= 0).tolist():
            faults.setdefault(at, f"its price is {price[at]:g}; give more, or leave it empty")
    event = events.of_column(batch["event"]) if "event" in names else np.zeros(len(batch), dtype=np.int64)
    return price, event


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
    spilled.record = records.dtype
    spilled.days |= set(np.unique(records["day"][~np.isnan(records["units"])]).tolist())
