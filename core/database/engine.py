"""The database and its units of work: the one place that begins, commits and rolls back."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from core.errors import ConfigError, Unavailable

_WRITES = "storekeeper_writes"


class Database:
    """One database by its URL, SQLite or PostgreSQL.

    On SQLite a writing transaction begins with BEGIN IMMEDIATE (one that read first could never wait its turn) and
    queues on a lock of this process first, which keeps waits short and fair.
    """

    def __init__(self, url: str, busy_timeout_s: float = 15.0) -> None:
        self.engine = _engine(url, busy_timeout_s)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(**{_WRITES: True})
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end, or not at all.

        Raises:
            Unavailable: the database cannot be reached, is locked, read-only or full; nothing was changed.
        """
        with self._turn, _as_unavailable(), Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with _as_unavailable(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    def check_writable(self) -> None:
        """Find out whether a change could be written now.

        Raises:
            Unavailable: the database is gone, cannot be reached, is read-only, locked or full.
        """
        name = self.engine.url.database
        if self.is_sqlite and name and not Path(name).exists():
            raise Unavailable("The file of the database is gone; stop, restore it from a backup, and start again.")
        with self.unit_of_work() as session:
            session.connection()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_plainly(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_no_database(error):
            raise Unavailable(_plainly(error)) from error
        raise


def _is_no_database(error: DBAPIError) -> bool:
    return any(words in str(error.orig) for words in ("not a database", "malformed"))


_PLAINLY = (
    ("not a database", "The file of the database is damaged or something else; restore a backup, or name another one."),
    ("malformed", "The file of the database is damaged; restore a backup."),
    ("readonly", "The database is read-only; nothing was changed. Make the file and its folder writable."),
    ("read-only", "The database is read-only; nothing was changed. Make the file and its folder writable."),
    ("locked", "The database is busy with another program; nothing was changed. Try again in a moment."),
    ("busy", "The database is busy with another program; nothing was changed. Try again in a moment."),
    ("full", "The disk of the database is full; nothing was changed. Free some space and try again."),
    ("unable to open", "The database file cannot be opened; check database.url, its folder and its permissions."),
    ("no such table", "The database has not been set up for this version; run `storekeeper db upgrade`."),
    ("no such column", "The database has not been set up for this version; run `storekeeper db upgrade`."),
)


def _plainly(error: DBAPIError) -> str:
    reason = str(error.orig)
    silent = "The database does not answer; nothing was changed. Check database.url and that the server is running."
    return next((sentence for words, sentence in _PLAINLY if words in reason), silent)


def _engine(url: str, busy_timeout_s: float) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError("database.url is not a database address; write sqlite:///file or postgresql://…") from error
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError("database.url names no file; write sqlite:///path/to/file.db")
        engine = create_engine(
            parsed,
            hide_parameters=True,
            connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=20,
            connect_args={"connect_timeout": 10},
        )
    raise ConfigError(f"database.url names {parsed.get_backend_name()}; SQLite and PostgreSQL are supported.")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
