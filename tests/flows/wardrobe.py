"""A shop whose goods come in variants, with customers who have ways of paying on file."""

from datetime import timedelta
from typing import Any

from core.portal import Portal
from tests.remembered import remembered
from tests.shop import ADA, GRACE, OPENED, bring, parcel

SHIRTS = {"S-BLUE-M": ("blue", "M", 2000), "S-BLUE-L": ("blue", "L", 2100), "S-RED-M": ("red", "M", 1800)}
KETTLES = {
    "K-STEEL": ("steel", "1 litre", 3000),
    "K-GLASS": ("glass", "1 litre", 4500),
    "K-BIG": ("glass", "2 litres", 6000),
}
VISA, PAYPAL, GIFT = "card-9001", "paypal-77", "gift-5"


@remembered
def open_wardrobe(portal: Portal) -> None:
    """Two customers, three shirts, three kettles, an open and a delivered order of Ada's, an open one of Grace's."""
    bring(
        portal,
        "customers",
        {"customer_id": ADA, "name": "Ada Löwe", "email": "ada@example.org", "country": "GB"},
        {"customer_id": GRACE, "name": "Grace Kim", "email": "grace@example.org", "country": "GB"},
    )
    home = {"kind": "shipping", "city": "York", "country": "GB"}
    bring(portal, "addresses", {"customer_id": ADA, "line1": "1 Mill Lane", "postcode": "YO1 7AA", **home})
    _goods(portal)
    methods: list[dict[str, Any]] = [
        {"method_id": VISA, "customer_id": ADA, "kind": "card", "label": "Visa ending in 9001"},
        {"method_id": PAYPAL, "customer_id": ADA, "kind": "paypal", "label": "PayPal"},
        {"method_id": GIFT, "customer_id": ADA, "kind": "gift_card", "label": "gift card", "balance": 500},
        {"method_id": "card-g", "customer_id": GRACE, "kind": "card", "label": "Visa ending in 1234"},
    ]
    bring(portal, "payment_methods", *methods)
    order(portal, "W44001", ADA, ["S-BLUE-M", "K-STEEL"], paid_with=VISA)
    order(portal, "W44002", ADA, ["S-RED-M", "K-GLASS", "S-BLUE-M"], paid_with=PAYPAL, status="delivered")
    order(portal, "W44003", GRACE, ["S-BLUE-L"], paid_with="card-g")
    order(portal, "W44004", ADA, ["K-BIG"], paid_with=VISA, status="packed")
    there = OPENED - timedelta(days=2)
    parcel(
        portal, "TRK-W44002", "W44002", {1: 1, 2: 1, 3: 1}, {there - timedelta(days=1): "picked_up", there: "delivered"}
    )


def _goods(portal: Portal) -> None:
    bring(portal, "locations", {"location": "main", "name": "Main", "country": "GB"})
    shirts = [
        {
            "sku": sku,
            "name": "Linen Shirt",
            "price": price,
            "family": "SHIRT",
            "options": {"colour": colour, "size": size},
        }
        for sku, (colour, size, price) in SHIRTS.items()
    ]
    kettles = [
        {
            "sku": sku,
            "name": "Tea Kettle",
            "price": price,
            "family": "KETTLE",
            "options": {"material": made, "capacity": holds},
        }
        for sku, (made, holds, price) in KETTLES.items()
    ]
    bring(portal, "products", *shirts, *kettles)
    counted = OPENED - timedelta(days=1)
    units = {**dict.fromkeys([*SHIRTS, *KETTLES], 20), "S-BLUE-L": 1}  # which Grace's order is waiting for
    bring(
        portal,
        "stock",
        *({"sku": sku, "location": "main", "on_hand": n, "counted_at": counted} for sku, n in units.items()),
    )


def order(portal: Portal, number: str, customer: str, skus: list[str], *, paid_with: str, status: str = "open") -> None:
    """An order of one unit each, paid in full."""
    goods = {**{sku: ("Linen Shirt", one[2]) for sku, one in SHIRTS.items()},
             **{sku: ("Tea Kettle", one[2]) for sku, one in KETTLES.items()}}  # fmt: skip
    placed = OPENED - timedelta(days=5)
    bring(portal, "orders", {
        "order_number": number, "customer_id": customer, "placed_at": placed, "status": status, "ship_name": "Ada Löwe",
        "ship_line1": "1 Mill Lane", "ship_city": "York", "ship_postcode": "YO1 7AA", "ship_country": "GB",
        "payment_method": paid_with,
    })  # fmt: skip
    lines = [{"order_number": number, "line": place, "sku": sku, "description": goods[sku][0], "quantity": 1,
              "unit_price": goods[sku][1]} for place, sku in enumerate(skus, 1)]  # fmt: skip
    bring(portal, "order_lines", *lines)
    total = sum(goods[sku][1] for sku in skus)
    by = {"method": paid_with, "method_id": paid_with, "amount": total, "paid_at": placed}
    bring(portal, "payments", {"payment_id": f"PAY-{number}", "order_number": number, "kind": "payment", **by})
