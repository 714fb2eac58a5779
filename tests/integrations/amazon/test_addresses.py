"""Personal data of Amazon's orders: asked for only where an order lacks it to be sent, by a token for just that."""

import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.orders.rows import OrderRow
from core.portal import Portal
from core.systems import Amazon
from integrations.selling_partner import Client
from tests.conftest import SettableClock
from tests.integrations.amazon.market import NOW, PERSONAL, RESTRICTED, SHARED, Market, model, order
from tests.integrations.amazon.test_backend import NUMBER, SECTION, connected

NUMBERS = [f"202-{number:07d}-0000001" for number in range(1, 6)]


def hidden(number: int, **more: Any) -> dict[str, Any]:
    """An order of which Amazon shows neither buyer nor street."""
    kept = order(number, **more)
    del kept["buyer"]
    kept["recipient"] = {"deliveryAddress": {"city": "Leeds", "countryCode": "GB"}}
    return kept


def personal(name: str) -> dict[str, Any]:
    """What the older interface shows of an order's buyer."""
    lives = {"Name": name, "AddressLine1": "7 Hidden Lane", "City": "Leeds", "PostalCode": "LS2 2BB",
             "CountryCode": "GB", "Phone": "+44 113 4960000"}  # fmt: skip
    relayed = {"BuyerEmail": f"{name.lower()}@marketplace.amazon.co.uk", "BuyerName": f"{name} Hidden"}
    return {"ShippingAddress": lives, "BuyerInfo": relayed}


@pytest.fixture
def market() -> Market:
    told = {number: personal(f"Bea{place}") for place, number in enumerate(NUMBERS, 1)}
    return Market(orders=[hidden(1), hidden(2, status="PARTIALLY_SHIPPED")], personal=told)


@pytest.fixture
def amazon(portal: Portal, market: Market, clock: SettableClock) -> Portal:
    clock.now = NOW
    portal.connect(connected(market, clock))
    return portal


def kept(portal: Portal, number: str = NUMBER) -> OrderRow:
    with portal._database.reading() as session:
        return session.get_one(OrderRow, number)


def calls(market: Market, path: str) -> list[httpx.Request]:
    return [one for one in market.asked if one.url.path == path]


