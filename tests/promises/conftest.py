"""New databases with the stall's records, as fast as they can be had."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.conftest import POSTGRESQL, SQLITE, administer, named
from tests.promises import stall

Fresh = Callable[[], str]


@pytest.fixture(scope="session")
def opened_sqlite(migrated_sqlite: Path) -> Iterator[Fresh]:
    """Gives the address of a new SQLite file with the stall's records each time, in memory where there is room."""
    memory = Path("/dev/shm")  # noqa: S108 what is written there is nobody's secret
    folder = Path(tempfile.mkdtemp(prefix="storekeeper-promises-", dir=memory if memory.is_dir() else None))
    template, numbers = folder / "template.db", count()
    shutil.copy(migrated_sqlite, template)
    _open(f"sqlite:///{template}")

    def fresh() -> str:
        path = folder / f"{next(numbers) % 4}.db"
        for left in folder.glob(f"{path.name}*"):
            left.unlink()
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    yield fresh
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def opened_postgresql(postgresql_server: str) -> Iterator[Fresh]:
    """Gives the address of a new PostgreSQL database with the stall's records each time."""
    administer(postgresql_server, "CREATE DATABASE stall TEMPLATE migrated")
    _open(named(postgresql_server, "stall"))
    names = count()
    used: list[str] = []

    def fresh() -> str:
        name = f"promises_{next(names)}"
        if used:
            administer(postgresql_server, f"DROP DATABASE {used.pop()} WITH (FORCE)")
        administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE stall")
        used.append(name)
        return named(postgresql_server, name)

    yield fresh
    for name in used:
        administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def _open(url: str) -> None:
    database = Database(url)
    upgrade(database)
    stall.open_stall(Portal(database, stall.config(), lambda: stall.OPENED))
    database.close()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def fresh(request: pytest.FixtureRequest) -> tuple[str, Fresh]:
    """What kind of database it is, and how to have a new one."""
    found: Fresh = request.getfixturevalue(f"opened_{request.param}")
    return request.param, found
