"""From a marketplace's order to the chat, the parcel booked here, and the marketplace that hears of it once."""

from datetime import timedelta

import httpx
import pytest

from core.exchange.ports import Backend
from core.mailroom import letters
from core.mailroom.letters import DeadLetter
from core.orders.acknowledging import Said
from core.orders.service import order_of
from core.portal import Portal
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.integrations.amazon import market as amazons
from tests.integrations.amazon import test_backend as amazon
from tests.integrations.amazon_vendor import retailer
from tests.integrations.amazon_vendor import test_backend as vendor
from tests.integrations.walmart import market as walmarts
from tests.integrations.walmart import test_backend as walmart
from tests.shop import PLANNER, bring

A_MINUTE, LATER = timedelta(minutes=1), timedelta(minutes=3)


@pytest.fixture(autouse=True)
def on_the_day(clock: SettableClock) -> None:
    """The clock stands where those of the stand-ins do."""
    assert walmarts.NOW == amazons.NOW
    clock.now = amazons.NOW


def connected(portal: Portal, there: Backend) -> Portal:
    """The portal, once a system is connected and read."""
    portal.connect(there)
    portal.sync(there.system.name)
    return portal


def book(portal: Portal, clock: SettableClock, number: str, order: str, carrier: str, units: int) -> None:
    """A parcel is booked here, and word of it goes out."""
    sent = {"tracking_number": number, "order_number": order, "carrier": carrier, "shipped_at": clock()}
    bring(portal, "parcels", sent)
    bring(portal, "parcel_lines", {"tracking_number": number, "line": 1, "quantity": units})
    clock.forward(A_MINUTE)
    portal.pass_on_parcels()


def dead(portal: Portal) -> list[DeadLetter]:
    """What people of the shop see that did not get through."""
    with portal._database.reading() as session:
        return letters.dead_letters(session)


@pytest.fixture
def walmart_market() -> walmarts.Market:
    return walmarts.Market(orders=[walmarts.order(1, walmarts.line(1, units=2, amount=40.0, tax=3.3))])


@pytest.fixture
def at_walmart(portal: Portal, walmart_market: walmarts.Market, clock: SettableClock) -> Portal:
    return connected(portal, walmart.connected(walmart_market, clock))


def test_walmart_hears_once_of_a_parcel_that_is_booked_here(
    at_walmart: Portal, walmart_market: walmarts.Market, clock: SettableClock
) -> None:
    book(at_walmart, clock, "1Z9", walmart.NUMBER, "ups", 2)
    at_walmart.deliver(channel="walmart")
    at_walmart.pass_on_parcels()
    at_walmart.deliver(channel="walmart")
    (told,) = walmart_market.bodies("/shipping")
    (line,) = told["orderShipment"]["orderLines"]["orderLine"]
    (state,) = line["orderLineStatuses"]["orderLineStatus"]
    assert (line["lineNumber"], state["statusQuantity"]["amount"]) == ("1", "2")
    assert state["trackingInfo"]["carrierName"] == {"carrier": "UPS"}
    at_walmart.look_up("walmart")
    with at_walmart._database.reading() as session:
        assert order_of(session, walmart.ADA, walmart.NUMBER).status.value == "shipped"
    assert "1Z9" in customer(at_walmart, walmart.ADA).say("where is order 5281956400001?").text


def test_a_shipment_whose_answer_was_lost_is_looked_for_and_not_told_again(
    at_walmart: Portal, walmart_market: walmarts.Market, clock: SettableClock
) -> None:
    book(at_walmart, clock, "1Z9", walmart.NUMBER, "UPS", 1)
    path = "/v3/orders/1796277000001/shipping"
    walmart_market.loses_answers.add(path)
    at_walmart.deliver(channel="walmart")
    clock.forward(LATER)
    at_walmart.deliver(channel="walmart")
    assert walmart_market.paths("POST").count(path) == 1
    assert not dead(at_walmart)
    book(at_walmart, clock, "1Z10", walmart.NUMBER, "UPS", 1)
    at_walmart.deliver(channel="walmart")
    assert walmart_market.paths("POST").count(path) == 2


