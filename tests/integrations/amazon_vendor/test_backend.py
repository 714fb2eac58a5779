"""Amazon as a retailer, through the portal: its orders come in, wait for a word, and hear it once."""

from datetime import date, timedelta

import pytest

from core.clock import Clock
from core.config import Config, Web
from core.errors import Conflict, InvalidInput, NotFound
from core.exchange.ports import Backend
from core.orders.acknowledging import Said, WhyNot
from core.orders.model import Order
from core.orders.service import order_of
from core.portal import Portal
from core.systems import AmazonVendor
from integrations.amazon_vendor import mapping
from integrations.amazon_vendor.backend import backend
from tests.conftest import SettableClock
from tests.integrations.amazon.market import NOW, SHARED, model
from tests.integrations.amazon_vendor.retailer import ORDERS, Retailer, item, order
from tests.shop import PLANNER, SUPPORT, bring

SECTION = AmazonVendor(
    on=True, client_id="amzn1.app", client_secret="a-long-secret", refresh_token="Atzr|the-refresh-token",
    email="vendors@amazon.example.org", warehouse="WH7", carriers={"UPS": "UPSN"},
)  # fmt: skip
ACKNOWLEDGEMENTS = "/vendor/orders/v1/acknowledgements"
SOON = date(2026, 7, 1)


def connected(retailer: Retailer, clock: Clock) -> Backend:
    config = Config(web=Web(secret="a-secret-that-only-tests-know"), amazon_vendor=SECTION)
    return backend(config, clock, retailer.transport)


@pytest.fixture
def retailer() -> Retailer:
    lamps, mugs = item(1, sku="LAMP-1", amount=10), item(2, sku="MUG-1", amount=5, unit="Cases", size=12)
    return Retailer(orders=[order("2JK3S9VC", lamps, mugs), order("3TRD2IAB", lamps, state="Acknowledged")])


@pytest.fixture
def vendor(portal: Portal, retailer: Retailer, clock: SettableClock) -> Portal:
    clock.now = NOW + timedelta(hours=1)
    bring(portal, "staff", {"email": PLANNER, "name": "Pat", "role": "planner"},
          {"email": SUPPORT, "name": "Sam", "role": "support"})  # fmt: skip
    portal.connect(connected(retailer, clock))
    assert not portal.sync("amazon_vendor").faults
    return portal


def say(portal: Portal, number: str, *said: Said, by: str = PLANNER) -> None:
    staff = portal.staff_by_email(by)
    assert staff
    portal.answer_retailer(staff, number, dict(enumerate(said, 1)))


def waiting(portal: Portal) -> list[str]:
    staff = portal.staff_by_email(PLANNER)
    assert staff
    return [one.order.order_number for one in portal.retail_orders(staff)]


def kept(portal: Portal, number: str) -> Order:
    with portal._database.reading() as session:
        return order_of(session, "amazon-vendor-ABCD", number)


def test_an_order_of_the_retailer_is_an_order_of_a_customer_in_units(vendor: Portal) -> None:
    found = kept(vendor, "2JK3S9VC")
    assert [(line.sku, line.quantity, line.unit_price.minor) for line in found.lines] == [
        ("LAMP-1", 10, 750), ("MUG-1", 60, 750),
    ]  # fmt: skip
    assert waiting(vendor) == ["2JK3S9VC"]


def test_what_staff_says_reaches_the_retailer_once_and_what_is_not_sent_leaves_the_order(
    vendor: Portal, retailer: Retailer, clock: SettableClock
) -> None:
    say(vendor, "2JK3S9VC", Said(6, 2, SOON, WhyNot.UNAVAILABLE), Said(60))
    assert waiting(vendor) == []
    assert [line.quantity for line in kept(vendor, "2JK3S9VC").lines] == [8, 60]
    retailer.loses_answers.add(ACKNOWLEDGEMENTS)
    vendor.deliver(channel="amazon_vendor")
    clock.forward(timedelta(minutes=3))
    vendor.deliver(channel="amazon_vendor")
    (body,) = retailer.bodies("/acknowledgements")
    (told,) = body["acknowledgements"]
    assert told["sellingParty"] == {"partyId": "999US"}
    assert [
        [(one["acknowledgementCode"], one["acknowledgedQuantity"]["amount"]) for one in line["itemAcknowledgements"]]
        for line in told["items"]
    ] == [[("Accepted", 6), ("Backordered", 2), ("Rejected", 2)], [("Accepted", 5)]]
    assert told["items"][0]["itemAcknowledgements"][1]["scheduledShipDate"].startswith("2026-07-01")
    assert told["items"][0]["itemAcknowledgements"][2]["rejectionReason"] == "TemporarilyUnavailable"
    retailer.take_notice()
    vendor.look_up("amazon_vendor")
    vendor.sync("amazon_vendor", whole=True)
    assert [line.quantity for line in kept(vendor, "2JK3S9VC").lines] == [8, 60]
    assert waiting(vendor) == []


