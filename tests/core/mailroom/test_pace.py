"""Platforms get no more than they take, whichever replica sends; a chat that asks for a pause has it alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database.engine import Database
from core.mailroom import outbox, pace
from core.mailroom.outbox import BROADCAST, URGENT, Outgoing
from core.mailroom.pace import Rate
from core.mailroom.ports import Later, Post
from tests.conftest import SQLITE, SettableClock

ON_SQLITE = pytest.mark.parametrize("database_url", [SQLITE], indirect=True)


def post(database: Database, clock: SettableClock, key: str, to: str, channel: str = "telegram", lane: int = 1) -> None:
    with database.unit_of_work() as session:
        letter = Outgoing(key, channel, f"chat:{channel}:{to}", "notice", {"to": to, "text": key}, lane=lane)
        assert outbox.post(session, letter, clock.now)


def send(database: Database, clock: SettableClock, channel: str = "telegram", owner: str = "one") -> list[Post]:
    """Claim and settle whatever may go now."""
    with database.unit_of_work() as session:
        taken = outbox.claim(session, owner, [channel], clock.now)
        for one in taken:
            assert outbox.begin(session, owner, one, one.content, clock.now)
            assert outbox.sent(session, owner, one, "ref", clock.now)
    return taken


@given(
    count=st.integers(1, 40),
    burst=st.integers(1, 5),
    steps=st.lists(st.integers(1, 700), max_size=60),
    greed=st.integers(1, 9),
)
def test_no_window_holds_more_than_a_rate_allows(count: int, burst: int, steps: list[int], greed: int) -> None:
    rate, clock = Rate(max(count, burst), 1.0, burst=burst), SettableClock()
    free_at, sent = rate.fresh(clock.now), []
    for step in steps:
        taken = min(greed, rate.room(free_at, clock.now))
        free_at = rate.after(free_at, taken, clock.now) if taken else free_at
        sent += [clock.now] * taken
        clock.forward(timedelta(milliseconds=step))
    for first in sent:
        assert sum(first <= one < first + timedelta(seconds=1) for one in sent) <= rate.count


def test_two_replicas_share_the_thirty_messages_a_second_of_a_bot(database: Database, clock: SettableClock) -> None:
    for number in range(80):
        post(database, clock, f"news:{number}", str(number), lane=BROADCAST)
    gone = 0
    for step in range(100):
        gone += len(send(database, clock, owner=f"replica {step % 2}"))
        clock.forward(timedelta(milliseconds=10))
    assert 25 <= gone <= 30


@ON_SQLITE
@pytest.mark.parametrize(
    ("channel", "to", "in_a_minute"), [("telegram", "7", 63), ("telegram", "-100", 20), ("slack", "C1/1.2", 63)]
)
def test_one_chat_gets_its_messages_no_faster_than_its_platform_allows(
    database: Database, clock: SettableClock, channel: str, to: str, in_a_minute: int
) -> None:
    for number in range(70):
        post(database, clock, f"{number}", to, channel)
    gone = 0
    for _ in range(240):
        gone += len(send(database, clock, channel))
        clock.forward(timedelta(milliseconds=250))
    assert in_a_minute - 4 <= gone <= in_a_minute


def test_a_chat_that_asks_for_a_pause_waits_exactly_so_long_and_others_go_on(
    database: Database, clock: SettableClock
) -> None:
    post(database, clock, "too fast", "7")
    with database.unit_of_work() as session:
        (taken,) = outbox.claim(session, "one", ["telegram"], clock.now)
        outbox.begin(session, "one", taken, taken.content, clock.now)
        outbox.failed(session, "one", taken, Later("too many", after_s=37), clock.now)
    post(database, clock, "urgent there", "7", lane=URGENT)
    post(database, clock, "elsewhere", "8")
    clock.forward(timedelta(seconds=36))
    assert [one.key for one in send(database, clock)] == ["elsewhere"]
    clock.forward(timedelta(seconds=1))
    assert [one.key for one in send(database, clock)] == ["urgent there"]


def test_the_next_turn_is_known_to_whoever_waits_for_it(database: Database, clock: SettableClock) -> None:
    for number in range(6):
        post(database, clock, f"{number}", "C1", "slack")
    while send(database, clock, "slack"):
        pass
    with database.reading() as session:
        assert outbox.next_turn(session, "slack", clock.now) == clock.now + timedelta(seconds=1)
        assert outbox.next_turn(session, "telegram", clock.now) is None


def test_counts_that_limit_nobody_are_forgotten(database: Database, clock: SettableClock) -> None:
    post(database, clock, "first", "7")
    send(database, clock)
    clock.forward(timedelta(days=2))
    with database.unit_of_work() as session:
        pace.forget_old(session, clock.now)
        assert pace.free_at(session, "telegram", "7") is None
