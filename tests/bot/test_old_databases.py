"""A shop whose database an old version made goes on with this one: upgraded in place, or restored from a backup.

`shop_at_0010.json` holds the rows of a small shop as the version wrote them whose last migration was 0010: orders, a
return and an address changed in the chat, a wish, a ticket, a plan, and its order sent and partly received.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Date, DateTime, MetaData, Table, func, select

from core.database.engine import Database
from core.database.migrate import upgrade
from tests.bot.command_line import run
from tests.conftest import SQLITE
from tests.shop import BOSS

pytestmark = pytest.mark.usefixtures("own_place", "old_shop")
ROWS: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("shop_at_0010.json").read_text("utf-8"))


@pytest.fixture
def old_shop(emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database as that version left it, with the commands looking there."""
    (tmp_path / "elsewhere").mkdir()
    database = Database(emptied)
    upgrade(database, "0010")
    with database.unit_of_work() as session:
        _fill(session.connection())
    database.close()
    monkeypatch.setenv("STOREKEEPER__DATABASE__URL", emptied)
    return emptied


def _fill(connection: Connection) -> None:
    tables = _tables(connection)
    for name, rows in ROWS.items():
        connection.execute(tables[name].insert(), [_typed(tables[name], row) for row in rows])
        if connection.dialect.name != SQLITE:
            _count_on(connection, tables[name])


def _tables(connection: Connection) -> dict[str, Table]:
    found = MetaData()
    found.reflect(connection)
    return dict(found.tables)


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the driver takes it; moments are written in UTC."""
    return {
        name: _moment(table.c[name].type, value) if isinstance(value, str) else value for name, value in row.items()
    }


def _moment(kind: Any, value: str) -> Any:
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if kind.timezone else moment
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _count_on(connection: Connection, table: Table) -> None:
    """Let the next number of a table come after those it has, as where each was drawn."""
    for column in table.primary_key.columns:
        counter = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if counter:
            connection.execute(select(func.setval(counter, select(func.max(column)).scalar_subquery())))


def missing(url: str) -> list[tuple[str, dict[str, Any]]]:
    """Rows of the old shop that are not there any more as they were, in the columns there still are."""
    database = Database(url)
    lost = []
    with database.reading() as session:
        tables = _tables(session.connection())
        for name, rows in ROWS.items():
            there = [dict(row) for row in session.execute(select(tables[name])).mappings()]
            for row in rows:
                kept = {column: value for column, value in row.items() if column in tables[name].c}
                wanted = _typed(tables[name], kept).items()
                if not any(all(one[column] == value for column, value in wanted) for one in there):
                    lost.append((name, row))
    database.close()
    return lost


def test_an_upgrade_keeps_every_row(old_shop: str) -> None:
    ended = run("db", "upgrade")
    assert ended.code == 0, ended.err
    assert missing(old_shop) == []


def test_commands_go_on_where_the_old_version_stopped() -> None:
    refused = run("chat", "--as", "ada@example.org", typed="where is order 1002?\n")
    assert (refused.code, "storekeeper db upgrade" in refused.err) == (1, True)
    run("db", "upgrade")
    for arguments in (("check",), ("scorecard",), ("overstock",), ("decisions",), ("notifications",), ("plan",)):
        ended = run(*arguments)
        assert ended.code == 0, (arguments, ended.out, ended.err)
    asked = ("where is my return?", "what became of my ticket?", "cancel order 1003", "yes", "order 1003 again", "yes")
    told = run("chat", "--as", "ada@example.org", typed="\n".join(asked)).out
    for part in ("Return R-000001", "Hello, this is Sam.", "Order 1003 is cancelled", "ORD-000001 is placed"):
        assert part in told
    assert "2 under way" in run("chat", "--as", BOSS, typed="how reliable is Acme?\n").out


def test_a_backup_of_the_old_version_is_restored_and_brought_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("backup", "old.backup")
    assert made.code == 0, made.err
    monkeypatch.setenv("STOREKEEPER__DATABASE__URL", database_url)
    back = run("restore", "old.backup")
    assert (back.code, "the audit chain holds over 11" in back.out) == (0, True), back.err
    assert missing(database_url) == []
