"""Tables from CSV and Parquet files and the sheets of workbooks, in the order in which they can be taken over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.canonical import BY_NAME, TABLES, Batch, Fault, Kind, Table
from core.errors import InvalidInput
from integrations.tables import parquet, sheets, text
from integrations.tables.kinds import Reading
from integrations.tables.mapping import RowMapping, header, unknown_table
from integrations.tables.values import row_of, written

_BATCH = 5_000
_ENDINGS = (".csv.gz", ".csv", ".parquet", ".xlsx")
ALSO_CALLED = ("csv", "parquet", "xlsx", "sqlite", "json")  # what an import may call this source

Rows = Iterator[tuple[int, list[Any] | str]]


@dataclass(frozen=True)
class Source:
    """Something that may hold a table: its name, what to call it to people, and its rows."""

    name: str
    label: str
    rows: Callable[[], Rows]
    is_guarded: bool = True


def batches(path: Path, *, currency: str, zone: ZoneInfo, shift_days: int = 0) -> Iterator[Batch]:
    """Read a folder of `<table>.csv` (`.csv.gz`, `.parquet`) and workbooks, or one such file, parents before children.

    Raises:
        InvalidInput: no file there is named after a table, or one cannot be opened.
    """
    reading = Reading(currency, zone, shift_days)
    files, strangers = _sources(path)
    if not files:
        names = ", ".join(f"{table.name}.csv" for table in TABLES[:3])
        hint = " ".join(fault.sentence for fault in strangers[:1])
        raise InvalidInput(f"{path} holds no file or sheet named after a table ({names} …). {hint}".strip())
    for table in TABLES:
        if table.name in files:
            for batch in _table(table, files[table.name], reading):
                batch.faults.extend(strangers)
                strangers = []
                yield batch


@dataclass
class Tray:
    """Rows and faults gathered until they make a batch."""

    table: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether they make a batch."""
        return len(self.rows) >= _BATCH or len(self.faults) >= _BATCH

    def emptied(self) -> Batch:
        """The batch, and begin another."""
        batch = Batch(self.table, self.rows, self.lines, self.faults)
        self.rows, self.lines, self.faults = [], [], []
        return batch


def _sources(path: Path) -> tuple[dict[str, Source], list[Fault]]:
    """What there is for each table, and what is named after none."""
    found: dict[str, Source] = {}
    strangers = []
    for source in sorted(_named(path), key=lambda source: source.label):
        if source.name not in BY_NAME:
            strangers.append(Fault(source.name, 0, "", f"{source.label} was left out: {unknown_table(source.name)}"))
        elif source.name in found:
            raise InvalidInput(f"{found[source.name].label} and {source.label} are both there; keep one of them.")
        else:
            found[source.name] = source
    return found, strangers


def _named(path: Path) -> Iterator[Source]:
    for file in path.iterdir() if path.is_dir() else [path]:
        ending = next((ending for ending in _ENDINGS if file.name.lower().endswith(ending)), None)
        if ending is None or not file.is_file():
            continue
        name = file.name[: -len(ending)].lower()
        if ending == ".xlsx":
            for sheet in sheets.names(file):
                yield Source(sheet.strip().lower(), f"{file.name}, sheet {sheet}", partial(sheets.rows, file, sheet))
        elif ending == ".parquet":
            yield Source(name, file.name, partial(parquet.rows, file), is_guarded=False)
        else:
            yield Source(name, file.name, partial(text.rows, file))


def _table(table: Table, source: Source, reading: Reading) -> Iterator[Batch]:
    rows = source.rows()
    line, first = next(rows, (1, f"{source.label} is empty; its first line has to name the columns."))
    if isinstance(first, str):
        yield Batch(table.name, [], [], [Fault(table.name, line, "", first)])
        return
    columns = header(table, line, [written(name) for name in first])
    tray = Tray(table.name, faults=list(columns.faults))
    if not columns.refused:
        known = [table.column(name) for name in columns.names]
        kinds = [one.kind if one else Kind.TEXT for one in known]
        mapping = RowMapping(table, columns.names, replace(reading, is_guarded=source.is_guarded))
        yield from filled(tray, mapping, _cells(rows, kinds))
    yield tray.emptied()


def _cells(rows: Rows, kinds: list[Kind]) -> Iterator[tuple[int, list[str] | str]]:
    """The rows as text; those of CSV are text already."""
    for line, values in rows:
        is_read = isinstance(values, str) or len(values) != len(kinds) or all(isinstance(one, str) for one in values)
        yield line, values if is_read else row_of(values, kinds)


def filled(tray: Tray, mapping: RowMapping, rows: Iterator[tuple[int, list[str] | str]]) -> Iterator[Batch]:
    """Read rows of text into a tray, and give it as often as it is full; what is left stays on it."""
    seen: dict[Any, int] = {}
    for line, fields in rows:
        if isinstance(fields, str):
            tray.faults.append(Fault(tray.table, line, "", fields))
            continue
        try:
            row = mapping.row(fields)
        except ValueError:
            tray.faults += mapping.faults(line, fields)
            continue
        before = seen.setdefault(mapping.key(row), line)
        if before != line:
            tray.faults.append(_double(mapping.table, row, line, before))
            continue
        tray.rows.append(row)
        tray.lines.append(line)
        if tray.is_full:
            yield tray.emptied()


def _double(table: Table, row: dict[str, Any], line: int, before: int) -> Fault:
    key = ", ".join(f"{name} {row[name]}" for name in table.key)
    return Fault(table.name, line, table.key[0], f"{key} is on line {before} already; this row was left out.")
