"""The Online Retail II records as canonical tables, read twice so that nothing but a window of them is held."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from core.canonical import Batch, Fault, completed
from integrations.online_retail.lines import Line, Unreadable, lines
from integrations.online_retail.mapping import LOCATION, Books, Catalogue

_BATCH = 5_000


def batches(
    path: Path,
    *,
    currency: str,  # noqa: ARG001 every source is asked alike; these records are in pounds
    zone: ZoneInfo,
    shift_days: int = 0,
) -> Iterator[Batch]:
    """Customers and products first, then the invoices in the order in which they end.

    Raises:
        InvalidInput: the file cannot be read or has other columns.
    """
    catalogue = Catalogue()
    for chunk in lines(path):
        catalogue.note(line for line in chunk if isinstance(line, Line))
    place = {"location": LOCATION, "name": "Main warehouse", "country": "GB"}
    yield Batch("locations", completed("locations", [place]), [0])
    for table, rows in (("customers", catalogue.customers()), ("products", catalogue.products())):
        for at in range(0, len(rows), _BATCH):
            part = rows[at : at + _BATCH]
            yield Batch(table, completed(table, part), [0] * len(part))
    yield from _booked(path, catalogue, Books(catalogue.taken_back, zone, shift_days))


def _booked(path: Path, catalogue: Catalogue, books: Books) -> Iterator[Batch]:
    unfinished: dict[str, list[Line]] = {}
    for chunk in lines(path):
        for line in chunk:
            if isinstance(line, Unreadable):
                books.faults.append(Fault("order_lines", line.row, line.column, line.sentence))
                continue
            unfinished.setdefault(line.invoice, []).append(line)
            if catalogue.last_row[line.invoice] == line.row:
                books.enter(unfinished.pop(line.invoice))
                if books.size >= _BATCH:
                    yield from books.emptied()
    yield from books.emptied()
