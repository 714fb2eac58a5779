"""Workbooks and Parquet files are read like CSV, each fault by its sheet and row."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from core.canonical import TABLES, Batch
from core.errors import InvalidInput
from integrations.tables.client import batches
from integrations.tables.sheets import write_template

LONDON = ZoneInfo("Europe/London")


def read(path: Path) -> list[Batch]:
    return list(batches(path, currency="GBP", zone=LONDON))


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_sheets_are_tables_and_faults_name_sheet_and_row(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "shop.xlsx",
        Stock=[
            ["sku", "location", "on_hand", "counted_at"],
            ["A", "main", 5, datetime(2026, 1, 31, 9, 30)],  # noqa: DTZ001 a spreadsheet knows no zones
            [],
            ["B", "main", 5.5, "2026-01-31T09:30:00Z"],
            [7001, "main", 7.0, "2026-01-31T09:30:00Z", None],
        ],
        Locations=[["location", "name"], ["main", "Main\x1fwarehouse".replace("\x1f", " ")]],
        Notes=[["whatever"]],
    )
    found = {batch.table: batch for batch in read(path)}
    at = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert [(row["sku"], row["on_hand"], row["counted_at"]) for row in found["stock"].rows] == [
        ("A", 5, at), ("7001", 7, at),
    ]  # fmt: skip
    assert found["stock"].lines == [2, 5]
    assert [(fault.table, fault.line, fault.column) for fault in found["stock"].faults] == [("stock", 4, "on_hand")]
    assert ["sheet Notes was left out" in fault.sentence for fault in found["locations"].faults] == [True]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"sku,location\n"])
def test_what_is_no_workbook_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "stock.xlsx"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="no spreadsheet"):
        read(path)


def test_the_workbook_of_templates_can_be_imported_as_it_stands(tmp_path: Path) -> None:
    write_template(tmp_path / "shop" / "shop.xlsx")
    found = read(tmp_path / "shop")
    assert [(batch.table, len(batch.rows), batch.faults) for batch in found] == [
        (table.name, 1, []) for table in TABLES
    ]
    with pytest.raises(InvalidInput, match="is kept"):
        write_template(tmp_path / "shop" / "shop.xlsx")


def test_parquet_of_other_programs_is_read_whatever_types_it_has(tmp_path: Path) -> None:
    prices: dict[str, Any] = {
        "sku": [1, 2, 3, 4], "name": ["a", "b", "c", "d\x00"], "price": [2.5, float("nan"), 0.1 + 0.2, 1.0],
        "currency": ["GBP", None, "KWD", "GBP"],
    }  # fmt: skip
    pq.write_table(pa.table(prices), tmp_path / "products.parquet")
    sold = pa.table({
        "sku": ["1"], "sold_on": pa.array([datetime(2026, 5, 1)], pa.timestamp("ns")), "units": [3.0],  # noqa: DTZ001
    })  # fmt: skip
    pq.write_table(sold, tmp_path / "sales.parquet")
    products, sales = read(tmp_path)
    assert [(row["sku"], row["price"]) for row in products.rows] == [("1", 250)]
    assert [(fault.line, fault.column) for fault in products.faults] == [(2, "price"), (3, "price"), (4, "")]
    assert [(row["sold_on"], row["units"]) for row in sales.rows] == [(date(2026, 5, 1), 3)]


def test_amounts_in_parquet_keep_every_decimal_of_their_currency(tmp_path: Path) -> None:
    table = pa.table({
        "sku": ["1", "2"], "name": ["a", "b"], "currency": ["KWD", "JPY"],
        "price": pa.array([Decimal("1.0050"), Decimal("1200.0000")], pa.decimal128(22, 4)),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "products.parquet")
    assert [row["price"] for row in read(tmp_path)[0].rows] == [1005, 1200]


def test_a_file_that_is_no_parquet_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "stock.parquet").write_bytes(b"sku,location\n")
    (found,) = read(tmp_path)
    assert found.rows == []
    assert ["no Parquet" in fault.sentence for fault in found.faults] == [True]
