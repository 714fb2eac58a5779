"""Post that is under way when the end comes: what was begun is finished, what was claimed is given back."""

import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import select

from core.clock import utc_now
from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from scheduler import jobs
from tests.conftest import SettableClock


@dataclass
class Ending:
    """Hears of the end while it hands over its first letter."""

    portal: Portal | None = None
    got: list[str] = field(default_factory=list)

    def send(self, post: Post) -> str:
        """Take a letter."""
        self.got.append(post.key)
        if self.portal is not None:
            self.portal.wind_down()
        return post.key


def posted(database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        for number in range(4):
            content = {"to": "a@example.org", "subject": "s", "text": "t"}
            outbox.post(session, Outgoing(f"n{number}", "email", f"chat:{number}", "notice", content), clock.now)


def test_what_was_claimed_and_not_begun_goes_to_the_next_at_once(
    database: Database, config: Config, clock: SettableClock
) -> None:
    posted(database, clock)
    ending = Ending()
    ending.portal = Portal(database, config, clock, {"email": ending})
    jobs.deliver(ending.portal)
    with database.reading() as session:
        tries = {row.key: (row.state, row.attempt) for row in session.scalars(select(OutboxRow))}
    assert tries == {"n0": ("sent", 1), **{f"n{number}": ("ready", 0) for number in (1, 2, 3)}}
    next_one = Ending()
    Portal(database, config, clock, {"email": next_one}).deliver()
    assert ending.got + next_one.got == ["n0", "n1", "n2", "n3"]


def test_nothing_is_begun_any_more(database: Database, config: Config, clock: SettableClock) -> None:
    posted(database, clock)
    box = Ending()
    portal = Portal(database, config, clock, {"email": box})
    portal.wind_down()
    jobs.deliver(portal)
    portal.send_due("email")
    assert (portal.deliver(), box.got) == (0, [])


@dataclass
class Counter:
    """Takes a while for each letter, and notes how many were with it at once and in which order they came."""

    at_once: int = 0
    most: int = 0
    got: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, post: Post) -> str:
        """Take a letter."""
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.got.append(post.key)
        time.sleep(0.05)
        with self._lock:
            self.at_once -= 1
        return post.key


def test_several_senders_send_side_by_side_and_keep_the_order_of_each_chat(database: Database, config: Config) -> None:
    counter = Counter()
    portal = Portal(database, config, utc_now, {"email": counter}, senders=4)
    with database.unit_of_work() as session:
        for number in range(12):
            content = {"to": "a@example.org", "subject": "s", "text": "t"}
            letter = Outgoing(f"{number % 6}:{number}", "email", f"chat:{number % 6}", "notice", content)
            outbox.post(session, letter, utc_now())
    for _ in range(3):
        portal.send_due("email")  # whoever asks while a round is under way does not wait for it
    portal.rest("email", 20)
    portal.wind_down()
    assert sorted(counter.got) == sorted(f"{number % 6}:{number}" for number in range(12))
    assert all(counter.got.index(f"{chat}:{chat}") < counter.got.index(f"{chat}:{chat + 6}") for chat in range(6))
    assert 1 < counter.most <= 4
    with database.reading() as session:
        assert set(session.scalars(select(OutboxRow.state))) == {"sent"}


def test_a_round_that_is_ended_gives_back_what_it_has_not_begun(database: Database, config: Config) -> None:
    ending = Ending()
    portal = Portal(database, config, utc_now, {"email": ending})
    ending.portal = portal
    with database.unit_of_work() as session:
        for number in range(4):
            content = {"to": "a@example.org", "subject": "s", "text": "t"}
            outbox.post(session, Outgoing(f"n{number}", "email", f"chat:{number}", "notice", content), utc_now())
    portal.send_due("email")
    with database.reading() as session:
        tries = sorted((row.state, row.attempt) for row in session.scalars(select(OutboxRow)))
    assert tries == [("ready", 0)] * 3 + [("sent", 1)]
