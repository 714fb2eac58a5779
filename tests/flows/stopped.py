"""A process that is held up in the middle: python -m tests.flows.stopped DATABASE FOLDER plan|answer NOW.

It makes the plan that is due, or answers the chat. Having read, and before it writes, it makes `reached` in
the folder and waits until `hold` is gone.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core.chat import Incoming, Reply
from core.config import Config
from core.database.engine import Database
from core.portal import Portal
from scheduler import jobs
from tests.promises.crashing import caller

CHANNEL, CHAT = "console", "customer:held"
PLACES = {"plan": ("stockroom.plan", 2), "answer": ("counter._converse", 1)}


class Held(Database):
    """A database that is held up before a verb's transaction of that number."""

    def __init__(self, url: str, folder: Path, place: tuple[str, int]) -> None:
        super().__init__(url)
        self._folder, self._place = folder, place
        self._begun: Counter[str] = Counter()

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """As everywhere, once nothing holds it up."""
        name = caller(__file__)
        self._begun[name] += 1
        if (name, self._begun[name]) == self._place:
            (self._folder / "reached").touch()
            while (self._folder / "hold").exists():
                time.sleep(0.02)
        with super().unit_of_work() as session:
            yield session


def drawn(said: Incoming, reply: Reply) -> list[dict[str, str]]:
    """An answer as the channel carries it."""
    return [{"to": said.chat, "text": reply.text}]


def main() -> None:
    """Do it once."""
    url, folder, what, now = sys.argv[1], Path(sys.argv[2]), sys.argv[3], datetime.fromisoformat(sys.argv[4])
    portal = Portal(Held(url, folder, PLACES[what]), Config(), lambda: now)
    if what == "plan":
        jobs.plan(portal, now)
    else:
        portal.answer_next(CHANNEL, CHAT, drawn)


if __name__ == "__main__":
    main()
