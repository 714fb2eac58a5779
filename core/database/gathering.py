"""Small pieces of work of many threads, committed together: each is told only after the commit that its own is in."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.orm import Session

from core.database.engine import Database
from core.errors import Unavailable

T = TypeVar("T")
_MOST = 50


@dataclass
class _Piece(Generic[T]):
    work: Callable[[Session], T]
    is_done: bool = False
    given: T | None = None
    trouble: BaseException | None = None

    def settle(self, given: T | None, trouble: BaseException | None = None) -> None:
        self.given, self.trouble, self.is_done = given, trouble, True


class Gathering:
    """Commits what is waiting in one transaction, while whoever comes meanwhile waits for the next.

    Work that fails is taken back together with what shared its transaction, and each piece is then done by itself: so
    it must bear being done again, and nobody suffers from another's trouble.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Piece[Any]] = deque()
        self._leading = threading.Lock()

    def do(self, work: Callable[[Session], T]) -> T:
        """Do it in a transaction, perhaps a shared one; what it gives once that is committed.

        Raises:
            Unavailable: the database cannot be reached, is locked, read-only or full; nothing was changed, unless a
                commit went through that nobody heard of. Work that is done again then finds its own effect.
        """
        piece = _Piece(work)
        self._waiting.append(piece)
        while not piece.is_done:
            with self._leading:
                if not piece.is_done:
                    self._do_together([self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))])
        if piece.trouble is not None:
            raise piece.trouble
        return cast("T", piece.given)

    def _do_together(self, pieces: list[_Piece[Any]]) -> None:
        try:
            with self._database.unit_of_work() as session:
                given = [piece.work(session) for piece in pieces]
        except Exception as trouble:  # noqa: BLE001 whoever asked for it is told
            if len(pieces) == 1:
                pieces[0].settle(None, trouble)
            else:
                self._do_apart(pieces)
        except BaseException as end:
            for piece in pieces:
                piece.settle(None, end)
            raise
        else:
            for piece, one in zip(pieces, given, strict=True):
                piece.settle(one)

    def _do_apart(self, pieces: list[_Piece[Any]]) -> None:
        """One by one, until the database turns out to be away."""
        outage: BaseException | None = None
        for piece in pieces:
            if outage is None:
                self._do_together([piece])
                outage = piece.trouble if isinstance(piece.trouble, Unavailable) else None
            else:
                piece.settle(None, outage)
