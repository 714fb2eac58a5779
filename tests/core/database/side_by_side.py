"""Two transactions side by side on PostgreSQL, in an order that the test decides."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database.engine import Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
_DEADLINE_S = 20.0


def meanwhile(database: Database, act: Callable[[Session], Any]) -> "Future[Any]":
    """Start `act` in a unit of work of its own, and go on once it has ended or has to wait for a lock of ours."""

    def acting() -> Any:
        with database.unit_of_work() as session:
            return act(session)

    return alongside(database, acting)


def alongside(database: Database, act: Callable[[], Any]) -> "Future[Any]":
    """Start `act`, and go on once it has ended or has to wait for a lock of ours."""
    pool = ThreadPoolExecutor(1)
    started = pool.submit(act)
    pool.shutdown(wait=False)
    until(lambda: started.done() or waiting(database) > 0)
    return started


def waiting(database: Database) -> int:
    """How many transactions wait for a lock."""
    with database.reading() as session:
        return session.scalar(_WAITING) or 0


def until(comes_true: Callable[[], bool], patience_s: float = _DEADLINE_S) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + patience_s
    while not comes_true():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came to that")
        time.sleep(0.01)
