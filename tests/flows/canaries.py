"""Two customers whose every record holds words of their own, so that the words tell where a record got to."""

from datetime import date, timedelta

from core.portal import Portal
from tests.flows.talking import customer
from tests.remembered import remembered
from tests.shop import ADA, GRACE, MUG, OPENED, bring, open_shop, order, parcel

MARKS = {ADA: "Quokka", GRACE: "Wombat"}
NUMBERS = {ADA: "771001", GRACE: "882002"}
LATELY = OPENED - timedelta(days=3)


@remembered
def open_marked_shop(portal: Portal) -> None:
    """The small shop, and for each of two customers one of everything, marked."""
    open_shop(portal)
    for customer_id, mark in MARKS.items():
        _account(portal, customer_id, mark)
        _records(portal, customer_id, mark, NUMBERS[customer_id])
        talk = customer(portal, customer_id)
        talk.say("notify me when the blue glass lamp is available again")
        talk.say("I want to leave feedback")
        talk.say(f"{mark} thinks the lamps are fine")
        talk.say("talk to a person")
        talk.say(f"{mark} wants a word")
        talk.say("back to the bot")
        talk.say("is the Blue Glass Lamp in stock?")


def _account(portal: Portal, customer_id: str, mark: str) -> None:
    word = mark.lower()
    bring(portal, "customers", {"customer_id": customer_id, "name": f"{mark} Holder", "email": f"{word}@example.org",
                                "company": f"{mark} Ltd", "phone": f"+44 {mark}", "country": "GB",
                                "vat_number": f"GB {mark}"})  # fmt: skip
    street = {"line1": f"1 {mark} Lane", "city": f"{mark}ton", "postcode": f"{mark[:2].upper()}1 1AA", "country": "GB"}
    bring(portal, "addresses", {"customer_id": customer_id, "kind": "shipping", **street})
    bring(portal, "account_people", {"customer_id": customer_id, "email": f"buyer.{word}@example.org",
                                     "name": f"{mark} Buyer", "role": "buyer"})  # fmt: skip
    bring(portal, "payment_methods", {"method_id": f"PM-{mark}", "customer_id": customer_id, "kind": "card",
                                      "label": f"{mark} card ending in 1111"})  # fmt: skip


def _records(portal: Portal, customer_id: str, mark: str, number: str) -> None:
    ship = {"ship_name": f"{mark} Holder", "ship_line1": f"1 {mark} Lane", "ship_city": f"{mark}ton",
            "ship_postcode": f"{mark[:2].upper()}1 1AA", "ship_country": "GB"}  # fmt: skip
    goods = [(MUG, f"{mark} mug", 2, 450)]
    order(portal, number, customer_id, goods, placed_at=LATELY, status="shipped", **ship)
    order(portal, f"{number}9", customer_id, goods, placed_at=LATELY, status="open", **ship)
    order(portal, f"{number}8", customer_id, goods, placed_at=OPENED - timedelta(days=20), status="delivered", **ship)
    parcel(portal, f"TRK-{mark}", number, {1: 2}, {LATELY: "picked_up"})
    parcel(portal, f"TRK-{mark}-8", f"{number}8", {1: 2}, {OPENED - timedelta(days=9): "delivered"})
    bill = {"bill_name": f"{mark} Holder", "bill_company": f"{mark} Ltd", "bill_line1": f"1 {mark} Lane"}
    bring(portal, "invoices", {"invoice_number": f"5{number}", "kind": "invoice", "order_number": number,
                               "customer_id": customer_id, "issued_on": date(2026, 6, 4), **bill})  # fmt: skip
    bring(portal, "invoice_lines", {"invoice_number": f"5{number}", "line": 1, "sku": MUG,
                                    "description": f"{mark} mug", "quantity": 2, "unit_price": 450})  # fmt: skip
    bring(portal, "payments", {"payment_id": f"PAY-{mark}", "order_number": number, "kind": "payment", "amount": 900,
                               "method": f"{mark} card ending in 1111", "method_id": f"PM-{mark}",
                               "paid_at": LATELY})  # fmt: skip
    bring(portal, "returns", {"return_number": f"RMA-{mark}", "order_number": f"{number}8", "kind": "return",
                              "status": "requested", "requested_at": OPENED - timedelta(days=1)})  # fmt: skip
    bring(
        portal, "return_lines", {"return_number": f"RMA-{mark}", "line": 1, "quantity": 1, "reason": f"{mark} says so"}
    )