def test_what_walmart_does_not_take_is_a_dead_letter_that_names_it(
    at_walmart: Portal, walmart_market: walmarts.Market, clock: SettableClock
) -> None:
    book(at_walmart, clock, "X1", walmart.NUMBER, "Evri", 1)
    at_walmart.deliver(channel="walmart")
    assert not walmart_market.bodies("/shipping")
    (letter,) = dead(at_walmart)
    assert "no word for the carrier “Evri”" in letter.reason
    assert at_walmart.tell_of_write_backs() == 0  # the customer asked for nothing


@pytest.fixture
def amazon_market() -> amazons.Market:
    return amazons.Market(orders=[amazons.order(1, amazons.item(1, units=2, tax="8.00"), total="48.00"),
                                  amazons.order(2, by="AMAZON")])  # fmt: skip


@pytest.fixture
def at_amazon(portal: Portal, amazon_market: amazons.Market, clock: SettableClock) -> Portal:
    return connected(portal, amazon.connected(amazon_market, clock))


def test_amazon_hears_once_of_a_parcel_that_is_booked_here(
    at_amazon: Portal, amazon_market: amazons.Market, clock: SettableClock
) -> None:
    book(at_amazon, clock, "15501", amazon.NUMBER, "dpd", 1)
    path = f"/orders/v0/orders/{amazon.NUMBER}/shipmentConfirmation"
    amazon_market.loses_answers.add(path)
    at_amazon.deliver(channel="amazon")
    clock.forward(LATER)
    at_amazon.deliver(channel="amazon")
    (told,) = amazon_market.bodies("/shipmentConfirmation")
    assert told["packageDetail"]["carrierCode"] == "DPD"
    assert told["packageDetail"]["orderItems"] == [{"orderItemId": "20200000000001", "quantity": 1}]
    book(at_amazon, clock, "15502", amazon.NUMBER, "Bike", 1)
    at_amazon.deliver(channel="amazon")
    second = amazon_market.bodies("/shipmentConfirmation")[1]["packageDetail"]
    assert (second["packageReferenceId"], second["carrierCode"], second["carrierName"]) == ("2", "Other", "Bike")
    at_amazon.look_up("amazon")
    said = customer(at_amazon, amazon.ADA).say(f"where is order {amazon.NUMBER}?").text
    assert "15501" in said
    assert "15502" in said


def test_amazon_is_not_told_of_parcels_of_what_it_sends_itself(
    at_amazon: Portal, amazon_market: amazons.Market, clock: SettableClock
) -> None:
    book(at_amazon, clock, "A1", "202-0000002-0000001", "DPD", 1)
    at_amazon.deliver(channel="amazon")
    assert not amazon_market.bodies("/shipmentConfirmation")


def test_amazon_that_refuses_a_confirmation_is_seen_by_staff(
    at_amazon: Portal, amazon_market: amazons.Market, clock: SettableClock
) -> None:
    path = f"/orders/v0/orders/{amazon.NUMBER}/shipmentConfirmation"
    amazon_market.troubles[path] = [httpx.Response(400, json={"errors": [{"code": "InvalidInput"}]})]
    book(at_amazon, clock, "15501", amazon.NUMBER, "DPD", 1)
    at_amazon.deliver(channel="amazon")
    assert [one.channel for one in dead(at_amazon)] == ["amazon"]


