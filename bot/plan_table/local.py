"""The plan on this machine: chunks of whole suppliers through the kernel, in as many processes as are given."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.plan_table.columns import Left
from bot.plan_table.forecast import Span
from bot.plan_table.kernel import proposals
from bot.plan_table.spill import BEFOREHAND, taken

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Work:
    """A chunk of the items in a file of them, and the demand that was spilled for it."""

    items: Path
    begin: int
    end: int
    demand: Path
    name: str
    span: Span
    record: Any
    events: tuple[int, ...]
    """For each number an event was spilled with, its place among those that are told apart, from 1; 0: none."""


Done = tuple["pa.Table", list[Left]]


def chunks(begins: NDArray[np.int64], size: int) -> list[int]:
    """Ends of chunks of whole suppliers or places, of about `size` items; a larger one is one chunk."""
    ends, last = [], 0
    for end in begins[1:].tolist():
        if end - last >= size:
            ends.append(end)
            last = end
    return ends if ends and ends[-1] == begins[-1] else [*ends, int(begins[-1])]


def run(work: list[Work], workers: int) -> Iterator[Done]:
    """Plan every chunk, in their order."""
    if workers == 1 or len(work) == 1:
        yield from map(_plan, work)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_plan, work)


def shelf_table(items: "pa.Table", rows: NDArray[Any], span: Span, begin: int = 0) -> "pa.Table":
    """Items with their demand beside them, as the kernel takes them; `rows` are sorted by item and day."""
    import pyarrow as pa

    first = span.day - span.periods * span.step
    period = (rows["day"] - first) // span.step
    known = (period >= span.earliest) & (period < span.periods + span.ahead)
    rows, period = rows[known], period[known]
    ends = np.searchsorted(rows["row"], np.arange(begin, begin + len(items) + 1)).astype(np.int32)
    offsets = pa.array(ends)
    columns = {"days": period.astype(np.int32), "units": rows["units"], "in_stock": rows["in_stock"].astype(np.float64)}
    columns |= {name: rows[name] for name in BEFOREHAND if name in (rows.dtype.names or ())}
    for name, values in columns.items():
        items = items.append_column(name, pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(values))))
    return items


def _plan(work: Work) -> Done:
    import pyarrow as pa

    with pa.memory_map(str(work.items)) as source:
        items = pa.ipc.open_file(source).read_all().slice(work.begin, work.end - work.begin)
        rows, left = taken(work.demand, work.name, work.record, work.span.day)
        if work.events:
            rows["event"] = np.array((0, *work.events))[rows["event"]]
        return proposals(shelf_table(items, rows, work.span, work.begin), work.span), left
