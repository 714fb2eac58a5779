"""Taking over records from outside: rows whose references exist go in or are updated, the others are named."""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import ForeignKey, Table, delete, inspect, select
from sqlalchemy.orm import Session

from core.database.base import Base
from core.database.upsert import upsert

Rows = Sequence[dict[str, Any]]
Faults = dict[int, str]


def take_over(session: Session, table: type[Base], rows: Rows) -> Faults:
    """Insert or update rows of one table, all with the same columns.

    Returns:
        For each row (by its index) that was left out, the sentence why.
    """
    faults = _without_parent(session, table, rows)
    upsert(session, table, [row for index, row in enumerate(rows) if index not in faults])
    return faults


def take_once(session: Session, table: type[Base], rows: Rows, correction: str, beside: Collection[str] = ()) -> Faults:
    """Insert rows that may never change afterwards; the same again is no change, something else is refused.

    Columns `beside` stay as they came first, whatever is said of them later.

    Returns:
        For each row (by its index) that was left out, the sentence why; `correction` says what to do instead.
    """
    faults = _without_parent(session, table, rows)
    known = existing(session, table, rows)
    fresh = []
    for index, row in enumerate(rows):
        if index in faults:
            continue
        before = known.get(_key(table, row))
        if before is None:
            fresh.append(row)
        elif any(getattr(before, name) != value for name, value in row.items() if name not in beside):
            faults[index] = correction
    upsert(session, table, fresh)
    return faults


def keep_only(session: Session, table: type[Base], parent: str, parents: Collection[str], rows: Rows) -> None:
    """Remove what hangs on these parents, named by a column, and is not among the rows."""
    kept = {_key(table, row) for row in rows}
    columns = [getattr(table, name) for name in _keys(table)]
    here = select(*columns).where(getattr(table, parent).in_(parents))
    gone = [tuple(key) for key in session.execute(here) if tuple(key) not in kept]
    for key in gone:
        session.execute(delete(table).where(*(column == part for column, part in zip(columns, key, strict=True))))


def existing(session: Session, table: type[Base], rows: Rows) -> dict[tuple[Any, ...], Any]:
    """The records that rows of the same primary key would replace, by that key."""
    columns = [getattr(table, name) for name in _keys(table)]
    if not rows:
        return {}
    found = session.scalars(select(table).where(columns[0].in_({row[_keys(table)[0]] for row in rows})))
    return {tuple(getattr(one, name) for name in _keys(table)): one for one in found}


def _without_parent(session: Session, table: type[Base], rows: Rows) -> Faults:
    """Rows that refer to what is not there, or whose money is in another currency than that of what they belong to."""
    faults: Faults = {}
    brought = rows[0].keys() if rows else ()
    references = [one for one in cast("Table", table.__table__).foreign_keys if one.parent.name in brought]
    for reference in sorted(references, key=lambda reference: reference.parent.name):
        column, target = reference.parent.name, reference.column
        wanted = {row[column] for row in rows if row[column] is not None}
        there = _parents(session, reference, wanted) if wanted else {}
        for index, row in enumerate(rows):
            if row[column] is not None and row[column] not in there:
                faults.setdefault(index, f"{column} “{row[column]}” is not in {target.table.name}; bring that first.")
            elif there.get(row[column]) and row.get("currency") not in {None, there[row[column]]}:
                money = f"{row['currency']}, but {column} “{row[column]}” is in {there[row[column]]}"
                faults.setdefault(index, f"its amounts are in {money}; one record has one currency.")
    return faults


def _parents(session: Session, reference: ForeignKey, wanted: set[Any]) -> dict[Any, str | None]:
    """Which of these records there are, each with its currency where it has one that its parts share."""
    target = reference.column
    shares = "currency" in target.table.columns and target.table.name != "suppliers"
    found = session.execute(
        select(target, target.table.columns["currency"] if shares else target).where(target.in_(wanted))
    )
    return {key: currency if shares else None for key, currency in found}


def _keys(table: type[Base]) -> list[str]:
    return [str(column.key) for column in inspect(table).primary_key]


def _key(table: type[Base], row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _keys(table))
