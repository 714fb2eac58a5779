"""Turns of writing: nobody who comes back for more comes first, neither among threads nor among processes."""

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from core.database.engine import Database
from core.database.turns import Queue, Turnstile
from core.errors import Unavailable

_BUSY_S = 1.5


def keep_writing(url: str, until: float) -> None:
    """Write all the time, as a process under load does."""
    database = Database(url)
    while time.time() < until:
        with database.unit_of_work() as session:
            session.execute(text("INSERT INTO written VALUES (1)"))
            time.sleep(0.005)


def test_threads_get_their_turns_in_the_order_they_came() -> None:
    queue, came = Queue(), list[int]()
    started = [threading.Event() for _ in range(5)]

    def wait(number: int) -> None:
        started[number].set()
        with queue:
            came.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    with queue:
        for number, thread in enumerate(threads):
            thread.start()
            started[number].wait()
            while len(queue._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert came == [0, 1, 2, 3, 4]


def test_a_process_that_writes_all_the_time_holds_no_other_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'turns.db'}"
    database = Database(url)
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE written (one INTEGER)"))
    other = multiprocessing.get_context("spawn").Process(target=keep_writing, args=(url, time.time() + 30), daemon=True)
    other.start()
    try:
        _wait_until(lambda: _written(database) > 0)
        began, waits = time.monotonic(), list[float]()
        while time.monotonic() - began < _BUSY_S:
            asked = time.monotonic()
            with database.unit_of_work() as session:
                session.execute(text("INSERT INTO written VALUES (2)"))
            waits.append(time.monotonic() - asked)
    finally:
        other.kill()
        other.join()
        database.close()
    assert len(waits) > 12  # without a queue it is let in once or twice


def test_where_no_folder_can_be_opened_there_is_no_queue(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    Turnstile(tmp_path / "none").begin(connection, 1.0)
    assert connection.in_transaction
    connection.close()


def test_whoever_writes_for_too_long_is_not_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'held.db'}"
    holding, other = Database(url), Database(url, busy_timeout_s=0.2)
    with holding.unit_of_work() as session:
        session.execute(text("CREATE TABLE held (one INTEGER)"))
        with pytest.raises(Unavailable, match="busy"), other.unit_of_work() as waiting:
            waiting.execute(text("CREATE TABLE other (one INTEGER)"))
    holding.close()
    other.close()


def _written(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(text("SELECT count(*) FROM written")) or 0)


def _wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)
