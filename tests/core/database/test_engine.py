"""A unit of work is done whole or not at all, and what a database refuses is said in a sentence."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.accounts.rows import ChatLinkRow, CustomerRow
from core.database.engine import Database
from core.database.migrate import require_current
from core.errors import ConfigError, PortalError, Unavailable
from tests.conftest import administer, named
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, meanwhile, until, waiting

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)


def customer(number: int) -> CustomerRow:
    return CustomerRow(customer_id=f"c-{number}", name="Ada", email=f"{number}@example.org", country="GB")


def add(database: Database, number: int) -> None:
    with database.unit_of_work() as session:
        session.add(customer(number))


def customers(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CustomerRow)) or 0


def left(database: Database) -> int:
    """How many customers there are."""
    with database.reading() as session:
        return customers(session)


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.unit_of_work() as session:
            session.add(customer(1))
            session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        fail()
    assert left(database) == 0
    add(database, 2)
    assert left(database) == 1


def fail_inside(session: Session) -> None:
    with session.begin_nested():
        session.add(customer(2))
        session.flush()
        raise RuntimeError("only this part")


def test_a_part_that_fails_inside_leaves_the_rest(database: Database) -> None:
    with database.unit_of_work() as session:
        session.add(customer(1))
        with pytest.raises(RuntimeError, match="only this part"):
            fail_inside(session)
        session.add(customer(3))
    assert left(database) == 2


def test_reading_never_writes(database: Database) -> None:
    with database.reading() as session:
        session.add(customer(1))
    assert left(database) == 0


@ON_SQLITE
def test_reading_sees_one_state_however_long_it_takes_on_sqlite(database: Database) -> None:
    with database.reading() as session:
        before = customers(session)
        add(database, 1)
        assert customers(session) == before


@ON_POSTGRESQL
def test_reading_sees_one_state_however_long_it_takes_on_postgresql(database: Database) -> None:
    with database.reading() as session:
        before = customers(session)
        add(database, 1)
        assert customers(session) == before


def test_two_units_of_work_at_once_are_both_kept(database: Database) -> None:
    def one_more(first: int) -> Callable[[], None]:
        def adding() -> None:
            for number in range(first, first + 10):
                add(database, number)

        return adding

    with ThreadPoolExecutor(3) as pool:
        for running in [pool.submit(one_more(first)) for first in (0, 100, 200)]:
            running.result()
    assert left(database) == 30


@pytest.fixture
def sqlite_file(migrated_sqlite: Path, tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    return path


def refused(database: Database) -> str:
    """The sentence with which a write is refused."""
    try:
        with pytest.raises(Unavailable) as caught:
            add(database, 1)
    finally:
        database.close()
    return str(caught.value)


def test_a_file_that_another_program_holds_is_said_to_be_busy(sqlite_file: Path) -> None:
    other = sqlite3.connect(sqlite_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{sqlite_file}", busy_timeout_s=0.1)
    assert "busy with another program; nothing was changed" in refused(database)
    other.execute("COMMIT")
    other.close()
    reopened = Database(f"sqlite:///{sqlite_file}", busy_timeout_s=0.1)
    add(reopened, 1)
    assert left(reopened) == 1
    reopened.close()


def test_a_file_that_may_only_be_read_is_said_to_be(sqlite_file: Path) -> None:
    assert "read-only; nothing was changed" in refused(Database(f"sqlite:///file:{sqlite_file}?mode=ro&uri=true"))


def test_a_full_disk_is_said_to_be_full(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}")

    def no_more_pages(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite keeps to what is there already

    event.listen(database.engine, "connect", no_more_pages)
    with (
        pytest.raises(Unavailable, match="disk of the database is full; nothing was changed"),
        database.unit_of_work() as session,
    ):
        session.add_all(customer(number) for number in range(5000))
    assert left(database) == 0
    database.close()


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    assert "cannot be opened; check database.url" in refused(Database(f"sqlite:///{tmp_path}/none/shop.db"))


def test_a_file_without_tables_is_told_to_upgrade(tmp_path: Path) -> None:
    assert "storekeeper db upgrade" in refused(Database(f"sqlite:///{tmp_path}/shop.db"))


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(b"sku,name\n" * 1000)
    database = Database(f"sqlite:///{tmp_path}/shop.db")
    with pytest.raises(PortalError):
        require_current(database)


def test_a_postgresql_that_does_not_answer_is_said() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    for use in (database.reading, database.unit_of_work):
        expected = r"does not answer; nothing was changed\. Check database\.url"
        with pytest.raises(Unavailable, match=expected), use() as session:
            session.execute(text("SELECT 1"))
    database.close()


@ON_POSTGRESQL
def test_a_connection_that_breaks_is_said_and_the_next_one_works(database: Database, postgresql_server: str) -> None:
    def break_off() -> None:
        with database.unit_of_work() as session:
            session.add(customer(1))
            session.flush()
            ours = session.scalar(text("SELECT pg_backend_pid()"))
            administer(postgresql_server, f"SELECT pg_terminate_backend({ours})")
            session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        break_off()
    assert left(database) == 0


@ON_POSTGRESQL
def test_a_postgresql_that_may_only_be_read_is_said_to_be(
    database: Database, database_url: str, postgresql_server: str
) -> None:
    name = database.engine.url.database
    administer(postgresql_server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert "read-only" in refused(Database(database_url))


@pytest.mark.parametrize(("name", "wrongly"), [("unlocked", "busy"), ("fullfilment", "disk")])
def test_a_name_is_not_taken_for_a_reason(postgresql_server: str, name: str, wrongly: str) -> None:
    assert wrongly not in refused(Database(named(postgresql_server, name)))


@ON_POSTGRESQL
def test_two_that_wait_for_each_other_are_told_to_try_again(database: Database) -> None:
    for number in (1, 2):
        add(database, number)
    lock = select(CustomerRow).with_for_update()

    def second_then_first(session: Session) -> None:
        session.execute(lock.where(CustomerRow.customer_id == "c-2"))
        session.execute(lock.where(CustomerRow.customer_id == "c-1"))

    said = []
    try:
        with database.unit_of_work() as session:
            session.execute(lock.where(CustomerRow.customer_id == "c-1"))
            other = meanwhile(database, second_then_first)
            session.execute(lock.where(CustomerRow.customer_id == "c-2"))
    except Unavailable as refusal:
        said.append(str(refusal))
    try:
        other.result(timeout=30)
    except Unavailable as refusal:
        said.append(str(refusal))
    assert len(said) == 1
    assert "Try again" in said[0]


def test_a_postgresql_that_cannot_hold_every_name_is_said(postgresql_server: str) -> None:
    name = "of_ascii"
    administer(
        postgresql_server, f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    sentence = refused(Database(named(postgresql_server, name)))
    assert "SQL_ASCII" in sentence
    assert "ENCODING 'UTF8'" in sentence
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def test_an_upgrade_started_twice_at_once_is_done_once(postgresql_server: str) -> None:
    administer(postgresql_server, "CREATE DATABASE fresh_for_two")
    url = named(postgresql_server, "fresh_for_two")
    database, command = Database(url), [sys.executable, "-m", "bot", "db", "upgrade"]
    environment = {**os.environ, "STOREKEEPER__DATABASE__URL": url}
    with database.engine.connect() as holding:  # both come as far as their first table and wait there
        holding.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        upgrading = [subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
        until(lambda: waiting(database) == 2)
        holding.rollback()
    said = [one.communicate(timeout=60)[1].decode() for one in upgrading]
    database.close()
    administer(postgresql_server, "DROP DATABASE fresh_for_two WITH (FORCE)")
    assert said == ["", ""]


@pytest.mark.parametrize("url", ["", "not an address", "mysql://localhost/shop", "sqlite"])
def test_an_address_that_cannot_be_used_is_said(url: str) -> None:
    with pytest.raises(ConfigError, match=r"database\.url"):
        Database(url)


def test_a_port_that_is_no_number_is_said() -> None:
    with pytest.raises(ConfigError, match=r"database\.url"):
        Database("postgresql://localhost:port/shop")


def refer_to_nobody(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text("INSERT INTO desk_cards (ticket_number, shown, version) VALUES ('nobody', '', 1)"))


@ON_SQLITE
def test_a_commit_that_is_refused_stands_in_nobodys_way(database: Database) -> None:
    with pytest.raises(IntegrityError):
        refer_to_nobody(database)
    add(database, 1)
    assert left(database) == 1


@ON_SQLITE
def test_a_table_that_others_point_at_is_changed_only_if_nothing_is_left_pointing_at_nothing(
    database: Database,
) -> None:
    add(database, 1)
    with database.unit_of_work() as session:
        session.add(ChatLinkRow(channel="telegram", chat="7", customer_id="c-1", linked_at=NOW, proved_at=NOW))
    with database.altering() as session:
        session.execute(text("UPDATE customers SET customer_id = 'c-2'"))
        session.execute(text("UPDATE chat_links SET customer_id = 'c-2'"))
    with pytest.raises(Unavailable, match="Rows of chat_links"), database.altering() as session:
        session.execute(text("DELETE FROM customers"))
    assert left(database) == 1
    with pytest.raises(IntegrityError), database.unit_of_work() as session:  # elsewhere it is refused at once
        session.execute(text("DELETE FROM customers"))
