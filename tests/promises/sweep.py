"""Days with a fault at one boundary after the other, each compared with the same day without faults."""

import random
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from tests.promises.books import Evidence
from tests.promises.crashing import AT_COMMITS, CALL, COMMIT
from tests.promises.day import TROUBLES, Day, moods_of
from tests.promises.fresh import Fresh
from tests.promises.kept import broken, unsettled
from tests.promises.left import Left, left_of, lost_and_doubled
from tests.promises.street import Street

Place = tuple[int, str]
GONE, DATABASE, PLATFORM = "process gone", "database trouble", "platform trouble"
KINDS = (GONE, DATABASE, PLATFORM)
AT_CALLS = (*TROUBLES, "stalled")


@dataclass(frozen=True)
class Fault:
    """A day with a fault: where, what came of it, and how long it took until all was answered and sent."""

    where: str
    kind: str
    died: int
    lost: list[str]
    doubled: list[str]
    broken: list[str]
    over_after_s: float

    @property
    def is_survived(self) -> bool:
        """Whether nothing was lost, doubled or otherwise wrong, and there was a fault at all."""
        return self.died == 1 and not (self.lost or self.doubled or self.broken)


def whole_day(fresh: Fresh, seed: int) -> tuple[Left, dict[str, list[Place]]]:
    """What the day of a seed leaves without faults, and every place where one can be, by kind."""
    world = Street(fresh(), replicas=1)
    try:
        books = Day(world, seed, moods_of(seed)).live()
        assert not unsettled(books)
        passed = list(enumerate(world.boundaries.passed))
        commits = [number for number, name in passed if name.startswith(COMMIT)]
        calls = [number for number, name in passed if name.startswith(CALL)]
        kind = "sqlite" if world.databases[0].is_sqlite else "postgresql"
        places = {GONE: list(world.boundaries.reached), DATABASE: list(product(commits, AT_COMMITS[kind])),
                  PLATFORM: list(product(calls, AT_CALLS))}  # fmt: skip
        return left_of(world, books), places
    finally:
        world.close()


def with_fault(fresh: Fresh, seed: int, whole: Left, kind: str, place: Place) -> Fault:
    """The day of a seed, with a fault at its boundary of that number."""
    world = Street(fresh(), replicas=1)
    try:
        before = world.read()
        day = Day(world, seed, moods_of(seed))
        world.boundaries.arm(*place)
        stuck = _stuck(day)
        books = world.read()
        seen = Evidence(before, books, "records", world.clock.now, world)
        faults = [*stuck, *broken(seen), *unsettled(books)]
        left = left_of(world, books)
        lost, doubled = lost_and_doubled(world, whole, left)
        where = ", ".join(world.boundaries.died_at) or f"{place} was not come to"
        took = world.slowest.total_seconds()
        return Fault(where, kind, len(world.boundaries.died_at), lost, doubled, faults, took)
    finally:
        world.close()


def _stuck(day: Day) -> list[str]:
    """Where a day came to no end."""
    try:
        day.live()
    except AssertionError as end:
        place = traceback.extract_tb(end.__traceback__)[-1]
        return [f"stuck in {place.name}: {end or place.line}"]
    return []


@dataclass(frozen=True)
class Sweep:
    """The days to come, each with one fault, and how many they are."""

    faults: Iterator[Fault]
    count: int


def sweep(fresh: Fresh, seed: int, every: int = 1) -> Sweep:
    """Every place of a day, or one in so many of each kind, one after the other."""
    whole, places = whole_day(fresh, seed)
    chosen = [(kind, place) for kind, found in places.items() for place in _some(found, every, f"{seed} {kind}")]
    faults = (with_fault(fresh, seed, whole, kind, place) for kind, place in chosen)
    return Sweep(faults, len(chosen))


def _some(places: Sequence[Place], every: int, seed: str) -> list[Place]:
    drawn = random.Random(seed)  # noqa: S311 a seeded draw, not a secret
    return sorted(drawn.sample(places, -(-len(places) // every)))
