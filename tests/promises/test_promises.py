"""The promises hold whatever happens, in whatever order, on both databases; see docs/promises.md."""

import time
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import POSTGRESQL, SQLITE
from tests.promises.fresh import Fresh
from tests.promises.machine import Shop

STEPS = 30
EXAMPLES = {SQLITE: 24, POSTGRESQL: 8}
KEPT_IN = Path(".hypothesis/promises")


@pytest.fixture
def machine(fresh: tuple[str, Fresh]) -> tuple[str, type[Shop]]:
    """The machine on one kind of database."""
    kind, new = fresh
    return kind, type(f"ShopOn{kind.title()}", (Shop,), {"fresh": staticmethod(new)})


@pytest.mark.slow
def test_the_promises_are_kept(machine: tuple[str, type[Shop]], request: pytest.FixtureRequest) -> None:
    kind, shop = machine
    seconds = request.config.getoption("--promises-seconds")
    quick = settings(
        max_examples=EXAMPLES[kind], stateful_step_count=STEPS, deadline=None, print_blob=True,
        suppress_health_check=list(HealthCheck), derandomize=not seconds,
        database=DirectoryBasedExampleDatabase(KEPT_IN) if seconds else None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, *([Phase.target, Phase.shrink] if seconds else [])],
    )  # fmt: skip
    if not seconds:
        run_state_machine_as_test(shop, settings=quick)
    until = time.monotonic() + seconds
    for number in count(int(time.time())):
        if time.monotonic() >= until:
            break
        print(f"promises on {kind}: seed {number}")  # noqa: T201 what a failing run is told by
        run_state_machine_as_test(seed(number)(shop), settings=quick)
