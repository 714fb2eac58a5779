"""Spreadsheets (.xlsx), a table in each sheet."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from core.canonical import TABLES, Table
from core.errors import InvalidInput
from integrations.tables.examples import example

if TYPE_CHECKING:
    from openpyxl import Workbook

_LARGEST = 1 << 30  # bytes, unpacked
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, ET.ParseError)


def names(path: Path) -> list[str]:
    """The sheets of a workbook.

    Raises:
        InvalidInput: it cannot be opened.
    """
    with _opened(path) as book:
        return list(book.sheetnames)


def rows(path: Path, sheet: str) -> Iterator[tuple[int, list[Any] | str]]:
    """Each row of a sheet that holds anything, with its number, the header first; formulas by their last value."""
    with _opened(path) as book:
        width, number = 0, 0
        try:
            for number, cells in enumerate(book[sheet].iter_rows(values_only=True), 1):
                values = list(cells)
                while values and (values[-1] is None or (len(values) > width > 0 and values[-1] == "")):
                    values.pop()
                if not values:
                    continue
                width = width or len(values)
                yield number, values + [None] * (width - len(values))
        except _BROKEN:
            yield number + 1, "The sheet is damaged; nothing from here on was read."


def write_template(path: Path) -> None:
    """Write a workbook with a sheet for every table: a header, an example row, and lists where a word is chosen.

    Raises:
        InvalidInput: it is there already, or cannot be written.
    """
    from openpyxl import Workbook

    if path.exists():
        raise InvalidInput(f"{path} is there already and is kept; name an empty folder.")
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in TABLES:
        _sheet(book, table)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}.") from error


def _sheet(book: "Workbook", table: Table) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "A2"
    for at, column in enumerate(table.columns, 1):
        letter, cell = get_column_letter(at), sheet.cell(1, at, column.name)
        cell.font = Font(bold=column.required)
        about = f"{column.kind.value}{', required' if column.required else ''}\n{column.meaning}"
        cell.comment = Comment(about.strip(), "Storekeeper")
        text = sheet.cell(2, at, example(table, column))
        text.number_format = "@"  # so that a spreadsheet changes nothing in what is typed
        sheet.column_dimensions[letter].width = max(12, len(column.name) + 2)
        if column.choices:
            among = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"')
            sheet.add_data_validation(among)
            among.add(f"{letter}2:{letter}10000")


@contextmanager
def _opened(path: Path) -> "Iterator[Workbook]":
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > _LARGEST:
                raise InvalidInput(f"{path} is too large for a spreadsheet; bring it as CSV or Parquet.")
        book = load_workbook(path, read_only=True, data_only=True)
    except _BROKEN as error:
        raise InvalidInput(f"{path} is no spreadsheet (.xlsx) that can be read.") from error
    try:
        yield book
    finally:
        book.close()
