"""Taking over records from outside: rows whose references exist go in or are updated, the others are named."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.database.base import Base
from core.database.upsert import upsert


def take_over(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    """Insert or update rows of one table, all with the same columns.

    Returns:
        For each row (by its index) that was left out, the sentence why: it refers to something that is not there.
    """
    faults: dict[int, str] = {}
    brought = rows[0].keys() if rows else ()
    references = [one for one in cast("Table", table.__table__).foreign_keys if one.parent.name in brought]
    for reference in sorted(references, key=lambda reference: reference.parent.name):
        column, target = reference.parent.name, reference.column
        wanted = {row[column] for row in rows if row[column] is not None}
        there = set(session.scalars(select(target).where(target.in_(wanted)))) if wanted else set()
        for index, row in enumerate(rows):
            if row[column] is not None and row[column] not in there:
                faults.setdefault(index, f"{column} “{row[column]}” is not in {target.table.name}; bring that first.")
    upsert(session, table, [row for index, row in enumerate(rows) if index not in faults])
    return faults
