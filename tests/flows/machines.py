"""What carriers, suppliers, systems and mail servers say to us, with hostile strings wherever they hand on any."""

import base64
import hmac
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.web import deliveries
from bot.web.app import create_app
from core.accounts import identity
from core.chat import Incoming, Speaker
from core.config import Carriers, Config
from core.database.engine import Database
from core.exchange.model import ACTS, System
from core.exchange.ports import Backend
from core.mailroom.outbox import Outgoing, post
from core.mailroom.ports import Post
from core.portal import Portal
from core.systems import Suppliers
from integrations import standard_webhooks
from integrations.carriers import webhook as carriers
from integrations.email import bounces
from integrations.shopify.webhook import Doorkeeper, Reader
from integrations.suppliers import webhook as suppliers
from integrations.walmart import webhook as walmart
from tests.bot.web.browser import Browser
from tests.conftest import SettableClock
from tests.flows.canaries import open_marked_shop
from tests.flows.trying import CONTROLS, Door, Trying, answered
from tests.promises.books import read
from tests.shop import ADA, BOSS, OPENED

SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
SHARED = "a-secret-of-two"
PARCEL, ORDER = "TRK-Quokka", "PO-OLD-1"
_AT = OPENED - timedelta(hours=9)
_XML = "<data><AWBInfo><AWBNumber>{0}</AWBNumber><ShipmentInfo><ShipmentEvent><Date>2026-06-15</Date>\
<Time>09:00:00</Time><ServiceEvent><EventCode>{0}</EventCode><Description>{0}</Description></ServiceEvent><ServiceArea><Description>{0}\
</Description></ServiceArea></ShipmentEvent></ShipmentInfo></AWBInfo></data>"
_DPD = "<a><trackingresult><statusInfo><status>{0}</status><location><content>{0}</content></location><date><content>\
06/15/2026 9:00:00 AM</content></date><description><content><content>{0}</content></content></description></statusInfo>\
</trackingresult></a>"


def payloads() -> dict[str, Any]:
    """What each that calls us says of a parcel, in the shape it documents."""
    at, event = _AT.isoformat(), {"city": "Leeds", "state": "", "zip": "LS1", "country": "GB"}
    spot = {"address": {"city": "Leeds", "countryCode": "GB", "addressLocality": "Leeds"}}
    activity = {"date": "20260612", "time": "163000", "location": spot, "status": {"type": "I", "description": "on"}}
    package = {"trackingNumber": PARCEL, "activity": [activity]}
    scan = {"date": at, "eventType": "IT", "eventDescription": "on its way", "scanLocation": event}
    usps = {"eventTimestamp": at, "eventCode": "03", "eventType": "Accepted", "eventCity": "Leeds"}
    dhl = {"timestamp": at, "statusCode": "transit", "status": "transit", "location": spot, "remark": "on its way"}
    gls = {"eventDateTime": at, "description": "on its way", "city": "Leeds", "country": "GB", "postalCode": "LS1"}
    direct = {
        "ups": {"trackResponse": {"shipment": [{"package": [package]}]}},
        "fedex": {"output": {"completeTrackResults": [
            {"trackingNumber": PARCEL, "trackResults": [{"scanEvents": [scan]}]}]}},
        "usps": {"trackingNumber": PARCEL, "trackingEvents": [usps]},
        "dhl": {"shipments": [{"id": PARCEL, "events": [dhl]}]},
        "gls": {"parcels": [{"unitno": PARCEL, "status": "INTRANSIT", "statusDateTime": at, "events": [gls]}]},
        "other": {"tracking": PARCEL, "events": [{"date": at, "status": "in transit", "location": "Leeds"}]},
    }  # fmt: skip
    relayed = {name: {"tracking_number": PARCEL, "payload": payload} for name, payload in direct.items()}
    return relayed | {
        "easypost": {"id": "evt", "result": {"object": "Tracker", "tracking_code": PARCEL, "tracking_details": [
            {"status": "in_transit", "datetime": at, "message": "on its way", "tracking_location": event}]}},
        "aftership": {"event_id": "e", "msg": {"tracking_number": PARCEL, "checkpoints": [
            {"tag": "InTransit", "subtag": "", "checkpoint_time": at, "message": "on its way", **event}]}},
        "signed": {"tracking_number": PARCEL, "scans": [
            {"scanned_at": at, "status": "in_transit", "place": "Leeds", "note": "on its way"}]},
    }  # fmt: skip