def test_a_retailers_order_is_answered_by_staff_and_the_answer_reaches_it_once(
    portal: Portal, clock: SettableClock
) -> None:
    bring(portal, "staff", {"email": PLANNER, "name": "Pat", "role": "planner"})
    buyer = retailer.Retailer(orders=[retailer.order("2JK3S9VC", retailer.item(1, sku="LAMP-1", amount=10))])
    connected(portal, vendor.connected(buyer, clock))
    pat = portal.staff_by_email(PLANNER)
    assert pat
    (waiting,) = portal.retail_orders(pat)
    assert (waiting.retailer, waiting.free) == ("Amazon ABCD", {1: 0})
    portal.answer_retailer(pat, "2JK3S9VC", {1: Said(10)})
    portal.deliver(channel="amazon_vendor")
    portal.deliver(channel="amazon_vendor")
    (told,) = buyer.bodies("/acknowledgements")
    assert told["acknowledgements"][0]["purchaseOrderNumber"] == "2JK3S9VC"
    assert not portal.retail_orders(pat)


@pytest.fixture
def buyer() -> retailer.Retailer:
    mugs = retailer.item(1, sku="MUG-1", amount=5, unit="Cases", size=12)
    return retailer.Retailer(orders=[retailer.order("2JK3S9VC", mugs, state="Acknowledged")])


@pytest.fixture
def at_retailer(portal: Portal, buyer: retailer.Retailer, clock: SettableClock) -> Portal:
    clock.now = amazons.NOW
    portal.connect(vendor.connected(buyer, clock))
    portal.sync("amazon_vendor")
    return portal


def test_a_retailer_gets_notice_once_of_a_parcel_that_is_booked_here(
    at_retailer: Portal, buyer: retailer.Retailer, clock: SettableClock
) -> None:
    book(at_retailer, clock, "15501", "2JK3S9VC", "UPS", 48)
    buyer.loses_answers.add(retailer.NOTICES)
    at_retailer.deliver(channel="amazon_vendor")
    clock.forward(LATER)
    at_retailer.deliver(channel="amazon_vendor")
    ((told,),) = [body["shipmentConfirmations"] for body in buyer.bodies("/shipmentConfirmations")]
    assert (told["shipmentIdentifier"], told["shipmentConfirmationType"]) == ("15501", "Original")
    assert [told[party]["partyId"] for party in ("sellingParty", "shipFromParty", "shipToParty")] == [
        "999US", "WH7", "LTN1",
    ]  # fmt: skip
    cases = {"amount": 4, "unitOfMeasure": "Cases", "unitSize": 12}
    (sent,), (carton,) = told["shippedItems"], told["cartons"]
    assert (sent["shippedQuantity"], sent["itemDetails"]) == (cases, {"purchaseOrderNumber": "2JK3S9VC"})
    assert (carton["trackingNumber"], carton["items"][0]["shippedQuantity"]) == ("15501", cases)
    assert told["transportationDetails"]["carrierScac"] == "UPSN"
    book(at_retailer, clock, "15502", "2JK3S9VC", "Bike", 7)
    at_retailer.deliver(channel="amazon_vendor")
    (second,) = buyer.bodies("/shipmentConfirmations")[1]["shipmentConfirmations"]
    assert second["shippedItems"][0]["shippedQuantity"] == {"amount": 7, "unitOfMeasure": "Eaches", "unitSize": 1}
    assert "carrierScac" not in second["transportationDetails"]
    assert not dead(at_retailer)


@pytest.mark.parametrize("what", ["refused", "another order"])
def test_notice_that_a_retailer_does_not_take_is_seen_by_staff(
    at_retailer: Portal, buyer: retailer.Retailer, clock: SettableClock, what: str
) -> None:
    if what == "refused":
        buyer.troubles[retailer.NOTICES] = [httpx.Response(400, json={"errors": [{"code": "InvalidInput"}]})]
    else:
        buyer.orders[0]["orderDetails"]["items"][0]["itemSequenceNumber"] = "2"
    book(at_retailer, clock, "15501", "2JK3S9VC", "UPS", 48)
    at_retailer.deliver(channel="amazon_vendor")
    (letter,) = dead(at_retailer)
    assert ("status 400" if what == "refused" else "no line 1 in the order") in letter.reason
    assert not buyer.shipments
