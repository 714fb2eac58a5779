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

from core.config import Config
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.bot.command_line import run
from tests.conftest import SQLITE
from tests.shop import BOSS, bring

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


def test_what_left_since_the_shelves_were_counted_is_booked_by_the_upgrade_and_once(old_shop: str) -> None:
    """Order 1002 holds 12 mugs, of which there are 10, and two of 500 bells; its last parcel left after the count."""
    database = Database(old_shop)
    with database.unit_of_work() as session:
        connection = session.connection()
        parcels = _tables(connection)["parcels"]
        later = _typed(parcels, {"shipped_at": "2026-06-14T12:00:00"})
        connection.execute(parcels.update().where(parcels.c.tracking_number == "TRK-1002B").values(**later))
    upgrade(database)
    portal = Portal(database, Config(), lambda: datetime(2026, 6, 25, tzinfo=UTC))
    told = {"order_number": "1002", "customer_id": "c-ada", "placed_at": datetime(2026, 6, 12, 9, 30, tzinfo=UTC)}
    for status in ("shipped", "delivered"):
        bring(portal, "orders", {**told, "status": status})
        with database.reading() as session:
            rows = _tables(session.connection())
            moved = rows["stock_movements"].c
            here = session.execute(select(rows["stock"].c.sku, rows["stock"].c.on_hand)).all()
            booked = session.execute(select(moved.sku, func.sum(moved.units)).group_by(moved.sku)).all()
            causes = session.scalars(select(moved.cause).where(moved.cause.not_like("count:%")).order_by(moved.cause))
            assert {tuple(row) for row in here} == {("MUG-1", 0), ("LAMP-1", 0), ("BELL-1", 498)}
            assert {tuple(row) for row in booked} == {tuple(row) for row in here}
            assert causes.all() == ["order:1002:1", "order:1002:2", "receipt:note-1:PO-000001:1", "uncounted:upgrade"]
    database.close()


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
