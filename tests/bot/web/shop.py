"""A small shop for the web door's tests, taken over through the front door like any shop's own records."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.canonical import BY_NAME, Batch
from core.portal import Portal
from tests.remembered import remembered

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
ZOE, EVE, PAT = "zoe@example.org", "eve@example.org", "pat@example.org"
PLANNER, JUNIOR, SUPPORT = "planner@example.org", "junior@example.org", "support@example.org"
HOSTILE = "<script>alert('x')</script>"


@remembered
def open_shop(portal: Portal) -> None:
    """Bring the records; every row must be taken."""
    for table, rows in _records().items():
        batch = Batch(table, [_whole(table, row) for row in rows], list(range(2, len(rows) + 2)))
        assert portal.mirror(batch) == []


def bring(portal: Portal, table: str, *rows: dict[str, Any]) -> None:
    """Bring more rows of one table."""
    batch = Batch(table, [_whole(table, row) for row in rows], list(range(2, len(rows) + 2)))
    assert portal.mirror(batch) == []


def _whole(table: str, row: dict[str, Any]) -> dict[str, Any]:
    defaults = {column.name: column.default for column in BY_NAME[table].columns}
    if "currency" in defaults:
        defaults["currency"] = "GBP"
    assert set(row) <= set(defaults)
    return {**defaults, **row}


def _records() -> dict[str, list[dict[str, Any]]]:
    return {
        "customers": _customers(),
        "products": [
            {"sku": "LAMP", "name": f"Blue lamp {HOSTILE}", "price": 1250, "tax_rate": 0.2},
            {"sku": "MUG", "name": "Enamel mug", "price": 450, "tax_rate": 0.2},
        ],
        "locations": [{"location": "main", "name": "Main warehouse"}],
        "suppliers": [
            {"supplier": "ACME", "name": f"Acme {HOSTILE}", "email": "orders@acme.example.org", "lead_time_days": 9.0,
             "lead_time_sd_days": 2.0, "order_cost": 2500, "line_cost": 100},
        ],
        "supplier_items": [
            {"supplier": "ACME", "sku": "LAMP", "unit_cost": 600, "minimum": 12, "pack": 6},
            {"supplier": "ACME", "sku": "MUG", "unit_cost": 180, "minimum": 24, "pack": 24},
        ],
        "stock": [
            {"sku": "LAMP", "location": "main", "on_hand": 3, "counted_at": NOW - timedelta(days=1)},
            {"sku": "MUG", "location": "main", "on_hand": 5, "counted_at": NOW - timedelta(days=1)},
        ],
        **_orders(),
        "sales": _sales(),
        "staff": [
            {"email": PLANNER, "name": "Priya Planner", "role": "planner", "approval_limit": None},
            {"email": JUNIOR, "name": "Jun Junior", "role": "planner", "approval_limit": 100},
            {"email": SUPPORT, "name": "Sam Support", "role": "support", "approval_limit": None},
        ],
    }  # fmt: skip


def _customers() -> list[dict[str, Any]]:
    return [
        {"customer_id": "C1", "name": "Zoë Björk", "email": ZOE, "country": "GB"},
        {"customer_id": "C2", "name": HOSTILE, "email": EVE, "country": "GB", "company": HOSTILE},
        {"customer_id": "C3", "name": "Pat Empty", "email": PAT, "country": "GB"},
    ]


def _orders() -> dict[str, list[dict[str, Any]]]:
    sent = NOW - timedelta(days=2)
    return {
        "orders": [
            {"order_number": "1001", "customer_id": "C1", "placed_at": NOW - timedelta(days=4), "status": "shipped",
             "ship_name": "Zoë Björk", "ship_line1": "1 Quay", "ship_city": "Leeds", "ship_country": "GB"},
            {"order_number": "1000", "customer_id": "C1", "placed_at": NOW - timedelta(days=30), "status": "delivered"},
            {"order_number": "2001", "customer_id": "C2", "placed_at": NOW - timedelta(days=3), "status": "open",
             "ship_name": HOSTILE},
        ],
        "order_lines": [
            {"order_number": "1001", "line": 1, "sku": "LAMP", "description": f"Blue lamp {HOSTILE}", "quantity": 2,
             "unit_price": 1250, "tax_rate": 0.2},
            {"order_number": "1001", "line": 2, "sku": "MUG", "description": "Enamel mug", "quantity": 6,
             "unit_price": 450, "tax_rate": 0.2},
            {"order_number": "1000", "line": 1, "sku": "MUG", "description": "Enamel mug", "quantity": 1,
             "unit_price": 450, "tax_rate": 0.2},
            {"order_number": "2001", "line": 1, "sku": "LAMP", "description": "Blue lamp", "quantity": 9,
             "unit_price": 1250, "tax_rate": 0.2},
        ],
        "invoices": [
            {"invoice_number": "INV/5001", "kind": "invoice", "order_number": "1001", "customer_id": "C1",
             "issued_on": date(2026, 6, 12), "due_on": date(2026, 7, 12), "bill_name": "Zoë Björk"},
            {"invoice_number": "5002", "kind": "invoice", "order_number": "2001", "customer_id": "C2",
             "issued_on": date(2026, 6, 12), "due_on": date(2026, 7, 12), "bill_name": HOSTILE},
        ],
        "invoice_lines": [
            {"invoice_number": "INV/5001", "line": 1, "sku": "LAMP", "description": "Blue lamp", "quantity": 2,
             "unit_price": 1250, "tax_rate": 0.2},
            {"invoice_number": "5002", "line": 1, "sku": "LAMP", "description": "Blue lamp", "quantity": 9,
             "unit_price": 1250, "tax_rate": 0.2},
        ],
        "payments": [
            {"payment_id": "P1", "invoice_number": "INV/5001", "order_number": "1001", "kind": "payment",
             "amount": 1000, "method": "card", "paid_at": sent},
        ],
        "parcels": [
            {"tracking_number": "TRACK1", "order_number": "1001", "carrier": "Parcel Post", "shipped_at": sent,
             "expected_on": date(2026, 6, 16)},
        ],
        "parcel_lines": [{"tracking_number": "TRACK1", "line": 1, "quantity": 2}],
        "scans": [
            {"tracking_number": "TRACK1", "scanned_at": sent, "status": "picked_up", "place": "Leeds"},
            {"tracking_number": "TRACK1", "scanned_at": sent + timedelta(days=1), "status": "in_transit",
             "place": HOSTILE, "note": "On its way"},
        ],
        "returns": [
            {"return_number": "R-1", "order_number": "1000", "kind": "return", "status": "requested",
             "requested_at": NOW - timedelta(days=5)},
        ],
        "return_lines": [{"return_number": "R-1", "line": 1, "quantity": 1, "reason": "chipped"}],
    }  # fmt: skip


def _sales() -> list[dict[str, Any]]:
    first = date(2026, 1, 5)
    days = [first + timedelta(days=offset) for offset in range(160)]
    lamps = [{"sku": "LAMP", "sold_on": day, "units": 3 + day.day % 4} for day in days]
    mugs = [{"sku": "MUG", "sold_on": day, "units": 4 + day.day % 5} for day in days]
    return lamps + mugs
