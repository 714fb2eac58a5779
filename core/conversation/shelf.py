"""The catalogue kept ready for fuzzy search, read again when products may have changed."""

import threading
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.catalog.service import names_on_sale
from core.clock import Clock
from core.conversation.turn import Shelf
from core.conversation.understanding.names import NameIndex

GOOD_FOR = timedelta(seconds=60)


class ShelfKeeper:
    """Gives the shelf of names; at most a minute old, or fresh after `forget`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._shelf: Shelf | None = None
        self._read_at: datetime | None = None

    def __call__(self, session: Session) -> Shelf:
        """The shelf, read through `session` where it is due; the index is only built anew where names changed."""
        now = self._clock()
        with self._lock:
            if self._shelf is None or self._read_at is None or now - self._read_at > GOOD_FOR:
                on_sale = names_on_sale(session)
                skus, names = tuple(sku for sku, _ in on_sale), tuple(name for _, name in on_sale)
                if self._shelf is None or (self._shelf.skus, self._shelf.names) != (skus, names):
                    self._shelf = Shelf(skus, names, NameIndex(names))
                self._read_at = now
            return self._shelf

    def forget(self) -> None:
        """Read again at the next question."""
        with self._lock:
            self._shelf = None
