"""E-invoices by command: a file each, and those that cannot be any with why."""

from datetime import date
from pathlib import Path

import facturx

from core.config import Config, Shop
from core.database.engine import Database
from core.portal import Portal
from tests.bot.command_line import run
from tests.conftest import SettableClock
from tests.shop import bring

SHOP = '[shop]\nvat_number = "GB123456789"\naddress = ["1 Mill Lane", "Leeds"]\n'


def test_the_documents_of_some_days_are_written_and_the_others_said(
    database: Database, database_url: str, config: Config, clock: SettableClock, tmp_path: Path
) -> None:
    shop = Shop(vat_number="GB123456789", address=("1 Mill Lane", "Leeds"))
    portal = Portal(database, config.model_copy(update={"shop": shop}), clock)
    person = {"customer_id": "C1", "name": "Ada", "email": "ada@example.org", "country": "GB"}
    bring(portal, "customers", person)
    for number, day, country in (("INV/1", 1, "GB"), ("INV/2", 2, ""), ("INV/3", 9, "GB")):
        head = {"invoice_number": number, "kind": "invoice", "customer_id": "C1", "issued_on": date(2026, 6, day)}
        bring(portal, "invoices", {**head, "bill_name": "Ada", "bill_country": country})
        line = {"invoice_number": number, "line": 1, "description": "Lamp", "quantity": 2, "unit_price": 2400}
        bring(portal, "invoice_lines", {**line, "tax_rate": 0.2})
    settings = tmp_path / "config.toml"
    settings.write_text(f'{SHOP}[database]\nurl = "{database_url}"\n', encoding="utf-8")
    days = ("--from", "2026-06-01", "--to", "2026-06-05", "--config", str(settings))
    ended = run("e-invoices", str(tmp_path / "out"), *days)
    assert (ended.code, ended.out) == (1, f"1 e-invoices written to {tmp_path / 'out'}; 1 documents cannot be any.\n")
    assert "INV/2 cannot be an e-invoice: it lacks the buyer's country" in ended.err
    [written] = (tmp_path / "out").iterdir()
    assert written.name == "INV%2F1.xml"
    assert facturx.parse_ubl_cii_xml(written.read_bytes(), check_xsd=True)["BT-112"] == "57.60"


def test_days_the_wrong_way_round_and_a_shop_without_a_vat_number_are_refused(
    database_url: str, tmp_path: Path
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[database]\nurl = "{database_url}"\n', encoding="utf-8")
    given = ("e-invoices", str(tmp_path / "out"), "--config", str(settings), "--from", "2026-06-02")
    assert "shop.vat_number" in run(*given, "--to", "2026-06-05").err
    assert "before the first" in run(*given, "--to", "2026-06-01").err
