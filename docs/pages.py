"""How pages that tell of a running shop are written: it keeps its records in a folder that goes afterwards."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.database.engine import Database
from core.database.migrate import upgrade


@contextmanager
def records(path: Path) -> Iterator[Database]:
    """A new database in a file."""
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    try:
        yield database
    finally:
        database.close()


def write(page: Path, tell: Callable[[Path], str]) -> None:
    """Write a page down, as it is told with a folder to keep records in."""
    with tempfile.TemporaryDirectory() as folder:
        page.write_text(tell(Path(folder)), encoding="utf-8")
