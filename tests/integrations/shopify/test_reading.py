"""A shop is read whole in bulk, then what changed; cut off anywhere it goes on without a record lost or doubled."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from core.catalog.rows import ProductRow
from core.catalog.service import names_on_sale
from core.exchange.origins import places_of
from core.exchange.ports import Admitted
from core.inventory.service import on_hand
from core.orders.model import Order
from core.orders.rows import OrderRow
from core.orders.service import order_of
from core.portal import Portal
from core.returns.service import returns_of
from core.shipments.model import Parcel
from core.shipments.service import parcels_of
from integrations.shopify.feeds import ShopFeed
from tests.conftest import SettableClock
from tests.integrations.shopify.mock import MockShop


def the_order(portal: Portal, shop: MockShop) -> tuple[Order, tuple[Parcel, ...]]:
    (node, *_) = shop.orders.values()
    with portal._database.reading() as session:
        found = order_of(session, f"shopify-{node['customer']['legacyResourceId']}", node["name"].lstrip("#"))
        return found, parcels_of(session, found)


def test_the_first_reading_takes_everything_in_bulk(connected: Portal, shop: MockShop) -> None:
    outcome = connected.sync("shopify")
    assert not outcome.troubles
    assert not outcome.faults
    assert outcome.seen == {"locations": 1, "customers": 1, "products": 3, "stock": 3, "orders": 1}
    order, _ = the_order(connected, shop)
    assert [(line.sku, line.quantity, line.unit_price.minor) for line in order.lines] == [
        ("KETTLE", 1, 3000),
        ("MUG", 2, 500),
    ]
    assert order.status.value == "open"
    with connected._database.reading() as session:
        assert on_hand(session, ["KETTLE", "MUG"]) == {"KETTLE": 10, "MUG": 40}
    assert not any(name == "query Orders" for name in shop.asked)


def test_afterwards_only_what_changed_is_read(connected: Portal, shop: MockShop, clock: SettableClock) -> None:
    connected.sync("shopify")
    clock.forward(timedelta(hours=1))
    connected.sync("shopify")
    assert connected.sync("shopify").seen["orders"] == 0
    shop.now = clock.now
    ada, kettle = next(iter(shop.customers.values())), next(iter(shop.variants.values()))
    shop.add_order(ada, (kettle, 2))
    assert connected.sync("shopify").fresh["orders"] == 1
    assert connected.sync("shopify").seen["orders"] == 1, "what is younger than the overlap is read once more"


def test_an_order_is_followed_from_parcel_to_return(connected: Portal, shop: MockShop) -> None:
    connected.sync("shopify")
    (node, *_) = shop.orders.values()
    parcel = shop.fulfil(node, "TRACK1", {"MUG": 2})
    connected.sync("shopify")
    order, parcels = the_order(connected, shop)
    assert order.status.value == "packed"
    assert [(line.line, line.quantity) for line in parcels[0].lines] == [(2, 2)]
    shop.fulfil(node, "TRACK2")
    shop.deliver(node, parcel)
    connected.sync("shopify")
    order, parcels = the_order(connected, shop)
    assert order.status.value == "shipped"
    assert [one.delivered_at is not None for one in parcels] == [True, False]
    node["returns"].append(_a_return(shop, parcel))
    shop.touch(node)
    connected.sync("shopify")
    with connected._database.reading() as session:
        (back,) = returns_of(session, order)
    assert (back.return_number, back.status.value, back.lines[0].quantity) == ("1010-R1", "requested", 1)


def _a_return(shop: MockShop, parcel: dict[str, Any]) -> dict[str, Any]:
    line = {"__typename": "ReturnLineItem", "id": "gid://shopify/ReturnLineItem/7", "quantity": 1,
            "refundedQuantity": 0, "customerNote": None, "returnReasonDefinition": None,
            "fulfillmentLineItem": parcel["fulfillmentLineItems"][0]}  # fmt: skip
    return {"id": "gid://shopify/Return/6", "name": "#1010-R1", "status": "REQUESTED",
            "createdAt": shop.now.isoformat(), "returnLineItems": [line], "refunds": [],
            "exchangeLineItems": []}  # fmt: skip


def test_a_whole_reading_finds_no_drift_where_there_is_none_and_heals_what_there_is(
    connected: Portal, shop: MockShop, clock: SettableClock
) -> None:
    (node, *_) = shop.orders.values()
    shop.fulfil(node, "TRACK1")
    connected.sync("shopify")
    clock.forward(timedelta(hours=1))
    connected.sync("shopify", whole=True)
    drifts = {one.feed: one.drift for one in connected.standings()}
    assert all(drift and drift.missing == drift.different == drift.extra == 0 for drift in drifts.values())
    with connected._database.unit_of_work() as session:
        session.scalars(select(OrderRow)).one().ship_city = "Nowhere"
    clock.forward(timedelta(hours=1))
    connected.sync("shopify", whole=True)
    assert the_order(connected, shop)[0].ship_to.city == "Leeds"


def told_of(portal: Portal, topic: str, node: dict[str, Any]) -> None:
    number = int(str(node["id"]).rpartition("/")[2])
    portal.hear("shopify", Admitted(f"{topic}-{number}", topic, {}), {"id": number})
    portal.take_deliveries()
    portal.look_up("shopify")


def on_sale(portal: Portal) -> set[str]:
    with portal._database.reading() as session:
        return {sku for sku, _ in names_on_sale(session)}


def test_an_order_deleted_there_is_called_off_here(connected: Portal, shop: MockShop) -> None:
    connected.sync("shopify")
    order, _ = the_order(connected, shop)
    (node, *_) = shop.orders.values()
    known = dict(shop.orders)
    shop.orders.clear()
    told_of(connected, "orders/delete", node)
    shop.orders = known
    assert the_order(connected, shop)[0].status.value == "cancelled"
    with connected._database.reading() as session:
        assert places_of(session, "orders", order.order_number) == []


def test_a_product_deleted_there_is_off_sale_after_the_next_reading(
    connected: Portal, shop: MockShop, clock: SettableClock
) -> None:
    connected.sync("shopify")
    assert on_sale(connected) == {"KETTLE", "MUG", "BOWL"}
    bowl = next(node for node in shop.variants.values() if node["sku"] == "BOWL")
    del shop.variants[bowl["id"]]
    clock.forward(timedelta(hours=1))
    told_of(connected, "products/delete", bowl["product"])
    clock.forward(timedelta(minutes=5))
    connected.sync("shopify")
    connected.look_up("shopify")
    assert on_sale(connected) == {"KETTLE", "MUG"}


def test_a_bulk_result_that_is_cut_off_again_and_again_loses_and_doubles_nothing(
    connected: Portal, shop: MockShop
) -> None:
    small = [replace(one, page=3) for one in connected.backend("shopify").feeds if isinstance(one, ShopFeed)]
    connected.connect(replace(connected.backend("shopify"), feeds=small))
    ada, kettle = next(iter(shop.customers.values())), next(iter(shop.variants.values()))
    for _ in range(30):
        shop.add_order(ada, (kettle, 1))
    chance, readings = Random(7), 0  # noqa: S311 where the connection breaks
    while readings < 60:
        readings += 1
        shop.cuts_after = chance.randrange(4000, 12000)
        if not connected.sync("shopify").troubles:
            break
    assert readings > 3
    with connected._database.reading() as session:
        kept = set(session.scalars(select(OrderRow.order_number)))
    assert kept == {node["name"].lstrip("#") for node in shop.orders.values()}
    assert sum("BulkBegin" in one for one in shop.asked) == 4


def test_a_throttled_question_waits_for_the_bucket(connected: Portal, shop: MockShop) -> None:
    throttled: tuple[int, dict[str, str], str] = (
        200, {}, json.dumps({
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": {"requestedQueryCost": 400,
                                    "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 50}}},
        }),
    )  # fmt: skip
    shop.faults = [throttled]
    assert not connected.sync("shopify").troubles


def test_the_shop_is_tried_out_line_by_line(connected: Portal, shop: MockShop) -> None:
    found = connected.inspect("shopify")
    assert found[0].text == "Shopify: lets us in as an app of “Lantern & Lace”."
    shop.faults = [(401, {}, "{}")]
    (refused,) = connected.inspect("shopify")
    assert not refused.is_well
    assert "Check shopify.shop and shopify.token." in refused.text


def test_a_bulk_operation_that_is_gone_is_begun_anew(connected: Portal, shop: MockShop) -> None:
    shop.cuts_after = 1
    assert connected.sync("shopify").troubles
    shop.bulk.clear()
    assert "begins anew" in str(connected.sync("shopify").troubles)
    assert not connected.sync("shopify").troubles
    assert the_order(connected, shop)[0].status.value == "open"


def test_an_article_that_is_deleted_there_is_no_longer_sold(
    connected: Portal, shop: MockShop, clock: SettableClock
) -> None:
    connected.sync("shopify")
    clock.forward(timedelta(hours=1))
    kettle = next(number for number, node in shop.variants.items() if node["sku"] == "KETTLE")
    del shop.variants[kettle]
    connected.sync("shopify", whole=True)
    connected.look_up("shopify")
    with connected._database.reading() as session:
        sold = {row.sku: row.active for row in session.scalars(select(ProductRow))}
    assert sold == {"KETTLE": False, "MUG": True, "BOWL": True}
