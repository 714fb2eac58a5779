"""What is exported is what an import takes: the same records come out of a database that took them."""

import json
import stat
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import exporting, importing
from bot.assembly import House
from core.canonical import BY_NAME, TABLES, Batch
from core.config import Config
from core.database.engine import Database
from core.errors import InvalidInput
from core.portal import Portal
from core.portal.goods_in import Delivered
from tests import shop
from tests.bot.command_line import run
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

ODD = ["=1+1", "'=1+1", "''+44", "-5", "@x", 'Zoë; “quoted”, "twice"', "two\nlines", "two\rhalves", "a,b;c\td"]


@pytest.fixture
def other(migrated_sqlite: Path, tmp_path: Path, config: Config, clock: SettableClock) -> Iterator[House]:
    """A second, empty shop."""
    path = tmp_path / "other.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield House(config, database, Portal(database, config, clock))
    database.close()


@pytest.fixture
def house(database: Database, config: Config, clock: SettableClock) -> House:
    portal = Portal(database, config, clock)
    shop.open_shop(portal)
    _odd_things(portal)
    return House(config, database, portal)


def _odd_things(portal: Portal) -> None:
    for number, name in enumerate(ODD):
        odd = {"customer_id": f"odd-{number}", "email": f"odd{number}@example.org", "country": "GB"}
        shop.bring(portal, "customers", {**odd, "name": name, "company": name, "phone": "+44 1"})
        options = {"colour: of it": "blue; dark", "size": name.replace("\n", " ")}
        goods = {"sku": f"odd-{number}", "name": name, "price": 1234, "weight_kg": 0.1 + 0.2, "volume_m3": 1e-7}
        shop.bring(portal, "products", {**goods, "currency": ["JPY", "KWD"][number % 2], "options": options})
    terms = {"supplier": "ACME", "sku": "odd-1", "unit_cost": 999, "price_breaks": [[10, 950], [20, 900]]}
    shop.bring(portal, "supplier_items", terms)
    shop.bring(portal, "sales", {"sku": "odd-1", "location": "main", "sold_on": date(2026, 1, 2), "units": -3})


def contents(portal: Portal) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    for page in portal.hand_out(list(found)):
        found[page.table] += page.rows
    return found


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_import_of_an_export_gives_the_same_records(house: House, other: House, tmp_path: Path, form: str) -> None:
    portal, boss = house.portal, person(shop.BOSS)
    portal.plan(run="test")
    proposal = portal.proposal(boss, portal.proposals(boss)[0].proposal_id)
    number = portal.approve(boss, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    portal.receive_goods(boss, number, Delivered("DN-1", {portal.purchase_order(boss, number).lines[0].line: 1}))
    folder = tmp_path / "out"
    written, _ = exporting.run(house, folder, [], form, quiet=True)
    outcome = importing.run(other, form, folder, quiet=True)
    assert outcome.faults == []
    assert outcome.taken == written
    assert contents(other.portal) == contents(house.portal)
    assert importing.run(house, form, folder, quiet=True).faults == []
    assert contents(house.portal) == contents(other.portal)


def test_no_cell_of_an_export_is_run_by_a_spreadsheet(house: House, tmp_path: Path) -> None:
    exporting.run(house, tmp_path / "out", ["customers", "sales"], "csv", quiet=True)
    lines = (tmp_path / "out" / "customers.csv").read_text(encoding="utf-8")
    assert "odd-0,'=1+1," in lines
    assert "'+44 1" in lines
    assert ",-3," in (tmp_path / "out" / "sales.csv").read_text(encoding="utf-8")


def test_an_export_keeps_files_that_are_there_and_is_for_its_owner(house: House, tmp_path: Path) -> None:
    exporting.run(house, tmp_path / "out", ["staff"], "csv", quiet=True)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    with pytest.raises(InvalidInput, match=r"staff\.csv already"):
        exporting.run(house, tmp_path / "out", [], "parquet", quiet=True)
    with pytest.raises(InvalidInput, match="no table “people”"):
        exporting.run(house, tmp_path / "new", ["people"], "csv", quiet=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["staff.csv"]


def test_who_was_erased_is_not_exported(house: House) -> None:
    house.portal.erase_customer(shop.ADA, "operator")
    found = contents(house.portal)
    assert shop.ADA not in {row["customer_id"] for name in ("customers", "orders", "invoices") for row in found[name]}
    assert {row["order_number"] for row in found["orders"]} >= {"1001"}


def test_memory_does_not_grow_with_the_records(house: House, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        first = date(2000, 1, 1)
        sales = [
            {"sku": f"S{number % 7}", "location": f"L{number // 7000}", "sold_on": first + timedelta(number % 7000),
             "units": 1, "in_stock": 1.0}
            for number in range(rows)
        ]  # fmt: skip
        for at in range(0, rows, 5_000):
            house.portal.mirror(Batch("sales", sales[at : at + 5_000], list(range(at, at + 5_000))))
        sales.clear()
        tracemalloc.start()
        exporting.run(house, tmp_path / f"{rows}", ["sales"], "csv", quiet=True)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(15_000) < peak(5_000) * 1.5


def test_receipts_of_units_that_were_counted_already_are_only_noted(house: House, clock: SettableClock) -> None:
    portal = house.portal
    head = {"purchase_order_number": "PO-OLD", "supplier": "ACME", "location": "main", "status": "confirmed"}
    when = {"ordered_at": datetime(2026, 5, 1, tzinfo=UTC), "expected_on": date(2026, 6, 20)}
    shop.bring(portal, "purchase_orders", {**head, **when})
    line = {"purchase_order_number": "PO-OLD", "line": 1, "sku": shop.MUG, "quantity": 100, "unit_cost": 200}
    shop.bring(portal, "purchase_order_lines", {**line, "received": 10})
    receipt = {"purchase_order_number": "PO-OLD", "line": 1}
    before = _figures(portal)
    shop.bring(portal, "receipts", {**receipt, "receipt_number": "D-1", "units": 10, "received_at": clock.now})
    assert _figures(portal) == before
    later = clock.forward(timedelta(days=1))
    shop.bring(portal, "receipts", {**receipt, "receipt_number": "D-2", "units": 5, "received_at": later})
    assert _figures(portal) == (before[0] + 5, before[1] + 5)
    shop.bring(portal, "purchase_order_lines", {**line, "received": 0})
    assert _figures(portal)[0] == 15


def _figures(portal: Portal) -> tuple[int, int]:
    """Units received of the old order, and mugs on the shelf."""
    found = contents(portal)
    received = [row["received"] for row in found["purchase_order_lines"] if row["purchase_order_number"] == "PO-OLD"]
    return received[0], sum(row["on_hand"] for row in found["stock"] if row["sku"] == shop.MUG)


def test_the_command_tells_what_was_written_and_refuses_in_a_sentence(database_url: str, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[database]\nurl = "{database_url}"\n', encoding="utf-8")
    asked = ("export", str(tmp_path / "out"), "--table", "staff", "--format", "parquet", "--config", str(settings))
    assert json.loads(run(*asked, "--json").out)["written"] == {"staff": 0}
    again = run(*asked)
    assert (again.code, "is kept" in again.err) == (2, True)
    assert run(*asked[:-1], str(tmp_path / "none.toml")).code == 2


def test_every_table_that_may_be_brought_is_handed_out(house: House) -> None:
    assert set(house.portal.rows_to_hand_out(list(BY_NAME))) == set(BY_NAME)
