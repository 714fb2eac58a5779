"""Post that belongs to earlier post: in its thread, or in its place."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Never, Post
from core.portal import Portal
from tests.conftest import SettableClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Noting:
    """A courier that notes what it was to carry."""

    def __init__(self) -> None:
        self.carried: list[dict[str, Any]] = []
        self.refuses = False
        self._numbers: Iterator[int] = count(1)

    def send(self, post: Post) -> str:
        """Give a place in the channel."""
        if self.refuses:
            raise Never("no such channel")
        self.carried.append(post.content)
        return f"C1/{next(self._numbers)}.0"


@pytest.fixture
def courier() -> Noting:
    return Noting()


@pytest.fixture
def portal(database: Database, config: Config, clock: SettableClock, courier: Noting) -> Portal:
    return Portal(database, config, clock, couriers={"slack": courier})


def post(database: Database, portal: Portal, clock: SettableClock, key: str, **content: Any) -> None:
    with database.unit_of_work() as session:
        outbox.post(session, Outgoing(key, "slack", "desk", "note", {"to": "C1", "text": "hello", **content}), clock())
    portal.deliver()


def test_what_belongs_under_earlier_post_goes_into_its_thread(
    database: Database, portal: Portal, clock: SettableClock, courier: Noting
) -> None:
    post(database, portal, clock, "card", keeps_place=True)
    post(database, portal, clock, "note", under="card")
    assert courier.carried[1]["to"] == "C1/1.0"


def test_what_takes_the_place_of_earlier_post_knows_where_that_is(
    database: Database, portal: Portal, clock: SettableClock, courier: Noting
) -> None:
    post(database, portal, clock, "card", keeps_place=True)
    post(database, portal, clock, "card again", instead_of="card")
    assert courier.carried[1]["place"] == "C1/1.0"


def test_where_the_earlier_post_never_went_out_it_goes_by_itself(
    database: Database, portal: Portal, clock: SettableClock, courier: Noting
) -> None:
    courier.refuses = True
    post(database, portal, clock, "card", keeps_place=True)
    courier.refuses = False
    post(database, portal, clock, "note", under="card")
    assert courier.carried[0]["to"] == "C1"
