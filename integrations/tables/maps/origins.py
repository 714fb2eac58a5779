"""Tables of other systems as they come: folders of CSV, Parquet or sheets, SQLite, SQL scripts, and JSON."""

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from integrations.tables import parquet, sheets, text
from integrations.tables.values import CONTROL, SPOILT, written

_LARGEST = 1 << 28  # bytes of a script or a JSON file, unpacked
_SQLITE = (".sqlite", ".sqlite3", ".db")
_FORBIDDEN = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}
Row = dict[str, str]
Rows = Iterator[tuple[int, Row | str]]


@dataclass(frozen=True)
class Origin:
    """One of their tables: its columns, and its rows with their lines; a sentence in place of what cannot be read."""

    name: str
    label: str
    written_at: datetime
    columns: tuple[str, ...]
    rows: Callable[[], Rows]


@contextmanager
def opened(path: Path) -> Iterator[list[Origin]]:
    """Every table there is in a file or in the files of a folder, as long as it is read.

    Raises:
        InvalidInput: a file cannot be read.
    """
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    with ExitStack() as open_ones:
        yield [origin for file in files if file.is_file() for origin in _in_file(file, open_ones)]


def _in_file(path: Path, open_ones: ExitStack) -> Iterator[Origin]:
    name = path.name.lower().removesuffix(".gz")
    stem = path.name[: len(name) - len(Path(name).suffix)]
    if name.endswith(".csv"):
        yield from _headed(path, stem, path.name, partial(text.rows, path))
    elif name.endswith(".parquet"):
        yield from _headed(path, stem, path.name, partial(parquet.rows, path))
    elif name.endswith(".xlsx"):
        for sheet in sheets.names(path):
            yield from _headed(path, sheet, f"{path.name}, sheet {sheet}", partial(sheets.rows, path, sheet))
    elif name.endswith((*_SQLITE, ".sql")):
        database = _database(path, is_script=name.endswith(".sql"))
        yield from _in_database(path, open_ones.enter_context(closing(database)))
    elif name.endswith(".json"):
        yield from _in_json(path, stem)


def _headed(path: Path, name: str, label: str, rows: Callable[[], Iterator[tuple[int, Any]]]) -> Iterator[Origin]:
    """A table whose first row names its columns."""
    _, first = next(rows(), (1, f"{label} is empty"))
    if isinstance(first, str):
        raise InvalidInput(f"{label}: {first}")
    columns = tuple(written(one).strip() for one in first)

    def named() -> Rows:
        found = rows()
        next(found)
        for line, values in found:
            if isinstance(values, str):
                yield line, values
            elif len(values) != len(columns):
                yield line, f"The row has {len(values)} fields where the first line names {len(columns)} columns."
            else:
                yield line, _checked(dict(zip(columns, map(written, values), strict=True)))

    yield Origin(name, label, _written_at(path), columns, named)


def _in_database(path: Path, database: sqlite3.Connection) -> Iterator[Origin]:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    try:
        for (name,) in database.execute(tables).fetchall():
            columns = tuple(str(one[1]) for one in database.execute(f"PRAGMA table_info({_quoted(name)})"))
            rows = partial(_selected, database, name, columns)
            yield Origin(str(name), f"{path.name}, table {name}", _written_at(path), columns, rows)
    except sqlite3.Error as error:
        raise InvalidInput(f"{path} cannot be read as a database: {error}.") from error


def _selected(database: sqlite3.Connection, name: str, columns: tuple[str, ...]) -> Rows:
    for number, values in enumerate(database.execute(f"SELECT * FROM {_quoted(name)}"), 1):  # noqa: S608 it is quoted
        cells = ["" if isinstance(value, bytes) else written(value) for value in values]
        yield number, _checked(dict(zip(columns, cells, strict=True)))


def _database(path: Path, *, is_script: bool) -> sqlite3.Connection:
    """A file, only to be read; or a database of its own that a script makes, from where it reaches no other file."""
    if not is_script:
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    database = sqlite3.connect("")
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK)
    try:
        database.executescript(_unpacked(path))
    except sqlite3.Error as error:
        database.close()
        raise InvalidInput(f"{path} is no script that SQLite runs: {error}.") from error
    return database


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_json(path: Path, stem: str) -> Iterator[Origin]:
    """Lists of objects: one in a file, several by name, or the fixture of a Django application by its models."""
    try:
        found = json.loads(_unpacked(path))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is no JSON that can be read.") from error
    tables: dict[str, list[tuple[int, Row]]] = {}
    for name, objects in found.items() if isinstance(found, dict) else [(stem, found)]:
        for number, one in enumerate(objects if isinstance(objects, list) else [], 1):
            if isinstance(one, dict) and isinstance(one.get("fields"), dict) and isinstance(one.get("model"), str):
                fields = {"pk": one.get("pk"), **one["fields"]}
                tables.setdefault(one["model"], []).append((number, _flat(fields)))
            elif isinstance(one, dict):
                tables.setdefault(str(name), []).append((number, _flat(one)))
    for name, rows in tables.items():
        columns = tuple(dict.fromkeys(column for _, row in rows for column in row))
        blank = dict.fromkeys(columns, "")
        whole = [(number, _checked({**blank, **row})) for number, row in rows]
        yield Origin(name, f"{path.name}, {name}", _written_at(path), columns, partial(iter, whole))


def _flat(fields: dict[str, Any]) -> Row:
    return {
        str(name): json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else written(value)
        for name, value in fields.items()
    }


def _checked(row: Row) -> Row | str:
    return CONTROL if any(SPOILT.search(cell) for cell in row.values()) else row


def _unpacked(path: Path) -> str:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, EOFError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}.") from error
    if len(content) > _LARGEST:
        raise InvalidInput(f"{path} is larger than {_LARGEST >> 20} MiB; bring its tables as CSV or Parquet.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8.") from error


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
