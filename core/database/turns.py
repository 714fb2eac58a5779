"""Whose turn it is to write to an SQLite file: threads and processes in turn, none twice while another waits."""

import fcntl
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOOKS_EVERY_S = 0.0005
_QUEUES_S = 2.0  # whoever stands in front and does not move, because it was stopped, holds nobody up for longer


class Queue:
    """A lock that is handed on in the order it was asked for: whoever comes back for more waits behind the others."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_held = False

    def __enter__(self) -> None:
        """Wait for one's turn."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        """Hand it on."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


class Turnstile:
    """Where processes queue for the one writing transaction that SQLite lets be.

    SQLite's own way of waiting is to look again after ever longer pauses, and a process with much to write comes
    first every time. Here only who stands at the turnstile looks, often; everybody else waits behind.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._entering = threading.Lock()

    def begin(self, connection: sqlite3.Connection, patience_s: float) -> None:
        """Begin a writing transaction.

        Raises:
            sqlite3.OperationalError: somebody else is writing for longer than that.
        """
        until = time.monotonic() + patience_s
        with self._entering, self._in_front():
            connection.execute("PRAGMA busy_timeout=0")
            try:
                _begin(connection, until)
            finally:
                connection.execute(f"PRAGMA busy_timeout={int(patience_s * 1000)}")

    @contextmanager
    def _in_front(self) -> Iterator[None]:
        """Stand in front of the other processes; where the folder cannot be opened there is no queue."""
        lock = self._opened()
        is_in_front = lock is not None and _try(lock, time.monotonic() + _QUEUES_S)
        try:
            yield
        finally:
            if lock is not None and is_in_front:
                fcntl.flock(lock, fcntl.LOCK_UN)

    def _opened(self) -> int | None:
        if self._lock is None:
            with suppress(OSError):
                self._lock = os.open(self._folder, os.O_RDONLY)
        return self._lock

    def close(self) -> None:
        """Queue no more."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _try(lock: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_LOOKS_EVERY_S)
        else:
            return True


def _begin(connection: sqlite3.Connection, until: float) -> None:
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(_LOOKS_EVERY_S)
        else:
            return
