"""Amazon's marketplaces through the portal: orders, stock and returns come in, and what they keep is said."""

import logging
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from core.clock import Clock
from core.config import Config, Web
from core.errors import Refused
from core.exchange import writing_back
from core.exchange.ports import Backend, Outcome, Trouble
from core.inventory.rows import StockRow
from core.orders.service import order_of
from core.portal import Portal
from core.systems import Amazon
from integrations.amazon.backend import backend
from integrations.http import Call
from integrations.selling_partner import Plans
from tests.conftest import SettableClock
from tests.flows.talking import customer, guest
from tests.integrations.amazon.market import NOW, Market, item, order, package

SECTION = Amazon(
    on=True, client_id="amzn1.app", client_secret="a-long-secret", refresh_token="Atzr|the-refresh-token",
    reads_returns=True,
)  # fmt: skip
ADA, NUMBER = "amazon-buyer1", "202-0000001-0000001"
ORDERS = "/orders/2026-01-01/orders"


@pytest.fixture
def market() -> Market:
    return Market(orders=[order(1, item(1, units=2, tax="8.00"), total="48.00"), order(2, by="AMAZON")])


@pytest.fixture
def amazon(portal: Portal, market: Market, clock: SettableClock) -> Portal:
    clock.now = NOW
    portal.connect(connected(market, clock))
    return portal


def asking() -> httpx.Request:
    """A question for a first page."""
    return httpx.Request("GET", "https://example.org", params={"marketplaceIds": "A1F83G8C2ARO7P"})


def connected(market: Market, clock: Clock, section: Amazon = SECTION) -> Backend:
    return backend(Config(web=Web(secret="a-secret-that-only-tests-know"), amazon=section), clock, market.transport)


def test_orders_come_with_items_tax_and_products(amazon: Portal) -> None:
    outcome = amazon.sync("amazon")
    assert not outcome.troubles
    assert not outcome.faults
    with amazon._database.reading() as session:
        kept = order_of(session, ADA, NUMBER)
        other = order_of(session, "amazon-buyer2", "202-0000002-0000001")
    assert [(one.sku, one.quantity, one.unit_price.minor) for one in kept.lines] == [("LAMP-1", 2, 2000)]
    assert (kept.total.minor, kept.ship_to.postcode, other.location) == (4800, "LS1 1AA", "amazon")


def test_a_customer_follows_the_parcel_in_the_chat(amazon: Portal, market: Market, clock: SettableClock) -> None:
    amazon.sync("amazon")
    later = clock.forward(timedelta(hours=6))
    sent = order(1, item(1, units=2, tax="8.00", done=2), total="48.00", status="SHIPPED", updated=later,
                 packages=[package("15501", "IN_TRANSIT", "OUT_FOR_DELIVERY")])  # fmt: skip
    market.orders[0] = sent
    amazon.sync("amazon")
    said = customer(amazon, ADA).say(f"where is order {NUMBER}?").text
    assert "15501" in said
    assert "DPD" in said
    assert "out for delivery" in said
    market.orders[0] = {**sent, "packages": [package("15501", "DELIVERED")],
                        "lastUpdatedTime": clock.forward(timedelta(hours=1)).isoformat()}  # fmt: skip
    amazon.sync("amazon")
    assert "delivered" in customer(amazon, ADA).say(f"where is order {NUMBER}?").text


def test_an_order_without_a_buyers_address_is_a_guests(amazon: Portal, market: Market) -> None:
    hidden = order(3)
    del hidden["buyer"]
    market.orders.append(hidden)
    assert not amazon.sync("amazon").faults
    chat = guest(amazon)
    chat.say("where is order 202-0000003-0000001, my postcode is LS1 1AA")
    assert "202-0000003-0000001" in chat.said[-1].text


@pytest.mark.parametrize("act", ["cancel", "address", "items", "payment", "return", "reorder"])
def test_what_amazon_keeps_to_itself_is_refused_with_the_next_step(amazon: Portal, act: str) -> None:
    amazon.sync("amazon")
    with (
        amazon._database.reading() as session,
        pytest.raises(Refused, match=r"placed on Amazon.*amazon\.co\.uk/your-orders"),
    ):
        writing_back.may(session, NUMBER, act)


def test_whoever_wants_another_address_in_the_chat_is_sent_where_it_is_done(amazon: Portal) -> None:
    amazon.sync("amazon")
    said = customer(amazon, ADA).say(f"cancel order {NUMBER}")
    assert "https://www.amazon.co.uk/your-orders" in said.text
    assert not said.actions


def test_stock_in_amazons_warehouses_counts_what_waits_for_buyers_too(amazon: Portal, market: Market) -> None:
    details = {"fulfillableQuantity": 7, "reservedQuantity": {"pendingCustomerOrderQuantity": 2}}
    market.stock = [{"sellerSku": "LAMP-1", "inventoryDetails": details, "lastUpdatedTime": NOW.isoformat()}]
    assert not amazon.sync("amazon").faults
    with amazon._database.reading() as session:
        kept = session.scalar(select(StockRow.on_hand).where(StockRow.sku == "LAMP-1", StockRow.location == "amazon"))
    assert kept == 9


