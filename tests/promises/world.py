"""A database, the replicas that work on it, and the world outside; any replica may die and be started again."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from core.accounts.model import Role, Staff
from core.chat import Incoming, Reply, Speaker
from core.config import Config
from core.errors import Unavailable
from core.portal import Portal
from tests.conftest import SettableClock
from tests.promises import stall
from tests.promises.books import Books, read
from tests.promises.crashing import Boundaries, Crash, CrashingDatabase, PostOffice

QUIET_AFTER = timedelta(seconds=61)


def person(email: str) -> Staff:
    """Somebody of the shop as an old session knows them; what they may do is read anew at each click."""
    return Staff(email, "", Role.PLANNER, None, "GBP")


@dataclass
class World:
    """Everything outside the code under test."""

    url: str
    replicas: int = 2
    clock: SettableClock = field(default_factory=lambda: SettableClock(stall.OPENED))
    boundaries: Boundaries = field(default_factory=Boundaries)
    erased: dict[str, datetime] = field(default_factory=dict)
    retried: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0
    config: Config = field(default_factory=stall.config)

    def __post_init__(self) -> None:
        """Start the replicas."""
        self.office = PostOffice(self.boundaries, self.clock)
        self.numbers = count(1)
        self.databases: list[CrashingDatabase] = []
        self.portals: list[Portal] = []
        self.start()

    def start(self) -> None:
        """Start all replicas anew on the same database."""
        self.stop()
        self.boundaries.start()
        for _ in range(self.replicas):
            database = CrashingDatabase(self.url, self.boundaries)
            self.databases.append(database)
            couriers = dict.fromkeys(("email", "console", stall.ROOMS), self.office)
            self.portals.append(Portal(database, self.config, self.clock, couriers))

    def stop(self) -> None:
        """Be gone, as a process is."""
        for database in self.databases:
            database.close()
        self.databases, self.portals = [], []

    def read(self) -> Books:
        """What the database holds now."""
        return read(self.databases[0])

    def surviving(self, verb: Callable[[], Any]) -> Any:
        """Do it; where the process dies over it, start again and have it done once more, as whoever asked would.

        So it is where the database had trouble, and whoever asked was told so or found nothing done.
        """
        while True:
            done, is_over = None, False
            try:
                done, is_over = verb(), True
            except Crash:
                is_over = False
            except (Unavailable, AssertionError):
                if not self.boundaries.is_troubled:
                    raise
            if not self.boundaries.is_gone and not self.boundaries.is_troubled:
                return done
            if self.boundaries.is_gone:
                is_over = False
                self.start()
            self.boundaries.is_troubled = False
            self.after_a_fault()
            if is_over:
                return done

    def after_a_fault(self) -> None:
        """What is found when life goes on.

        What arrived and is still marked as being sent was cut off between call and mark: it may arrive once more.
        """
        arrived = {(one.key, one.attempt) for one in self.office.taken}
        sending = {(row["key"], row["attempt"]) for row in self.read()["outbox"] if row["state"] == "sending"}
        self.office.cut_off |= arrived & sending

    def quiet(self) -> None:
        """Let the clock run until nothing is left to send."""
        for tries in range(200):
            self.surviving(lambda: self.portals[0].deliver(50))
            states = {row["state"] for row in self.read()["outbox"]}
            if not states & {"ready", "leased", "sending"}:
                return
            self.clock.forward(QUIET_AFTER if tries < 100 else timedelta(hours=1))
        raise AssertionError("post never came to an end")


@dataclass
class Chat:
    """One chat of one person; each message has a delivery id of its own, and a crash makes it be delivered again."""

    world: World
    speaker: Speaker
    channel: str
    chat: str
    replica: int = 0
    last: Incoming | None = None

    def incoming(self, text: str, button: str | None = None) -> Incoming:
        """The next message."""
        delivery = f"d-{next(self.world.numbers)}"
        self.last = Incoming(self.channel, self.chat, delivery, text, self.speaker, button)
        return self.last

    def deliver(self, incoming: Incoming) -> Reply:
        """Bring it in, until it is answered."""
        reply: Reply = self.world.surviving(lambda: self.world.portals[self.replica].converse(incoming))
        return reply
