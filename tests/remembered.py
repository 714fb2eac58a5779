"""What opening a shop wrote, kept for the next test that opens the same one: copying rows is quicker than making them.

The first opening of a run is the real one, over the portal's own import; the next, of the same shop at the same moment
under the same configuration on an empty database of the same kind, gets copies of its rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

from sqlalchemy import Connection, Table, exists, insert, literal, select, text

from core.database.base import Base
from core.portal import Portal


@dataclass(frozen=True)
class _Written:
    rows: dict[str, Any]
    numbers: tuple[tuple[str, int], ...]


def remembered(opening: Callable[[Portal], None]) -> Callable[[Portal], None]:
    """Open a shop so, or put there what opening it wrote the first time."""
    kept: dict[tuple[str, ...], _Written] = {}
    never_empty: dict[str, frozenset[str]] = {}

    @wraps(opening)
    def opened(portal: Portal) -> None:
        engine = portal._database.engine
        with engine.connect() as connection:
            full = _full(connection)
        if full - never_empty.setdefault(engine.dialect.name, full):
            opening(portal)
            return
        case = (engine.dialect.name, portal._clock().isoformat(), portal._config.model_dump_json())
        if case not in kept:
            opening(portal)
            with engine.connect() as connection:
                kept[case] = _written(connection, _full(connection) - full)
            return
        with engine.begin() as connection:
            _put(connection, kept[case])
        portal._shelf.forget()

    return opened


def _tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


def _full(connection: Connection) -> frozenset[str]:
    """The names of tables that have rows."""
    found = connection.execute(_has_rows()).mappings().one()
    return frozenset(name for name, has_rows in found.items() if has_rows)


@cache
def _has_rows() -> Any:
    return select(*(exists(select(literal(1)).select_from(table)).label(table.name) for table in _tables()))


def _written(connection: Connection, full: frozenset[str]) -> _Written:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        tables = [table for table in _tables() if table.name in full]
        return _Written({table.name: driver.execute(str(select(table))).fetchall() for table in tables}, ())
    rows = {}
    for name in full:
        with driver.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
            rows[name] = b"".join(copy)
    used = text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
    return _Written(rows, tuple((str(name), int(last)) for name, last in connection.execute(used)))


def _put(connection: Connection, written: _Written) -> None:
    driver: Any = connection.connection.driver_connection
    for table in [table for table in _tables() if table.name in written.rows]:
        rows = written.rows[table.name]
        if connection.dialect.name == "sqlite":
            driver.executemany(str(insert(table).compile(dialect=connection.dialect)), rows)
        else:
            with driver.cursor().copy(f'COPY "{table.name}" FROM STDIN') as copy:
                copy.write(rows)
    for name, last in written.numbers:
        connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})
