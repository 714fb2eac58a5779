"""Carriers that are asked, against a stand-in: who is let in how, what is sent, and what trouble means."""

import base64
import gzip
import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from core.exchange.ports import Outcome, Trouble
from core.shipments.model import ParcelStatus
from core.systems import Tracking
from integrations.carriers.tracking import Limit, Vendor, vendors
from integrations.http import Call
from tests.conftest import SettableClock
from tests.integrations.carriers.standin import Answer, StandIn, serving
from tests.integrations.carriers.test_published import FOLDER

LONDON = ZoneInfo("Europe/London")
TOKEN: Answer = (200, {"access_token": "t-1", "expires_in": "3600", "token_type": "Bearer"})
NEXT: Answer = (200, {"access_token": "t-2", "expires_in": 3600})
UPS = {"trackResponse": {"shipment": [{"package": [{"trackingNumber": "1Z1", "activity": [
    {"status": {"type": "D", "description": "Delivered"}, "date": "20260614", "time": "091200",
     "location": {"address": {"city": "Leeds"}}}]}]}]}}  # fmt: skip
FEDEX = {"output": {"completeTrackResults": [{"trackingNumber": "F1", "trackResults": [{"scanEvents": [
    {"date": "2026-06-14T09:12:00+01:00", "eventType": "OD", "eventDescription": "On the vehicle"}]}]}]}}  # fmt: skip
USPS = {"trackingNumber": "U1", "trackingEvents": [
    {"eventTimestamp": "2026-06-14T09:12:00", "GMTOffset": "+01:00", "eventCode": "OF"}]}  # fmt: skip
GLS = {"parcels": [{"unitno": "G1", "status": "INTRANSIT", "statusDateTime": "2026-06-14T09:12:00+0100", "events": [
    {"eventDateTime": "2026-06-14T09:12:00+0100", "description": "On its way"}]}]}  # fmt: skip
DHL = {"shipments": [{"id": "D1", "events": [
    {"timestamp": "2026-06-14T09:12:00+01:00", "statusCode": "transit", "description": "x"}]}]}  # fmt: skip
DPD = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r:getTrackingDataResponse
 xmlns:r="http://dpd.com/common/service/types/ParcelLifeCycleService/2.0"><trackingresult><statusInfo>
<status>Courier</status><date><content>06/14/2026 09:12:00 AM</content></date></statusInfo></trackingresult>
</r:getTrackingDataResponse></s:Body></s:Envelope>"""
DPD_TOKEN = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r:getAuthResponse
 xmlns:r="http://dpd.com/common/service/types/LoginService/2.0"><return><delisId>KD1</delisId><authToken>{}</authToken>
</return></r:getAuthResponse></s:Body></s:Envelope>"""
EASYPOST = {"object": "Tracker", "tracking_code": "E1", "tracking_details": [
    {"datetime": "2026-06-14T09:12:00Z", "status": "in_transit", "message": "x"}]}  # fmt: skip
AFTERSHIP = {"tracking_number": "A1", "checkpoints": [
    {"checkpoint_time": "2026-06-14T09:12:00+01:00", "tag": "OutForDelivery", "message": "x"}]}  # fmt: skip


def vendor(standin: StandIn, clock: SettableClock, name: str) -> Vendor:
    keys = {"dhl": {"dhl_key": "key-7"}, "easypost": {"easypost_key": "k"}, "aftership": {"aftership_key": "k"}}
    given: dict[str, Any] = keys.get(name, {f"{name}_id": "who", f"{name}_secret": "s&<t"})
    settings = Tracking(**given, addresses={name: f"{standin.url}/"})
    (found,) = vendors(settings, LONDON, clock)
    return found


@pytest.mark.parametrize(
    ("name", "answers", "number", "status"),
    [
        ("ups", {"/security/v1/oauth/token": [TOKEN], "/api/track/v1/details/1Z1": [(200, UPS)]}, "1Z1", "delivered"),
        ("fedex", {"/oauth/token": [TOKEN], "/track/v1/trackingnumbers": [(200, FEDEX)]}, "F1", "out_for_delivery"),
        ("usps", {"/oauth2/v3/token": [TOKEN], "/tracking/v3/tracking/U1?expand=DETAIL": [(200, USPS)]}, "U1",
         "out_for_delivery"),
        ("gls", {"/oauth2/v2/token": [TOKEN], "/track-and-trace-v1/tracking/simple/trackids/G1": [(200, GLS)]}, "G1",
         "in_transit"),
        ("dhl", {"/track/shipments?trackingNumber=D1": [(200, DHL)]}, "D1", "in_transit"),
        ("dpd", {"/services/LoginService/V2_0/": [(200, DPD_TOKEN.format("t-1"))],
                 "/services/ParcelLifeCycleService/V2_0/": [(200, DPD)]}, "P1", "out_for_delivery"),
        ("easypost", {"/v2/trackers": [(200, {"trackers": []}), (201, EASYPOST)]}, "E1", "in_transit"),
        ("aftership", {"/v4/trackings": [(200, {"data": {"trackings": [AFTERSHIP]}})]}, "A1", "out_for_delivery"),
    ],
)  # fmt: skip
def test_each_is_asked_as_it_wants_to_be(
    clock: SettableClock, name: str, answers: dict[str, list[Answer]], number: str, status: str
) -> None:
    with serving(answers) as standin:
        (heard,) = vendor(standin, clock, name).track(number, "Anybody")
    assert (heard.tracking_number, heard.scans[-1].status) == (number, ParcelStatus(status))
    assert f"{heard.scans[-1].scanned_at:%d %H:%M}" == "14 09:12"
    _, _, headers, body = standin.asked[-1]
    shown = {**headers, "body": body}
    told = {
        "dhl": shown.get("dhl-api-key") == "key-7",
        "dpd": "<authToken>t-1</authToken>" in body,
        "aftership": shown.get("aftership-api-key") == "k",
        "easypost": shown.get("authorization") == "Basic " + base64.b64encode(b"k:").decode(),
    }
    assert told.get(name, shown.get("authorization") == "Bearer t-1")
    if name in {"ups", "fedex", "usps", "gls"}:
        _, _, headers, body = standin.asked[0]
        assert base64.b64encode(b"who:s&<t").decode() in headers.get("authorization", "") or "who" in body
        assert "client_credentials" in body
    if name == "dpd":
        assert "<password>s&amp;&lt;t</password>" in standin.asked[0][3]