def test_an_order_of_which_nothing_is_sent_is_cancelled(vendor: Portal, retailer: Retailer) -> None:
    say(vendor, "2JK3S9VC", Said(0, reason=WhyNot.OBSOLETE), Said(0, reason=WhyNot.UNKNOWN))
    assert kept(vendor, "2JK3S9VC").status.value == "cancelled"
    vendor.deliver(channel="amazon_vendor")
    retailer.take_notice()
    vendor.sync("amazon_vendor", whole=True)
    assert kept(vendor, "2JK3S9VC").status.value == "cancelled"


def test_second_planner_is_told_it_is_acknowledged(vendor: Portal) -> None:
    say(vendor, "2JK3S9VC", Said(10), Said(60))
    with pytest.raises(Conflict, match="acknowledged already"):
        say(vendor, "2JK3S9VC", Said(0, reason=WhyNot.OBSOLETE), Said(60))


@pytest.mark.parametrize(
    ("said", "told"),
    [(Said(11), "10 were ordered"), (Said(-1), "10 were ordered"), (Said(9), "say why 1"),
     (Said(9, 1), "on which day"), (Said(9, 1, date(2026, 6, 15)), "on which day")],
)  # fmt: skip
def test_figures_that_make_no_sense_are_refused(vendor: Portal, said: Said, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        say(vendor, "2JK3S9VC", said, Said(60))
    assert waiting(vendor) == ["2JK3S9VC"]


def test_whoever_does_not_plan_says_nothing_to_retailers(vendor: Portal) -> None:
    with pytest.raises(NotFound):
        say(vendor, "2JK3S9VC", Said(10), Said(60), by=SUPPORT)
    with pytest.raises(NotFound, match="waits for a word"):
        say(vendor, "3TRD2IAB", Said(10))


def test_a_line_that_is_left_out_is_asked_for(vendor: Portal) -> None:
    with pytest.raises(InvalidInput, match="Say what becomes of MUG-1"):
        say(vendor, "2JK3S9VC", Said(10))


def test_no_more_than_a_week_is_asked_for_at_once(vendor: Portal, retailer: Retailer) -> None:
    spans = [one.url.params for one in retailer.asked if one.url.path == ORDERS]
    assert len(spans) == 5  # thirty days
    assert spans[0]["changedAfter"] < spans[1]["changedAfter"] < spans[0]["changedBefore"]
    retailer.asked.clear()
    vendor.sync("amazon_vendor")
    assert len([one for one in retailer.asked if one.url.path == ORDERS]) == 1


@pytest.mark.skipif(SHARED is None, reason="Amazon's models are not at hand")
def test_every_order_of_the_sandbox_is_read_but_those_priced_by_weight() -> None:
    paths = model("vendorOrders")["paths"]
    answers = [
        case["response"]["payload"]
        for path in (ORDERS, f"{ORDERS}/{{purchaseOrderNumber}}")
        for case in paths[path]["get"]["responses"]["200"]["x-amzn-api-sandbox"]["static"]
    ]
    told = [one for answer in answers for one in answer.get("orders", [answer]) if "orderDetails" in one]
    assert len(told) > 5
    for one in told:
        if one["purchaseOrderNumber"] in {"3TRD2IAB", "mock-purchaseOrderNumber2"}:
            with pytest.raises(ValueError, match="priced by weight"):
                mapping.order(one, [], SECTION)
            continue
        record = mapping.order(one, [], SECTION)
        assert record.key == one["purchaseOrderNumber"]
        assert record.rows["order_lines"]
