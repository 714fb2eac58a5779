"""Tables written as CSV in which a spreadsheet takes no cell for a formula."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from core.canonical import TABLES, Batch, Kind, Table
from core.errors import InvalidInput
from integrations.tables.examples import example
from integrations.tables.values import canonical, written

_FORMULA = re.compile("'*[=+\\-@\t\r]")
_LINE_ENDS = "\r\n"  # as RFC 4180 has it; with another the module leaves a cell with a carriage return unquoted
_NUMBERS = {Kind.INTEGER, Kind.MONEY, Kind.RATE, Kind.DECIMAL, Kind.DATE, Kind.TIME, Kind.FLAG}


class CsvWriter:
    """Writes pages of one table into a file that is not there yet."""

    ending = ".csv"

    def __init__(self, path: Path, table: Table) -> None:
        self._table = table
        self._file = path.open("x", newline="", encoding="utf-8")
        self._csv = csv.writer(self._file, lineterminator=_LINE_ENDS)
        self._csv.writerow([column.name for column in table.columns])

    def write(self, batch: Batch) -> None:
        """Add the rows of a page."""
        columns = self._table.columns
        for row in batch.rows:
            currency = str(row.get("currency") or "")
            cells = [written(canonical(row[one.name], one, currency), one.kind) for one in columns]
            self._csv.writerow([
                cell if one.kind in _NUMBERS else guarded(cell) for one, cell in zip(columns, cells, strict=True)
            ])  # fmt: skip

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def write_templates(folder: Path) -> None:
    """Write `<table>.csv` for every table, with a header and an example row each.

    Raises:
        InvalidInput: one of the files is there already, or the folder cannot be written; nothing is overwritten.
    """
    there = [table.name for table in TABLES if (folder / f"{table.name}.csv").exists()]
    if there:
        raise InvalidInput(f"{folder} holds {there[0]}.csv already, which is kept; name an empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            names = [column.name for column in table.columns]
            write_csv(folder / f"{table.name}.csv", names, [[example(table, column) for column in table.columns]])
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror or error}.") from error


def write_csv(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write text as CSV in which no cell is taken for a formula by a spreadsheet; an existing file is kept."""
    with path.open("x", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator=_LINE_ENDS)
        writer.writerow(names)
        writer.writerows([guarded(cell) for cell in row] for row in rows)


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run; reading it back takes the apostrophe off.

    >>> guarded("=1+1"), guarded("lamp"), guarded("'=1+1")
    ("'=1+1", 'lamp', "''=1+1")
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell
