"""A process that can die, or meet trouble, at any boundary: before or after any commit and any call to the outside."""

import contextlib
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database import gathering
from core.database.engine import Database
from core.mailroom.ports import Later, Never, Post

SIDES = ("before", "after")
COMMIT, CALL = "commit:", "call:"
AT_COMMITS = {
    "sqlite": ("disk full", "locked", "disk trouble", "unheard commit"),
    "postgresql": ("connection killed", "unheard commit"),
}
"""What a database may do to a commit; of an unheard one nobody learns that it went through."""
_SQLITE = {"disk full": "SQLITE_FULL", "locked": "SQLITE_BUSY", "disk trouble": "SQLITE_IOERR_WRITE",
           "unheard commit": "SQLITE_IOERR_FSYNC"}  # fmt: skip
_BETWEEN = {__file__, contextlib.__file__, gathering.__file__}


class Crash(BaseException):
    """The process is gone; nothing that follows in it is done."""


@dataclass
class Boundaries:
    """The boundaries a process came to, by name, with the sides it reached; at the one that is armed it dies, or meets
    trouble that it lives through.
    """

    passed: list[str] = field(default_factory=list)
    reached: list[tuple[int, str]] = field(default_factory=list)
    armed: tuple[int, str] | None = None
    died_at: list[str] = field(default_factory=list)
    is_gone: bool = False
    is_troubled: bool = False

    def arm(self, ahead: int, side: str) -> None:
        """Die at the boundary so many from here (0: the next), before or after what happens there, or meet trouble."""
        self.armed = (len(self.passed) + ahead, side)

    def start(self) -> None:
        """Another process lives on the same database."""
        self.is_gone = False

    def trouble(self) -> str:
        """What there is to be met at the boundary just come to, other than the end."""
        number, what = self.armed or (-1, "")
        if number != len(self.passed) - 1 or what in SIDES:
            return ""
        self.armed, self.is_troubled = None, True
        self.died_at.append(f"{what} at {self.passed[-1]}")
        return what

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
        if self.is_gone:
            raise Crash(name)  # another thread of the process that is no more
        self.reached.append((number, side))
        if self.armed == (number, side):
            self.armed, self.is_gone = None, True
            self.died_at.append(f"{side} {name}")
            raise Crash(name)


class CrashingDatabase(Database):
    """A database whose every commit is a boundary, named after the verb that commits; a commit may fail there as it
    does on a full disk, or where the connection is lost.
    """

    def __init__(self, url: str, boundaries: Boundaries) -> None:
        super().__init__(url)
        self.boundaries = boundaries
        self._meets = threading.local()
        self._done = self.engine.dialect.do_commit
        self.engine.dialect.do_commit = self._commit  # type: ignore[assignment, method-assign]

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """As everywhere, with a boundary at the commit."""
        name = f"{COMMIT}{caller()}"
        with super().unit_of_work() as session:
            yield session
            session.flush()
            self.boundaries.before(name)
            self._meets.trouble = self.boundaries.trouble()
        self.boundaries.after(name)

    def _commit(self, connection: Any) -> None:
        trouble, self._meets.trouble = getattr(self._meets, "trouble", ""), ""
        if trouble in {"", "unheard commit"}:
            self._done(connection)
        if trouble and self.is_sqlite:
            if trouble != "locked":
                connection.rollback()  # which SQLite does by itself
            error = sqlite3.OperationalError(trouble)
            error.sqlite_errorname = _SQLITE[trouble]
            raise error
        if trouble:
            self._kill(connection.dbapi_connection.info.backend_pid)
            connection.cursor().execute("SELECT 1")  # what the driver says of a connection that the server ended

    def _kill(self, process_id: int) -> None:
        with self.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process_id})


def caller(*besides: str) -> str:
    """The verb that began the unit of work; files of tests that stand between are named."""
    frame, between = sys._getframe(1), _BETWEEN.union(besides)
    while frame.f_back is not None and frame.f_code.co_filename in between:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"


@dataclass(frozen=True)
class Taken:
    """A thing that arrived at its receiver."""

    key: str
    kind: str
    channel: str
    chat: str
    to: str
    text: str
    place: int
    attempt: int
    may_be_repeat: bool
    at: datetime


@dataclass
class PostOffice:
    """The other side of a channel; `moods` are what becomes of the next calls, then all goes well.

    busy: told to wait; broken: an error of the server; silent: no answer and nothing arrived; stalled: the same, after
    longer than anybody waits; torn: arrived, but the connection broke before the answer; gone: refused for good.
    `cut_off` are the tries, by key and number, over which the sender died between call and mark.
    """

    boundaries: Boundaries
    clock: Callable[[], datetime]
    taken: list[Taken] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    cut_off: set[tuple[str, int]] = field(default_factory=set)

    def send(self, post: Post) -> str:
        """Take a thing, or not."""
        mood = self.called(post)
        if mood == "busy":
            raise Later("asked to wait", 30.0)
        if mood == "broken":
            raise Later("the server has trouble (500)")
        if mood in {"silent", "stalled"}:
            raise TimeoutError
        if mood == "gone":
            raise Never("no such address")
        self.take(post)
        if mood == "torn":
            self.torn.append(post.key)
            raise ConnectionResetError
        self.boundaries.after(f"{CALL}{post.kind}")
        return post.key

    def called(self, post: Post) -> str:
        """Come to a call; the mood in which it is answered."""
        self.boundaries.before(f"{CALL}{post.kind}")
        return self.boundaries.trouble() or (self.moods.pop(0) if self.moods else "well")

    def take(self, post: Post) -> None:
        """Note that a thing arrived."""
        text = str(post.content.get("text", ""))
        self.taken.append(
            Taken(post.key, post.kind, post.channel, post.chat, str(post.content.get("to", "")), text, post.outbox_id,
                  post.attempt, post.may_be_repeat, self.clock())
        )  # fmt: skip

    def excuses(self) -> Counter[str]:
        """How often each thing may have arrived once more than it was marked."""
        return Counter([*self.torn, *(key for key, _ in self.cut_off)])
