"""The databases that promises are tried on."""

from collections.abc import Iterator

import pytest

from tests.conftest import POSTGRESQL, SQLITE
from tests.promises.fresh import Fresh, on_postgresql, on_sqlite


@pytest.fixture(scope="session")
def opened_sqlite() -> Iterator[Fresh]:
    with on_sqlite() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def opened_postgresql(postgresql_server: str) -> Iterator[Fresh]:
    with on_postgresql(postgresql_server) as fresh:
        yield fresh


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def fresh(request: pytest.FixtureRequest) -> tuple[str, Fresh]:
    """What kind of database it is, and how to have a new one."""
    found: Fresh = request.getfixturevalue(f"opened_{request.param}")
    return request.param, found
