"""Insert-or-update in the words of the database at hand."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.database.base import Base


def insert_of(session: Session) -> Callable[[type[Base]], Any]:
    """The dialect's own insert, which knows ON CONFLICT."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def upsert(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or update those whose primary key is there already; all rows have the same columns."""
    if not rows:
        return
    keys = _keys(table)
    adding = insert_of(session)(table)
    others = {name: adding.excluded[name] for name in rows[0] if name not in keys}
    adding = (
        adding.on_conflict_do_update(index_elements=keys, set_=others)
        if others
        else adding.on_conflict_do_nothing(index_elements=keys)
    )
    _execute_many(session, table, adding, rows)


def _execute_many(session: Session, table: type[Base], adding: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Many rows by one statement; for SQLite compiled once here, which saves an import a fifth of its time."""
    connection = session.connection()
    compiled = adding.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    if compiled.positiontup is None:
        connection.execute(adding, rows)
        return
    columns = inspect(table).columns
    names = compiled.positiontup
    kinds = [columns[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names]
    absent = {name: _default(columns[name]) for name in names if name not in rows[0]}
    bound = [
        tuple([row[name] if kind is None else kind(row[name]) for name, kind in zip(names, kinds, strict=True)])
        for row in ([{**absent, **row} for row in rows] if absent else rows)
    ]
    connection.exec_driver_sql(str(compiled), bound)


def _default(column: Any) -> Any:
    """What a column that rows leave out gets, where that is a plain value."""
    return column.default.arg if column.default is not None and column.default.is_scalar else None


def insert_new(session: Session, table: type[Base], values: dict[str, Any]) -> Any:
    """Insert one row unless any of its unique keys is taken; the first column of its primary key, or None."""
    return direct(session).scalar(_insert_new(session.get_bind().dialect.name, table), values)


def add_missing(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert those rows none of whose unique keys is taken."""
    direct(session).execute(_insert_missing(session.get_bind().dialect.name, table), rows)


@cache
def _insert_missing(dialect: str, table: type[Base]) -> Any:
    adding: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return adding.on_conflict_do_nothing()


@cache
def _insert_new(dialect: str, table: type[Base]) -> Any:
    """Built once for each table: building a statement takes as long as running it."""
    return _insert_missing(dialect, table).returning(getattr(table, _keys(table)[0]))


def add(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows as they are."""
    if rows:
        direct(session).execute(insert(cast("Table", table.__table__)), rows)


def direct(session: Session) -> Connection:
    """The session's connection, for statements that need nothing of the mapper; what the session holds goes first."""
    if session.new or session.dirty or session.deleted:
        session.flush()
    return session.connection()


def _keys(table: type[Base]) -> list[str]:
    return [str(column.key) for column in inspect(table).primary_key]
