"""Walmart's marketplace through the portal: orders, stock and returns come in, and what it keeps to itself is said."""

import logging
from datetime import timedelta

import httpx
import pytest

from core.clock import Clock
from core.config import Config, Web
from core.errors import ConfigError, Refused
from core.exchange import writing_back
from core.exchange.ports import Backend
from core.orders.service import order_of
from core.portal import Portal
from core.systems import Walmart
from integrations.walmart.backend import backend
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.integrations.walmart.market import NOW, Market, line, order, returned

SECTION = Walmart(on=True, client_id="seller", client_secret="a-long-secret", acknowledges=True)
ADA = "walmart-cafe0001"
NUMBER = "5281956400001-0001"


@pytest.fixture
def market() -> Market:
    lamp = {"sku": "LAMP-1", "productName": "Blue lamp", "productType": "Lamps", "lifecycleStatus": "ACTIVE",
            "price": {"currency": "USD", "amount": 20.0}}  # fmt: skip
    return Market(
        orders=[order(1, line(1, units=2, amount=40.0, tax=3.3)), order(2, node="WFSFulfilled")], items=[lamp]
    )


@pytest.fixture
def walmart(portal: Portal, market: Market, clock: SettableClock) -> Portal:
    clock.now = NOW
    portal.connect(connected(market, clock))
    return portal


def connected(market: Market, clock: Clock, section: Walmart = SECTION) -> Backend:
    return backend(Config(web=Web(secret="a-secret-that-only-tests-know"), walmart=section), clock, market.transport)


def test_orders_come_with_lines_tax_and_the_address_that_walmart_relays(walmart: Portal, market: Market) -> None:
    outcome = walmart.sync("walmart")
    assert not outcome.troubles
    assert not outcome.faults
    with walmart._database.reading() as session:
        kept = order_of(session, ADA, NUMBER)
        other = order_of(session, "walmart-cafe0002", "5281956400002-0002")
    assert (kept.status.value, kept.ship_to.postcode) == ("open", "13164")
    assert [(one.sku, one.quantity, one.unit_price.minor) for one in kept.lines] == [("LAMP-1", 2, 2000)]
    assert other.location == "walmart-wfs"
    assert sorted(market.acknowledged) == ["1796277000001", "1796277000002"]


def test_what_was_kept_but_not_acknowledged_is_acknowledged_the_next_time(walmart: Portal, market: Market) -> None:
    path = "/v3/orders/1796277000001/acknowledge"
    market.troubles[path] = [httpx.Response(400)]
    assert "released" in walmart.sync("walmart").troubles
    assert "1796277000001" not in market.acknowledged
    assert not walmart.sync("walmart").troubles
    assert "1796277000001" in market.acknowledged


def test_a_shipped_line_brings_its_parcel_and_a_refund_its_money(
    walmart: Portal, market: Market, clock: SettableClock
) -> None:
    walmart.sync("walmart")
    later = clock.forward(timedelta(hours=5))
    charge = {"chargeType": "PRODUCT", "chargeName": "Item Price", "chargeAmount": {"currency": "USD", "amount": -5.0},
              "tax": {"taxName": "Item Price Tax", "taxAmount": {"currency": "USD", "amount": -0.41}}}  # fmt: skip
    refund = {"refundId": "R1", "refundCharges": {"refundCharge": [{"refundReason": "DamagedItem", "charge": charge}]}}
    market.orders[0] = order(
        1, line(1, units=2, amount=40.0, tax=3.3, status="Shipped", at=later, tracking="1Z9", refund=refund)
    )
    walmart.sync("walmart")
    with walmart._database.reading() as session:
        assert order_of(session, ADA, NUMBER).status.value == "shipped"
    ada = customer(walmart, ADA)
    tracked = ada.say("where is order 5281956400001?").text
    assert "1Z9" in tracked
    assert "UPS" in tracked
    assert "5.41" in ada.say("refund status of order 5281956400001").text


