"""Hostile strings at every door: a clear answer, no trouble, no word of anybody else's, and nothing changed."""

from pathlib import Path

import pytest

from bot.web.app import create_app
from core.chat import Incoming, Speaker
from core.config import Config
from core.database.engine import Database
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.canaries import open_marked_shop
from tests.flows.doors import Doors
from tests.flows.hostile import STRINGS
from tests.shop import ADA

DOORS = ("console", "web chat", "guest", "telegram", "slack", "csv import", "pdf", "mail")
EVERY = 4


@pytest.fixture
def doors(portal: Portal, config: Config, database: Database, clock: SettableClock, tmp_path: Path) -> Doors:
    open_marked_shop(portal)
    folder = tmp_path / "brought"
    folder.mkdir()
    return Doors(portal, config, database, clock, create_app(portal, config, demo=False), folder)


def test_there_are_enough_of_them_and_none_twice() -> None:
    strings = [one for found in STRINGS.values() for one in found]
    assert len(strings) == len(set(strings)) >= 250


@pytest.mark.slow
@ON_SQLITE
@pytest.mark.parametrize("door", DOORS)
def test_a_hostile_string_gets_a_clear_answer_and_changes_nothing(doors: Doors, door: str) -> None:
    assert set(DOORS) == set(doors.all())
    first = DOORS.index(door) % EVERY  # all of them at all doors: python -m benchmarks.hostile
    found = {(kind, text[:60]): faults for kind, strings in STRINGS.items() for text in strings[first::EVERY]
             if (faults := doors.tried(door, text))}  # fmt: skip
    assert found == {}
    clean = Incoming("web", "clean", "1", "show my orders", Speaker(ADA, proof=3))
    assert "1001" in doors.portal.converse(clean).text