def test_a_token_is_used_until_it_ends_and_fetched_anew_when_it_is_not_taken(clock: SettableClock) -> None:
    token, tracking = "/security/v1/oauth/token", "/api/track/v1/details/"
    answers: dict[str, list[Answer]] = {token: [TOKEN, NEXT], tracking: [(200, UPS)]}
    with serving(answers) as standin:
        asked = vendor(standin, clock, "ups")
        asked.track("1Z1", "UPS")
        asked.track("1Z1", "UPS")
        assert len(standin.paths(token)) == 1
        clock.forward(timedelta(minutes=59))
        asked.track("1Z1", "UPS")
        assert len(standin.paths(token)) == 2
        answers[tracking][:] = [(401, {}), (200, UPS)]
        assert asked.track("1Z1", "UPS")
        assert len(standin.paths(token)) == 3


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, {}, Outcome.UNAUTHORISED), (403, {}, Outcome.FORBIDDEN), (404, {}, Outcome.REFUSED),
        (200, "no json", Outcome.MALFORMED), (200, {"other": 1}, Outcome.MALFORMED),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_for_what_it_is(clock: SettableClock, status: int, body: Any, outcome: Outcome) -> None:
    with serving({"/track/shipments": [(status, body)]}) as standin, pytest.raises(Trouble) as trouble:
        vendor(standin, clock, "dhl").track("D1", "DHL")
    assert trouble.value.outcome is outcome
    assert "key-7" not in str(trouble.value)
    assert "D1" not in str(trouble.value)


def test_collected_payloads_come_through_the_stand_in(clock: SettableClock) -> None:
    path = FOLDER / "carrier_payloads.json.gz"
    if not path.is_file():
        pytest.skip("the collected payloads are not here")
    payloads = json.loads(gzip.decompress(path.read_bytes()))
    usps = json.loads(payloads["usps"]["test_payloads"]["TrackingResponse"])
    with serving({"/oauth2/v3/token": [TOKEN], "/tracking": [(200, usps)]}) as standin:
        (heard,) = vendor(standin, clock, "usps").track("9400109104250532908587", "USPS")
    assert len(heard.scans) == len(usps["trackingEvents"])
    dpd = payloads["dpd"]["test_payloads"]["TrackingResponse"]
    answers = {"/services/LoginService": [(200, DPD_TOKEN.format("t"))], "/services/Parcel": [(200, dpd)]}
    with serving(answers) as standin:
        (heard,) = vendor(standin, clock, "dpd").track("05308801410058", "DPD")
    assert heard.scans


def test_calls_keep_the_distance_that_a_carrier_asks_for(clock: SettableClock) -> None:
    with serving({"/track/shipments": [(200, DHL)]}) as standin:
        asked = vendor(standin, clock, "dhl")
        assert asked.limit == Limit(5, timedelta(minutes=30), 5.0)
        asked.track("D1", "DHL")
        assert asked.http.pacer.wait_s(Call("again", "GET", standin.url), asked.http.clock_s()) > 4.0


def test_records_name_carriers_in_their_own_way_and_gatherers_take_the_rest() -> None:
    settings = Tracking(ups_id="a", ups_secret="b", dhl_key="c", easypost_key="d")
    found = {one.name: one for one in vendors(settings, LONDON)}
    assert list(found) == ["ups", "dhl", "easypost"]
    assert found["dhl"].is_for("DHL Express")
    assert found["ups"].is_for(" United Parcel Service")
    assert not found["ups"].is_for("USPS")
    assert found["easypost"].is_for("Royal Mail")


def test_half_of_a_carriers_credentials_is_refused() -> None:
    with pytest.raises(ValidationError, match="usps_id and usps_secret belong together"):
        Tracking(usps_id="a")
    assert not Tracking().is_on
    assert Tracking(dhl_key="k").is_on