TOPICS: dict[str, dict[str, Any]] = {
    "orders/updated": {"id": 1, "admin_graphql_api_id": "gid://shopify/Order/1", "note": "by hand", "order_id": 1},
    "customers/update": {"id": 1, "admin_graphql_api_id": "gid://shopify/Customer/1", "email": "x@example.org"},
    "products/update": {"id": 1, "admin_graphql_api_id": "gid://shopify/Product/1", "title": "Mug"},
    "inventory_levels/update": {"inventory_item_id": 1, "location_id": 2, "available": 3},
    "refunds/create": {"id": 1, "order_id": 1, "note": "broken"},
    "returns/request": {"return": {"admin_graphql_api_id": "gid://shopify/Return/1"}, "order": {"id": 1}},
    "customers/data_request": {"customer": {"id": 1, "email": "x@example.org"}, "orders_requested": [1]},
}

EVENTS: dict[str, dict[str, Any]] = {
    "PO_CREATED": {"purchaseOrderId": "1", "customerOrderId": "2", "orderLines": [{"sku": "MUG", "name": "Mug"}]},
    "INTENT_TO_CANCEL": {"purchaseOrderId": "1", "cancellationReason": "by mistake"},
    "RETURN_CREATED": {"returnOrderId": "1", "returnLines": [{"comments": "broken"}]},
    "OFFER_PUBLISHED": {"sku": "MUG", "itemName": "Mug"},
}
"""What Walmart notifies of, by topic."""
_SIGNED_BY_WALMART = "x-walmart-signature"


class Postman:
    """Carries letters; each has its key for an id."""

    def send(self, post: Post) -> str:
        """Take it."""
        return post.key


