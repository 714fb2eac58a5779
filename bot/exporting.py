"""Exporting: every table into a folder, in bounded memory, so that an import of the folder gives the same records."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.assembly import House
from core.canonical import BY_NAME, TABLES, Batch, Table
from core.errors import InvalidInput
from integrations.tables.parquet import ParquetWriter
from integrations.tables.writing import CsvWriter


class Writer(Protocol):
    """What writes the pages of one table."""

    ending: str

    def __init__(self, path: Path, table: Table) -> None: ...

    def write(self, batch: Batch) -> None:
        """Add the rows of a page."""

    def close(self) -> None:
        """Finish the file."""


WRITERS: dict[str, type[Writer]] = {"csv": CsvWriter, "parquet": ParquetWriter}


def run(house: House, folder: Path, names: list[str], form: str, *, quiet: bool) -> tuple[Counter[str], float]:
    """Write tables into a folder, all as one state of the database; how many rows of each, and in how many seconds.

    Raises:
        InvalidInput: no such table, the folder holds such a file already, or cannot be written.
    """
    asked, began, written = _tables(names), time.perf_counter(), Counter[str]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_what_is_there(folder, asked)
        sizes = house.portal.rows_to_hand_out(asked)
        with Progress(*columns, console=Console(stderr=True), disable=quiet or not sys.stderr.isatty()) as progress:
            for name, pages in groupby(house.portal.hand_out(asked), lambda page: page.table):
                task = progress.add_task(name, total=sizes[name])
                with _whole(folder, name, WRITERS[form]) as file:
                    for page in pages:
                        file.write(page)
                        written[name] += len(page.rows)
                        progress.advance(task, len(page.rows))
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error
    return written, time.perf_counter() - began


@contextmanager
def _whole(folder: Path, name: str, writer: type[Writer]) -> Iterator[Writer]:
    """A file of a table that has its name only once it is whole."""
    unfinished = folder / f".{name}{writer.ending}.unfinished"
    unfinished.unlink(missing_ok=True)
    file = writer(unfinished, BY_NAME[name])
    try:
        yield file
    finally:
        file.close()
    unfinished.rename(folder / f"{name}{writer.ending}")


def _tables(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise InvalidInput(f"There is no table “{unknown[0]}”; there are: {', '.join(BY_NAME)}.")
    return [table.name for table in TABLES if not names or table.name in names]


def _keep_what_is_there(folder: Path, asked: list[str]) -> None:
    for name in asked:
        for ending in (".csv", ".csv.gz", ".parquet"):
            if (folder / f"{name}{ending}").exists():
                raise InvalidInput(f"{folder} holds {name}{ending} already, which is kept; name an empty folder.")
