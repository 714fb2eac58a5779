"""Hostile strings at every door, by class: python -m benchmarks.hostile [FILE], ours or those of a file.

A file holds a list in JSON, or one string a line under headings, `# class`, as the Big List of Naughty Strings does.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.machine import machine
from bot.web.app import create_app
from core.config import Config, Web
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.conftest import SettableClock
from tests.flows import machines, papers, platforms, readings
from tests.flows.canaries import open_marked_shop
from tests.flows.doors import Doors
from tests.flows.hostile import STRINGS
from tests.flows.trying import Trying

_BESIDE = 6


@contextmanager
def at_doors(database: Database, config: Config, clock: SettableClock) -> Iterator[Doors]:
    """The doors that are tried in process, of a marked shop."""
    portal = Portal(database, config, clock)
    open_marked_shop(portal)
    with tempfile.TemporaryDirectory() as folder:
        yield Doors(portal, config, database, clock, create_app(portal, config, demo=False), Path(folder))


GROUPS: dict[str, Callable[[Database, Config, SettableClock], AbstractContextManager[Trying]]] = {
    "doors": at_doors, "platforms": platforms.opened, "machines": machines.opened, "papers": papers.opened,
    "readings": readings.opened,
}  # fmt: skip


@contextmanager
def opened(group: str) -> Iterator[Trying]:
    """The doors of a group, of a shop of their own."""
    with tempfile.TemporaryDirectory() as name:
        database = Database(f"sqlite:///{Path(name) / 'storekeeper.db'}")
        upgrade(database)
        config = Config(web=Web(secret="a-secret-that-only-tests-know"))  # noqa: S106 no secret
        with GROUPS[group](database, config, SettableClock()) as doors:
            yield doors
        database.close()


def strings_of(path: Path) -> dict[str, list[str]]:
    """The strings of a file by the first line of the comment above them; a list in JSON has no classes."""
    if path.suffix == ".json":
        return {path.name: list(dict.fromkeys(json.loads(path.read_text(encoding="utf-8"))))}
    found: dict[str, list[str]] = {}
    heading, is_below = "", False
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("#") and not is_below and line.strip("# \t"):
            heading, is_below = line.strip("# \t"), True
        elif line and not line.startswith("#"):
            found.setdefault(heading, []).append(line)
            is_below = False
    return found


Classes = Mapping[str, Sequence[str]]


def tried(doors: Trying, classes: Classes) -> tuple[Counter[tuple[str, str]], float]:
    """How many strings of each class went well at each door, and how many seconds the slowest took."""
    well: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    for door in doors.all():
        for kind, strings in classes.items():
            for text in strings:
                began = time.perf_counter()
                faults = doors.tried(door, text)
                slowest = max(slowest, time.perf_counter() - began)
                well[kind, door] += not faults
                if faults:
                    print(f"  {door}, {kind}, {text[:50]!r}: {faults}", flush=True)
    return well, slowest


def table(names: Sequence[str], classes: Classes, well: Counter[tuple[str, str]]) -> None:
    """Print a group of doors, by class."""
    print("\n  " + f"{'':<32}" + "".join(f"{door:>19}" for door in names))
    for kind, strings in classes.items():
        cells = (f"{well[kind, door]} of {len(strings)}" for door in names)
        print("  " + f"{kind[:30]:<32}" + "".join(f"{cell:>19}" for cell in cells), flush=True)


def main() -> None:
    """Print the tables and everything that went wrong; 1 where anything did."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path, nargs="?", help="strings, one a line; our own where left out")
    arguments.add_argument("--every", type=int, default=1, help="one in so many strings of each class")
    arguments.add_argument("--at", choices=GROUPS, action="append", help="only these doors")
    given = arguments.parse_args()
    found: Classes = STRINGS if given.file is None else strings_of(given.file)
    classes = {kind: strings[:: given.every] for kind, strings in found.items()}
    print(machine())
    well, tries, slowest = 0, 0, 0.0
    for group in given.at or GROUPS:
        with opened(group) as doors:
            went_well, took = tried(doors, classes)
            names = list(doors.all())
        for first in range(0, len(names), _BESIDE):
            table(names[first : first + _BESIDE], classes, went_well)
        well, slowest = well + went_well.total(), max(slowest, took)
        tries += len(names) * sum(map(len, classes.values()))
    print(f"\n{well} of {tries} well (aim: all); the slowest took {1000 * slowest:.0f} ms (aim: under 3,000)")
    sys.exit(well < tries)


if __name__ == "__main__":
    main()
