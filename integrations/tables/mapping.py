"""From the rows of a CSV file to canonical rows, or to what is wrong with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from core.canonical import BY_NAME, Column, Fault, Kind, Table
from integrations.tables.kinds import Convert, Reading, cell, money_cell

_IN_CURRENCY = {Kind.MONEY, Kind.BREAKS, Kind.PACKS}
_Cell = tuple[int, str, Convert]


@dataclass(frozen=True)
class Header:
    """The columns a file has, by position; with `refused` nothing of the file can be read."""

    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    refused: bool


def header(table: Table, line: int, fields: Sequence[str]) -> Header:
    """Which columns the first row names: an unknown one is left out, a missing required one refuses the file."""
    names = tuple(name.strip().lower() for name in fields)
    known = {column.name for column in table.columns}
    missing = [column.name for column in table.columns if column.required and column.name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    refusals = [f"The column {', '.join(missing)} is missing; nothing of this file was read."] if missing else []
    refusals += [f"The column {name} is there twice; nothing of this file was read." for name in twice]
    strangers = [name for name in names if name not in known and name not in twice]
    faults = [Fault(table.name, line, "", sentence) for sentence in refusals]
    faults += [Fault(table.name, line, name, _unknown(name, known)) for name in strangers]
    return Header(names, tuple(faults), bool(refusals))


def unknown_table(name: str) -> str:
    """What to say of a file that is named after no table."""
    near = get_close_matches(name.lower(), BY_NAME, 1)
    hint = f"did you mean {near[0]}?" if near else "see docs/import.md for their names."
    return f"{name} is not a table; {hint}"


class RowMapping:
    """Reads rows of one table from one file; what each column needs is worked out once."""

    def __init__(self, table: Table, names: Sequence[str], reading: Reading) -> None:
        self.table = table
        self._width = len(names)
        self._positions = {name: at for at, name in enumerate(names) if table.column(name)}
        self._missing: dict[str, Any] = {
            column.name: column.default for column in table.columns if column.name not in names
        }
        if "currency" in self._missing:
            self._missing["currency"] = reading.currency
        self._plain = [
            self._cell(column, cell(column, reading, is_key=column.name in _KEYS))
            for column in self._there(in_currency=False)
        ]
        self._columns_in_currency = self._there(in_currency=True)
        self._amounts: dict[str, list[_Cell]] = {}

    def row(self, fields: Sequence[str]) -> dict[str, Any]:
        """The canonical row of some fields.

        Raises:
            ValueError: something is wrong with them; `faults` says what.
        """
        if len(fields) != self._width:
            raise ValueError("ragged")
        row: dict[str, Any] = self._missing.copy()
        for at, name, convert in self._plain:
            row[name] = convert(fields[at])
        if self._columns_in_currency:
            for at, name, convert in self._amounts_in(row["currency"]):
                row[name] = convert(fields[at])
        if contradiction(self.table.name, row):
            raise ValueError("contradiction")
        return row

    def faults(self, line: int, fields: Sequence[str]) -> list[Fault]:
        """Everything that is wrong with some fields."""
        if len(fields) != self._width:
            sentence = f"The row has {len(fields)} fields where the first line names {self._width} columns."
            return [Fault(self.table.name, line, "", sentence)]
        row, found = self._missing.copy(), list[Fault]()
        for at, name, convert in self._plain:
            found += self._try(row, line, (at, name, convert), fields)
        if "currency" in row:
            for one in self._amounts_in(row["currency"]):
                found += self._try(row, line, one, fields)
        if not found and (wrong := contradiction(self.table.name, row)):
            found.append(Fault(self.table.name, line, *wrong))
        return found

    def key(self, row: dict[str, Any]) -> Any:
        """What tells the row apart from others of its table."""
        names = self.table.key
        return row[names[0]] if len(names) == 1 else tuple([row[name] for name in names])

    def _try(self, row: dict[str, Any], line: int, one: _Cell, fields: Sequence[str]) -> list[Fault]:
        at, name, convert = one
        try:
            row[name] = convert(fields[at])
        except ValueError as error:
            return [Fault(self.table.name, line, name, f"{name} {error}.")]
        return []

    def _there(self, *, in_currency: bool) -> list[Column]:
        return [
            column
            for column in self.table.columns
            if column.name in self._positions and (column.kind in _IN_CURRENCY) == in_currency
        ]

    def _cell(self, column: Column, convert: Convert) -> _Cell:
        return self._positions[column.name], column.name, convert

    def _amounts_in(self, currency: str) -> list[_Cell]:
        if currency not in self._amounts:
            self._amounts[currency] = [
                self._cell(column, money_cell(column, currency)) for column in self._columns_in_currency
            ]
        return self._amounts[currency]


def contradiction(table: str, row: dict[str, Any]) -> tuple[str, str] | None:
    """A column and what is wrong with it beside the others of its row, if they contradict each other."""
    check = _CHECKS.get(table)
    return check(row) if check else None


def _discounted(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["discount"] > row["quantity"] * row["unit_price"]:
        return "discount", "discount is more than the line comes to."
    return None


def _due(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["due_on"] is not None and row["due_on"] < row["issued_on"]:
        return "due_on", "due_on lies before issued_on."
    return None


def _received(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["received"] > row["quantity"]:
        return "received", "received is more than quantity."
    return None


def _terms(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["maximum"] is not None and row["maximum"] < max(row["minimum"], row["pack"]):
        return "maximum", "maximum is less than minimum or pack, so that nothing could be ordered."
    if row["packs"] and row["pack"] not in {1, row["packs"][0][0]}:
        return "pack", "pack is not the smallest of packs; leave one of them out."
    if row["packs"] and row["maximum"] is not None and row["packs"][-1][0] > row["maximum"]:
        return "maximum", "maximum is less than the largest of packs; raise it, or leave that pack out."
    return None


def _event(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["sku"] and row["category"]:
        return "category", "category is given beside a sku; name one of them."
    if row["price"] is not None and row["discount"] is not None:
        return "discount", "discount is given beside a price; give one of them."
    if row["price"] is not None and not row["sku"]:
        return "price", "price is given without the sku it is of; give a discount instead."
    if row["discount"] is not None and row["discount"] >= 1:
        return "discount", "discount takes the whole price away; give less than 1."
    if row["kind"] == "price" and row["price"] is None and row["discount"] is None:
        return "price", "price is empty, and so is discount; an event of kind price needs one of them."
    return _closed(row)


def _closed(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["last_on"] < row["first_on"]:
        return "last_on", "last_on lies before first_on."
    return None


_CHECKS: dict[str, Callable[[dict[str, Any]], tuple[str, str] | None]] = {
    "order_lines": _discounted,
    "invoice_lines": _discounted,
    "invoices": _due,
    "purchase_order_lines": _received,
    "supplier_items": _terms,
    "supplier_closures": _closed,
    "events": _event,
}
_KEYS = {name for table in BY_NAME.values() for name in table.key}  # and so the columns that refer to them


def _unknown(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), 1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return f"The column “{name[:40]}” is unknown and was left out{hint}"