@dataclass
class Machines(Trying):
    """One shop, called by whoever delivers for it, sells to it, sells for it and carries its mail."""

    CHANGING: ClassVar[Collection[str]] = {"carriers", "suppliers"}
    MACHINES: ClassVar[Collection[str]] = {"carriers", "suppliers", "systems", "mail back"}
    portal: Portal
    database: Database
    clock: SettableClock
    client: TestClient
    browser: Browser
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Nothing was looked at yet."""
        self._last = {}

    def all(self) -> dict[str, Door]:
        """Every one of them."""
        return {"carriers": self.carriers, "suppliers": self.suppliers, "systems": self.systems,
                "mail back": self.mail_back}  # fmt: skip

    def carriers(self, text: str) -> list[str]:
        """Each that tells of parcels says it in every field at once, and in one after the other; a customer asks."""
        faults = []
        for name, payload in payloads().items():
            for message in (everywhere(payload, text), in_one_place(payload, text, next(self.numbers))):
                faults += self._carrier(name, message)
        for name, written in (("dhl", _XML), ("dpd", _DPD)):
            faults += self._carrier(name, {"tracking_number": PARCEL, "payload": written.format(escape(text))})
            faults += self._carrier(name, {"tracking_number": text, "payload": text})
        self.portal.take_scans()
        asked, chat = "where is order 771001?", f"customer:{ADA}"
        said = Incoming("web", chat, f"d{next(self.numbers)}", asked, Speaker(ADA, proof=3))
        return faults + answered(self.portal.converse(said).as_dict(), text)

    def suppliers(self, text: str) -> list[str]:
        """A supplier answers an order so; the planners' page shows it as text."""
        said = {"type": "order_acknowledgement", "number": ORDER, "status": "confirmed", "reference": text}
        odd = {"expected_on": "2026-06-20", "revision": 1, "lines": [{"line": 1, "quantity": 8}], **said}
        faults = []
        for message in (said, everywhere(odd, text), in_one_place(odd, text, next(self.numbers)), text, {text: text}):
            answer = self._signed("/webhooks/suppliers/ACME", message)
            if answer.status_code not in {200, 400, 404, 409, 413}:
                faults.append(f"status {answer.status_code}")
            elif answer.status_code in {400, 404, 409} and not answer.json()["detail"]:
                faults.append("refused without a word")
        return faults + self._page(f"/planner/orders/{ORDER}", text)

    def systems(self, text: str) -> list[str]:
        """Connected systems deliver it under every topic, and under none there is."""
        faults = []
        for topic, payload in TOPICS.items():
            for message in (everywhere(payload, text), in_one_place(payload, text, next(self.numbers)), {text: text}):
                faults += self._delivery(topic, message)
        sendable = "".join(one for one in text if " " < one < "\x7f")[:4000]  # what a header may hold
        faults += self._delivery(sendable or "orders", {"id": text})
        for topic, payload in EVENTS.items():
            for message in (everywhere(payload, text), in_one_place(payload, text, next(self.numbers)), text):
                faults += self._event(topic, message)
        faults += self._event(text, {"purchaseOrderId": text}) + self._event("PO_CREATED", {}, event_id=text)
        self.portal.take_deliveries()
        waiting = [one for one in read(self.database, ("inbox",))["inbox"] if one["answer"] is None]
        waits = any(one["source"].startswith("system:") for one in waiting)
        return faults + (["a delivery waits for ever"] if waits else [])

    def mail_back(self, text: str) -> list[str]:
        """A mail server says so of a letter of ours; who looks after dead letters reads it as text."""
        letter = f"<letter-{next(self.numbers)}@shop.example.org>"
        self._send(letter)
        for raw in (_report(letter, text), _report(text, text), text.encode("utf-8", "surrogatepass")):
            self.portal.take_bounces(bounces.read(raw))
        return self._page("/planner/post", text)

    def _carrier(self, name: str, message: Any) -> list[str]:
        body = json.dumps(message).encode()
        digest = hmac.digest(SHARED.encode(), body, "sha256")
        own = {"x-hmac-signature": f"hmac-sha256-hex={digest.hex()}",
               "aftership-hmac-sha256": base64.b64encode(digest).decode()}  # fmt: skip
        answer = self._signed(f"/webhooks/carriers/{name}", message, **own)
        return [] if answer.status_code in {202, 400} else [f"{name}: status {answer.status_code}"]

    def _delivery(self, topic: str, message: Any) -> list[str]:
        body = json.dumps(message).encode()
        digest = base64.b64encode(hmac.digest(SHARED.encode(), body, "sha256")).decode()
        headers = {"x-shopify-topic": topic, "x-shopify-webhook-id": f"w-{next(self.numbers)}",
                   "x-shopify-event-id": f"e-{next(self.numbers)}", "x-shopify-hmac-sha256": digest}  # fmt: skip
        status = self.client.post("/webhooks/systems/shopify", content=body, headers=headers).status_code
        return [] if status in {200, 400} else [f"{topic}: status {status}"]

    def _event(self, topic: str, about: Any, event_id: str = "") -> list[str]:
        source = {"eventId": event_id or f"v-{next(self.numbers)}", "eventType": topic}
        body = json.dumps({"source": source, "payload": about}).encode()
        signature = {_SIGNED_BY_WALMART: hmac.digest(SHARED.encode(), body, "sha256").hex()}
        status = self.client.post("/webhooks/systems/walmart", content=body, headers=signature).status_code
        return [] if status in {200, 400, 401} else [f"{topic[:40]!r} of Walmart: status {status}"]

    def _signed(self, path: str, message: Any, **more: str) -> Any:
        body = json.dumps(message).encode()
        headers = standard_webhooks.signed(body, f"m{next(self.numbers)}", SECRET, self.clock.now)
        return self.client.post(path, content=body, headers={**headers, **more})

    def _send(self, letter: str) -> None:
        """Let a letter go out under that id."""
        content = {"to": "quokka@example.org", "subject": "Your order", "text": "It is on its way."}
        with self.database.unit_of_work() as session:
            post(session, Outgoing(letter, "email", letter, "notice", content), self.clock.now)
        self.portal.deliver(50)

    def _page(self, path: str, text: str) -> list[str]:
        answer = self.browser.get(path)
        faults = [f"{path}: status {answer.status_code}"] if answer.status_code != 200 else []
        if text.strip().startswith("<") and text.strip() in answer.text:
            faults.append("markup reached the page")
        return faults + (["control characters on the page"] if CONTROLS.search(answer.text) else [])


