"""The page that tells which tables and columns an import reads, written into docs/import.md by `make guide`."""

import sys
from collections.abc import Iterator

from core.canonical import TABLES, Column, Table
from integrations.tables.examples import example

_OPENING = """\
# Bringing your own records

<!-- Written by `make guide` from core/canonical/ and integrations/tables/guide.py; change it there. -->

    storekeeper templates my-shop         # a template for every table, each with an example row; --format xlsx
    storekeeper import csv my-shop        # reads every table there is a file for
    storekeeper export my-records         # writes every table, as an import reads it; --format parquet, --table NAME

A folder holds one file a table, named after it: `customers.csv`, packed as `customers.csv.gz`, or `customers.parquet`
(which wants `pip install "storekeeper[parquet]"`), and workbooks (`.xlsx`) with a sheet a table. A single file can be
given instead of a folder. Only the tables you have are needed, but what a row refers to has to be there: an order's
customer, a line's order. The tables are read in the order of this page, so one folder can hold them all.

- **Text** is UTF-8, with or without a byte order mark. Columns are parted by comma, semicolon or tab and may come in
  any order; the first line names them.
- **Required** columns have to be there and filled in. Others may be left out or left empty, and take the default.
- **Amounts** have a decimal point and no thousands separator, in the currency of the row. **Days** are
  `2026-01-31`. **Times** are `2026-01-31T09:30:00Z`; without a zone they are the shop's own.
- **The same rows twice** leave the same records: rows are told apart by their key, and a known key is updated. An
  import that was stopped half way is simply run again.
- **A row that is wrong is left out and named**, with its line, its column and what would be right; all other rows
  are taken. `--faults FILE` writes every fault to a CSV file. The exit code is 1 if anything was left out.
- `--shift-days N` moves every day and time by N days, to make old records look alive.
- A cell that begins with an apostrophe and then `=`, `+`, `-` or `@` is read without the apostrophe; an export writes
  texts like that, so that no spreadsheet runs them.
- **Options** with a semicolon or colon in them have a backslash before it.
- In **Parquet** the line of a fault is its row, amounts are decimals or numbers in major units, and days and moments
  may be such or text. In a **workbook** it is the row of the sheet; formulas count by the value they last had.
- **Receipts** of units that a line's `received` counted already when the order was brought are noted and not counted
  again.

## What an export holds

All tables of this page, as one state of the database has them: a file has its name once it is whole, an existing one
is kept, and memory does not grow with the records. Importing it into an empty database and exporting that gives the
same files. Who was erased is not in it, and what the law keeps of their orders and invoices comes without a customer.
What is no table of this page is not in it either: chats, proposals and decisions, the journal, promises, post. For a
backup copy the database ([operating](operating.md)).

Records in other shapes than these come by a [column map](import-maps.md).

From other sources: `storekeeper import online_retail FILE` reads the public Online Retail II records (Parquet or CSV
with the same columns).
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_OPENING, *(line for table in TABLES for line in _table(table))])


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"Key: {', '.join(f'`{name}`' for name in table.key)}\n"
    yield "| column | what it holds | required or default | meaning | example |"
    yield "| --- | --- | --- | --- | --- |"
    for column in table.columns:
        cells = (f"`{column.name}`", _holds(column), _default(column), column.meaning, _code(example(table, column)))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _holds(column: Column) -> str:
    if column.choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in column.choices)
    at_least = f", {column.least:g} or more" if column.least is not None else ""
    return column.kind.value + at_least


def _default(column: Column) -> str:
    if column.required:
        return "**required**"
    if column.name == "currency":
        return "the shop's"
    if column.default is None or column.default == "":
        return "empty"
    return _code(str(column.default).lower() if isinstance(column.default, bool) else f"{column.default}")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    sys.stdout.write(page())