def test_a_whole_shop_is_read_page_by_page_and_goes_on_where_it_broke_off(walmart: Portal, market: Market) -> None:
    market.page = 2
    market.orders = [order(number) for number in range(1, 8)]
    outcome = walmart.sync("walmart")
    assert outcome.seen["orders"] == 7
    again = walmart.sync("walmart")
    assert again.fresh["orders"] <= again.seen["orders"]
    asked = [one for one in market.asked if one.url.path == "/v3/orders"]
    assert asked[-1].url.params["lastModifiedStartDate"] > asked[0].url.params["lastModifiedStartDate"]


@pytest.mark.parametrize("act", ["cancel", "address", "items", "payment", "return", "reorder"])
def test_what_the_marketplace_keeps_to_itself_is_refused_with_the_next_step(walmart: Portal, act: str) -> None:
    walmart.sync("walmart")
    with walmart._database.reading() as session, pytest.raises(Refused, match=r"placed on Walmart.*walmart\.com"):
        writing_back.may(session, NUMBER, act)


def test_whoever_wants_to_cancel_in_the_chat_is_sent_where_it_is_done(walmart: Portal) -> None:
    walmart.sync("walmart")
    said = customer(walmart, ADA).say("please cancel order 5281956400001")
    assert "Walmart" in said.text
    assert "https://www.walmart.com/orders" in said.text
    assert not said.actions


_STATES = (
    ("INITIATED", "You find the label for the parcel at Walmart: https://www.walmart.com/orders"),
    ("DELIVERED", "it has arrived here"),
    ("COMPLETED", "your money has been given back"),
)


def test_returns_are_known_to_the_end(walmart: Portal, market: Market) -> None:
    ada = customer(walmart, ADA)
    for state, said in _STATES:
        market.returns = [returned(market.orders[0], state)]
        assert not walmart.sync("walmart").faults
        assert said in ada.say("what is the state of my return?").text


def test_stock_in_walmarts_warehouses_is_a_place_of_its_own(walmart: Portal, market: Market) -> None:
    node = {"onHandQty": 7, "availToSellQty": 5, "shipNodeType": "WFSFulfilled", "modifiedDate": NOW.isoformat()}
    market.stock = [{"sku": "LAMP-1", "shipNodes": [node]}, {"shipNodes": [node]}]
    outcome = walmart.sync("walmart")
    assert [fault.sentence for fault in outcome.faults] == [
        "Walmart's without a number was left out: an item's stock without sku."
    ]


def test_an_expired_token_is_renewed_and_a_wrong_key_says_so(
    walmart: Portal, market: Market, clock: SettableClock
) -> None:
    walmart.sync("walmart")
    clock.forward(timedelta(minutes=20))
    assert not walmart.sync("walmart").troubles
    assert market.tokens == 2
    wrong = Walmart(on=True, client_id="seller", client_secret="a-wrong-secret")
    inspector = connected(market, clock, wrong).inspector
    assert inspector is not None
    found = inspector(clock())
    assert [(one.is_well, "credentials are wrong" in one.text) for one in found] == [(False, True)]


def test_an_unknown_word_is_logged_and_means_nothing_hopeful(
    walmart: Portal, market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    market.orders[0] = order(1, line(status="Teleported"))
    with caplog.at_level(logging.WARNING):
        walmart.sync("walmart")
    assert "Teleported" in caplog.text
    with walmart._database.reading() as session:
        assert order_of(session, ADA, NUMBER).status.value == "open"


def test_an_order_that_cannot_be_read_is_told_and_the_others_are_taken(walmart: Portal, market: Market) -> None:
    broken = order(3)
    del broken["customerEmailId"]
    market.orders.append(broken)
    outcome = walmart.sync("walmart")
    assert [fault.sentence for fault in outcome.faults if "1796277000003" in fault.sentence]
    assert outcome.fresh["orders"] == 1


def test_it_is_not_switched_on_without_its_key() -> None:
    with pytest.raises((ConfigError, ValueError), match="client_id, client_secret"):
        Walmart(on=True)
