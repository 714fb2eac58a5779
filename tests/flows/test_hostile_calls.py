"""Hostile strings in what we are called with and in files: answered or refused, and nothing is forged anywhere."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from core.config import Config
from core.database.engine import Database
from tests.conftest import SettableClock
from tests.flows import machines, papers, platforms, readings
from tests.flows.hostile import STRINGS
from tests.flows.trying import Trying

EVERY = 12
Opened = Callable[[Database, Config, SettableClock], AbstractContextManager[Trying]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "opened",
    [platforms.opened, machines.opened, papers.opened, readings.opened],
    ids=["platforms", "machines", "papers", "readings"],
)
def test_a_hostile_string_in_a_call_or_a_file_is_answered_or_refused_and_changes_nothing(
    opened: Opened, database: Database, config: Config, clock: SettableClock
) -> None:
    found = {}
    with opened(database, config, clock) as doors:
        for number, door in enumerate(doors.all(), 0 if database.is_sqlite else EVERY // 2):
            for kind, strings in list(STRINGS.items())[number % EVERY :: EVERY]:  # all: python -m benchmarks.hostile
                text = strings[number % len(strings)]
                if faults := doors.tried(door, text):
                    found[door, kind, text[:60]] = faults
    assert found == {}
