"""A day in the shop with a fault at any commit and any call: python -m benchmarks.faults [--seeds N] [--every N]."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress

from benchmarks.machine import machine
from tests.conftest import POSTGRESQL, SQLITE
from tests.promises.fresh import Fresh, on
from tests.promises.sweep import KINDS, Fault, sweep

SEEDS, EVERY, ENOUGH = 2, 7, 440


HEADS = ("database", "fault", "survived", "lost", "doubled", "broken", "all sent within")


def row(kind: str, what: str, faults: Sequence[Fault]) -> tuple[str, ...]:
    """A line of the table."""
    survived = sum(fault.is_survived for fault in faults)
    lost, doubled, broken = (sum(len(getattr(one, name)) for one in faults) for name in ("lost", "doubled", "broken"))
    worst = max((fault.over_after_s for fault in faults), default=0.0)
    return kind, what, f"{survived} of {len(faults)}", str(lost), str(doubled), str(broken), f"{worst:.0f} s"


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
    began = time.perf_counter()
    found: dict[str, list[Fault]] = {}
    for kind in given.on or [SQLITE, POSTGRESQL]:
        with on(kind) as fresh:
            found[kind] = tried(kind, fresh, given.seeds, given.every)
    print(f"\nA day with one fault, {given.seeds} days, one in {given.every} of its places, in one table")
    rows = [row(kind, what, [one for one in faults if one.kind == what]) for kind, faults in found.items()
            for what in KINDS]  # fmt: skip
    for cells in (HEADS, *rows):
        print("  " + "".join(f"{cell:<{18 if place < 3 else 10}}" for place, cell in enumerate(cells)))
    everything = [fault for faults in found.values() for fault in faults]
    survived = sum(fault.is_survived for fault in everything)
    lost, doubled = (sum(len(getattr(one, what)) for one in everything) for what in ("lost", "doubled"))
    worst = max((fault.over_after_s for fault in everything), default=0.0)
    print(
        f"faults survived: {survived} of {len(everything)} (aim: all of at least {ENOUGH}); lost {lost}, doubled "
        f"{doubled}; after the worst all was answered and sent within {worst:.0f} s; took "
        f"{time.perf_counter() - began:.0f} s"
    )
    sys.exit(survived < len(everything))


if __name__ == "__main__":
    main()
