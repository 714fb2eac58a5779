"""The demo shop's files agree with each other as the records of a real shop would."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.canonical import TABLES
from core.portal import Portal
from integrations.demo.shop import featured, last_day, shop_folder
from integrations.tables.client import batches

LONDON = ZoneInfo("Europe/London")
_AHEAD = {"due_on", "expected_on", "first_on", "last_on"}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def shop() -> dict[str, Rows]:
    """Every table of the demo, read as an import reads it."""
    tables: dict[str, Rows] = defaultdict(list)
    for batch in batches(shop_folder(), currency="GBP", zone=LONDON):
        assert batch.faults == []
        tables[batch.table] += batch.rows
    return tables


def gross(lines: Rows) -> int:
    """What lines come to, worked out from the tables alone."""
    nets: dict[float, int] = defaultdict(int)
    for line in lines:
        nets[line["tax_rate"]] += line["quantity"] * line["unit_price"] - line["discount"]
    tax = (Decimal(net) * Decimal(str(rate)) for rate, net in nets.items())
    return sum(nets.values()) + sum(int(each.quantize(Decimal(1), ROUND_HALF_UP)) for each in tax)


def by(rows: Rows, *names: str) -> dict[Any, Rows]:
    """Rows by the value of some columns."""
    found: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        found[row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)].append(row)
    return found


def test_there_is_a_file_for_every_table(shop: dict[str, Rows]) -> None:
    """Receipts apart: what the demo's suppliers deliver is booked by whoever tries it."""
    assert list(shop) == [table.name for table in TABLES if table.name != "receipts"]


def test_what_is_to_come_is_about_goods_there_are_and_begins_after_the_records_end(shop: dict[str, Rows]) -> None:
    categories, skus = {row["category"] for row in shop["products"]}, {row["sku"] for row in shop["products"]}
    assert len(shop["events"]) == 3
    for row in shop["events"]:
        assert row["category"] in {"", *categories}
        assert row["sku"] in {"", *skus}
        assert last_day() < row["first_on"] <= row["last_on"]


def test_it_is_a_shop_of_the_size_promised(shop: dict[str, Rows]) -> None:
    assert 280 <= len(shop["products"]) <= 320
    assert 300 <= len(shop["customers"]) <= 400
    assert sum(path.stat().st_size for path in shop_folder().iterdir()) < 3_000_000


@pytest.mark.parametrize(
    ("child", "column", "parent"),
    [
        ("addresses", "customer_id", "customers"),
        ("orders", "customer_id", "customers"),
        ("orders", "location", "locations"),
        ("order_lines", "order_number", "orders"),
        ("order_lines", "sku", "products"),
        ("invoices", "order_number", "orders"),
        ("invoices", "customer_id", "customers"),
        ("invoice_lines", "invoice_number", "invoices"),
        ("invoice_lines", "sku", "products"),
        ("payments", "order_number", "orders"),
        ("payments", "invoice_number", "invoices"),
        ("parcels", "order_number", "orders"),
        ("parcel_lines", "tracking_number", "parcels"),
        ("scans", "tracking_number", "parcels"),
        ("returns", "order_number", "orders"),
        ("return_lines", "return_number", "returns"),
        ("supplier_items", "supplier", "suppliers"),
        ("supplier_items", "sku", "products"),
        ("stock", "sku", "products"),
        ("stock", "location", "locations"),
        ("purchase_orders", "supplier", "suppliers"),
        ("purchase_order_lines", "purchase_order_number", "purchase_orders"),
        ("purchase_order_lines", "sku", "products"),
        ("sales", "sku", "products"),
        ("sales", "location", "locations"),
    ],
)
def test_what_a_row_refers_to_is_there(shop: dict[str, Rows], child: str, column: str, parent: str) -> None:
    there = {row[column] for row in shop[parent]}
    assert {row[column] for row in shop[child]} - {None} <= there


