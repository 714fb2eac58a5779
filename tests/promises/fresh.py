"""New databases with the stall's records, as fast as they can be had: each is a copy of one that was opened once."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.conftest import POSTGRESQL, SQLITE, administer, named, serving_postgresql
from tests.promises import stall

Fresh = Callable[[], str]
_KEPT = 4


@contextmanager
def on_sqlite() -> Iterator[Fresh]:
    """Gives the address of a new SQLite file each time, in memory where there is room; the last few are kept."""
    memory = Path("/dev/shm")  # noqa: S108 what is written there is nobody's secret
    folder = Path(tempfile.mkdtemp(prefix="storekeeper-promises-", dir=memory if memory.is_dir() else None))
    template, numbers = folder / "template.db", count()
    _open(f"sqlite:///{template}")

    def fresh() -> str:
        path = folder / f"{next(numbers) % _KEPT}.db"
        for left in folder.glob(f"{path.name}*"):
            left.unlink()
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    yield fresh
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def on_postgresql(server: str) -> Iterator[Fresh]:
    """Gives the address of a new database of a server each time; the last few are kept."""
    administer(server, "CREATE DATABASE stall")
    _open(named(server, "stall"))
    numbers = count()

    def fresh() -> str:
        name = f"stall_{next(numbers) % _KEPT}"
        administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE stall")
        return named(server, name)

    yield fresh


@contextmanager
def on(kind: str) -> Iterator[Fresh]:
    """The same by its name, on a server of its own."""
    if kind == SQLITE:
        with on_sqlite() as fresh:
            yield fresh
    elif kind == POSTGRESQL:
        with serving_postgresql() as server, on_postgresql(server) as fresh:
            yield fresh


def _open(url: str) -> None:
    database = Database(url)
    upgrade(database)
    stall.open_stall(Portal(database, stall.config(), lambda: stall.OPENED))
    database.close()
