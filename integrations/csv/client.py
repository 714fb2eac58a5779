"""Tables from CSV files, one file a table, in the order in which they can be taken over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.canonical import BY_NAME, TABLES, Batch, Fault, Table
from core.errors import InvalidInput
from integrations.csv import text
from integrations.csv.kinds import Reading
from integrations.csv.mapping import RowMapping, header, unknown_table
from integrations.csv.templates import write_templates

__all__ = ["batches", "write_templates"]

_BATCH = 5_000
_ENDINGS = (".csv.gz", ".csv")


def batches(path: Path, *, currency: str, zone: ZoneInfo, shift_days: int = 0) -> Iterator[Batch]:
    """Read a folder of `<table>.csv` (or `.csv.gz`), or one such file, parents before children.

    Raises:
        InvalidInput: no file there is named after a table, or one cannot be opened.
    """
    reading = Reading(currency, zone, shift_days)
    files, strangers = _files(path)
    if not files:
        names = ", ".join(f"{table.name}.csv" for table in TABLES[:3])
        hint = " ".join(fault.sentence for fault in strangers[:1])
        raise InvalidInput(f"{path} holds no file named after a table ({names} …). {hint}".strip())
    for table in TABLES:
        if table.name in files:
            for batch in _table(table, files[table.name], reading):
                batch.faults.extend(strangers)
                strangers = []
                yield batch


@dataclass
class _Tray:
    """Rows and faults gathered until they make a batch."""

    table: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= _BATCH or len(self.faults) >= _BATCH

    def emptied(self) -> Batch:
        batch = Batch(self.table, self.rows, self.lines, self.faults)
        self.rows, self.lines, self.faults = [], [], []
        return batch


def _files(path: Path) -> tuple[dict[str, Path], list[Fault]]:
    found: dict[str, Path] = {}
    strangers = []
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        ending = next((ending for ending in _ENDINGS if file.name.lower().endswith(ending)), None)
        if ending is None or not file.is_file():
            continue
        name = file.name[: -len(ending)].lower()
        if name not in BY_NAME:
            strangers.append(Fault(name, 0, "", f"{file.name} was left out: {unknown_table(name)}"))
        elif name in found:
            raise InvalidInput(f"{found[name].name} and {file.name} are both there; keep one of them.")
        else:
            found[name] = file
    return found, strangers


def _table(table: Table, path: Path, reading: Reading) -> Iterator[Batch]:
    rows = text.rows(path)
    line, first = next(rows, (1, "The file is empty; its first line has to name the columns."))
    if isinstance(first, str):
        yield Batch(table.name, [], [], [Fault(table.name, line, "", first)])
        return
    columns = header(table, line, first)
    tray = _Tray(table.name, faults=list(columns.faults))
    if not columns.refused:
        yield from _filled(tray, RowMapping(table, columns.names, reading), rows)
    yield tray.emptied()


def _filled(tray: _Tray, mapping: RowMapping, rows: Iterator[tuple[int, list[str] | str]]) -> Iterator[Batch]:
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
