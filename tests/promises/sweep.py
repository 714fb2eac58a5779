"""Days cut off at one boundary after the other, each compared with the same day without faults."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.promises.books import Evidence
from tests.promises.day import Day, Left, left_of, lost_and_doubled, moods_of
from tests.promises.kept import broken, unsettled
from tests.promises.world import World

Fresh = Callable[[], str]


@dataclass(frozen=True)
class Fault:
    """A day that was cut off: where, and what came of it."""

    where: str
    died: int
    lost: list[str]
    doubled: list[str]
    broken: list[str]
    longest_s: float

    @property
    def is_survived(self) -> bool:
        """Whether nothing was lost, doubled or otherwise wrong, and it was cut off at all."""
        return self.died == 1 and not (self.lost or self.doubled or self.broken)


def whole_day(fresh: Fresh, seed: int) -> tuple[Left, list[tuple[int, str]]]:
    """What the day of a seed leaves without faults, and everywhere that it can be cut off: the sides of boundaries."""
    world = World(fresh(), replicas=1)
    try:
        books = Day(world, seed, moods_of(seed)).live()
        assert not unsettled(books)
        return left_of(world, books), list(world.boundaries.reached)
    finally:
        world.stop()


def cut_off(fresh: Fresh, seed: int, whole: Left, place: tuple[int, str]) -> Fault:
    """The day of a seed, with the process dying before or after its boundary of that number."""
    world = World(fresh(), replicas=1)
    try:
        before = world.read()
        day = Day(world, seed, moods_of(seed))
        world.boundaries.arm(*place)
        books = day.live()
        faults = [*broken(Evidence(before, books, "records", world.clock.now, world)), *unsettled(books)]
        left = left_of(world, books)
        lost, doubled = lost_and_doubled(world, whole, left)
        where = ", ".join(world.boundaries.died_at) or f"{place} was not come to"
        return Fault(where, len(world.boundaries.died_at), lost, doubled, faults, left.longest_s)
    finally:
        world.stop()


def sweep(fresh: Fresh, seed: int, every: int = 1) -> Iterator[Fault]:
    """Every place of a day, or every so many, one after the other."""
    whole, places = whole_day(fresh, seed)
    for place in places[seed % every :: every]:
        yield cut_off(fresh, seed, whole, place)
