"""What Walmart notifies of: let in when signed, taken once, and looked up."""

import base64
import hmac
import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.web import deliveries
from core.exchange.model import Hint
from core.orders.service import order_of
from core.portal import Portal
from integrations.walmart.webhook import Reader
from tests.conftest import SettableClock
from tests.integrations.walmart.market import NOW, Market, order, returned
from tests.integrations.walmart.test_backend import ADA, NUMBER, SECTION, connected

SECRET = "the-secret-of-the-subscription"


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def street(portal: Portal, market: Market, clock: SettableClock) -> TestClient:
    clock.now = NOW
    kept = {"webhook_secret": SecretStr(SECRET), "previous_webhook_secret": SecretStr("an-older-secret-of-it")}
    portal.connect(connected(market, clock, SECTION.model_copy(update=kept)))
    portal.sync("walmart")
    app = FastAPI()
    app.include_router(deliveries.router(portal, clock))
    return TestClient(app)


def event(kind: str, number: int = 1, **about: str) -> dict[str, Any]:
    """An event as the pages about it describe it."""
    source = {"eventType": kind, "eventTime": NOW.isoformat(), "eventId": f"event-{number}"}
    return {"source": source, "payload": {"partnerId": "10000000359", **about}}


def tell(street: TestClient, told: Any, secret: str = SECRET, *, as_hex: bool = False) -> int:
    body = json.dumps(told).encode()
    digest = hmac.digest(secret.encode(), body, "sha256")
    signature = digest.hex() if as_hex else base64.b64encode(digest).decode()
    answer = street.post("/webhooks/systems/walmart", content=body, headers={"X-Walmart-Signature": signature})
    return answer.status_code


def test_a_new_order_is_here_as_soon_as_walmart_tells_of_it(street: TestClient, portal: Portal, market: Market) -> None:
    market.orders = [order(1)]
    told = event("PO_CREATED", purchaseOrderId="1796277000001")
    assert tell(street, told) == 200
    assert tell(street, told, as_hex=True) == 200
    assert portal.take_deliveries() == 1
    assert portal.look_up("walmart") == 1
    with portal._database.reading() as session:
        assert order_of(session, ADA, NUMBER).status.value == "open"


def test_a_return_is_looked_up_by_its_number(street: TestClient, portal: Portal, market: Market) -> None:
    market.orders = [order(1)]
    portal.sync("walmart")
    market.returns = [returned(market.orders[0])]
    assert tell(street, event("RETURN_CREATED", returnOrderId="103738048909818825")) == 200
    portal.take_deliveries()
    assert portal.look_up("walmart") == 1
    assert market.asked[-1].url.params["returnOrderId"] == "103738048909818825"


def test_the_secret_before_is_good_for_a_while_and_others_are_not(street: TestClient) -> None:
    assert tell(street, event("PO_CREATED", purchaseOrderId="1"), "an-older-secret-of-it") == 200
    assert tell(street, event("PO_CREATED", 2, purchaseOrderId="1"), "another-secret-altogether") == 401
    assert street.post("/webhooks/systems/walmart", content=b"{}").status_code == 401


@pytest.mark.parametrize("told", [[], {"source": {}}, {"source": {"eventType": "PO_CREATED"}}])
def test_what_is_signed_and_names_no_event_is_turned_away(street: TestClient, told: Any) -> None:
    assert tell(street, told) == 401


@pytest.mark.parametrize("name", ["event\x00", "event\ud800", "\x1bevent"])
def test_an_event_whose_id_no_database_can_store_is_taken_in(street: TestClient, portal: Portal, name: str) -> None:
    told = event("PO_CREATED", purchaseOrderId="1")
    told["source"]["eventId"] = name
    assert tell(street, told) == 200
    assert portal.take_deliveries() == 1


def test_an_event_that_tells_nothing_about_our_records_says_nothing() -> None:
    assert not Reader().read("BUY_BOX_CHANGED", event("BUY_BOX_CHANGED"), {}).hints
    cancelled = event("PO_LINE_AUTOCANCELLED", purchaseOrderId="7")
    assert Reader().read("PO_LINE_AUTOCANCELLED", cancelled, {}).hints == [Hint("orders", "7")]
    with pytest.raises(ValueError, match="without purchaseOrderId"):
        Reader().read("PO_CREATED", event("PO_CREATED"), {})
