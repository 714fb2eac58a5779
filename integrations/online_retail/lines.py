"""Reading the lines of Online Retail II, from Parquet or CSV, a chunk at a time."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import InvalidInput

_CHUNK = 20_000
COLUMNS = ("invoice", "stock_code", "description", "quantity", "invoice_ts", "unit_price", "customer_id", "country")
_ALSO = {"invoiceno": "invoice", "invoicedate": "invoice_ts", "price": "unit_price"}


class Line(NamedTuple):
    """One line of an invoice as recorded; `row` counts from 1 (in CSV: the line of the file), price in pence."""

    row: int
    invoice: str
    sku: str
    description: str
    quantity: int
    placed_at: datetime  # on the shop's wall clock, without a zone
    price: int
    customer: str
    country: str


class Unreadable(NamedTuple):
    """A row of a CSV file that is no line, and why."""

    row: int
    column: str
    sentence: str


def lines(path: Path) -> Iterator[list[Line | Unreadable]]:
    """The lines of a Parquet or CSV file in chunks, in the order of the file.

    Raises:
        InvalidInput: a column is missing, the file cannot be read, or reading Parquet wants pyarrow.
    """
    try:
        yield from _from_parquet(path) if _is_parquet(path) else _from_csv(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _from_parquet(path: Path) -> Iterator[list[Line | Unreadable]]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidInput(
            'Reading Parquet wants pyarrow; install it with: pip install "storekeeper[parquet]"'
        ) from error
    row = 1
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow.names)
            for batch in file.iter_batches(_CHUNK, columns=list(COLUMNS), use_threads=False):
                yield list(map(Line, count(row), *(_tidied(batch.column(name), _TIDY[name]) for name in COLUMNS)))
                row += batch.num_rows
    except pa.ArrowException as error:
        raise InvalidInput(f"{path} is not a Parquet file that can be read: {error}.") from error


def _tidied(column: Any, tidy: Callable[[Any], Any]) -> list[Any]:
    """A column's values, each different one worked on once; most of them come thousands of times."""
    encoded = column.dictionary_encode("encode")
    values = [tidy(value) for value in encoded.dictionary.to_pylist()]
    return [values[at] for at in encoded.indices.to_pylist()]


def _from_csv(path: Path) -> Iterator[list[Line | Unreadable]]:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.reader(file)
        names = [_column(name) for name in next(reader, [])]
        _check_columns(path, names)
        at = [names.index(name) for name in COLUMNS]
        chunk: list[Line | Unreadable] = []
        for fields in reader:
            if fields:
                chunk.append(_line(reader.line_num, fields, at))
            if len(chunk) >= _CHUNK:
                yield chunk
                chunk = []
        yield chunk


def _line(row: int, fields: Sequence[str], at: Sequence[int]) -> Line | Unreadable:
    if len(fields) <= max(at):
        return Unreadable(row, "", "The row has fewer fields than the first line names columns.")
    invoice, sku, description, quantity, moment, price, customer, country = (fields[position] for position in at)
    column = "quantity"
    try:
        units, column = int(quantity), "invoice_ts"
        placed_at, column = datetime.fromisoformat(moment).replace(tzinfo=None), "unit_price"
        pence = _pence(float(price))
    except (ValueError, OverflowError):
        return Unreadable(row, column, f"{column} of this row is not a number or moment that can be read.")
    who = customer.strip().removesuffix(".0")
    return Line(row, invoice, _sku(sku), _words(description), units, placed_at, pence, who, country)


def _pence(pounds: float) -> int:
    return int(pounds * 100 + 0.5) if pounds >= 0 else -int(-pounds * 100 + 0.5)


def _sku(text: str) -> str:
    return text.strip().upper()


def _words(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


def _customer(number: object) -> str:
    return "" if number is None else str(number)


_TIDY: dict[str, Callable[[Any], Any]] = {
    "invoice": str,
    "stock_code": _sku,
    "description": _words,
    "quantity": int,
    "invoice_ts": lambda moment: moment,
    "unit_price": _pence,
    "customer_id": _customer,
    "country": str,
}


def _column(name: str) -> str:
    name = name.strip().lower().replace(" ", "_")
    plain = name.replace("_", "")
    return _ALSO.get(plain, next((known for known in COLUMNS if known.replace("_", "") == plain), name))


def _check_columns(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise InvalidInput(f"{path} lacks the column {', '.join(missing)} of the Online Retail II records.")
