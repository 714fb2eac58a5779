"""What the records of Online Retail II become, and what is left out of them and why."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.canonical import BY_NAME, Fault
from core.errors import InvalidInput
from integrations.online_retail.client import batches
from integrations.online_retail.mapping import is_goods
from tests.integrations.online_retail.records import HEADER, LINES, write

Tables = dict[str, list[dict[str, Any]]]


def read(path: Path, shift_days: int = 0) -> tuple[Tables, list[Fault]]:
    tables: Tables = defaultdict(list)
    faults: list[Fault] = []
    for batch in batches(path, currency="GBP", zone=ZoneInfo("Europe/London"), shift_days=shift_days):
        assert len(batch.rows) == len(batch.lines)
        tables[batch.table] += batch.rows
        faults += batch.faults
    return tables, faults


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return read(write(tmp_path))[0]


def test_an_order_holds_its_goods_and_its_invoice_the_postage_too(tables: Tables) -> None:
    of_order = [row for row in tables["order_lines"] if row["order_number"] == "536365"]
    assert [(row["line"], row["sku"], row["quantity"], row["unit_price"]) for row in of_order] == [
        (1, "85123A", 6, 255),
        (2, "85123A", 2, 295),
    ]
    of_invoice = [row for row in tables["invoice_lines"] if row["invoice_number"] == "536365"]
    assert [(row["line"], row["sku"], row["unit_price"]) for row in of_invoice] == [
        (1, "85123A", 255),
        (2, "85123A", 295),
        (3, "", 1800),
    ]


def test_a_guest_has_an_order_without_customer(tables: Tables) -> None:
    order = next(row for row in tables["orders"] if row["order_number"] == "536366")
    assert (order["customer_id"], order["ship_country"], order["status"]) == (None, "IE", "delivered")


def test_an_invoice_of_charges_only_has_no_order(tables: Tables) -> None:
    invoice = next(row for row in tables["invoices"] if row["invoice_number"] == "536371")
    assert invoice["order_number"] is None
    assert "536371" not in {row["order_number"] for row in tables["orders"]}


def test_customers_and_products_are_as_last_seen(tables: Tables) -> None:
    assert [(row["customer_id"], row["email"]) for row in tables["customers"]] == [
        ("17850", "customer-17850@example.org")
    ]
    assert {row["sku"]: (row["name"], row["price"]) for row in tables["products"]} == {
        "22633": ("HAND WARMER", 185),
        "85123A": ("white heart holder", 255),
    }


def test_a_cancellation_takes_back_the_latest_purchases_at_its_price_first(tables: Tables) -> None:
    back = [(row["return_number"], row["line"], row["quantity"]) for row in tables["return_lines"]]
    assert back[:2] == [("C536383", 1, 10), ("C536383-2", 1, 1)]
    corrected = {row["invoice_number"]: row["corrects"] for row in tables["invoices"] if row["kind"] == "credit_note"}
    assert corrected["C536383"] == "536367"
    assert corrected["C536383-2"] == "536365"


def test_no_more_comes_back_than_was_bought(tables: Tables) -> None:
    bought = {(row["order_number"], row["line"]): row["quantity"] for row in tables["order_lines"]}
    order_of = {row["return_number"]: row["order_number"] for row in tables["returns"]}
    back: dict[tuple[str, int], int] = defaultdict(int)
    for row in tables["return_lines"]:
        back[order_of[row["return_number"]], row["line"]] += row["quantity"]
    assert back
    assert [line for line, units in back.items() if units > bought[line]] == []


def test_everything_left_out_is_named_with_its_row_and_reason(tmp_path: Path) -> None:
    _, faults = read(write(tmp_path))
    assert [(fault.line, fault.sentence.partition(": ")[2][:20]) for fault in faults] == [
        (7, "No price."),
        (8, "Stock written off; n"),
        (9, "Bad debt written off"),
        (10, "Not goods: D stands "),
        (12, "Cancels goods of whi"),
        (13, "Cancels goods of whi"),
        (14, "Not goods: GIFT_0001"),
    ]


def test_rows_have_exactly_the_canonical_columns(tables: Tables) -> None:
    for name, rows in tables.items():
        wanted = {column.name for column in BY_NAME[name].columns}
        assert [set(row) ^ wanted for row in rows if set(row) != wanted] == []


def test_days_are_moved_on_the_shops_clock(tmp_path: Path) -> None:
    moved, _ = read(write(tmp_path), shift_days=200)
    assert moved["orders"][0]["placed_at"].isoformat() == "2011-06-19T07:28:00+00:00"
    assert str(moved["invoices"][0]["issued_on"]) == "2011-06-19"


def test_a_row_that_cannot_be_read_is_named_and_the_others_are_taken(tmp_path: Path) -> None:
    bad = "536372,22633,HAND WARMER,many,2010-12-04 10:00:00,1.85,17850,United Kingdom\n536373,22633\n"
    found, faults = read(write(tmp_path, bad + LINES))
    assert [(fault.line, fault.column) for fault in faults[:2]] == [(2, "quantity"), (3, "")]
    assert len(found["orders"]) == 3


def test_an_unknown_country_is_unknown(tmp_path: Path) -> None:
    line = "536372,22633,HAND WARMER,1,2010-12-04 10:00:00,1.85,17851,Atlantis\n"
    assert read(write(tmp_path, line))[0]["customers"][0]["country"] == "ZZ"


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="unit_price"):
        read(write(tmp_path, header=HEADER.replace("Price", "Cost")))


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(InvalidInput, match="not a Parquet file"):
        read(path)


def test_without_pyarrow_the_way_to_get_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidInput, match=r"pip install"):
        read(path)


@pytest.mark.parametrize(
    ("sku", "goods"),
    [("85123A", True), ("22633", True), ("PADS", True), ("SP1002", True)]
    + [
        (sku, False) for sku in ("POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "ADJUST2", "AMAZONFEE", "DCGS0058")
    ],
)
def test_goods_are_told_from_charges(sku: str, goods: bool) -> None:
    assert is_goods(sku) is goods
