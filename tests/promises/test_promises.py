"""The promises hold whatever happens, in whatever order, on both databases; see docs/promises.md."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests import conftest
from tests.promises import stall
from tests.promises.machine import Shop

STEPS = 30
EXAMPLES = {conftest.SQLITE: 24, conftest.POSTGRESQL: 8}
KEPT_IN = Path(".hypothesis/promises")
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
    conftest.administer(postgresql_server, "CREATE DATABASE stall TEMPLATE migrated")
    _open(conftest.named(postgresql_server, "stall"))
    names = count()
    used: list[str] = []

    def fresh() -> str:
        name = f"promises_{next(names)}"
        if used:
            conftest.administer(postgresql_server, f"DROP DATABASE {used.pop()} WITH (FORCE)")
        conftest.administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE stall")
        used.append(name)
        return conftest.named(postgresql_server, name)

    yield fresh
    for name in used:
        conftest.administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def _open(url: str) -> None:
    database = Database(url)
    upgrade(database)
    stall.open_stall(Portal(database, stall.config(), lambda: stall.OPENED))
    database.close()


@pytest.fixture(params=[conftest.SQLITE, conftest.POSTGRESQL])
def machine(request: pytest.FixtureRequest) -> tuple[str, type[Shop]]:
    """The machine on one kind of database."""
    found: Fresh = request.getfixturevalue(f"opened_{request.param}")
    return request.param, type(f"ShopOn{request.param.title()}", (Shop,), {"fresh": staticmethod(found)})


@pytest.mark.slow
def test_the_promises_are_kept(machine: tuple[str, type[Shop]], request: pytest.FixtureRequest) -> None:
    kind, shop = machine
    seconds = request.config.getoption("--promises-seconds")
    quick = settings(
        max_examples=EXAMPLES[kind], stateful_step_count=STEPS, deadline=None, print_blob=True,
        suppress_health_check=list(HealthCheck), derandomize=not seconds,
        database=DirectoryBasedExampleDatabase(KEPT_IN) if seconds else None,
        phases=[phase for phase in Phase if phase is not Phase.explain],
    )  # fmt: skip
    if not seconds:
        run_state_machine_as_test(shop, settings=quick)
    until = time.monotonic() + seconds
    for number in count(int(time.time())):
        if time.monotonic() >= until:
            break
        print(f"promises on {kind}: seed {number}")  # noqa: T201 what a failing run is told by
        run_state_machine_as_test(seed(number)(shop), settings=quick)
