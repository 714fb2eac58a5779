"""The plan-table command: reads tables, plans them with the engine that is asked for, and writes the proposals."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress

from bot.plan_table import columns, local, shelves
from bot.plan_table.columns import Left
from bot.plan_table.forecast import Known, Span
from bot.plan_table.kernel import PLACES, TOLD, schema
from bot.plan_table.shelves import Shelves
from bot.plan_table.spill import Finder, Spilled, spill
from core.config import Config, Planning
from core.errors import InvalidInput
from core.replenishment.agreement import TERMS

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """What the command was asked for."""

    items: str
    demand: str
    out: str
    suppliers: str = ""
    open_orders: str = ""
    locations: str = ""
    engine: str = "local"
    master: str = ""
    as_of: date | None = None
    workers: int = 2
    chunk: int = 16_384
    everything: bool = False
    as_json: bool = False


@dataclass
class Told:
    """What the plan came to."""

    as_of: date
    items: int
    demand_rows: int
    lines: int = 0
    orders: int = 0
    total: float = 0.0
    expected_cost: float = 0.0
    shadow_prices: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    trips: list[dict[str, Any]] = field(default_factory=list)


def run(config: Config, asked: Asked) -> bool:
    """Plan and write; False where rows were left out.

    Raises:
        InvalidInput: tables that cannot be used, or a file that cannot be written.
    """
    columns.arrow()
    if asked.engine == "spark":
        return _on_spark(config, asked)
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="storekeeper-") as name, _progress(asked) as progress:
        folder, began = Path(name), time.perf_counter()
        open_orders = Path(asked.open_orders) if asked.open_orders else None
        found = shelves.read(Path(asked.items), config.planning, config.tables, open_orders)
        found = found.with_terms("supplier", TERMS, Path(asked.suppliers) if asked.suppliers else None)
        if asked.locations:
            found.check_places()
        found = found.with_terms("location", PLACES, Path(asked.locations) if asked.locations else None)
        took["items"] = time.perf_counter() - began
        finder = Finder(found.table, found.dropped)
        ends = local.chunks(found.begins("location" if asked.locations else "supplier"), asked.chunk)
        reading = progress.add_task("Reading demand", total=None)
        spilled = spill(Path(asked.demand), finder, ends, folder, lambda rows: progress.advance(reading, rows))
        took["demand"] = time.perf_counter() - began - took["items"]
        span = _span(spilled, asked, config.planning)
        work = _work(found, spilled, ends, folder, span, Path(asked.demand).name)
        planning = progress.add_task("Planning", total=len(work))
        told = Told(span.as_of, len(found.table), spilled.rows)
        left = [*found.left, *spilled.left]
        with _Writer(Path(asked.out)) as writer:
            for proposals, more in local.run(work, asked.workers):
                writer.write(proposals)
                _add(told, proposals)
                left += more
                progress.advance(planning)
        took["planning"] = time.perf_counter() - began - took["items"] - took["demand"]
    unread = sorted({*found.unread, *spilled.unread})
    _report(told, left, unread, took, asked)
    return not left


def _progress(asked: Asked) -> Progress:
    return Progress(console=Console(stderr=True), disable=asked.as_json or not sys.stderr.isatty())


def _span(spilled: Spilled, asked: Asked, planning: Planning) -> Span:
    weeks = planning.history_weeks, planning.season_weeks
    known = Known("price" in (spilled.record.names or ()), spilled.events.most)
    return Span.of(asked.as_of or spilled.end, spilled.step, weeks, known, everything=asked.everything)


def _work(found: Shelves, spilled: Spilled, ends: list[int], folder: Path, span: Span, name: str) -> list[local.Work]:
    import pyarrow as pa

    path = folder / "items.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, found.table.schema) as file:
        file.write_table(found.table)
    begins, places = [0, *ends[:-1]], {event: at for at, event in enumerate(span.known.events, 1)}
    events = tuple(places.get(event, 0) for event in spilled.events.numbers)
    return [
        local.Work(path, begin, end, demand, name, span, spilled.record, events)
        for begin, end, demand in zip(begins, ends, spilled.files, strict=True)
    ]


def _add(told: Told, proposals: Any) -> None:
    import pyarrow.compute as pc

    said = json.loads(proposals.schema.metadata[TOLD])
    told.shadow_prices += said["prices"]
    told.notes += said["notes"]
    told.trips += said["trips"]
    ordered = proposals.filter(pc.greater(proposals["quantity"], 0))
    told.lines += len(ordered)
    told.orders += len(ordered.group_by(["supplier", "location"]).aggregate([]))
    told.total += pc.sum(ordered["line_total"]).as_py() or 0.0
    told.expected_cost += pc.sum(proposals["expected_cost"]).as_py() or 0.0


class _Writer:
    """Writes proposals as they come, to Parquet or CSV by the name of the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def __enter__(self) -> "_Writer":
        import pyarrow.parquet as pq
        from pyarrow import csv

        try:
            is_parquet = self._path.suffix == ".parquet"
            self._file = pq.ParquetWriter(self._path, schema()) if is_parquet else csv.CSVWriter(self._path, schema())
        except OSError as error:
            raise InvalidInput(f"{self._path} cannot be written: {error}. Name another file.") from error
        return self

    def write(self, table: Any) -> None:
        """Add rows."""
        self._file.write_table(table.replace_schema_metadata())

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _on_spark(config: Config, asked: Asked) -> bool:
    from bot.plan_table import spark

    began = time.perf_counter()
    cluster = spark.Cluster(asked.master or "local[*]", config.planning, config.tables, asked.chunk)
    paths = spark.Paths(asked.items, asked.demand, asked.out, asked.suppliers, asked.open_orders, asked.locations)
    outcome = spark.run(cluster, paths, asked.as_of, everything=asked.everything)
    figures = {name: value for name, value in vars(outcome).items() if name != "faults"}
    took = {"spark": time.perf_counter() - began}
    _report(Told(**figures), [Left("", 0, one) for one in outcome.faults], [], took, asked)
    return not outcome.faults