def test_every_customer_has_both_addresses_and_every_product_stock_and_a_supplier(shop: dict[str, Rows]) -> None:
    skus = {row["sku"] for row in shop["products"]}
    assert {row["sku"] for row in shop["stock"]} == skus
    assert {row["sku"] for row in shop["supplier_items"]} == skus
    assert Counter(row["customer_id"] for row in shop["addresses"]) == {
        row["customer_id"]: 2 for row in shop["customers"]
    }


def test_nobody_has_an_address_outside_example_org_and_no_two_share_one(shop: dict[str, Rows]) -> None:
    emails = [row["email"] for table in ("customers", "suppliers", "staff") for row in shop[table]]
    assert [email for email in emails if not email.endswith("@example.org")] == []
    assert len(set(emails)) == len(emails)


def test_names_are_of_many_scripts(shop: dict[str, Rows]) -> None:
    names = {row["name"] for row in shop["customers"]}
    assert {"Zoë Björk", "Łukasz Wiśniewski", "Ελένη Παπαδοπούλου", "山田花子", "Kathleen O'Brien"} <= names
    assert len(names) == len(shop["customers"])


def test_nothing_is_delivered_that_was_not_ordered(shop: dict[str, Rows]) -> None:
    order_of = {row["tracking_number"]: row["order_number"] for row in shop["parcels"]}
    ordered = {(row["order_number"], row["line"]): row["quantity"] for row in shop["order_lines"]}
    sent = Counter[tuple[str, int]]()
    for row in shop["parcel_lines"]:
        sent[order_of[row["tracking_number"]], row["line"]] += row["quantity"]
    assert [line for line, units in sent.items() if units > ordered.get(line, 0)] == []


def test_nothing_comes_back_that_was_not_delivered(shop: dict[str, Rows]) -> None:
    delivered_at = {row["tracking_number"]: row["scanned_at"] for row in shop["scans"] if row["status"] == "delivered"}
    order_of = {row["tracking_number"]: row["order_number"] for row in shop["parcels"]}
    delivered = Counter[tuple[str, int]]()
    arrived: dict[tuple[str, int], Any] = {}
    for row in shop["parcel_lines"]:
        if row["tracking_number"] in delivered_at:
            line = (order_of[row["tracking_number"]], row["line"])
            delivered[line] += row["quantity"]
            arrived[line] = max(
                arrived.get(line, delivered_at[row["tracking_number"]]), delivered_at[row["tracking_number"]]
            )
    asked = {row["return_number"]: row for row in shop["returns"]}
    back = Counter[tuple[str, int]]()
    for row in shop["return_lines"]:
        line = (asked[row["return_number"]]["order_number"], row["line"])
        back[line] += row["quantity"]
        assert arrived[line] < asked[row["return_number"]]["requested_at"]
    assert len(back) > 50
    assert [line for line, units in back.items() if units > delivered[line]] == []


def test_orders_stand_where_their_parcels_say(shop: dict[str, Rows]) -> None:
    parcels, scans = by(shop["parcels"], "order_number"), by(shop["scans"], "tracking_number")
    for order in shop["orders"]:
        mine = parcels.get(order["order_number"], [])
        arrived = [any(scan["status"] == "delivered" for scan in scans[one["tracking_number"]]) for one in mine]
        assert bool(mine) == (order["status"] in {"shipped", "delivered"})
        assert order["status"] != "delivered" or all(arrived)
        assert all(one["shipped_at"] > order["placed_at"] for one in mine)
    assert set(Counter(row["status"] for row in shop["orders"])) == {"open", "packed", "shipped", "delivered"}


def test_scans_of_a_parcel_go_forward(shop: dict[str, Rows]) -> None:
    steps = ["label_created", "picked_up", "in_transit", "exception", "out_for_delivery", "delivered"]
    for scans in by(shop["scans"], "tracking_number").values():
        places = [steps.index(scan["status"]) for scan in sorted(scans, key=lambda scan: scan["scanned_at"])]
        assert places == sorted(places)


