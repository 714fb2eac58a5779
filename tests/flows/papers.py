"""Files that are brought and handed out, with hostile strings in their names, their columns and every cell."""

import csv
import io
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from bot import exporting, importing
from bot.assembly import House
from bot.logs import on_one_line
from core.canonical import BY_NAME
from core.config import Config
from core.database.engine import Database
from core.errors import InvalidInput
from core.portal import Portal
from tests.conftest import SettableClock
from tests.flows.canaries import open_marked_shop
from tests.flows.trying import Door, Trying

TABLES = ("customers", "products", "orders", "scans")
_RUN = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Papers(Trying):
    """A shop that files are brought to and that hands them out."""

    CHANGING: ClassVar[Collection[str]] = {"cells", "columns", "texts", "names", "workbooks", "exports"}
    house: House
    database: Database
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Nothing was looked at yet."""
        self._last = {}

    def all(self) -> dict[str, Door]:
        """Every place in a file."""
        return {"cells": self.cells, "columns": self.columns, "texts": self.texts, "names": self.names,
                "workbooks": self.workbooks, "exports": self.exports}  # fmt: skip

    def cells(self, text: str) -> list[str]:
        """Every column of some tables holds it."""

        def write(folder: Path) -> None:
            for name in TABLES:
                columns = _columns(name)
                _write(folder / f"{name}.csv", [columns, [text] * len(columns)])

        return self._brought(write)

    def columns(self, text: str) -> list[str]:
        """A column is called so."""
        head = [*_columns("customers"), text]
        return self._brought(lambda folder: _write(folder / "customers.csv", [head, ["x"] * len(head)]))

    def texts(self, text: str) -> list[str]:
        """It is all there is in a file, and what a workbook and a table of Parquet are said to hold."""
        written = text.encode("utf-8", "surrogatepass")
        return self._brought(lambda folder: [(folder / f"{name}{ending}").write_bytes(written) for name, ending in (
            ("customers", ".csv"), ("products", ".csv.gz"), ("orders", ".xlsx"), ("sales", ".parquet"))])  # fmt: skip

    def names(self, text: str) -> list[str]:
        """A file and a folder are called so, as far as the system lets them."""
        short = text.replace("/", "_").replace("\x00", "")[:40] or "_"
        return self._brought(lambda folder: _write(folder / f"{short}.csv", [["name"], [text]]))

    def workbooks(self, text: str) -> list[str]:
        """The cells of a sheet hold it, as far as a workbook lets them."""

        def write(folder: Path) -> None:
            book = Workbook()
            sheet = book.create_sheet("customers")
            sheet.append(_columns("customers"))
            try:
                sheet.append([text] * len(_columns("customers")))
                book.save(folder / "book.xlsx")
            except (IllegalCharacterError, UnicodeEncodeError, ValueError):
                _write(folder / "customers.csv", [_columns("customers")])

        return self._brought(write)

    def exports(self, text: str) -> list[str]:
        """A customer who is called so is handed out as CSV that no spreadsheet runs, and taken in again as the same."""
        number = f"p{next(self.numbers)}"
        row = {"customer_id": number, "name": text, "email": f"{number}@example.org", "country": "GB", "company": text}
        faults = self._brought(lambda folder: _write(folder / "customers.csv", [list(row), list(row.values())]))
        folder = self.folder / number
        exporting.run(self.house, folder, ["customers"], "csv", quiet=True)
        with (folder / "customers.csv").open(encoding="utf-8", newline="") as file:
            cells = [cell for line in csv.reader(file) for cell in line]
        again = importing.run(self.house, "csv", folder, quiet=True)
        faults += _run(cells)
        return faults + [f"{one.line}: {one.sentence}" for one in again.faults]

    def _brought(self, write: Callable[[Path], object]) -> list[str]:
        """Import what was written, and report it as a terminal and a file show it."""
        folder = self.folder / f"in-{next(self.numbers)}"
        folder.mkdir()
        try:
            write(folder)
        except (OSError, UnicodeEncodeError):
            return []  # no system has a file of that name
        said, listed = io.StringIO(), io.StringIO()
        try:
            outcome = importing.run(self.house, "csv", folder, quiet=True)
        except InvalidInput as refusal:
            return [] if str(refusal) else ["refused without a word"]
        with redirect_stdout(said), redirect_stderr(said):
            importing.report(outcome, listed, as_json=False)
        faults = [f"{one.table} {one.line}: no word why" for one in outcome.faults if not one.sentence]
        listed.seek(0)
        cells = [cell for line in csv.reader(listed) for cell in line]
        return faults + _shown(said.getvalue()) + _run(cells)


def _run(cells: list[str]) -> list[str]:
    """What a spreadsheet would take for a formula."""
    return [f"a spreadsheet runs {cell[:40]!r}" for cell in cells if cell.startswith(_RUN)]


def _shown(printed: str) -> list[str]:
    """What moves a cursor, begins a line or turns the direction of what is printed."""
    return [f"printed: {line[:80]!r}" for line in printed.split("\n") if on_one_line(line) != line]


def _columns(table: str) -> list[str]:
    return [column.name for column in BY_NAME[table].columns]


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        csv.writer(file).writerows(rows)


@contextmanager
def opened(database: Database, config: Config, clock: SettableClock) -> Iterator[Papers]:
    """A marked shop and a folder of its own."""
    portal = Portal(database, config, clock)
    open_marked_shop(portal)
    with TemporaryDirectory(prefix="papers-") as folder:
        yield Papers(House(config, database, portal), database, Path(folder))
