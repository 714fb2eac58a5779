"""Who goes first: messages being stored, before messages being answered."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Precedence:
    """Lets short work that somebody waits for overtake long work that nobody does, in one process."""

    def __init__(self) -> None:
        self._first = 0
        self._nobody = threading.Condition()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Go first: what comes `after` begins when this is over."""
        with self._nobody:
            self._first += 1
        try:
            yield
        finally:
            with self._nobody:
                self._first -= 1
                if not self._first:
                    self._nobody.notify_all()

    def after(self, patience_s: float) -> bool:
        """Wait until nobody goes first, but no longer than that; whether nobody does."""
        with self._nobody:
            return self._nobody.wait_for(lambda: not self._first, patience_s)