def test_an_invoice_bills_its_order_and_nothing_else(shop: dict[str, Rows]) -> None:
    billed, ordered = by(shop["invoice_lines"], "invoice_number"), by(shop["order_lines"], "order_number")
    facts = ("sku", "description", "quantity", "unit_price", "tax_rate", "discount")
    invoices = [row for row in shop["invoices"] if row["kind"] == "invoice"]
    for invoice in invoices:
        lines = [[row[fact] for fact in facts] for row in billed[invoice["invoice_number"]]]
        assert lines == [[row[fact] for fact in facts] for row in ordered[invoice["order_number"]]]
    shipped = {row["order_number"] for row in shop["orders"] if row["status"] in {"shipped", "delivered"}}
    assert Counter(row["order_number"] for row in invoices) == dict.fromkeys(shipped, 1)


def test_a_credit_note_credits_no_more_than_its_invoice_billed(shop: dict[str, Rows]) -> None:
    lines, number_of = by(shop["invoice_lines"], "invoice_number"), Counter[tuple[str, str, int]]()
    for note in (row for row in shop["invoices"] if row["kind"] == "credit_note"):
        for line in lines[note["invoice_number"]]:
            number_of[note["corrects"], line["sku"], line["unit_price"]] += line["quantity"]
    for invoice, sku, price in number_of:
        billed = sum(one["quantity"] for one in lines[invoice] if (one["sku"], one["unit_price"]) == (sku, price))
        assert number_of[invoice, sku, price] <= billed


def test_document_numbers_have_no_gap_and_rise_with_the_days(shop: dict[str, Rows]) -> None:
    for prefix, kind in (("INV-", "invoice"), ("CN-", "credit_note")):
        documents = [row for row in shop["invoices"] if row["kind"] == kind]
        numbers = [int(row["invoice_number"].removeprefix(prefix)) for row in documents]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        days = [row["issued_on"] for row in documents]
        assert days == sorted(days)


def test_no_more_is_paid_than_billed_and_no_more_refunded_than_paid(shop: dict[str, Rows]) -> None:
    lines, payments = by(shop["order_lines"], "order_number"), by(shop["payments"], "order_number")
    for order, those in payments.items():
        paid = sum(row["amount"] for row in those if row["kind"] == "payment")
        refunded = sum(row["amount"] for row in those if row["kind"] == "refund")
        assert refunded <= paid <= gross(lines[order])
        first = min(row["paid_at"] for row in those if row["kind"] == "payment")
        assert all(row["paid_at"] > first for row in those if row["kind"] == "refund")


def test_most_is_paid_and_some_is_owed_within_and_beyond_the_terms(shop: dict[str, Rows]) -> None:
    paid = {row["invoice_number"] for row in shop["payments"]}
    owed = [row for row in shop["invoices"] if row["kind"] == "invoice" and row["invoice_number"] not in paid]
    assert 20 <= len(owed) <= len(paid) / 4
    assert all(row["due_on"] == row["issued_on"] + timedelta(days=30) for row in owed)
    assert any(row["due_on"] < last_day() for row in owed)
    assert any(row["due_on"] > last_day() for row in owed)


def test_tax_is_paid_at_home_and_a_note_says_why_not_elsewhere(shop: dict[str, Rows]) -> None:
    lines = by(shop["invoice_lines"], "invoice_number")
    for invoice in shop["invoices"]:
        rates = {row["tax_rate"] for row in lines[invoice["invoice_number"]]}
        assert rates == ({0.2} if invoice["bill_country"] == "GB" else {0.0})
        assert bool(invoice["note"]) == (invoice["bill_country"] != "GB")
        assert "Reverse charge" not in invoice["note"] or invoice["bill_vat_number"]


def test_some_shelves_are_empty_with_and_without_more_on_the_way(shop: dict[str, Rows]) -> None:
    coming = {row["purchase_order_number"] for row in shop["purchase_orders"] if row["status"] == "confirmed"}
    inbound = {row["sku"] for row in shop["purchase_order_lines"] if row["purchase_order_number"] in coming}
    empty = {row["sku"] for row in shop["stock"] if row["on_hand"] == 0}
    assert empty & inbound
    assert empty - inbound
    assert len(empty) < len(shop["stock"]) / 10


