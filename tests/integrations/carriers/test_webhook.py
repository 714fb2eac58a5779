"""Carriers at the door: signatures, repeats, any order, parcels there are not, and bodies nobody asked for."""

import base64
import hmac
import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text as sql
from starlette.testclient import TestClient

from bot.assembly import build
from bot.serving import _open_doors
from bot.web.app import create_app
from core.config import Carriers, Config, DatabaseSettings, Web
from core.database.engine import Database
from core.orders.service import order_of
from core.portal import Portal
from core.shipments.model import Parcel, ParcelStatus
from core.shipments.service import parcels_of
from integrations.carriers.webhook import LARGEST_BODY, router
from tests.conftest import SettableClock
from tests.shop import ADA, OPENED, open_shop, parcel

KEYS = [b"k" * 32, b"o" * 32]
SIGNING, BEFORE = (f"whsec_{base64.b64encode(key).decode()}" for key in KEYS)
EASYPOST, AFTERSHIP = "an-easypost-secret", "an-aftership-secret"
PARCEL = "TRK-1002A"


class Door:
    """The door of carriers in a shop."""

    def __init__(self, database: Database, clock: SettableClock) -> None:
        carriers = Carriers.model_validate(
            {"easypost_secret": EASYPOST, "aftership_secret": AFTERSHIP, "signing_secret": SIGNING,
             "previous_signing_secret": BEFORE}
        )  # fmt: skip
        config = Config(web=Web(secret="a-secret-that-only-tests-know"), carriers=carriers)
        self.database, self.clock, self.portal = database, clock, Portal(database, config, clock)
        open_shop(self.portal)
        app = create_app(self.portal, config, demo=False)
        app.include_router(router(carriers, self.portal, config.shop.zone, clock))
        self.client = TestClient(app, base_url="http://testserver")

    def post(self, name: str, body: bytes, headers: dict[str, str]) -> Any:
        """Call as somebody."""
        return self.client.post(f"/webhooks/carriers/{name}", content=body, headers=headers)

    def say(self, message: Any, delivery: str = "m1", name: str = "signed", key: bytes = KEYS[0], late: int = 0) -> Any:
        """Call with a good signature of `late` seconds ago."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.post(name, body, signed(body, delivery, int(self.clock().timestamp()) - late, key))

    def parcel(self, number: str = PARCEL, order: str = "1002") -> Parcel:
        """A parcel of Ada's as it is now."""
        with self.database.reading() as session:
            found = parcels_of(session, order_of(session, ADA, order))
            return next(one for one in found if one.tracking_number == number)


def signed(body: bytes, delivery: str, at: int, key: bytes) -> dict[str, str]:
    digest = hmac.digest(key, f"{delivery}.{at}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": delivery, "webhook-timestamp": str(at), "webhook-signature": signature}


def scan(hours: int, status: str, note: str = "") -> dict[str, str]:
    at = OPENED + timedelta(hours=hours - 24)
    return {"scanned_at": at.isoformat(), "status": status, "place": "York", "note": note}


def told(*scans: dict[str, str], number: str = PARCEL) -> dict[str, Any]:
    return {"tracking_number": number, "scans": list(scans)}


@pytest.fixture
def door(database: Database, clock: SettableClock) -> Door:
    return Door(database, clock)


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_is_told_is_taken_in(door: Door) -> None:
    assert door.say(told(scan(1, "out_for_delivery"))).status_code == 202
    assert door.portal.take_scans() == 1
    assert door.parcel().status is ParcelStatus.OUT_FOR_DELIVERY


def test_any_order_and_repeats_end_in_the_same(door: Door) -> None:
    said = [told(scan(1, "in_transit", "b")), told(scan(1, "in_transit", "a"), scan(2, "out_for_delivery")),
            told(scan(3, "delivered"))]  # fmt: skip
    ends = set()
    for turn, order in enumerate(permutations(range(3))):
        number = f"PP-{turn}"
        parcel(door.portal, number, "1002", {1: 1}, {OPENED - timedelta(days=2): "picked_up"})
        for which in (*order, order[0]):
            door.say({**said[which], "tracking_number": number}, f"{number}-{which}")
            door.portal.take_scans()
        ends.add(door.parcel(number).scans)
    assert [one.status.value for one in next(iter(ends))][-1] == "delivered"
    assert len(ends) == 1


