"""What a column of a table is: its kind, what it means, and what is taken where it is left out."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, and what type a mapping has to hand over for it."""

    TEXT = "text"
    INTEGER = "whole number"
    MONEY = "amount, 12.34 in the row's currency"  # int, minor units
    RATE = "fraction, 0.2 for 20 %"  # float
    DECIMAL = "decimal number"  # float
    DATE = "date, 2026-01-31"
    TIME = "time, 2026-01-31T09:30:00Z"  # aware datetime
    FLAG = "true or false"
    BREAKS = "price breaks, 48:1.10;144:0.95"  # list of [quantity, minor units]
    PACKS = "packs, 12:0.20:inner;144:1.00:carton"  # list of [units, minor units, name]
    OPTIONS = "options, colour: blue; size: M"  # dict of text


@dataclass(frozen=True)
class Column:
    """One column; `required` means a row without it is refused, otherwise `default` is taken."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    default: str | int | float | bool | None = None
    choices: tuple[str, ...] = ()
    least: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: a file of that name, `key` tells its rows apart."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name, if the table has one."""
        return next((column for column in self.columns if column.name == name), None)


def text(name: str, meaning: str, *, default: str | None = None) -> Column:
    """A line of text; empty, or nothing, where it is left out."""
    return Column(name, Kind.TEXT, meaning, default=default)


def must(name: str, meaning: str, kind: Kind = Kind.TEXT, least: float | None = None) -> Column:
    """A column that a row without it is refused for."""
    return Column(name, kind, meaning, required=True, least=least)


def choice(name: str, meaning: str, *choices: str) -> Column:
    """One of some words."""
    return Column(name, Kind.TEXT, meaning, required=True, choices=choices)


def count(name: str, meaning: str, default: int | None = None, least: float | None = 0) -> Column:
    """A whole number."""
    return Column(name, Kind.INTEGER, meaning, default=default, least=least)


def size(name: str, meaning: str) -> Column:
    """A number that is not below zero."""
    return Column(name, Kind.DECIMAL, meaning, least=0)


def amount(name: str, meaning: str, default: int | None = None) -> Column:
    """An amount in minor units."""
    return Column(name, Kind.MONEY, meaning, default=default, least=0)


CURRENCY = text("currency", "ISO 4217 code; the shop's own where left out")
TAX = Column("tax_rate", Kind.RATE, "tax on top of the net price", default=0.0, least=0)
