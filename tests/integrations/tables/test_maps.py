"""Tables of other systems come in by a map: rows in the shape of each that ships, and the real files where they are."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.canonical import Batch
from core.config import Config
from core.database.engine import Database
from core.errors import InvalidInput
from core.portal import Portal
from integrations.tables.maps import client, language
from tests.conftest import SettableClock

SHARED = next(
    (up.parent / "shared/data" for up in Path(__file__).parents if (up.parent / "shared/data").is_dir()), Path()
)
NEW_YORK = ZoneInfo("America/New_York")


def read(path: Path, plan: language.Map) -> dict[str, list[Batch]]:
    found: dict[str, list[Batch]] = {}
    for batch in client.batches(path, plan, currency="USD", zone=NEW_YORK):
        found.setdefault(batch.table, []).append(batch)
    return found


def rows(path: Path, name: str) -> dict[str, list[dict[str, Any]]]:
    found = read(path, language.load(name))
    assert [fault for batches in found.values() for batch in batches for fault in batch.faults] == []
    return {table: [row for batch in batches for row in batch.rows] for table, batches in found.items()}


def files(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def written(folder: Path, text: str, *, table: str = "products", more: str = "") -> language.Map:
    path = folder / "mine.toml"
    head = f'about = "mine"\n[[table]]\nours = "{table}"\ntheirs = "Goods"\n{more}\n[table.columns]\n'
    path.write_text(head + text, encoding="utf-8")
    return language.load(str(path))


MIDNIGHT = "00:00:00.000"


def test_adventureworks_joins_names_and_turns_units(tmp_path: Path) -> None:
    there = files(
        tmp_path,
        Location="LocationID,Name\n6,Storage\n",
        Product="ProductID,Name,ProductNumber,ListPrice,Weight,WeightUnitMeasureCode,ProductSubcategoryID,SellEndDate\n"
        f"7,Blue Fork,FK-7,12.3450,2.00,LB,3,\n8,Old Fork,FK-8,.0000,500,G ,,2024-05-29 {MIDNIGHT}\n",
        ProductSubcategory="ProductSubcategoryID,ProductCategoryID,Name\n3,1,Forks\n",
        ProductCategory="ProductCategoryID,Name\n1,Components\n",
        Vendor="BusinessEntityID,AccountNumber,Name\n90,FORGE0001,The Forge\n91,IDLE0001,Idle\n",
        ProductVendor="ProductID,BusinessEntityID,AverageLeadTime,StandardPrice,MinOrderQty,MaxOrderQty\n"
        "7,90,17,9.5000,10,100\n8,90,20,3.1250,1,5\n",
        ProductInventory=f"ProductID,LocationID,Quantity,ModifiedDate\n7,6,40,2025-08-07 {MIDNIGHT}\n",
        PurchaseOrderHeader="PurchaseOrderID,Status,VendorID,OrderDate,ShipDate\n"
        f"1,4,90,2025-01-10 {MIDNIGHT},2025-01-20 {MIDNIGHT}\n2,1,90,2025-02-10 {MIDNIGHT},2025-02-20 {MIDNIGHT}\n",
        PurchaseOrderDetail="PurchaseOrderID,PurchaseOrderDetailID,DueDate,OrderQty,ProductID,UnitPrice,StockedQty\n"
        f"1,1,2025-01-24 {MIDNIGHT},10,7,9.5000,10.00\n2,2,2025-02-24 {MIDNIGHT},20,7,9.5000,.00\n",
    )
    found = rows(there, "adventureworks")
    fork, old = found["products"]
    assert (fork["category"], fork["price"], fork["weight_kg"], fork["active"]) == ("Components", 1235, 0.907185, True)
    assert (old["category"], old["weight_kg"], old["active"]) == ("", 0.5, False)
    assert [row["lead_time_days"] for row in found["suppliers"]] == [18.5, 0.0]
    assert [(row["supplier"], row["sku"], row["unit_cost"]) for row in found["supplier_items"]] == [
        ("FORGE0001", "FK-7", 950), ("FORGE0001", "FK-8", 313),
    ]  # fmt: skip
    assert [(row["status"], row["expected_on"], row["received_at"]) for row in found["purchase_orders"]] == [
        ("received", date(2025, 1, 24), datetime(2025, 1, 20, 5, tzinfo=UTC)), ("approved", date(2025, 2, 24), None),
    ]  # fmt: skip
    assert [row["received"] for row in found["purchase_order_lines"]] == [10, 0]


NORTHWIND = """
CREATE TABLE Categories (CategoryID INTEGER, CategoryName TEXT, Picture BLOB);
INSERT INTO Categories VALUES (1, 'Drinks', X'FFD8');
CREATE TABLE Customers (CustomerID TEXT, CompanyName TEXT, ContactName TEXT, Address TEXT, City TEXT, Region TEXT,
                        PostalCode TEXT, Country TEXT, Phone TEXT);
