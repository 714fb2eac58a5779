"""Work of many threads in shared transactions: all of it is kept, and nobody suffers from another's trouble."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.engine import Database
from core.database.gathering import Gathering
from core.errors import Unavailable
from core.mailroom import inbox
from core.mailroom.rows import InboxRow
from tests.conftest import SettableClock
from tests.promises.crashing import Boundaries, CrashingDatabase


class Counting(Database):
    """A database that counts its transactions, and whose first one lasts until it is let go."""

    def __init__(self, of: Database) -> None:
        super().__init__(of.engine.url.render_as_string(hide_password=False))
        self.count, self.let_go = 0, threading.Event()

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """As everywhere, counted."""
        self.count += 1
        is_first = self.count == 1
        with super().unit_of_work() as session:
            yield session
            if is_first:
                self.let_go.wait(10)


@pytest.fixture
def counting(database: Database) -> Iterator[Counting]:
    slow = Counting(database)
    yield slow
    slow.close()


def wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not what():
        assert time.monotonic() < until
        time.sleep(0.001)


def stored(session: Session, number: int, clock: SettableClock) -> bool:
    return inbox.store(session, source="s", delivery_id=str(number), kind="k", content={}, now=clock.now)


def test_what_comes_while_a_transaction_is_under_way_shares_the_next(counting: Counting, clock: SettableClock) -> None:
    gathering = Gathering(counting)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(gathering.do, lambda session: stored(session, 0, clock))
        wait_until(lambda: counting.count == 1)
        others = [pool.submit(gathering.do, lambda session, n=n: stored(session, n, clock)) for n in range(1, 9)]
        wait_until(lambda: len(gathering._waiting) == 8)
        counting.let_go.set()
        assert first.result()
        assert all(one.result() for one in others)
    assert counting.count == 2
    with counting.reading() as session:
        assert session.scalar(select(func.count()).select_from(InboxRow)) == 9


def test_the_trouble_of_one_is_its_own(counting: Counting, clock: SettableClock) -> None:
    gathering = Gathering(counting)

    def clumsy(session: Session) -> bool:
        stored(session, 99, clock)
        raise ValueError("of its own")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(gathering.do, lambda session: stored(session, 0, clock))
        wait_until(lambda: counting.count == 1)
        wrong = pool.submit(gathering.do, clumsy)
        right = pool.submit(gathering.do, lambda session: stored(session, 1, clock))
        wait_until(lambda: len(gathering._waiting) == 2)
        counting.let_go.set()
        assert first.result()
        assert right.result()
        with pytest.raises(ValueError, match="of its own"):
            wrong.result()
    with counting.reading() as session:
        assert set(session.scalars(select(InboxRow.delivery_id))) == {"0", "1"}


def test_where_the_database_is_away_everybody_is_told(clock: SettableClock) -> None:
    gathering = Gathering(Database("sqlite:////nowhere/at/all.db"))
    with pytest.raises(Unavailable):
        gathering.do(lambda session: stored(session, 0, clock))


UNHEARD = "unheard commit"
SHARED = range(1, 9)


class Losing(CrashingDatabase):
    """A database that answers nobody any more once trouble was met, if it `stays_away`."""

    stays_away = False

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """As everywhere, while it is there."""
        if self.stays_away and self.boundaries.died_at:
            raise Unavailable("The database does not answer.")
        with super().unit_of_work() as session:
            yield session


@pytest.fixture
def losing(database: Database) -> Iterator[Losing]:
    lost = Losing(database.engine.url.render_as_string(hide_password=False), Boundaries())
    yield lost
    lost.close()


def gathered_with_an_unheard_commit(losing: Losing, clock: SettableClock) -> list[Future[bool]]:
    """What comes of eight pieces of work that share a transaction whose commit nobody hears of."""
    gathering, let_go, began = Gathering(losing), threading.Event(), threading.Event()

    def slow(session: Session) -> bool:
        began.set()
        let_go.wait(10)
        return stored(session, 0, clock)

    with ThreadPoolExecutor(9) as pool:
        pool.submit(gathering.do, slow)
        began.wait(10)
        others = [pool.submit(gathering.do, lambda session, n=n: stored(session, n, clock)) for n in SHARED]
        wait_until(lambda: len(gathering._waiting) == len(others))
        losing.boundaries.arm(1, UNHEARD)
        let_go.set()
    assert [name.partition(" at ")[0] for name in losing.boundaries.died_at] == [UNHEARD]
    return others


def deliveries(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(InboxRow.delivery_id)))


def test_after_a_commit_nobody_heard_of_each_finds_its_own_work_done_once(
    losing: Losing, database: Database, clock: SettableClock
) -> None:
    told = gathered_with_an_unheard_commit(losing, clock)
    assert [one.result() for one in told] == [False] * len(told)  # it is here already
    assert deliveries(database) == [str(number) for number in (0, *SHARED)]


def test_where_the_database_stays_away_after_it_everybody_is_told_and_may_do_it_again(
    losing: Losing, database: Database, clock: SettableClock
) -> None:
    losing.stays_away = True
    assert all(isinstance(one.exception(), Unavailable) for one in gathered_with_an_unheard_commit(losing, clock))
    with database.unit_of_work() as session:
        assert not any(stored(session, number, clock) for number in SHARED)
    assert deliveries(database) == [str(number) for number in (0, *SHARED)]
