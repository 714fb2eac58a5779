"""Changes made here reach the shop, each once however often it is tried, and what the shop refuses stays refused."""

import pytest
from sqlalchemy import select

from core.accounts.model import Address
from core.billing.settlement import refund
from core.exchange.ports import Backend
from core.mailroom.outbox import WRITE_BACK
from core.mailroom.ports import Courier, Later, Never, Post, Unclear
from core.mailroom.rows import OutboxRow
from core.money import Money
from core.orders import changes
from core.orders.changes import LineChange
from core.orders.model import Order
from core.orders.placing import place
from core.orders.service import order_of
from core.portal import Portal
from core.returns import handling
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, ReturnRules, request_return, returns_of
from tests.integrations.shopify.mock import MockShop, Node


@pytest.fixture
def node(connected: Portal, shop: MockShop) -> Node:
    """The order there, which is known here too."""
    connected.sync("shopify")
    return next(iter(shop.orders.values()))


def mine(portal: Portal, node: Node) -> Order:
    with portal._database.reading() as session:
        return order_of(session, f"shopify-{node['customer']['legacyResourceId']}", node["name"].lstrip("#"))


def posts(portal: Portal) -> list[Post]:
    with portal._database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == WRITE_BACK).order_by(OutboxRow.outbox_id))
        return [Post(row.outbox_id, row.key, row.channel, row.chat, row.kind, dict(row.content), 1) for row in rows]


def courier(portal: Portal) -> Courier:
    backend: Backend = portal.backend("shopify")
    assert backend.courier is not None
    return backend.courier


def sent_twice(portal: Portal, shop: MockShop, *mutations: str) -> None:
    """Deliver what is due, and then the same again as after a crash: each of the mutations was made once."""
    portal.deliver(channel="shopify")
    portal.deliver(channel="shopify")
    for post in posts(portal):
        courier(portal).send(post)
    for name in mutations:
        assert shop.asked.count(f"mutation {name}") == 1, name
    portal.look_up("shopify")


def test_a_cancellation(connected: Portal, shop: MockShop, node: Node) -> None:
    with connected._database.unit_of_work() as session:
        changes.cancel(session, mine(connected, node), "", connected._config.orders, "c", connected._clock())
    sent_twice(connected, shop, "Cancel")
    assert node["cancelledAt"]
    assert mine(connected, node).status.value == "cancelled"


def test_another_address(connected: Portal, shop: MockShop, node: Node) -> None:
    to = Address("Ada Byron", "7 Lane", "", "York", "YO1 7HH", "GB")
    with connected._database.unit_of_work() as session:
        rules = connected._config.orders
        changes.change_address(session, mine(connected, node), to, rules, "a", connected._clock())
    sent_twice(connected, shop)
    assert (node["shippingAddress"]["name"], node["shippingAddress"]["city"]) == ("Ada Byron", "York")
    assert mine(connected, node).ship_to == to


def test_fewer_units_and_a_line_taken_off(connected: Portal, shop: MockShop, node: Node) -> None:
    wanted = [LineChange(1, 0), LineChange(2, 1)]
    with connected._database.unit_of_work() as session:
        rules = connected._config.orders
        changes.change_lines(session, mine(connected, node), wanted, rules, "i", connected._clock())
    sent_twice(connected, shop, "EditCommit")
    assert [line["currentQuantity"] for line in node["lineItems"]] == [0, 1]
    assert [(line.line, line.quantity) for line in mine(connected, node).lines] == [(2, 1)]


def test_a_return_is_known_there_under_our_number(connected: Portal, shop: MockShop, node: Node) -> None:
    shop.deliver(node, shop.fulfil(node, "TRACK1"))
    connected.sync("shopify")
    rules = ReturnRules(30, connected._config.shop.zone)
    with connected._database.unit_of_work() as session:
        asked = AskedReturn({2: 2}, "damaged")
        made = request_return(session, mine(connected, node), asked, rules, connected._clock())
    sent_twice(connected, shop, "ReturnRequest")
    (back,) = node["returns"]
    assert back["returnLineItems"][0]["customerNote"] == f"[{made.return_number}]"
    back["status"] = "OPEN"
    shop.touch(node)
    connected.sync("shopify")
    with connected._database.reading() as session:
        (kept,) = returns_of(session, mine(connected, node))
    assert (kept.return_number, kept.status.value) == (made.return_number, "approved")


