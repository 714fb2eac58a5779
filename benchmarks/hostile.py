"""Hostile strings at every door, by class: python -m benchmarks.hostile [FILE], ours or those of a file.

A file holds a list in JSON, or one string a line under headings, `# class`, as the Big List of Naughty Strings does.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.machine import machine
from bot.web.app import create_app
from core.config import Config, Web
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.conftest import SettableClock
from tests.flows.canaries import open_marked_shop
from tests.flows.doors import Doors
from tests.flows.hostile import STRINGS


def opened(folder: Path) -> Doors:
    """The doors of a shop of its own."""
    config, clock = Config(web=Web(secret="a-secret-that-only-tests-know")), SettableClock()  # noqa: S106 no secret
    database = Database(f"sqlite:///{folder / 'storekeeper.db'}")
    upgrade(database)
    portal = Portal(database, config, clock)
    open_marked_shop(portal)
    (folder / "brought").mkdir()
    return Doors(portal, config, database, clock, create_app(portal, config, demo=False), folder / "brought")


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


def main() -> None:
    """Print the table and everything that went wrong; 1 where anything did."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path, nargs="?", help="strings, one a line; our own where left out")
    given = arguments.parse_args().file
    classes: Mapping[str, Sequence[str]] = STRINGS if given is None else strings_of(given)
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        doors = opened(Path(name))
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
        names = list(doors.all())
        print("\n  " + f"{'':<32}" + "".join(f"{door:>12}" for door in names))
        for kind, strings in classes.items():
            cells = (f"{well[kind, door]} of {len(strings)}" for door in names)
            print("  " + f"{kind[:30]:<32}" + "".join(f"{cell:>12}" for cell in cells))
        every = len(names) * sum(map(len, classes.values()))
        print(
            f"\n{well.total()} of {every} well (aim: all); the slowest took {1000 * slowest:.0f} ms (aim: under 3,000)"
        )
    sys.exit(well.total() < every)


if __name__ == "__main__":
    main()