@sqlite_only
def test_what_was_delivered_stays_delivered(door: Door) -> None:
    door.say(told(scan(2, "delivered")), "m1")
    door.say(told(scan(3, "in_transit")), "m2")
    door.portal.take_scans()
    assert door.parcel().status is ParcelStatus.DELIVERED


@sqlite_only
def test_a_parcel_there_is_not_is_kept_and_said_once_and_taken_in_when_it_comes(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.say(told(scan(2, "delivered"), number="NEW-1"))
    assert [door.portal.take_scans(), door.portal.take_scans()] == [0, 0]
    assert caplog.text.count("signed spoke of 1 parcels there are not") == 1
    parcel(door.portal, "NEW-1", "1002", {1: 1}, {OPENED - timedelta(days=2): "picked_up"})
    assert door.portal.take_scans() == 1
    assert door.parcel("NEW-1").status is ParcelStatus.DELIVERED


@sqlite_only
def test_a_parcel_that_never_comes_is_forgotten_after_a_week(door: Door) -> None:
    door.say(told(scan(2, "delivered"), number="NEW-1"))
    door.portal.take_scans()
    door.clock.forward(timedelta(days=8))
    door.portal.take_scans()
    assert door.portal.metrics().unanswered == 0


@sqlite_only
def test_a_scan_from_the_future_is_not_believed(door: Door) -> None:
    door.say(told(scan(24 * 40, "delivered")))
    assert door.portal.take_scans() == 0


@sqlite_only
def test_the_customer_is_told_by_the_bell(door: Door) -> None:
    door.portal.announce()
    door.clock.forward(timedelta(hours=3))
    door.say(told(scan(26, "delivered")))
    door.portal.take_scans()
    assert door.portal.announce() == 1


@sqlite_only
def test_easypost_is_heard_by_its_signature(door: Door) -> None:
    detail = {"status": "delivered", "datetime": OPENED.isoformat(), "message": "Delivered", "tracking_location": {}}
    tracker = {"object": "Tracker", "tracking_code": PARCEL, "tracking_details": [detail]}
    body = json.dumps({"id": "evt_1", "result": tracker}).encode()
    digest = hmac.new(EASYPOST.encode(), body, "sha256").hexdigest()
    assert door.post("easypost", body, {"X-Hmac-Signature": f"hmac-sha256-hex={digest}"}).status_code == 202
    assert door.portal.take_scans() == 1


@sqlite_only
def test_aftership_is_heard_by_its_signature(door: Door) -> None:
    checkpoint = {"tag": "OutForDelivery", "checkpoint_time": OPENED.isoformat(), "message": "With the driver"}
    body = json.dumps({"event_id": "e1", "msg": {"tracking_number": PARCEL, "checkpoints": [checkpoint]}}).encode()
    digest = base64.b64encode(hmac.digest(AFTERSHIP.encode(), body, "sha256")).decode()
    assert door.post("aftership", body, {"aftership-hmac-sha256": digest}).status_code == 202
    assert door.portal.take_scans() == 1


@sqlite_only
def test_a_carriers_own_answer_comes_in_an_envelope(door: Door) -> None:
    events = [{"eventCode": "01", "eventTimestamp": "2026-06-14T13:58:00", "GMTOffset": "-05:00"}]
    message = {"payload": {"trackingNumber": PARCEL, "trackingEvents": events}}
    assert door.say(message, name="usps").status_code == 202
    door.portal.take_scans()
    assert door.parcel().status is ParcelStatus.DELIVERED


@sqlite_only
def test_the_secret_before_is_good_too(door: Door) -> None:
    assert door.say(told(scan(1, "in_transit")), key=KEYS[1]).status_code == 202


BODY = json.dumps(told(scan(1, "delivered"))).encode()
NOW = int(SettableClock().now.timestamp())
REFUSED = {
    "none": ("signed", BODY, {}),
    "another key": ("signed", BODY, signed(BODY, "m1", NOW, b"x" * 32)),
    "another body": ("signed", BODY + b" ", signed(BODY, "m1", NOW, KEYS[0])),
    "another delivery": ("signed", BODY, {**signed(BODY, "m1", NOW, KEYS[0]), "webhook-id": "m2"}),
    "another time": ("signed", BODY, {**signed(BODY, "m1", NOW, KEYS[0]), "webhook-timestamp": str(NOW + 1)}),
    "too old": ("signed", BODY, signed(BODY, "m1", NOW - 301, KEYS[0])),
    "too new": ("signed", BODY, signed(BODY, "m1", NOW + 301, KEYS[0])),
    "no number": ("signed", BODY, {**signed(BODY, "m1", NOW, KEYS[0]), "webhook-timestamp": "1e9"}),
    "no letters": ("signed", BODY, {**signed(BODY, "m1", NOW, KEYS[0]), "webhook-signature": "v1,é"}),
    "easypost": ("easypost", BODY, {"x-hmac-signature": "hmac-sha256-hex=00"}),
    "aftership": ("aftership", BODY, {"aftership-hmac-sha256": ""}),
}


@sqlite_only
def test_whoever_is_not_who_they_say_gets_an_empty_refusal(door: Door) -> None:
    for why, (name, body, headers) in REFUSED.items():
        sent = [(key.encode(), value.encode()) for key, value in headers.items()]
        answer = door.client.post(f"/webhooks/carriers/{name}", content=body, headers=sent)
        assert (answer.status_code, answer.content) == (401, b""), why
    assert door.portal.metrics().unanswered == 0


@sqlite_only
def test_a_name_nobody_has_is_not_found(door: Door) -> None:
    assert door.post("hermes", b"{}", {}).status_code == 404


@sqlite_only
def test_signed_bodies_that_nobody_can_read_are_refused_and_nothing_is_kept(door: Door) -> None:
    hostile = [b"", b"\xff", b"[]", b"[" * 100_000, b'{"scans": 1}', b'{"tracking_number": {}, "scans": []}']
    assert {door.say(body, f"h{place}").status_code for place, body in enumerate(hostile)} == {400}
    assert door.say(b" " * (LARGEST_BODY + 1)).status_code == 413
    assert door.portal.metrics().unanswered == 0


@sqlite_only
def test_a_number_made_of_sql_and_control_characters_is_a_parcel_there_is_not(door: Door) -> None:
    assert door.say(told(scan(1, "delivered"), number="' OR 1=1 --\x00\ud800")).status_code == 202
    assert door.portal.take_scans() == 0


@sqlite_only
def test_what_cannot_be_stored_is_to_be_sent_again(door: Door) -> None:
    with door.database.unit_of_work() as session:
        session.execute(sql("ALTER TABLE inbox RENAME TO inbox_away"))
    assert door.say(told(scan(1, "delivered"))).status_code == 503


@sqlite_only
def test_a_delivery_is_stored_once(door: Door) -> None:
    assert [door.say(told(scan(1, "in_transit")), "m1").status_code for _ in range(2)] == [202, 202]
    assert door.portal.metrics().unanswered == 1


@sqlite_only
def test_the_serving_process_opens_the_door_where_there_is_a_secret(database_url: str) -> None:
    open_to = Config(database=DatabaseSettings(url=database_url), carriers=Carriers(signing_secret=SecretStr(SIGNING)))
    for config, status in ((open_to, 401), (Config(database=DatabaseSettings(url=database_url)), 404)):
        house = build(config)
        app = FastAPI()
        _open_doors(app, house)
        assert TestClient(app).post("/webhooks/carriers/signed", content=b"{}").status_code == status
        house.close()


@pytest.mark.parametrize("secret", ["short", "whsec_c2hvcnQ=", "whsec_" + "?" * 40])
def test_a_signing_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        Carriers(signing_secret=SecretStr(secret))
