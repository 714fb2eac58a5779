"""Amazon asked where parcels are: what it is asked for which, its published answers, and how they reach the chat."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot import assembly
from core.config import Config, DatabaseSettings, Web
from core.exchange.ports import Outcome, Trouble
from core.portal import Portal
from core.shipments.model import ParcelStatus
from core.systems import Amazon, Tracking
from integrations.carriers import amazon
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.integrations.amazon.market import NOW, SHARED, SHIPPING, TRACKING, Market, model, order, package
from tests.integrations.amazon.test_backend import ADA, NUMBER, connected

SECTION = Amazon(
    on=True, client_id="amzn1.app", client_secret="a-long-secret", refresh_token="Atzr|the-refresh-token",
    reads_tracking=True,
)  # fmt: skip
LONDON = ZoneInfo("Europe/London")
published = pytest.mark.skipif(SHARED is None, reason="Amazon's models are not at hand")


def event(word: str, hours: float = 0, **more: str) -> dict[str, Any]:
    at = NOW + timedelta(hours=hours)
    return {"eventCode": word, "eventTime": at.isoformat(), "location": {"city": "Leeds", "countryCode": "GB"}, **more}


def milestone(word: str, hours: float = 0) -> dict[str, Any]:
    at = f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
    return {"status": {"code": word, "description": "It is so"}, "occurredAt": at}


def asked(market: Market) -> amazon.AmazonParcels:
    return amazon.parcels(SECTION, LONDON, lambda: NOW, market.transport)


def statuses(market: Market, number: str, carrier: str) -> list[str]:
    return [scan.status.value for one in asked(market).track(number, carrier) for scan in one.scans]


def test_parcels_of_its_labels_are_asked_about_as_such() -> None:
    market = Market(events={"A1": [event("OutForDelivery", 2), event("PickupDone")]})
    (heard,) = asked(market).track("A1", "amazon shipping")
    assert [one.status.value for one in heard.scans] == ["picked_up", "out_for_delivery"]
    assert heard.scans[1].place == "Leeds, GB"
    (told,) = [one for one in market.asked if one.url.path == SHIPPING]
    assert (told.url.params["trackingId"], told.url.params["carrierId"]) == ("A1", "AMZN_UK")
    assert told.headers["x-amzn-shipping-business-id"] == "AmazonShipping_UK"


@pytest.mark.parametrize(
    ("number", "name"), [("AFTN987654321", "aftn"), ("TBA050996544001", "carrierTracking.trackingNumber")]
)
def test_what_it_delivers_itself_is_asked_about_by_the_kind_of_its_number(number: str, name: str) -> None:
    market = Market(milestones={number: [milestone("DELIVERED", 2), milestone("SHIPPED")]})
    assert statuses(market, number, "AMZN_US") == ["in_transit", "delivered"]
    (told,) = [one for one in market.asked if one.url.path == TRACKING]
    assert dict(told.url.params) == {name: number}


def test_what_is_delivered_on_the_way_back_is_returned() -> None:
    back = {"shipmentType": "RETURNS"}
    history = [event("Undeliverable", 0), event("ReturnInitiated", 1, **back), event("Delivered", 2, **back)]
    market = Market(events={"A1": history})
    assert statuses(market, "A1", "Amazon Shipping") == ["exception", "exception", "returned"]


def test_a_word_it_did_not_publish_is_unknown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    market = Market(events={"A1": [event("BeamedUp"), event("Gone", 1, shipmentType="RETURNS")]})
    market.milestones["AFTN1"] = [milestone("EMPTY_RETURN")]
    assert statuses(market, "A1", "Amazon Shipping") == ["unknown", "unknown"]
    assert statuses(market, "AFTN1", "Amazon") == ["unknown"]
    assert all(word in caplog.text for word in ("BeamedUp", "Gone", "EMPTY_RETURN"))


@pytest.mark.parametrize("told", [{"payload": {}}, {"payload": {"eventHistory": "soon"}}, {"trackingDetail": []}])
@pytest.mark.parametrize("carrier", ["Amazon Shipping", "Amazon"])
def test_an_answer_of_another_shape_is_no_news_of_a_parcel(told: dict[str, Any], carrier: str) -> None:
    path = SHIPPING if carrier == "Amazon Shipping" else TRACKING
    with pytest.raises(Trouble) as trouble:
        asked(Market(troubles={path: [httpx.Response(200, json=told)]})).track("A1", carrier)
    assert trouble.value.outcome is Outcome.MALFORMED


def test_a_parcel_it_does_not_know_holds_no_other_up() -> None:
    with pytest.raises(Trouble) as trouble:
        asked(Market()).track("A1", "Amazon Shipping")
    assert trouble.value.outcome is Outcome.REFUSED


def test_parcels_of_other_carriers_are_not_its_business() -> None:
    tracker = asked(Market())
    assert [tracker.is_for(name) for name in ("Amazon Shipping", "AMZN_US", "Amazon Logistics")] == [True] * 3
    assert not tracker.is_for("DPD")


def test_it_is_asked_about_its_own_before_those_who_gather_for_all(tmp_path: Any) -> None:
    web = Web(secret="a-secret-that-only-tests-know")
    config = Config(web=web, amazon=SECTION, tracking=Tracking(easypost_key="k"),
                    database=DatabaseSettings(url=f"sqlite:///{tmp_path}/shop.db"))  # fmt: skip
    house = assembly.build(config)
    try:
        assert house.portal.trackers == ("amazon", "easypost")
    finally:
        house.close()


def test_a_customer_hears_where_it_is_and_older_news_takes_nothing_back(portal: Portal, clock: SettableClock) -> None:
    clock.now = NOW + timedelta(hours=3)
    sent = {**package("A1", "SHIPPED"), "carrier": "Amazon Shipping"}
    market = Market(orders=[order(1, status="SHIPPED", packages=[sent])])
    market.events["A1"] = [event("OutForDelivery", 2)]
    portal.connect(connected(market, clock))
    portal.know_trackers([amazon.parcels(SECTION, LONDON, clock, market.transport)])
    portal.sync("amazon")
    assert portal.ask_carriers()["amazon"].heard == 1
    assert portal.take_scans() == 1
    assert "out for delivery" in customer(portal, ADA).say(f"where is order {NUMBER}?").text
    market.events["A1"] = [event("PickupDone", 1)]
    clock.forward(timedelta(hours=2))
    portal.ask_carriers()
    portal.take_scans()
    assert "out for delivery" in customer(portal, ADA).say(f"where is order {NUMBER}?").text


@published
def test_every_event_and_milestone_it_published_has_a_meaning() -> None:
    events = model("shippingV2")["definitions"]["EventCode"]["enum"]
    assert set(amazon.EVENTS) == set(events)
    codes = model("tracking_2026-01-30")["definitions"]["TrackingMilestoneStatus"]["properties"]["code"]["enum"]
    assert set(amazon.MILESTONES) == set(codes) - {"EMPTY_RETURN"}


@published
def test_the_answers_of_its_sandbox_and_its_example_are_read() -> None:
    answer = model("tracking_2026-01-30")["paths"][TRACKING]["get"]["responses"]["200"]
    latest = []
    for case in answer["x-amzn-api-sandbox"]["static"]:
        detail = case["response"]["trackingDetail"]
        (heard,) = amazon.read_milestones(case["response"], "A1", LONDON)
        assert len(heard.scans) == len(detail["milestoneHistory"])
        latest.append(heard.scans[-1].status)
    assert ParcelStatus.DELIVERED in latest
    assert ParcelStatus.OUT_FOR_DELIVERY in latest
    assert ParcelStatus.UNKNOWN not in latest
    example = model("shippingV2")["paths"][SHIPPING]["get"]["responses"]["200"]["examples"]["application/json"]
    (heard,) = amazon.read_events(example, "A1", LONDON)
    assert heard.scans[-1].status is ParcelStatus.RETURNED