def test_returns_are_put_to_the_line_of_their_order(amazon: Portal, market: Market) -> None:
    market.orders[0] = order(1, item(1, units=2, done=2), status="SHIPPED", packages=[package("1", "DELIVERED")])
    market.returns = [{
        "id": "RMA-1", "merchantSku": "LAMP-1", "numberOfUnits": 1, "status": "PICKED_FROM_CUSTOMER",
        "returnSubType": "NORMAL", "creationDateTime": NOW.isoformat(), "lastUpdatedDateTime": NOW.isoformat(),
        "marketplaceChannelDetails": {"customerOrderId": NUMBER}, "returnMetadata": {"returnReason": "Missed"},
    }, {"id": "RMA-2", "merchantSku": "NOTHING", "marketplaceChannelDetails": {"customerOrderId": NUMBER}}]  # fmt: skip
    outcome = amazon.sync("amazon")
    assert [one.sentence for one in outcome.faults] == [
        f"Amazon's RMA-2 was left out: order {NUMBER} has no such article."
    ]
    said = customer(amazon, ADA).say("where is my return?").text
    assert "RMA-1" in said
    assert "on its way to us" in said


def test_reading_goes_on_page_by_page_and_then_from_where_it_was(amazon: Portal, market: Market) -> None:
    market.page, market.orders = 2, [order(number) for number in range(1, 6)]
    assert amazon.sync("amazon").seen["orders"] == 10  # each with its product
    amazon.sync("amazon")
    asked = [one.url.params for one in market.asked if one.url.path == ORDERS]
    assert [one.get("paginationToken") for one in asked] == [None, "2", "4", None, "2", "4"]
    assert asked[3]["lastUpdatedAfter"] > asked[0]["lastUpdatedAfter"]


def test_a_place_that_is_taken_no_more_after_a_day_begins_the_span_anew(amazon: Portal, market: Market) -> None:
    market.page, market.orders = 2, [order(number) for number in range(1, 6)]
    market.troubles[ORDERS] = [httpx.Response(200, json=market._content(asking(), ORDERS)), httpx.Response(400)]
    assert amazon.sync("amazon").troubles["orders"].outcome is Outcome.REFUSED
    market.troubles[ORDERS] = [httpx.Response(400, json={"errors": [{"code": "InvalidInput", "message": "expired"}]})]
    assert not amazon.sync("amazon").troubles
    asked = [one.url.params for one in market.asked if one.url.path == ORDERS]
    assert [one.get("paginationToken") for one in asked] == [None, "2", "2", None, "2", "4"]
    assert len({one["lastUpdatedAfter"] for one in asked}) == 1
    with amazon._database.reading() as session:
        assert order_of(session, "amazon-buyer5", "202-0000005-0000001")


def test_no_more_calls_go_than_a_plan_lets_pass_and_a_long_wait_is_left_to_the_next_reading() -> None:
    plans = Plans()
    orders, one = Call("orders", "GET", "https://example.org"), Call("order", "GET", "https://example.org")
    assert [plans.wait_s(one, 0.0) for _ in range(30)] == [0.0] * 30
    assert plans.wait_s(one, 0.0) == pytest.approx(2.0)
    assert [plans.wait_s(orders, 0.0) for _ in range(20)] == [0.0] * 20
    with pytest.raises(Trouble, match="goes on by itself") as held:
        plans.wait_s(orders, 0.0)
    assert held.value.outcome is Outcome.THROTTLED
    plans.heed(orders, httpx.Response(200, headers={"x-amzn-RateLimit-Limit": "1.0"}), 0.0)
    assert plans.wait_s(orders, 0.0) == pytest.approx(1.0)


def test_an_expired_token_is_renewed_and_a_withdrawn_one_says_so(
    amazon: Portal, market: Market, clock: SettableClock
) -> None:
    amazon.sync("amazon")
    market.tokens += 1
    assert not amazon.sync("amazon").troubles
    market.refresh_token = "Atzr|another"
    inspector = connected(market, clock).inspector
    assert inspector is not None
    assert [(one.is_well, "authorise the app again" in one.text) for one in inspector(clock())] == [(False, True)]


def test_an_unknown_word_is_logged_and_means_nothing_hopeful(
    amazon: Portal, market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    market.orders = [order(1, status="BEAMED")]
    with caplog.at_level(logging.WARNING):
        amazon.sync("amazon")
    assert "BEAMED" in caplog.text
    with amazon._database.reading() as session:
        assert order_of(session, ADA, NUMBER).status.value == "open"


def test_it_is_not_switched_on_without_its_keys() -> None:
    with pytest.raises(ValueError, match="client_id, client_secret, refresh_token"):
        Amazon(on=True)
