"""A small shop to test with: two customers, three products, a supplier, and what happened to a few orders."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.canonical import BY_NAME, Batch
from core.portal import Portal
from tests.remembered import remembered

ADA, GRACE = "c-ada", "c-grace"
MUG, LAMP, BELL = "MUG-1", "LAMP-1", "BELL-1"
PLANNER, BOSS, JUNIOR, SUPPORT = (
    "planner@shop.example.org",
    "boss@shop.example.org",
    "junior@shop.example.org",
    "support@shop.example.org",
)
OPENED = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
HISTORY_DAYS = 200


def bring(portal: Portal, table: str, *rows: dict[str, Any]) -> None:
    """Import rows; columns that are not given take their defaults, and no row may be left out."""
    whole = [{column.name: row.get(column.name, column.default) for column in BY_NAME[table].columns} for row in rows]
    for row in whole:
        if "currency" in row and row["currency"] is None:
            row["currency"] = "GBP"
    left_out = portal.mirror(Batch(table, whole, list(range(2, len(whole) + 2)), []))
    assert left_out == []


@remembered
def open_shop(portal: Portal) -> None:
    """Bring everything."""
    _people(portal)
    _goods(portal)
    _orders(portal)
    _sales(portal, range(1, HISTORY_DAYS))


def _people(portal: Portal) -> None:
    bring(
        portal,
        "customers",
        {"customer_id": ADA, "name": "Ada Löwe", "email": "ada@example.org", "country": "GB"},
        {"customer_id": GRACE, "name": "Grace Kim", "email": "grace@example.org", "country": "DE"},
    )
    bring(
        portal,
        "staff",
        {"email": PLANNER, "name": "Pat", "role": "planner", "approval_limit": 10_000_000},
        {"email": BOSS, "name": "Bo", "role": "admin"},
        {"email": JUNIOR, "name": "Jo", "role": "planner", "approval_limit": 100},
        {"email": SUPPORT, "name": "Sam", "role": "support"},
    )


def _goods(portal: Portal) -> None:
    bring(portal, "locations", {"location": "main", "name": "Main warehouse", "country": "GB"})
    bring(
        portal,
        "products",
        {"sku": MUG, "name": "Red Polka Dot Mug", "price": 450, "tax_rate": 0.2},
        {"sku": LAMP, "name": "Blue Glass Lamp", "price": 2400, "tax_rate": 0.2},
        {"sku": BELL, "name": "Brass Door Bell", "price": 900, "tax_rate": 0.2, "returnable": False},
    )
    bring(
        portal,
        "suppliers",
        {
            "supplier": "ACME",
            "name": "Acme Ceramics",
            "email": "orders@acme.example.org",
            "lead_time_days": 10.0,
            "lead_time_sd_days": 2.0,
            "order_cost": 2500,
            "line_cost": 150,
        },
    )
    bring(
        portal,
        "supplier_items",
        {
            "supplier": "ACME",
            "sku": MUG,
            "unit_cost": 200,
            "pack": 12,
            "minimum": 24,
            "price_breaks": [[144, 180]],
        },
        {"supplier": "ACME", "sku": LAMP, "unit_cost": 1200, "pack": 4, "minimum": 4},
        {"supplier": "ACME", "sku": BELL, "unit_cost": 500, "pack": 1, "minimum": 10},
    )
    counted_at = OPENED - timedelta(days=1)
    bring(
        portal,
        "stock",
        {"sku": MUG, "location": "main", "on_hand": 6, "counted_at": counted_at},
        {"sku": LAMP, "location": "main", "on_hand": 0, "counted_at": counted_at},
        {"sku": BELL, "location": "main", "on_hand": 500, "counted_at": counted_at},
    )
    bring(
        portal,
        "purchase_orders",
        {
            "purchase_order_number": "PO-OLD-1",
            "supplier": "ACME",
            "location": "main",
            "status": "confirmed",
            "ordered_at": OPENED - timedelta(days=6),
            "expected_on": date(2026, 6, 19),
        },
    )
    bring(
        portal,
        "purchase_order_lines",
        {"purchase_order_number": "PO-OLD-1", "line": 1, "sku": LAMP, "quantity": 8, "unit_cost": 1200},
    )


def order(
    portal: Portal, number: str, customer: str | None, lines: Sequence[tuple[str, str, int, int]], **more: Any
) -> None:
    """Bring an order; lines are (sku, description, quantity, unit price)."""
    head = {"order_number": number, "customer_id": customer, "placed_at": OPENED - timedelta(days=5), "status": "open"}
    bring(portal, "orders", {**head, "payment_method": "card", **more})
    bring(
        portal,
        "order_lines",
        *(
            {
                "order_number": number,
                "line": place,
                "sku": sku,
                "description": description,
                "quantity": quantity,
                "unit_price": price,
                "tax_rate": 0.2,
            }
            for place, (sku, description, quantity, price) in enumerate(lines, 1)
        ),
    )


def parcel(
    portal: Portal, tracking: str, number: str, lines: dict[int, int], scans: dict[datetime, str], **more: Any
) -> None:
    """Bring a parcel with what is in it and its scans."""
    head = {"tracking_number": tracking, "order_number": number, "carrier": "Parcelforce", "shipped_at": min(scans)}
    bring(portal, "parcels", {**head, **more})
    inside = [{"tracking_number": tracking, "line": line, "quantity": units} for line, units in lines.items()]
    bring(portal, "parcel_lines", *inside)
    bring(
        portal,
        "scans",
        *(
            {"tracking_number": tracking, "scanned_at": at, "status": status, "place": "Leeds"}
            for at, status in scans.items()
        ),
    )


def _orders(portal: Portal) -> None:
    long_ago, lately = OPENED - timedelta(days=12), OPENED - timedelta(days=3)
    order(portal, "1001", ADA, [(MUG, "Red Polka Dot Mug", 6, 450), (LAMP, "Blue Glass Lamp", 1, 2400)],
          placed_at=long_ago, status="delivered")  # fmt: skip
    parcel(portal, "TRK-1001", "1001", {1: 6, 2: 1},
           {long_ago + timedelta(days=1): "picked_up", long_ago + timedelta(days=2): "delivered"})  # fmt: skip
    order(portal, "1002", ADA, [(MUG, "Red Polka Dot Mug", 12, 450), (BELL, "Brass Door Bell", 2, 900)],
          placed_at=lately, status="shipped")  # fmt: skip
    picked_up = lately + timedelta(hours=20)
    parcel(
        portal, "TRK-1002A", "1002", {1: 12}, {picked_up: "picked_up", lately + timedelta(days=1): "in_transit"},
        expected_on=date(2026, 6, 16),
    )  # fmt: skip
    parcel(portal, "TRK-1002B", "1002", {2: 2}, {picked_up: "picked_up", lately + timedelta(days=2): "delivered"})
    order(portal, "2001", GRACE, [(LAMP, "Blue Glass Lamp", 3, 2400)], placed_at=lately, status="open")
    for number, customer, lines in (
        ("1001", ADA, [(MUG, "Red Polka Dot Mug", 6, 450), (LAMP, "Blue Glass Lamp", 1, 2400)]),
        ("2001", GRACE, [(LAMP, "Blue Glass Lamp", 3, 2400)]),
    ):
        invoice(portal, number, customer, lines)


def invoice(
    portal: Portal, number: str, customer: str, lines: Sequence[tuple[str, str, int, int]], **more: Any
) -> None:
    """Bring the invoice of an order, numbered like it with 5 in front."""
    head = {"invoice_number": f"5{number}", "kind": "invoice", "order_number": number, "customer_id": customer}
    place = {"bill_name": "Ada Löwe", "bill_line1": "1 Mill Lane", "bill_city": "York", "bill_country": "GB"}
    bring(portal, "invoices", {**head, "issued_on": date(2026, 6, 4), "due_on": date(2026, 7, 4), **place, **more})
    bring(
        portal,
        "invoice_lines",
        *(
            {
                "invoice_number": f"5{number}",
                "line": place,
                "sku": sku,
                "description": description,
                "quantity": quantity,
                "unit_price": price,
                "tax_rate": 0.2,
            }
            for place, (sku, description, quantity, price) in enumerate(lines, 1)
        ),
    )


def _sales(portal: Portal, days: range) -> None:
    first = OPENED.date()
    pace = {MUG: (3, 7), LAMP: (1, 9), BELL: (1, 30)}
    bring(
        portal,
        "sales",
        *(
            {"sku": sku, "location": "main", "sold_on": first - timedelta(days=day), "units": units + day % 3}
            for sku, (units, every) in pace.items()
            for day in days
            if day % every == 0 or (sku == MUG and day % 2)
        ),
    )


def daily(sku: str, units: int) -> list[dict[str, Any]]:
    """Sales of so many units every day of the history."""
    first = OPENED.date()
    return [
        {"sku": sku, "location": "main", "sold_on": first - timedelta(days=day), "units": units}
        for day in range(1, HISTORY_DAYS)
    ]
