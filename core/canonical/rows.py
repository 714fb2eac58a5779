"""Rows of the tables on their way in, and why some of them are left out."""

from dataclasses import dataclass, field
from typing import Any

from core.canonical.columns import Table
from core.canonical.goods import GOODS, SUPPLY
from core.canonical.orders import ORDERS
from core.canonical.people import CUSTOMERS, STAFF

TABLES: tuple[Table, ...] = (*CUSTOMERS, *GOODS, *ORDERS, *SUPPLY, *STAFF)
"""In the order in which they refer to each other."""

BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Fault:
    """Why something of an import was left out: `column` is empty where the whole row or file is meant."""

    table: str
    line: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Batch:
    """Rows of one table on their way in, each with the line it stood on, and what was left out on the way."""

    table: str
    rows: list[dict[str, Any]]
    lines: list[int]
    faults: list[Fault] = field(default_factory=list)


def completed(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the defaults of the columns they leave out; all rows of a table leave out the same."""
    absent = {one.name: one.default for one in BY_NAME[table].columns if rows and one.name not in rows[0]}
    for row in rows if absent else ():
        row.update(absent)
    return rows
