"""Work of many threads in shared transactions: all of it is kept, and nobody suffers from another's trouble."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