def test_purchases_keep_the_suppliers_terms(shop: dict[str, Rows]) -> None:
    terms = {row["sku"]: row for row in shop["supplier_items"]}
    prices = {row["sku"]: row["price"] for row in shop["products"]}
    assert all(0.35 * prices[sku] < row["unit_cost"] < 0.7 * prices[sku] for sku, row in terms.items())
    for line in shop["purchase_order_lines"]:
        assert line["quantity"] % terms[line["sku"]]["pack"] == 0
        assert line["quantity"] >= terms[line["sku"]]["minimum"]
        assert line["unit_cost"] <= terms[line["sku"]]["unit_cost"]


def test_every_supplier_delivered_often_enough_to_learn_its_lead_time(shop: dict[str, Rows]) -> None:
    for terms in shop["suppliers"]:
        done = [
            (row["received_at"] - row["ordered_at"]).days
            for row in shop["purchase_orders"]
            if row["supplier"] == terms["supplier"] and row["status"] == "received"
        ]
        assert len(done) >= 5
        assert abs(sum(done) / len(done) - terms["lead_time_days"]) < 2 * terms["lead_time_sd_days"] + 1


def test_the_records_end_on_the_last_day_and_only_what_is_due_or_announced_lies_ahead(shop: dict[str, Rows]) -> None:
    days = [
        value.astimezone(LONDON).date() if column.kind.name == "TIME" else value
        for table in TABLES
        for column in table.columns
        if column.kind.name in {"TIME", "DATE"} and column.name not in _AHEAD
        for row in shop[table.name]
        if (value := row[column.name]) is not None
    ]
    assert max(days) == last_day()
    assert min(days) == date(2010, 12, 1)


def test_people_worth_a_visit_exist_and_show_what_is_said_of_them(shop: dict[str, Rows]) -> None:
    customers = {row["email"]: row for row in shop["customers"]}
    staff = {row["email"]: row for row in shop["staff"]}
    shown = featured()
    assert all(one.email in customers or one.email in staff for one in shown)
    about = {one.email: one.about for one in shown}
    (in_two,) = [customers[email] for email in about if "two parcels" in about[email]]
    latest = max(
        (row for row in shop["orders"] if row["customer_id"] == in_two["customer_id"]), key=lambda row: row["placed_at"]
    )
    assert latest["status"] == "shipped"
    assert len([row for row in shop["parcels"] if row["order_number"] == latest["order_number"]]) == 2
    (credited,) = [customers[email] for email in about if "credit note" in about[email]]
    assert any(
        row["kind"] == "credit_note" and row["customer_id"] == credited["customer_id"] for row in shop["invoices"]
    )
    (owing,) = [customers[email] for email in about if "invoice to pay" in about[email]]
    paid = {row["invoice_number"] for row in shop["payments"]}
    assert not owing["name"].isascii()
    assert any(
        row["customer_id"] == owing["customer_id"] and row["invoice_number"] not in paid for row in shop["invoices"]
    )
    assert {staff[email]["role"] for email in about if email in staff} == {"planner", "support", "admin"}


def test_one_parcel_is_late(shop: dict[str, Rows]) -> None:
    done = {row["tracking_number"] for row in shop["scans"] if row["status"] == "delivered"}
    late = [row for row in shop["parcels"] if row["tracking_number"] not in done and row["expected_on"] < last_day()]
    assert len(late) == 1


def test_the_shop_can_be_imported_twice_and_stays_the_same(portal: Portal) -> None:
    for _ in range(2):
        for batch in batches(shop_folder(), currency="GBP", zone=LONDON, shift_days=5_000):
            assert portal.mirror(batch) == []
    (email,) = [one.email for one in featured() if "two parcels" in one.about]
    customer = portal.customer_by_email(email)
    assert customer is not None
    orders = portal.orders(customer)
    page = portal.order(customer, orders[0].order_number)
    assert len(page.parcels) == 2
    assert page.invoices[0].total == page.order.total
    assert page.invoices[0].open_amount.minor == 0