def everywhere(value: Any, text: str) -> Any:
    """The same with the text for every string and number that does not say what kind of message it is."""
    if isinstance(value, dict):
        return {name: one if name in {"object", "type"} else everywhere(one, text) for name, one in value.items()}
    return [everywhere(one, text) for one in value] if isinstance(value, list) else text


def in_one_place(value: Any, text: str, number: int) -> Any:
    """The same with the text in one place, another for each number."""
    changed = deepcopy(value)
    places = list(_places(changed))
    holder, key = places[number % len(places)]
    holder[key] = text
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        if isinstance(one, dict | list):
            yield from _places(one)
        yield value, key


def _report(letter: str, text: str) -> bytes:
    """A report of a letter that did not arrive, as mail servers write them."""
    said = " ".join(text.splitlines())
    return f"""From: MAILER-DAEMON <{said}>
Subject: {said}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

{text}
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; {said}

Final-Recipient: rfc822; quokka@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; {said}

--B
Content-Type: message/rfc822

Message-ID: {letter}
Subject: {said}

--B--
""".encode("utf-8", "surrogatepass")


@contextmanager
def opened(database: Database, config: Config, clock: SettableClock) -> Iterator[Machines]:
    """The doors of a marked shop for machines."""
    secret = SecretStr(SHARED)
    settings = Carriers(easypost_secret=secret, aftership_secret=secret, signing_secret=SecretStr(SECRET))
    portal = Portal(database, config, clock)
    portal.engage("email", Postman())
    open_marked_shop(portal)
    system = System("shopify", "Shopify", ACTS, {})
    keeper = Doorkeeper("lantern.myshopify.com", (SHARED,))
    portal.connect(Backend(system, (), doorkeeper=keeper, reader=Reader(), refetch=lambda _table, _id: ()))
    notified = walmart.Doorkeeper(_SIGNED_BY_WALMART, (SHARED,))
    market = System("walmart", "Walmart", frozenset(), {})
    portal.connect(Backend(market, (), doorkeeper=notified, reader=walmart.Reader(), refetch=lambda _table, _id: ()))
    app = create_app(portal, config, demo=False)
    selling = Suppliers.model_validate({"secrets": {"ACME": SECRET}})
    for router in (
        carriers.router(settings, portal, config.shop.zone, clock), suppliers.router(selling, portal, clock),
        deliveries.router(portal, clock),
    ):  # fmt: skip
        app.include_router(router)
    yield Machines(portal, database, clock, TestClient(app, base_url="http://127.0.0.1:8000"), _boss(app, portal))


def _boss(app: FastAPI, portal: Portal) -> Browser:
    browser = Browser(app)
    with portal._database.unit_of_work() as session:
        browser.keep_session(identity.open_session(session, f"staff:{BOSS}", portal._clock()))
    return browser
