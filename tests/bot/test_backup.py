"""A backup taken while the shop goes on, and put back: whole, of one moment, and only where nothing is lost by it."""

import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from core.database.engine import Database
from core.portal import Portal
from tests import shop
from tests.bot.command_line import run
from tests.conftest import POSTGRESQL, SQLITE, administer
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE

pytestmark = pytest.mark.usefixtures("own_place")


@contextmanager
def busy(portal: Portal) -> Iterator[None]:
    """Customers come in all the time, two by two."""
    begun, ended = threading.Event(), threading.Event()

    def bring() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            shop.bring(portal, "customers", *(
                {"customer_id": f"pair-{number}-{which}", "name": "P", "email": f"{number}{which}@example.org",
                 "country": "GB"} for which in "ab"
            ))  # fmt: skip
            begun.set()

    bringing = threading.Thread(target=bring)
    bringing.start()
    try:
        assert begun.wait(60)
        yield
    finally:
        ended.set()
        bringing.join()


def customers(url: str) -> list[str]:
    database = Database(url)
    with database.reading() as session:
        found = list(session.scalars(text("SELECT customer_id FROM customers ORDER BY 1")))
    database.close()
    return found


def secret_of(url: str) -> Path:
    return (
        Path(url.removeprefix("sqlite:///")).parent / "web-secret" if url.startswith(SQLITE) else Path("var/web-secret")
    )


@pytest.mark.slow
def test_a_backup_taken_under_load_comes_back_whole(
    portal: Portal, database_url: str, emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open_shop(portal)
    portal.housekeep()
    with busy(portal):
        made = run("backup", "shop.backup")
    assert made.code == 0, made.err
    assert Path("shop.backup").stat().st_mode & 0o777 == 0o600
    kept = secret_of(database_url).read_text(encoding="utf-8")
    secret_of(database_url).unlink()
    monkeypatch.setenv("STOREKEEPER__DATABASE__URL", emptied)
    back = run("restore", "shop.backup")
    assert (back.code, "the audit chain holds over" in back.out) == (0, True), back.err
    pairs = [one for one in customers(emptied) if one.startswith("pair-")]
    assert pairs
    assert sum(one.endswith("a") for one in pairs) == sum(one.endswith("b") for one in pairs)  # of one moment
    assert shop.ADA in customers(emptied)
    assert secret_of(emptied).read_text(encoding="utf-8") == kept
    assert run("backup", "again.backup").code == 0


def test_records_there_are_go_only_by_force(portal: Portal, database_url: str) -> None:
    shop.bring(portal, "customers", {"customer_id": "c-1", "name": "C", "email": "c@example.org", "country": "GB"})
    assert run("backup", "shop.backup").code == 0
    shop.bring(portal, "customers", {"customer_id": "c-2", "name": "C", "email": "d@example.org", "country": "GB"})
    refused = run("restore", "shop.backup")
    assert (refused.code, "--force" in refused.err, len(customers(database_url))) == (1, True, 2)
    assert run("restore", "shop.backup", "--force").code == 0
    assert customers(database_url) == ["c-1"]
    assert run("backup", "shop.backup").code == 2  # a backup is never written over


@ON_SQLITE
def test_what_is_no_backup_touches_nothing(portal: Portal, database_url: str) -> None:
    shop.bring(portal, "customers", {"customer_id": "c-1", "name": "C", "email": "c@example.org", "country": "GB"})
    run("backup", "shop.backup")
    whole = Path("shop.backup").read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2]):
        Path("bad.backup").write_bytes(content)
        ended = run("restore", "bad.backup", "--force")
        assert (ended.code, "is no backup" in ended.err) == (2, True)
    assert "is no backup" in run("restore", "missing.backup").err
    assert customers(database_url) == ["c-1"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("kind", POSTGRESQL, "is of postgresql"), ("revision", "9999", "newer version"), ("sha256", "0", "no backup")],
)
def test_a_backup_of_something_else_is_refused(portal: Portal, name: str, value: str, told: str) -> None:
    shop.open_shop(portal)
    run("backup", "shop.backup")
    with tarfile.open("shop.backup") as archive, tarfile.open("other.backup", "w:gz") as other:
        for member in archive.getmembers():
            inside = archive.extractfile(member)
            assert inside is not None
            content = inside.read()
            if member.name == "manifest.json":
                content = json.dumps({**json.loads(content), name: value}).encode()
                member.size = len(content)
            other.addfile(member, io.BytesIO(content))
    assert told in run("restore", "other.backup", "--force").err


@ON_SQLITE
def test_a_backup_whose_audit_chain_was_tampered_with_is_refused(portal: Portal, database: Database) -> None:
    shop.open_shop(portal)
    portal.adopt_policy("test", {})
    portal.housekeep()
    with database.unit_of_work() as session:
        session.execute(text("UPDATE audit SET who = 'nobody' WHERE position = 1"))
    run("backup", "shop.backup")
    refused = run("restore", "shop.backup", "--force")
    assert (refused.code, "broken at row 1" in refused.err) == (1, True)


@ON_POSTGRESQL
@pytest.mark.usefixtures("portal")
def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ended = run("backup", "shop.backup")
    assert (ended.code, "postgresql-client" in ended.err) == (2, True)


@ON_POSTGRESQL
def test_a_database_that_wants_a_password_is_backed_up_and_put_back(
    portal: Portal, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.bring(portal, "customers", {"customer_id": "c-1", "name": "C", "email": "c@example.org", "country": "GB"})
    with wanting_a_password(database_url, "guarded", "p:4ss/w@rd"):
        url = make_url(database_url).set(username="guarded", password="p:4ss/w@rd")
        monkeypatch.setenv("STOREKEEPER__DATABASE__URL", url.render_as_string(hide_password=False))
        made = run("backup", "shop.backup")
        assert made.code == 0, made.err
        assert run("restore", "shop.backup", "--force").code == 0
        monkeypatch.setenv(
            "STOREKEEPER__DATABASE__URL", url.set(password="wrong").render_as_string(hide_password=False)
        )
        assert run("backup", "again.backup").code == 1
    assert customers(database_url) == ["c-1"]


@contextmanager
def wanting_a_password(url: str, name: str, password: str) -> Iterator[None]:
    """The server of a database with a person who comes in only with a password."""
    administer(url, f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{password}'")
    rules = Path(asked(url, "SHOW hba_file"))
    before = rules.read_text(encoding="utf-8")
    rules.write_text(
        "".join(f"{way} scram-sha-256\n" for way in (f"local all {name}", f"host all {name} all")) + before
    )
    administer(url, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        rules.write_text(before, encoding="utf-8")
        administer(url, "SELECT pg_reload_conf()", f"REASSIGN OWNED BY {name} TO CURRENT_USER", f"DROP ROLE {name}")


def asked(url: str, question: str) -> str:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        answer = str(connection.scalar(text(question)))
    engine.dispose()
    return answer
