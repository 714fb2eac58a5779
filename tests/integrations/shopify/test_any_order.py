"""However deliveries of an order come: late, twice, in any order, between readings, the end is the same."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.config import Config, Web
from core.database.engine import Database
from core.exchange.ports import Admitted
from core.portal import Portal
from core.systems import Shopify
from integrations.shopify.backend import backend
from tests.conftest import SettableClock
from tests.integrations.shopify.mock import HAS_SCHEMA, TOKEN, MockShop, Node

pytestmark = pytest.mark.skipif(not HAS_SCHEMA, reason="the published schema is not here")
_TABLES = ("orders", "order_lines", "payments", "parcels", "parcel_lines", "scans", "returns", "return_lines")
_LIFE = ("orders/create", "orders/updated", "fulfillments/create", "fulfillments/update", "returns/request",
         "returns/approve", "refunds/create")  # fmt: skip


def live(shop: MockShop, order: Node, event: str) -> None:
    """The next thing that happens to the order."""
    if event == "orders/updated":
        order["shippingAddress"]["city"] = "York"
        shop.touch(order)
    elif event == "fulfillments/create":
        shop.fulfil(order, "TRACK1")
    elif event == "fulfillments/update":
        shop.deliver(order, order["fulfillments"][0])
    elif event == "returns/request":
        inside = order["fulfillments"][0]["fulfillmentLineItems"][1]
        line = {"__typename": "ReturnLineItem", "id": "gid://shopify/ReturnLineItem/7", "quantity": 1,
                "refundedQuantity": 0, "customerNote": None, "returnReasonDefinition": None,
                "fulfillmentLineItem": inside}  # fmt: skip
        order["returns"] = [{"id": "gid://shopify/Return/6", "name": f"{order['name']}-R1", "status": "REQUESTED",
                             "createdAt": shop.touch(order), "returnLineItems": [line], "refunds": [],
                             "exchangeLineItems": []}]  # fmt: skip
    elif event == "returns/approve":
        order["returns"][0]["status"] = "OPEN"
        shop.touch(order)
    elif event == "refunds/create":
        order["returns"][0]["status"] = "CLOSED"
        order["returns"][0]["returnLineItems"][0]["refundedQuantity"] = 1
        order["lineItems"][1]["currentQuantity"] = 1
        at = shop.touch(order)
        amount = {"shopMoney": {"amount": "5.00", "currencyCode": "GBP"}}
        back = {"id": "gid://shopify/OrderTransaction/9", "kind": "REFUND", "createdAt": at, "processedAt": at}
        order["transactions"].append({**order["transactions"][0], **back, "amountSet": amount})


@contextmanager
def opened(template: Path, shop: MockShop) -> Iterator[Portal]:
    """A portal of its own over the shop, without a network in between."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            held = shop.bulk[f"gid://shopify/BulkOperation/{request.url.path.rpartition('/')[2]}"]
            return httpx.Response(200, text=str(held))
        body: dict[str, Any] = json.loads(request.content)
        return httpx.Response(200, json=shop.execute(body["query"], body["variables"]))

    shop.url = "http://shop.test"
    section = Shopify(on=True, shop="lantern.myshopify.com", token=TOKEN, url="http://shop.test/graphql")
    config, clock = Config(web=Web(secret="a-secret-that-only-tests-know"), shopify=section), SettableClock()
    with TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "shop.db")
        database = Database(f"sqlite:///{folder}/shop.db")
        portal = Portal(database, config, clock)
        portal.connect(backend(config, clock, transport=httpx.MockTransport(answer), sleep=lambda _seconds: None))
        try:
            yield portal
        finally:
            portal.hang_up()
            database.close()


def records(portal: Portal) -> dict[str, list[tuple[Any, ...]]]:
    with portal._database.reading() as session:
        return {
            table: sorted(tuple(map(str, row)) for row in session.execute(text(f"SELECT * FROM {table}")))  # noqa: S608
            for table in _TABLES
        }


def begun() -> tuple[MockShop, Node]:
    shop = MockShop()
    shop.add_location()
    kettle, mug = shop.add_variant("KETTLE", "Copper Kettle", "30.00", 9), shop.add_variant("MUG", "Mug", "5.00", 9)
    return shop, shop.add_order(shop.add_customer("ada@example.org"), (kettle, 1), (mug, 2))


def deliver(portal: Portal, order: Node, place: int) -> None:
    """The delivery that told of the n-th event; the shop repeats it under the same ids."""
    topic = _LIFE[place]
    number = int(order["id"].rpartition("/")[2])
    payload = {"admin_graphql_api_id": order["id"]} if topic.startswith("orders") else {"order_id": number}
    portal.hear("shopify", Admitted(f"w-{place}", topic, {}, f"{topic}:e-{place}"), payload)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(st.just("live"), st.just("look"), st.just("read"), st.integers(0, 6)), max_size=24),
    st.permutations(range(7)),
)
def test_any_sequence_of_deliveries_ends_in_the_same_records(
    migrated_sqlite: Path, steps: list[str | int], last: list[int]
) -> None:
    shop, order = begun()
    with opened(migrated_sqlite, shop) as portal:
        happened = 1
        for step in steps:
            if step == "live" and happened < len(_LIFE):
                live(shop, order, _LIFE[happened])
                happened += 1
            elif step == "read":
                portal.sync("shopify")
            elif step == "look":
                portal.take_deliveries()
                portal.look_up("shopify")
            elif isinstance(step, int) and step < happened:
                deliver(portal, order, step)
        for event in _LIFE[happened:]:
            live(shop, order, event)
        for place in (*last, *last):
            deliver(portal, order, place)
        portal.take_deliveries()
        portal.look_up("shopify")
        ended = records(portal)
    with opened(migrated_sqlite, shop) as fresh:
        fresh.sync("shopify")
        fresh.look_up("shopify")
        assert ended == records(fresh)