INSERT INTO Customers VALUES ('EXMPL', 'Example & Co', 'Ada Example', '1 Road', 'Leeds', NULL, 'LS1', 'UK', NULL);
INSERT INTO Customers VALUES ('NOBDY', 'Nobody', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE Products (ProductID INTEGER, ProductName TEXT, SupplierID INTEGER, CategoryID INTEGER, UnitPrice NUMERIC,
                       UnitsInStock INTEGER, Discontinued TEXT);
INSERT INTO Products VALUES (1, 'Tea', 5, 1, 18, 39, '0'), (2, 'Sauce', 5, 1, 21.35, 0, '1');
CREATE TABLE Suppliers (SupplierID INTEGER, CompanyName TEXT);
INSERT INTO Suppliers VALUES (5, 'Kiln');
CREATE TABLE Orders (OrderID INTEGER, CustomerID TEXT, OrderDate DATETIME, ShippedDate DATETIME, ShipName TEXT,
    ShipAddress TEXT, ShipCity TEXT, ShipRegion TEXT, ShipPostalCode TEXT, ShipCountry TEXT);
INSERT INTO Orders VALUES (10, 'EXMPL', '1996-07-04 00:00:00.000', NULL, 'Ada', '1 Road', 'Leeds', NULL, 'LS1', 'USA');
CREATE TABLE "Order Details" (OrderID INTEGER, ProductID INTEGER, UnitPrice NUMERIC, Quantity INTEGER, Discount REAL);
INSERT INTO "Order Details" VALUES (10, 1, 14, 12, 0.0), (10, 2, 9.8, 10, 0.15);
"""


@pytest.mark.parametrize("ending", [".sql", ".sqlite"])
def test_northwind_comes_from_a_script_or_a_database(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"northwind{ending}"
    if ending == ".sql":
        path.write_text(NORTHWIND, encoding="utf-8")
    else:
        with closing(sqlite3.connect(path)) as database:
            database.executescript(NORTHWIND)
    found = rows(path, "northwind")
    assert [(row["name"], row["country"]) for row in found["customers"]] == [("Ada Example", "GB"), ("Nobody", "ZZ")]
    assert [row["customer_id"] for row in found["addresses"]] == ["EXMPL"]
    assert [(row["category"], row["price"], row["active"]) for row in found["products"]] == [
        ("Drinks", 1800, True), ("Drinks", 2135, False),
    ]  # fmt: skip
    assert [(row["status"], row["ship_country"]) for row in found["orders"]] == [("open", "US")]
    assert [(row["line"], row["unit_price"], row["discount"]) for row in found["order_lines"]] == [
        (1, 1400, 0), (2, 980, 1470),
    ]  # fmt: skip


def test_a_script_reaches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "evil.sql").write_text(
        f"ATTACH '{tmp_path}/made.db' AS made; CREATE TABLE made.x (y);", encoding="utf-8"
    )
    with pytest.raises(InvalidInput, match="not authorized"):
        read(tmp_path / "evil.sql", language.load("northwind"))
    assert not (tmp_path / "made.db").exists()


def test_a_frepple_fixture_is_read_by_its_models(tmp_path: Path) -> None:
    terms = {"leadtime": "604800.0", "sizeminimum": 15, "cost": 5, "item_id": "Ball", "supplier_id": "Kiln"}
    demand = {"item_id": "Ball", "location_id": "Shop", "due": "2018-01-07 00:00:00"}
    objects = [
        ("input.location", {"name": "Shop", "description": "The shop"}),
        ("input.item", {"name": "All items"}),
        ("input.item", {"name": "Ball", "category": "Toys", "cost": 7.5, "weight": 1, "volume": 1}),
        ("input.supplier", {"name": "Kiln"}),
        ("input.itemsupplier", {**terms, "sizemultiple": 3, "location_id": "Shop"}),
        ("input.itemsupplier", {**terms, "location_id": "Other"}),
        ("input.buffer", {"onhand": 25, "item_id": "Ball", "location_id": "Shop"}),
        ("input.demand", {**demand, "status": "closed", "quantity": 11}),
        ("input.demand", {**demand, "status": "closed", "quantity": 4}),
        ("input.demand", {**demand, "status": "open", "quantity": 99}),
    ]
    path = tmp_path / "frepple.json"
    path.write_text(json.dumps([{"model": model, "fields": fields} for model, fields in objects]), encoding="utf-8")
    found = rows(path, "frepple")
    assert [row["sku"] for row in found["products"]] == ["Ball"]
    assert [(row["minimum"], row["pack"], row["unit_cost"]) for row in found["supplier_items"]] == [(15, 3, 500)]
    assert [row["lead_time_days"] for row in found["suppliers"]] == [7.0]
    assert [(row["sold_on"], row["units"]) for row in found["sales"]] == [(date(2018, 1, 7), 15)]


def test_a_saleor_fixture_has_its_variants_with_the_price_of_the_channel(tmp_path: Path) -> None:
    objects = [
        ("product.category", 5, {"name": "Shoes"}),
        ("product.product", 9, {"name": "Plimsoll", "slug": "plimsoll", "category": 5}),
        ("product.productvariant", 1, {"sku": "P-41", "name": "41; wide", "product": 9}),
        ("product.productvariant", 2, {"sku": None, "name": "42", "product": 9}),
        ("product.productvariantchannellisting", 1, {"variant": 1, "currency": "PLN", "price_amount": "40.000"}),
        ("product.productvariantchannellisting", 2, {"variant": 1, "currency": "USD", "price_amount": "10.000"}),
        ("product.productvariantchannellisting", 3, {"variant": 2, "currency": "USD", "price_amount": "11.000"}),
        ("warehouse.warehouse", "w-1", {"name": "Global", "slug": "global"}),
        ("warehouse.stock", 1, {"warehouse": "w-1", "product_variant": 2, "quantity": 3}),
    ]
    path = tmp_path / "saleor.json"
    made = [{"model": model, "pk": key, "fields": fields} for model, key, fields in objects]
    path.write_text(json.dumps(made), encoding="utf-8")
    found = rows(path, "saleor")
    assert [(row["sku"], row["price"], row["options"]) for row in found["products"]] == [
        ("P-41", 1000, {"variant": "41; wide"}), ("variant-2", 1100, {"variant": "42"}),
    ]  # fmt: skip
    assert [(row["sku"], row["location"], row["on_hand"]) for row in found["stock"]] == [("variant-2", "global", 3)]


def test_superstore_lines_become_customers_orders_and_returns(tmp_path: Path) -> None:
    head = "Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Country,City,State,Postal Code,Product ID,"
    line = "11/8/2017,11/11/2017,AB-1,Ann B,United States,Henderson,Kentucky,42420,"
    orders = f"{head}Sub-Category,Product Name,Sales,Quantity\n"
    orders += f"1,CA-1,{line}CH-1,Chairs,Chair,261.96,2\n2,CA-1,{line}CH-2,Chairs,Stool,19.9975,5\n"
    there = files(tmp_path, superstore_orders=orders, superstore_returns="Order ID,Returned\nCA-1,Yes\n")
    found = rows(there, "superstore")
    assert [row["country"] for row in found["customers"]] == ["US"]
    assert [row["placed_at"] for row in found["orders"]] == [datetime(2017, 11, 8, 5, tzinfo=UTC)]
    assert [row["unit_price"] for row in found["order_lines"]] == [13098, 400]
    assert [row["requested_at"] for row in found["returns"]] == [datetime(2017, 11, 11, 5, tzinfo=UTC)]
    assert [row["line"] for row in found["return_lines"]] == [1, 2]


def test_a_shopify_product_csv_has_variants_below_their_product(tmp_path: Path) -> None:
    head = (
        "Handle,Title,Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,"
    )
    table = f"{head}Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price\n"
    table += (
        "pot,Clay Pot,Outdoor,true,Size,Regular,,,,,,250,3,9.99\npot,,,,,Large,,,,,POT-L,500,4,15.99\npot" + "," * 13
    )
    (tmp_path / "export.csv").write_text(table, encoding="utf-8")
    found = rows(tmp_path / "export.csv", "shopify_products")
    assert [(row["sku"], row["name"], row["options"], row["weight_kg"]) for row in found["products"]] == [
        ("pot/Regular//", "Clay Pot", {"Size": "Regular"}, 0.25), ("POT-L", "Clay Pot", {"Size": "Large"}, 0.5),
    ]  # fmt: skip
    assert [row["on_hand"] for row in found["stock"]] == [3, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sku = "Cod"\nname = "Name"\nprice = "Price"', "no column “Cod”; did you mean Code?"),
        ('sku = "Code"\nname = { template = "{Nmae}" }\nprice = "Price"', "no column “Nmae”; did you mean Name?"),
        ('sku = "Code"\nname = "Name"', "products: products wants price"),
        ('sku = "Code"\nname = "Name"\nprice = "Price"\ncolour = "Name"', "products has no column colour"),
        ('sku = "Code"\nname = "Name"\nprice = { column = "Price", rond = 2 }', "price.rond: is no word of a map"),
        ('sku = "Code"\nname = "Name"\nprice = { round = 2 }', "exactly one of column, constant"),
        ('sku = "Code"\nname = "Name"\nprice = { column = "Code", lookup = { in = "Cost", by = "Code", take = "P" } }',
         "looks up Cost, which is not there"),
        ("sku = Code", "no TOML"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_followed_says_where_and_why_before_any_record(
    tmp_path: Path, text: str, said: str
) -> None:
    files(tmp_path, Goods="Code,Name,Price\nA,Lamp,1.00\n")
    with pytest.raises(InvalidInput) as refusal:
        read(tmp_path, written(tmp_path, text))
    assert said in str(refusal.value)


def test_each_bad_row_is_named_with_the_table_and_line_it_comes_from(tmp_path: Path) -> None:
    files(tmp_path, Goods="Code;Name;Price;State\nA;Lamp;1.234,50 ;on\nB;Mug;x;on\nC;;3;on\nD;Pot;4;lost\n")
    text = 'sku = "Code"\nname = "Name"\nprice = { column = "Price", decimal = ",", round = 2 }\n'
    text += 'active = { column = "State", words = { on = "true", off = "false" } }'
    (batch,) = read(tmp_path, written(tmp_path, text))["products"]
    assert [(row["sku"], row["price"], row["currency"]) for row in batch.rows] == [("A", 123450, "USD")]
    assert [(fault.line, fault.sentence) for fault in batch.faults] == [
        (3, "Goods.csv: price is “x”, which is no number."),
        (4, "Goods.csv: name is empty, and has to be filled in."),
        (5, "Goods.csv: active is “lost”, for which the map has no word."),
    ]


def test_a_table_that_is_not_there_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    whole = language.load("superstore")
    plan = whole.model_copy(update={"tables": [one for one in whole.tables if one.ours in {"locations", "returns"}]})
    there = files(tmp_path, superstore_orders="Order ID,Ship Date\nCA-1,11/11/2017\n", other="a\n1\n")
    (batch,) = read(there, plan)["locations"]
    assert [row["location"] for row in batch.rows] == ["main"]
    assert [fault.sentence for fault in batch.faults] == ["superstore_returns is not there; returns was left out."]
    with pytest.raises(InvalidInput, match="none of the tables"):
        read(there, language.load("northwind"))


@pytest.fixture
def portal(migrated_sqlite: Path, tmp_path: Path, config: Config, clock: SettableClock) -> Iterator[Portal]:
    path = tmp_path / "shop.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield Portal(database, config, clock)
    database.close()


@pytest.mark.skipif(not SHARED.name, reason="the real files are not here")
@pytest.mark.parametrize(
    ("name", "path", "taken"),
    [
        ("adventureworks", "erp/adventureworks",
         {"products": 504, "locations": 14, "suppliers": 104, "supplier_items": 460, "stock": 1069,
          "purchase_orders": 4012, "purchase_order_lines": 8845}),
        ("northwind", "erp/northwind.sqlite.sql.gz",
         {"customers": 93, "addresses": 91, "products": 77, "locations": 1, "suppliers": 29, "supplier_items": 69,
          "stock": 77, "orders": 830, "order_lines": 2155}),
        ("frepple", "erp/frepple_distribution_demo.json.gz",
         {"products": 11, "locations": 4, "suppliers": 2, "supplier_items": 11, "stock": 33, "sales": 3294}),
        ("saleor", "erp/saleor_populatedb.json.gz", {"products": 73, "locations": 1, "stock": 56}),
        ("superstore", "orders",
         {"customers": 793, "products": 1862, "locations": 1, "orders": 5009, "order_lines": 9994, "returns": 296,
          "return_lines": 800}),
        ("shopify_products", "catalogue/shopify_product_csv", {"products": 66, "locations": 3, "stock": 66}),
    ],
)  # fmt: skip
def test_the_real_files_come_in_whole(portal: Portal, name: str, path: str, taken: dict[str, int]) -> None:
    found = dict.fromkeys(taken, 0)
    for table, batches in read(SHARED / path, language.load(name)).items():
        for batch in batches:
            assert batch.faults == []
            assert portal.mirror(batch) == []
            found[table] += len(batch.rows)
    assert found == taken


def test_every_map_that_ships_can_be_read_and_is_told_of() -> None:
    page = (Path(__file__).parents[3] / "docs/import-maps.md").read_text(encoding="utf-8")
    assert len(language.shipped()) >= 6
    for name in language.shipped():
        assert language.load(name).about
        assert f"`{name}`" in page
