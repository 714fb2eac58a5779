"""A process that can die at any boundary: before or after any commit, and before or after any call to the outside."""

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from core.database.engine import Database
from core.mailroom.ports import Later, Never, Post

SIDES = ("before", "after")


class Crash(BaseException):
    """The process is gone; nothing that follows in it is done."""


@dataclass
class Boundaries:
    """The boundaries a process came to, by name, with the sides it reached; it dies at the one that is armed."""

    passed: list[str] = field(default_factory=list)
    reached: list[tuple[int, str]] = field(default_factory=list)
    armed: tuple[int, str] | None = None
    died_at: list[str] = field(default_factory=list)

    def arm(self, ahead: int, side: str) -> None:
        """Die at the boundary so many from here (0: the next), before or after what happens there."""
        self.armed = (len(self.passed) + ahead, side)

    def disarm(self) -> None:
        """Live on."""
        self.armed = None

    def before(self, name: str) -> None:
        """Come to a boundary."""
        self._reach(name, "before", len(self.passed))
        self.passed.append(name)

    def after(self, name: str) -> None:
        """Have passed it."""
        self._reach(name, "after", len(self.passed) - 1)

    def _reach(self, name: str, side: str, number: int) -> None:
        self.reached.append((number, side))
        if self.armed == (number, side):
            self.armed = None
            self.died_at.append(f"{side} {name}")
            raise Crash(name)


class CrashingDatabase(Database):
    """A database whose every commit is a boundary, named after the verb that commits."""

    def __init__(self, url: str, boundaries: Boundaries) -> None:
        super().__init__(url)
        self.boundaries = boundaries

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """As everywhere, with a boundary at the commit."""
        name = f"commit:{_caller()}"
        with super().unit_of_work() as session:
            yield session
            session.flush()
            self.boundaries.before(name)
        self.boundaries.after(name)


def _caller() -> str:
    """The verb that began the unit of work."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename in {__file__, contextlib.__file__}:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"


@dataclass(frozen=True)
class Taken:
    """A thing that arrived at its receiver."""

    key: str
    kind: str
    chat: str
    to: str
    text: str
    place: int
    attempt: int
    may_be_repeat: bool


@dataclass
class PostOffice:
    """The other side of a channel; `moods` are what becomes of the next calls, then all goes well.

    busy: told to wait; broken: an error of the server; silent: no answer and nothing arrived; torn: arrived, but the
    connection broke before the answer; gone: refused for good. `cut_off` are the tries, by key and number, over which
    the sender died between call and mark.
    """

    boundaries: Boundaries
    taken: list[Taken] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    cut_off: set[tuple[str, int]] = field(default_factory=set)

    def send(self, post: Post) -> str:
        """Take a thing, or not."""
        self.boundaries.before(f"call:{post.kind}")
        mood = self.moods.pop(0) if self.moods else "well"
        if mood == "busy":
            raise Later("asked to wait", 30.0)
        if mood == "broken":
            raise Later("the server has trouble (500)")
        if mood == "silent":
            raise TimeoutError
        if mood == "gone":
            raise Never("no such address")
        text = str(post.content.get("text", ""))
        self.taken.append(
            Taken(post.key, post.kind, post.chat, str(post.content.get("to", "")), text, post.outbox_id,
                  post.attempt, post.may_be_repeat)
        )  # fmt: skip
        if mood == "torn":
            self.torn.append(post.key)
            raise ConnectionResetError
        self.boundaries.after(f"call:{post.kind}")
        return post.key

    def excuses(self) -> Counter[str]:
        """How often each thing may have arrived once more than it was marked."""
        return Counter([*self.torn, *(key for key, _ in self.cut_off)])