def _report(told: Told, left: list[Left], unread: list[str], took: dict[str, float], asked: Asked) -> None:
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    if asked.as_json:
        figures = {**vars(told), "as_of": told.as_of.isoformat(), "left_out": [vars(one) for one in left],
                   "columns_without_effect": unread, "seconds": {name: round(value, 3) for name, value in took.items()},
                   "peak_memory_mib": round(peak), "out": str(asked.out)}  # fmt: skip
        typer.echo(json.dumps(figures))
        return
    typer.echo(
        f"Planned {told.items:,} items from {told.demand_rows:,} rows of demand as of {told.as_of:%-d %B %Y}: "
        f"{told.lines:,} lines in {told.orders:,} orders, worth {told.total:,.2f}, written to {asked.out}."
    )
    seconds = ", ".join(f"{name} {value:.1f} s" for name, value in took.items())
    typer.echo(f"{seconds}; at most {peak:,.0f} MiB in a process.")
    for price in told.shadow_prices:
        said = f"a cubic metre more would save {price['cubic_metre']:,.2f}, a unit of money more {price['money']:,.2f}"
        typer.echo(f"  {price['location'] or 'the place'}: {said}")
    for note in told.notes:
        typer.echo(f"  {' at '.join(filter(None, (note['supplier'], note['location'])))}: {note['sentence']}")
    if unread:
        typer.echo(f"Columns that make no difference: {', '.join(unread)}", err=True)
    for one in _few(left):
        where = f"{one.file} line {one.line}: " if one.line else ""
        typer.echo(f"  {where}{one.sentence}", err=True)
    if len(left) > _MOST_SHOWN:
        typer.echo(f"  … {len(left) - _MOST_SHOWN:,} more; --json names them", err=True)


def _few(left: list[Left]) -> Iterator[Left]:
    yield from left[:_MOST_SHOWN]
