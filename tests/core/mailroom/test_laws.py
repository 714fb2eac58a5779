"""What holds of post whatever happens: nothing is lost, a chat keeps its order, a cause is told once, a fence holds."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import BROADCAST, NORMAL, URGENT, Outgoing
from core.mailroom.ports import Later, Never, Post
from core.mailroom.rows import OutboxRow, PaceRow
from core.portal import Portal
from tests.conftest import SettableClock

_STEP = st.one_of(
    st.tuples(st.just("post"), st.integers(0, 2), st.sampled_from([URGENT, NORMAL, NORMAL, BROADCAST])),
    st.tuples(st.just("post again"), st.integers(0, 30), st.just(0)),
    st.tuples(st.just("deliver"), st.integers(0, 1), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 61, 900]), st.just(0)),
)
_runs = count()


class Crash(BaseException):
    """A sender dies."""


class Fickle:
    """A courier that takes, puts off, refuses, or dies before or after taking, as it is told."""

    def __init__(self) -> None:
        self.mood = 0
        self.got: list[tuple[str, str]] = []

    def send(self, post: Post) -> str:
        """Do as the mood is."""
        if self.mood == 1:
            raise Later("busy")
        if self.mood == 2:
            raise Later("slowly", after_s=20)
        if self.mood == 3:
            raise Never("no")
        if self.mood == 4:
            raise Crash
        self.got.append((post.chat, post.key))
        if self.mood == 5:
            raise Crash
        return post.key


@dataclass
class World:
    """Two replicas over one database, whose senders may die; `posted` is what was committed, in order."""

    database: Database
    config: Config
    clock: SettableClock = field(default_factory=SettableClock)
    courier: Fickle = field(default_factory=Fickle)
    posted: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.run = next(_runs)
        self.replicas = [Portal(self.database, self.config, self.clock, {"telegram": self.courier}) for _ in range(2)]
        with self.database.unit_of_work() as session:
            session.execute(delete(OutboxRow))
            session.execute(delete(PaceRow))

    def write(self, key: str, chat: str, lane: int) -> bool:
        letter = Outgoing(key, "telegram", chat, "notice", {"to": chat, "text": key}, lane=lane)
        self.posted.setdefault(key, (chat, lane))
        with self.database.unit_of_work() as session:
            return outbox.post(session, letter, self.clock.now)

    def step(self, what: str, first: int, second: int) -> None:
        if what == "post":
            assert self.write(f"{self.run}:{len(self.posted)}", f"chat {first}", second)
        elif what == "post again" and self.posted:
            key = list(self.posted)[first % len(self.posted)]
            assert not self.write(key, *self.posted[key])
        elif what == "deliver":
            self.ring(first, second)
        elif what == "wait":
            self.clock.forward(timedelta(seconds=first))

    def ring(self, replica: int, mood: int) -> int:
        self.courier.mood = mood
        try:
            return self.replicas[replica].deliver()
        except Crash:
            self.clock.forward(outbox.LEASE / 2)
            return 0

    def settle(self) -> dict[str, tuple[str, bool]]:
        """Let a day pass in good weather; what became of everything."""
        for _ in range(30):
            while self.ring(0, 0):
                self.clock.forward(timedelta(seconds=1))
            with self.database.reading() as session:
                states = {row.key: (row.state, row.may_be_repeat) for row in session.scalars(select(OutboxRow))}
            if {state for state, _ in states.values()} <= {"sent", "dead"}:
                return states
            self.clock.forward(timedelta(minutes=10))
        return states


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(_STEP, min_size=6, max_size=20))
def test_nothing_is_lost_and_a_chat_keeps_its_order_whatever_senders_do(
    database: Database, config: Config, steps: list[tuple[str, int, int]]
) -> None:
    world = World(database, config)
    for one in steps:
        world.step(*one)
    states, got = world.settle(), world.courier.got
    assert set(states) == set(world.posted)
    assert {state for state, _ in states.values()} <= {"sent", "dead"}
    assert {key for key, (state, _) in states.items() if state == "sent"} <= {key for _, key in got}
    first_heard = list(dict.fromkeys(got))
    for chat in range(3):
        for lanes in ({URGENT}, {NORMAL, BROADCAST}):
            same = [key for where, key in first_heard if where == f"chat {chat}" and world.posted[key][1] in lanes]
            assert same == sorted(same, key=list(world.posted).index)
    counts = Counter(key for _, key in got)
    assert all(states[key][1] for key, times in counts.items() if times > 1)


def test_a_sender_that_wakes_up_late_settles_nothing(database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        outbox.post(session, Outgoing("one", "email", "c", "notice", {"to": "a", "text": "x"}), clock.now)
        (slow,) = outbox.claim(session, "slow", ["email"], clock.now)
        assert outbox.begin(session, "slow", slow, slow.content, clock.now)
    clock.forward(outbox.LEASE + timedelta(seconds=1))
    with database.unit_of_work() as session:
        outbox.tidy(session, clock.now)
        (fast,) = outbox.claim(session, "fast", ["email"], clock.now)
        assert outbox.begin(session, "fast", fast, fast.content, clock.now)
    with database.unit_of_work() as session:
        assert not outbox.sent(session, "slow", slow, "late", clock.now)
        assert not outbox.failed(session, "slow", slow, Later("late"), clock.now)
        assert outbox.sent(session, "fast", fast, "ref", clock.now)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_replicas_either_sends_and_neither_sends_what_the_other_did(
    database: Database, database_url: str, config: Config, clock: SettableClock
) -> None:
    other, courier = Database(database_url), Fickle()
    replicas = [Portal(one, config, clock, {"email": courier}) for one in (database, other)]
    for number in range(20):
        with (database, other)[number % 2].unit_of_work() as session:
            letter = Outgoing(f"{number}", "email", f"c{number}", "notice", {"to": "a", "text": "x"})
            outbox.post(session, letter, clock.now)
    gone = [replicas[turn % 2].deliver(5) for turn in range(6)]
    other.close()
    assert gone == [5, 5, 5, 5, 0, 0]
    assert sorted(int(key) for _, key in courier.got) == list(range(20))
