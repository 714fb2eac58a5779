"""The database and its units of work: the one place that begins, commits and rolls back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from core.database.turns import Queue, Turnstile
from core.errors import ConfigError, Unavailable
from core.tracing import step

_WRITES = "storekeeper_writes"
_ONE_STATE = "REPEATABLE READ"
_ENCODING = "UTF8"


class Database:
    """One database by its URL, SQLite or PostgreSQL.

    On SQLite a writing transaction begins with BEGIN IMMEDIATE (one that read first could never wait its turn) and
    queues on a lock of this process first, which keeps waits short and fair.
    """

    def __init__(self, url: str, busy_timeout_s: float = 15.0) -> None:
        self.engine = _engine(url, busy_timeout_s)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(**{_WRITES: True})
        # PostgreSQL would show every statement another state; SQLite's read transactions see one by themselves
        self._reading = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level=_ONE_STATE)
        self._turn = Queue() if self.is_sqlite else nullcontext()

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end, or not at all.

        Raises:
            Unavailable: the database cannot be reached, is locked, read-only or full; nothing was changed.
        """
        with step("write"), self._turn, _as_unavailable(), Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def altering(self) -> Iterator[Session]:
        """A unit of work that may change tables which others point at.

        SQLite makes such a table anew, and while the old one goes, the rows that point at it would be in its way. That
        all of them point at something again is looked at before the commit.

        Raises:
            Unavailable: as for a unit of work, or rows would be left that point at nothing; nothing was changed.
        """
        if not self.is_sqlite:
            with self.unit_of_work() as session:
                yield session
            return
        with self._turn, _as_unavailable(), self._writing.connect() as connection, Session(connection) as session:
            connection.detach()  # nobody else is to work without foreign keys
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            yield session
            if (orphan := session.execute(text("PRAGMA foreign_key_check")).first()) is not None:
                raise Unavailable(f"Rows of {orphan[0]} would point at nothing in {orphan[2]}; nothing was changed.")
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with (
            step("read"),
            _as_unavailable(),
            Session(self._reading, expire_on_commit=False, autoflush=False) as session,
        ):
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
    except PoolTimeout as error:
        raise Unavailable("The database is busy: all connections are in use. Try again in a moment.") from error
    except DBAPIError as error:
        sentence = _plainly(error)
        if sentence is None:
            raise
        raise Unavailable(sentence) from error


_READ_ONLY = "The database is read-only; nothing was changed. Make the file and its folder writable."
_BUSY = "The database is busy with another program; nothing was changed. Try again in a moment."
_FULL = "The disk of the database is full; nothing was changed. Free some space and try again."
_DAMAGED = "The file of the database is damaged, or something else; restore a backup, or name another in database.url."
_NOT_OPENED = "The database file cannot be opened; check database.url, its folder and its permissions."
_NOT_SET_UP = "The database has not been set up for this version; run `storekeeper db upgrade`."
_SILENT = "The database does not answer; nothing was changed. Check database.url and that the server is running."
_SQLITE = {
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CANTOPEN": _NOT_OPENED,
    "SQLITE_IOERR": _NOT_OPENED,
}
_POSTGRESQL = {
    "25006": _READ_ONLY,
    "40001": _BUSY,
    "40P01": _BUSY,
    "55P03": _BUSY,
    "53100": _FULL,
    "42P01": _NOT_SET_UP,
    "42703": _NOT_SET_UP,
}


def _plainly(error: DBAPIError) -> str | None:
    """What is wrong with the database and what to do, by the driver's own code; None where the fault is ours."""
    name = getattr(error.orig, "sqlite_errorname", None)
    if isinstance(name, str):
        if name == "SQLITE_ERROR" and str(error.orig).startswith("no such"):
            return _NOT_SET_UP
        return next((sentence for code, sentence in _SQLITE.items() if name.startswith(code)), None)
    sentence = _POSTGRESQL.get(getattr(error.orig, "sqlstate", None) or "")
    is_outage = isinstance(error, OperationalError) or error.connection_invalidated
    return sentence or (_SILENT if is_outage else None)


def parsed(url: str) -> URL:
    """The address of a database, taken apart.

    Raises:
        ConfigError: it is none, or of a kind that is not supported.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError("database.url is not a database address; write sqlite:///file or postgresql://…") from error
    if address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigError(f"database.url names {address.get_backend_name()}; SQLite and PostgreSQL are supported.")
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        raise ConfigError("database.url names no file; write sqlite:///path/to/file.db")
    return address


def one_at_a_time(session: Session, what: str) -> None:
    """Wait for whoever does the same in another transaction; on SQLite one transaction writes at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def _engine(url: str, busy_timeout_s: float) -> Engine:
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address,
            hide_parameters=True,
            connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        turnstile = Turnstile(Path(address.database or "").parent)
        event.listen(engine, "begin", partial(_begin_sqlite, turnstile, busy_timeout_s))
        event.listen(engine, "checkin", _end_sqlite)
        event.listen(engine, "engine_disposed", lambda _: turnstile.close())
        return engine
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=20,
        connect_args={"connect_timeout": 10, "client_encoding": _ENCODING},
    )
    event.listen(engine, "connect", _check_encoding)
    return engine


def _check_encoding(connection: psycopg.Connection[Any], _record: Any) -> None:
    kept_in = connection.info.parameter_status("server_encoding")
    if kept_in != _ENCODING:
        connection.close()
        raise Unavailable(
            f"The PostgreSQL database keeps its text in {kept_in}, which cannot hold every name. Create one with "
            "ENCODING 'UTF8' TEMPLATE template0 and name it in database.url."
        )


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(turnstile: Turnstile, patience_s: float, connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.dbapi_connection
    try:
        turnstile.begin(raw, patience_s)
    except sqlite3.Error as error:
        raise DBAPIError.instance("BEGIN IMMEDIATE", None, error, sqlite3.Error) from error


def _end_sqlite(connection: sqlite3.Connection | None, _record: Any) -> None:
    """A COMMIT that was refused leaves its transaction open, and SQLAlchemy takes it for ended."""
    if connection is not None and connection.in_transaction:
        connection.rollback()