def test_what_an_order_lacks_to_be_sent_is_asked_for_by_a_token_for_just_that(
    amazon: Portal, market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = amazon.sync("amazon")
    assert not outcome.faults
    row = kept(amazon)
    assert (row.ship_name, row.ship_line1, row.ship_postcode) == ("Bea1", "7 Hidden Lane", "LS2 2BB")
    assert row.customer_id == "amazon-bea1"
    wanted = {"method": "GET", "path": PERSONAL, "dataElements": ["buyerInfo", "shippingAddress"]}
    assert market.bodies(RESTRICTED) == [{"restrictedResources": [wanted]}]
    (told,) = calls(market, PERSONAL)
    assert told.url.params["AmazonOrderIds"] == ",".join(NUMBERS[:2])
    assert not any(one in caplog.text for one in ("Atz.sprdt", "Atza", "7 Hidden Lane", "bea1", NUMBER))


def test_nothing_is_asked_of_orders_that_need_nothing(amazon: Portal, market: Market) -> None:
    market.orders = [order(1), hidden(2, status="SHIPPED"), hidden(3, by="AMAZON"), hidden(4, status="PENDING")]
    assert not amazon.sync("amazon").faults
    assert not calls(market, RESTRICTED) + calls(market, PERSONAL)


def test_a_token_is_used_as_long_as_it_lasts(amazon: Portal, market: Market, clock: SettableClock) -> None:
    amazon.sync("amazon")
    amazon.sync("amazon")
    assert len(calls(market, RESTRICTED)) == 1
    market.restricted.clear()
    clock.forward(timedelta(hours=1))
    assert not amazon.sync("amazon").troubles
    assert len(calls(market, RESTRICTED)) == 2


@pytest.mark.parametrize(
    ("roles", "lacking"),
    [(set(), "buyerInfo and shippingAddress"), ({"shippingAddress"}, "buyerInfo"), ({"buyerInfo"}, "shippingAddress")],
)
def test_without_the_role_orders_come_in_without_and_the_check_says_what_to_do(
    amazon: Portal, market: Market, roles: set[str], lacking: str
) -> None:
    market.roles = roles
    assert not amazon.sync("amazon").faults
    row = kept(amazon)
    assert bool(row.ship_line1) == ("shippingAddress" in roles)
    assert bool(row.customer_id) == ("buyerInfo" in roles)
    found = amazon.inspect("amazon")
    assert [one.is_well for one in found] == [True, False]
    assert f"shows no {lacking} of orders" in found[1].text
    assert "authorise the app again" in found[1].text


def test_who_is_denied_is_asked_again_after_an_hour(amazon: Portal, market: Market, clock: SettableClock) -> None:
    market.roles = set()
    for _ in range(3):
        amazon.sync("amazon")
    assert len({one.content for one in calls(market, RESTRICTED)}) == 3  # both elements, and each alone
    asked = len(calls(market, RESTRICTED))
    market.roles = {"buyerInfo", "shippingAddress"}
    amazon.sync("amazon")
    assert len(calls(market, RESTRICTED)) == asked
    clock.forward(timedelta(hours=1))
    amazon.sync("amazon")
    assert kept(amazon).ship_line1 == "7 Hidden Lane"


def test_a_role_that_is_withdrawn_stops_no_order(amazon: Portal, market: Market) -> None:
    amazon.sync("amazon")
    market.roles, market.restricted = set(), {}
    market.orders.append(hidden(3))
    outcome = amazon.sync("amazon")
    assert not outcome.troubles
    assert kept(amazon, NUMBERS[2]).ship_line1 == ""


@pytest.mark.parametrize("path", [RESTRICTED, PERSONAL])
def test_an_answer_that_does_not_come_is_asked_for_again_and_the_order_is_there_meanwhile(
    amazon: Portal, market: Market, path: str
) -> None:
    market.troubles[path] = [httpx.Response(429, headers={"Retry-After": "600"})]
    assert not amazon.sync("amazon").troubles
    assert kept(amazon).ship_line1 == ""
    assert amazon.look_up("amazon") == 2
    assert [kept(amazon, number).ship_name for number in NUMBERS[:2]] == ["Bea1", "Bea2"]
    assert amazon.look_up("amazon") == 0


def test_more_orders_than_one_answer_holds_are_asked_for_in_turn(amazon: Portal, market: Market) -> None:
    market.orders = [hidden(number) for number in range(1, 61)]
    market.personal = {one["orderId"]: personal("Bea") for one in market.orders}
    amazon.sync("amazon")
    assert [len(one.url.params["AmazonOrderIds"].split(",")) for one in calls(market, PERSONAL)] == [50, 10]
    assert kept(amazon, "202-0000060-0000001").ship_line1 == "7 Hidden Lane"


def test_whoever_wants_no_personal_data_is_asked_for_none(portal: Portal, market: Market, clock: SettableClock) -> None:
    clock.now = NOW
    portal.connect(connected(market, clock, SECTION.model_copy(update={"reads_addresses": False})))
    assert not portal.sync("amazon").faults
    assert [one.is_well for one in portal.inspect("amazon")] == [True]
    assert not calls(market, RESTRICTED)


@pytest.mark.skipif(SHARED is None, reason="Amazon's models are not at hand")
def test_the_tokens_of_its_sandbox_are_read() -> None:
    answer = model("tokens_2021-03-01")["paths"][RESTRICTED]["post"]["responses"]["200"]
    for case in answer["x-amzn-api-sandbox"]["static"]:
        market = Market(troubles={RESTRICTED: [httpx.Response(200, json=case["response"])]})
        section = Amazon.model_validate(SECTION.model_dump())
        token = Client(section, lambda: NOW, market.transport).restricted(PERSONAL, ["shippingAddress"])
        assert token.value() == case["response"]["restrictedDataToken"]
        assert case["response"]["restrictedDataToken"] not in repr(token)