def test_an_exchange_goes_there_with_what_should_go_out_and_is_no_line_of_the_order_here(
    connected: Portal, shop: MockShop, node: Node
) -> None:
    shop.deliver(node, shop.fulfil(node, "TRACK1"))
    connected.sync("shopify")
    rules = ReturnRules(30, connected._config.shop.zone)
    with connected._database.unit_of_work() as session:
        asked = AskedReturn({2: 2}, "", ReturnKind.EXCHANGE, None, {2: "BOWL"})
        made = request_return(session, mine(connected, node), asked, rules, connected._clock())
    before = mine(connected, node)
    sent_twice(connected, shop, "ReturnCreate")
    (back,) = node["returns"]
    assert back["returnLineItems"][0]["returnReasonNote"] == f"[{made.return_number}]"
    assert [(one["quantity"], one["lineItems"][0]["sku"]) for one in back["exchangeLineItems"]] == [(2, "BOWL")]
    connected.sync("shopify", whole=True)
    assert mine(connected, node) == before, "what goes out instead is no line, and the order is as delivered as it was"
    with connected._database.reading() as session:
        (kept,) = returns_of(session, before)
    assert (kept.return_number, kept.kind, kept.status.value) == (made.return_number, ReturnKind.EXCHANGE, "approved")
    assert kept.lines[0].new_sku == "BOWL"
    back["status"] = "CLOSED"
    shop.touch(node)
    connected.sync("shopify")
    with connected._database.reading() as session:
        assert returns_of(session, before)[0].status.value == "exchanged"


def test_an_exchange_kept_after_all_is_cancelled_there(connected: Portal, shop: MockShop, node: Node) -> None:
    shop.deliver(node, shop.fulfil(node, "TRACK1"))
    connected.sync("shopify")
    rules = ReturnRules(30, connected._config.shop.zone)
    with connected._database.unit_of_work() as session:
        asked = AskedReturn({2: 1}, "", ReturnKind.EXCHANGE, None, {2: "KETTLE"})
        made = request_return(session, mine(connected, node), asked, rules, connected._clock())
    connected.deliver(channel="shopify")
    with connected._database.unit_of_work() as session:
        one = handling.case(session, made.return_number)
        handling.call_off(session, one, "customer", connected._clock())
    connected.deliver(channel="shopify")
    assert node["returns"][0]["status"] == "CANCELED"


def test_money_given_back(connected: Portal, shop: MockShop, node: Node) -> None:
    with connected._database.unit_of_work() as session:
        refund(session, mine(connected, node), Money(1500, "GBP"), None, "goodwill", connected._clock())
    sent_twice(connected, shop, "Refund")
    back = [one for one in node["transactions"] if one["kind"] == "REFUND"]
    assert [str(one["amountSet"]["shopMoney"]["amount"]) for one in back] == ["15.00"]


def test_a_refund_whose_answer_was_lost_is_not_made_again(connected: Portal, node: Node) -> None:
    with connected._database.unit_of_work() as session:
        refund(session, mine(connected, node), Money(1500, "GBP"), None, "goodwill", connected._clock())
    (post,) = posts(connected)
    made = courier(connected).send(post)
    node["refunds"][0]["note"] = "changed by a person"
    assert courier(connected).send(post) == made
    assert len([one for one in node["transactions"] if one["kind"] == "REFUND"]) == 1


def test_an_order_placed_again_is_a_draft_there_and_comes_back_under_our_number(
    connected: Portal, shop: MockShop, node: Node
) -> None:
    with connected._database.unit_of_work() as session:
        placed = place(session, mine(connected, node), "Bogus card", connected._clock())
    sent_twice(connected, shop, "Draft")
    (draft,) = shop.drafts.values()
    assert [line["quantity"] for line in draft["input"]["lineItems"]] == [1, 2]
    order = shop.add_order(node["customer"], *((line["variant"], line["quantity"]) for line in node["lineItems"]))
    order["customAttributes"] = draft["input"]["customAttributes"]
    assert not connected.sync("shopify").faults
    with connected._database.reading() as session:
        again = order_of(session, placed.customer_id or "", placed.order_number)
    assert [line.sku for line in again.lines] == ["KETTLE", "MUG"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [((503, {}, ""), Later), ((429, {"Retry-After": "90"}, ""), Later), ((401, {}, ""), Later), ("cut", Unclear)],
)
def test_trouble_on_the_way_waits_and_is_no_refusal(
    connected: Portal, shop: MockShop, node: Node, fault: object, outcome: type[Exception]
) -> None:
    with connected._database.unit_of_work() as session:
        changes.cancel(session, mine(connected, node), "", connected._config.orders, "c", connected._clock())
    (post,) = posts(connected)
    shop.faults = [fault] * 8
    with pytest.raises(outcome):
        courier(connected).send(post)
    shop.faults = []
    courier(connected).send(post)
    assert node["cancelledAt"]


def test_what_the_shop_refuses_is_a_refusal(connected: Portal, shop: MockShop, node: Node) -> None:
    with connected._database.unit_of_work() as session:
        changes.cancel(session, mine(connected, node), "", connected._config.orders, "c", connected._clock())
    shop.fulfil(node, "TRACK1")
    (post,) = posts(connected)
    with pytest.raises(Never, match="refused cancel"):
        courier(connected).send(post)
