"""A shop that can be written to on Telegram, by polling and by webhook."""

from collections.abc import Iterator

import pytest

from core.database.engine import Database
from tests.bot.channels.telegram.bot_api import BotApi, served
from tests.bot.channels.telegram.world import Person, World, invitation, open_world
from tests.shop import ADA


@pytest.fixture
def api() -> Iterator[BotApi]:
    with served() as api:
        yield api


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLite; what differs on PostgreSQL is tested with the letterbox."""
    from tests.conftest import _sqlite

    yield from _sqlite(request)


@pytest.fixture
def world(database: Database, api: BotApi, mode: str) -> Iterator[World]:
    with open_world(database, api, mode) as world:
        yield world


@pytest.fixture
def ada(world: World) -> Person:
    """Ada, whose chat is linked to her account."""
    person = Person(world, 101)
    assert "Thank you, Ada Löwe" in person.say(f"/start {invitation(world.portal, ADA)}")
    return person
