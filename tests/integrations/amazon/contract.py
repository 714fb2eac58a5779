"""Amazon for the contract of all systems: what it says with a word nobody knows, and a parcel to tell it of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Post
from core.shipments.model import Heard
from core.shipments.ports import Tracker
from core.systems import Amazon
from integrations.amazon.backend import backend
from integrations.carriers.amazon import parcels
from tests.integrations.amazon.market import NOW, Market, order, package
from tests.integrations.marketplace import Between

SECTION = Amazon(
    on=True, client_id="amzn1.app", client_secret=SecretStr("a-long-secret"),
    refresh_token=SecretStr("Atzr|the-refresh-token"),
)  # fmt: skip


def _connected(market: Market) -> Backend:
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), amazon=SECTION)
    return backend(config, lambda: NOW, market.transport)


@contextmanager
def standing(between: Between) -> Iterator[Backend]:
    """A marketplace with a little of everything that is read, heard by way of somebody else."""
    history = [{"eventCode": "Departed", "eventTime": NOW.isoformat()}]
    market = Market(
        orders=[order(1, status="SHIPPED", packages=[package("TRACK1", "IN_TRANSIT")]), order(2)],
        stock=[{"sellerSku": "LAMP-1", "asin": "B000000001", "totalQuantity": 4, "lastUpdatedTime": NOW.isoformat(),
                "inventoryDetails": {"fulfillableQuantity": 4}}], events={"TRACK1": history},
    )  # fmt: skip
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), amazon=SECTION)
    yield backend(config, lambda: NOW, between(market.transport))


def tracker(section: Amazon, transport: httpx.BaseTransport) -> Tracker:
    """Who is asked where its parcels are."""
    return parcels(section, ZoneInfo("Europe/London"), lambda: NOW, transport)


def tracked(word: str) -> Sequence[Heard]:
    """What is heard of a parcel of which a marketplace says it."""
    history = [{"eventCode": word, "eventTime": NOW.isoformat()}]
    return tracker(SECTION, Market(events={"TRACK1": history}).transport).track("TRACK1", "Amazon Shipping")


def said(word: str) -> Sequence[Page]:
    """The pages of a marketplace that says it of an order and of a package."""
    market = Market(orders=[order(1, status=word, packages=[package("TRACK1", word)])])
    return [page for feed in _connected(market).feeds for page in feed.pull(None, NOW)]


@contextmanager
def making() -> Iterator[tuple[Courier, Post, Callable[[], int]]]:
    """A parcel that is on its way, and how often the marketplace was told of one."""
    market = Market(orders=[order(1)])
    detail = {"tracking_number": "TRACK1", "carrier": "UPS", "shipped_at": NOW.isoformat(), "place": 1,
              "lines": [{"line": 1, "quantity": 1}]}  # fmt: skip
    content = {
        "act": "ship",
        "to": "202-0000001-0000001",
        "cause": "parcel:TRACK1",
        "order_number": "S-1",
        "detail": detail,
    }
    made = _connected(market)
    assert made.courier is not None
    post = Post(1, "amazon:parcel:TRACK1", "amazon", "orders:S-1", "write_back", content, 1)
    yield made.courier, post, lambda: len(market.bodies("/shipmentConfirmation"))
