"""The small shop that promises are tried in: two customers with words of their own, goods, suppliers, people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.canonical import BY_NAME, Batch, Fault
from core.config import Config, Planning, Web
from core.portal import Portal
from tests.remembered import remembered

OPENED = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
COUNTED = OPENED - timedelta(days=1)
CUSTOMERS = ("c-quokka", "c-wombat")
WORDS = {"c-quokka": "Quokka", "c-wombat": "Wombat"}
MUG, LAMP, BLUE, RED = "MUG", "LAMP", "SHIRT-BLUE", "SHIRT-RED"
NAMES = {MUG: "Enamel Mug", LAMP: "Glass Lamp", BLUE: "Linen Shirt", RED: "Linen Shirt"}
PRICES = {MUG: 455, LAMP: 2399, BLUE: 1999, RED: 2149}
OPENING = {MUG: 9, LAMP: 4, BLUE: 6, RED: 2}
PACKS = {MUG: (12, 24), LAMP: (4, 4)}
TAX = 0.2
GIFT_BALANCE = 1500
PLANNER, BOSS, JUNIOR, SUPPORT = (f"{who}@shop.example.org" for who in ("planner", "boss", "junior", "support"))
LIMITS: dict[str, int | None] = {PLANNER: 10_000_000, BOSS: None, JUNIOR: 100}
FOUR_EYES_ABOVE = 60
DAYS = 70
OVER_RECEIPT = 0.05
TAKEN_BACK_WITHIN = timedelta(minutes=65)  # an hour, and whoever was asked by then may still say yes
ZONE, WAKES_AT, SLEEPS_AT = ZoneInfo("Europe/London"), 8, 21
ROOMS = "telegram"
"""The channel of the chats that customers link, on which notices ring."""


def config() -> Config:
    """Two planners above sixty pounds; what is rejected may be proposed again at once."""
    planning = Planning(four_eyes_above=FOUR_EYES_ABOVE, rest_days=0, history_weeks=8)
    return Config(web=Web(secret="a-secret-that-only-tests-know"), planning=planning)


def bring(portal: Portal, table: str, *rows: dict[str, Any]) -> list[Fault]:
    """Import rows; columns that are not given take their defaults. What was left out."""
    whole = [{column.name: row.get(column.name, column.default) for column in BY_NAME[table].columns} for row in rows]
    for row in whole:
        if "currency" in row and row["currency"] is None:
            row["currency"] = "GBP"
    return portal.mirror(Batch(table, whole, list(range(2, len(whole) + 2)), []))


def email(customer_id: str) -> str:
    """Where a customer's mail goes."""
    return f"{WORDS[customer_id].lower()}@example.org"


@remembered
def open_stall(portal: Portal) -> None:
    """Bring everything that stands before the first order."""
    for customer_id, word in WORDS.items():
        bring(portal, "customers", {"customer_id": customer_id, "name": f"{word} Holder", "email": email(customer_id),
                                    "phone": f"+44 {word}", "country": "GB"})  # fmt: skip
        bring(portal, "addresses", {"customer_id": customer_id, "kind": "shipping", "line1": f"1 {word} Lane",
                                    "city": "York", "postcode": "YO1 7AA", "country": "GB"})  # fmt: skip
        bring(portal, "account_people", {"customer_id": customer_id, "email": f"buyer.{email(customer_id)}",
                                         "name": f"{word} Buyer", "role": "buyer"})  # fmt: skip
        for kind, balance in (("card", None), ("gift_card", GIFT_BALANCE)):
            bring(portal, "payment_methods", {"method_id": f"{kind}-{word}", "customer_id": customer_id, "kind": kind,
                                              "label": f"{word} {kind.replace('_', ' ')}",
                                              "balance": balance})  # fmt: skip
    _goods(portal)
    staff = ((PLANNER, "planner", LIMITS[PLANNER]), (BOSS, "admin", None), (JUNIOR, "planner", LIMITS[JUNIOR]),
             (SUPPORT, "support", None))  # fmt: skip
    for address, role, limit in staff:
        bring(portal, "staff", {"email": address, "name": address.partition("@")[0].title(), "role": role,
                                "approval_limit": limit})  # fmt: skip


def _goods(portal: Portal) -> None:
    bring(portal, "locations", {"location": "main", "name": "Main", "country": "GB"})
    shirts = {BLUE: {"family": "SHIRT", "options": {"colour": "blue"}},
              RED: {"family": "SHIRT", "options": {"colour": "red"}}}  # fmt: skip
    products = [{"sku": sku, "name": NAMES[sku], "price": PRICES[sku], "tax_rate": TAX, **shirts.get(sku, {})}
                for sku in NAMES]  # fmt: skip
    bring(portal, "products", *products)
    bring(portal, "suppliers", {"supplier": "ACME", "name": "Acme", "email": "orders@acme.example.org",
                                "lead_time_days": 6.0, "lead_time_sd_days": 1.0, "order_cost": 1000})  # fmt: skip
    for sku, cost in ((MUG, 150), (LAMP, 900)):
        pack, least = PACKS[sku]
        item = {"supplier": "ACME", "sku": sku, "unit_cost": cost, "pack": pack, "minimum": least}
        bring(portal, "supplier_items", item)
    bring(portal, "stock", *({"sku": sku, "location": "main", "on_hand": units, "counted_at": COUNTED}
                             for sku, units in OPENING.items()))  # fmt: skip
    first: date = OPENED.date()
    sold = [{"sku": sku, "location": "main", "sold_on": first - timedelta(days=day), "units": units}
            for sku, units, every in ((MUG, 2, 1), (LAMP, 1, 4)) for day in range(1, DAYS, every)]  # fmt: skip
    bring(portal, "sales", *sold)
