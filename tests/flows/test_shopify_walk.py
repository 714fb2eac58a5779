"""From a shop's order to the chat and back: a delivery, questions, changes that reach the shop, parcels, money."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.web import deliveries
from core.config import Carriers, Config
from core.inventory.service import on_hand
from core.orders.service import reserved
from core.portal import Portal
from core.returns.handling import Checked
from core.systems import Shopify
from integrations.carriers.webhook import router
from integrations.shopify.backend import backend
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import planned
from tests.flows.talking import Talk, customer, staff
from tests.integrations.email.test_client import Desk, _open
from tests.integrations.shopify.mock import HAS_SCHEMA, TOKEN, MockShop, Node, serving
from tests.shop import BOSS, bring

__all__ = ["planned"]
SECRET, CARRIERS = "the-secret-of-the-app", "an-easypost-secret"


class Street:
    """Who calls us: the shop and the carrier, each with its signature."""

    def __init__(self, portal: Portal, clock: SettableClock, config: Config) -> None:
        app = FastAPI()
        app.include_router(deliveries.router(portal, clock))
        carriers = Carriers(easypost_secret=SecretStr(CARRIERS))
        app.include_router(router(carriers, portal, config.shop.zone, clock))
        self.client, self.portal, self.number = TestClient(app), portal, 0

    def shop_tells(self, topic: str, payload: dict[str, Any], secret: str = SECRET) -> int:
        self.number += 1
        body = json.dumps(payload).encode()
        headers = {
            "X-Shopify-Hmac-Sha256": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode(),
            "X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": f"w-{self.number}",
            "X-Shopify-Event-Id": f"e-{self.number}", "X-Shopify-Shop-Domain": "lantern.myshopify.com",
        }  # fmt: skip
        status = self.client.post("/webhooks/systems/shopify", content=body, headers=headers).status_code
        self.portal.take_deliveries()
        self.portal.look_up("shopify")
        return status

    def carrier_tells(self, tracking: str, status: str, at: str) -> int:
        self.number += 1
        told = {"status": status, "datetime": at, "tracking_location": {"city": "York"}, "message": ""}
        tracker = {"object": "Tracker", "tracking_code": tracking, "tracking_details": [told]}
        body = json.dumps({"id": f"evt-{self.number}", "result": tracker}).encode()
        signature = f"hmac-sha256-hex={hmac.digest(CARRIERS.encode(), body, 'sha256').hex()}"
        path = "/webhooks/carriers/easypost"
        answered = self.client.post(path, content=body, headers={"X-Hmac-Signature": signature}).status_code
        self.portal.take_scans()
        self.portal.announce()
        return answered


@pytest.fixture
def shop() -> Iterator[MockShop]:
    if not HAS_SCHEMA:
        pytest.skip("the published schema is not here")
    made = MockShop()
    made.add_location()
    made.add_variant("KETTLE", "Copper Kettle", "30.00", 10)
    made.add_variant("MUG", "Blue Mug", "5.00", 40)
    made.add_customer("ada@example.org")
    with serving(made):
        yield made


@pytest.fixture
def config(config: Config, shop: MockShop) -> Config:
    section = Shopify(
        on=True, shop="lantern.myshopify.com", token=SecretStr(TOKEN), client_secret=SecretStr(SECRET),
        url=f"{shop.url}/graphql", locations={next(iter(shop.locations)).rpartition("/")[2]: "main"},
    )  # fmt: skip
    return config.model_copy(update={"shopify": section})


@pytest.fixture
def street(portal: Portal, clock: SettableClock, config: Config) -> Iterator[Street]:
    portal.connect(backend(config, clock, sleep=lambda _seconds: None))
    bring(portal, "staff", {"email": BOSS, "name": "Boss", "role": "admin", "approval_limit": None, "currency": "GBP"})
    portal.sync("shopify")
    portal.announce()
    yield Street(portal, clock, config)
    portal.hang_up()


@pytest.fixture
def order(street: Street, shop: MockShop) -> Node:
    """An order that arrived by a delivery."""
    (ada,) = shop.customers.values()
    kettle, mug = shop.variants.values()
    node = shop.add_order(ada, (kettle, 1), (mug, 2))
    assert street.shop_tells("orders/create", {"admin_graphql_api_id": node["id"]}) == 200
    return node


@pytest.fixture
def ada(street: Street, order: Node) -> Talk:
    return customer(street.portal, f"shopify-{order['customer']['legacyResourceId']}")


def subjects(portal: Portal) -> list[str]:
    return [letter.subject for letter in portal.letters() if letter.to == "ada@example.org"]


def test_a_delivery_that_the_shop_did_not_sign_is_turned_away(street: Street) -> None:
    assert street.shop_tells("orders/create", {"id": 1}, secret="another") == 401


def test_from_the_order_to_another_address_to_the_parcel(
    street: Street, shop: MockShop, order: Node, ada: Talk
) -> None:
    number = order["name"].lstrip("#")
    told = ada.say("where is my order?")
    assert number in told.text
    ada.say(f"change the address of order {number}")
    shown = ada.say("7 Lane, York, YO1 7HH, United Kingdom")
    assert shown.asks == "confirm", shown.text
    ada.say("yes")
    street.portal.deliver(channel="shopify")
    assert (order["shippingAddress"]["address1"], order["shippingAddress"]["city"]) == ("7 Lane", "York")
    shop.fulfil(order, "TRACK1")
    street.shop_tells("fulfillments/create", {"order_id": int(order["id"].rpartition("/")[2])})
    assert "TRACK1" in ada.say(f"where is order {number}?").text
    assert "has left already" in ada.say(f"cancel order {number}").text
    assert street.carrier_tells("TRACK1", "out_for_delivery", "2026-06-15T09:45:00Z") == 202
    assert f"Order {number} comes today" in subjects(street.portal)
    assert "out for delivery" in ada.say(f"where is order {number}?").text.lower()


def test_what_was_sent_is_off_the_shelf_with_the_delivery_that_says_so_and_on_it_again_where_it_was_not(
    street: Street, shop: MockShop, order: Node
) -> None:
    def mugs() -> tuple[int, int]:
        with street.portal._database.reading() as session:
            return on_hand(session, ["MUG"])["MUG"], reserved(session, ["MUG"]).get("MUG", 0)

    assert mugs() == (40, 2)
    sent = shop.fulfil(order, "TRACK1")
    for _ in range(2):
        street.shop_tells("fulfillments/create", {"order_id": int(order["id"].rpartition("/")[2])})
        assert mugs() == (38, 0)
    sent["displayStatus"] = "CANCELED"
    for line in order["lineItems"]:
        line["unfulfilledQuantity"] = line["quantity"]
    shop.touch(order)
    street.shop_tells("fulfillments/update", {"order_id": int(order["id"].rpartition("/")[2])})
    assert mugs() == (40, 2)


def test_from_a_return_in_the_chat_to_the_money_back(
    street: Street, shop: MockShop, order: Node, ada: Talk, clock: SettableClock
) -> None:
    number = order["name"].lstrip("#")
    shop.deliver(order, shop.fulfil(order, "TRACK1"))
    street.shop_tells("fulfillments/update", {"order_id": int(order["id"].rpartition("/")[2])})
    clock.forward(timedelta(days=1))
    reply = ada.say(f"I want to return the kettle of order {number}")
    if reply.asks == "reason":
        reply = ada.press(reply.buttons[0].label)
    assert reply.asks == "confirm", reply.text
    done = ada.say("yes")
    ours = done.actions[0].result["return_number"]
    street.portal.deliver(channel="shopify")
    (back,) = order["returns"]
    assert back["returnLineItems"][0]["customerNote"] == f"[{ours}]"
    boss = street.portal.staff_by_email(BOSS)
    assert boss is not None
    street.portal.approve_return(boss, ours)
    street.portal.receive_return(boss, ours, {1: Checked(1, 1)})
    street.portal.settle_return(boss, ours)
    street.portal.deliver(channel="shopify")
    money = [one for one in order["transactions"] if one["kind"] == "REFUND"]
    assert [one["amountSet"]["shopMoney"]["amount"] for one in money] == ["30.00"]
    street.portal.look_up("shopify")
    assert "30" in ada.say("when do I get my refund?").text
    assert street.portal.returns(boss)[0].found.status.value == "refunded", "what was settled is not opened again"


def test_a_change_the_shop_refuses_is_owned_up_to(street: Street, shop: MockShop, order: Node, ada: Talk) -> None:
    number = order["name"].lstrip("#")
    ada.say(f"cancel order {number}")
    ada.say("yes")
    shop.fulfil(order, "TRACK1")
    for _ in range(3):
        street.portal.deliver(channel="shopify")
    assert not order["refunds"], "no money goes back for a cancellation that was refused"
    assert street.portal.tell_of_write_backs() >= 1
    assert f"A change of order {number} did not get through" in subjects(street.portal)
    street.portal.look_up("shopify")
    assert "TRACK1" in ada.say(f"where is order {number}?").text


def test_a_shop_that_does_not_answer_is_said_to_with_the_age_of_what_is_known(
    street: Street, shop: MockShop, order: Node, ada: Talk, clock: SettableClock
) -> None:
    street.portal.sync("shopify")
    clock.forward(timedelta(hours=2))
    shop.faults = ["cut"] * 60
    street.portal.sync("shopify")
    told = ada.say(f"where is order {order['name'].lstrip('#')}?").text
    assert "Shopify does not answer just now; this is as of" in told


def test_what_a_planner_approves_reaches_the_supplier_by_mail(planned: Portal) -> None:
    taken = Desk()
    with _open(taken) as courier:
        planned.engage("email", courier)
        boss = staff(planned, BOSS)
        boss.say("approve all Acme")
        number = boss.press("Yes").actions[0].result["purchase_order_number"]
        planned.deliver(channel="email")
    assert any(number in letter and "application/pdf" in letter for letter in taken.letters)
