"""Post that is under way when the end comes: what was begun is finished, what was claimed is given back."""

from dataclasses import dataclass, field

from sqlalchemy import select

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
    assert (portal.deliver(), portal.deliver_to("email", "chat:1"), box.got) == (0, 0, [])
