"""Amazon as a retailer for the contract of all systems: a word nobody knows, and a parcel to give notice of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Post
from integrations.amazon_vendor.backend import backend
from tests.integrations.amazon.market import NOW
from tests.integrations.amazon_vendor.retailer import Retailer, item, order
from tests.integrations.amazon_vendor.test_backend import SECTION, connected
from tests.integrations.marketplace import Between


@contextmanager
def standing(between: Between) -> Iterator[Backend]:
    """A retailer with two orders, heard by way of somebody else."""
    lamps = item(1, sku="LAMP-1", amount=10)
    retailer = Retailer(orders=[order("2JK3S9VC", lamps), order("3TRD2IAB", lamps, state="Acknowledged")])
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), amazon_vendor=SECTION)
    yield backend(config, lambda: NOW, between(retailer.transport))


def said(word: str) -> Sequence[Page]:
    """The pages of a retailer that says it of an order."""
    retailer = Retailer(orders=[order("2JK3S9VC", item(1, sku="LAMP-1", amount=1), state=word)])
    return [page for feed in connected(retailer, lambda: NOW).feeds for page in feed.pull(None, NOW)]


@contextmanager
def making() -> Iterator[tuple[Courier, Post, Callable[[], int]]]:
    """A parcel that is on its way, and of how many the retailer got notice."""
    retailer = Retailer(orders=[order("2JK3S9VC", item(1, sku="LAMP-1", amount=1))])
    detail = {"tracking_number": "TRACK1", "carrier": "UPS", "shipped_at": NOW.isoformat(), "place": 1,
              "lines": [{"line": 1, "quantity": 1}]}  # fmt: skip
    content = {"act": "ship", "to": "2JK3S9VC", "cause": "parcel:TRACK1", "order_number": "2JK3S9VC", "detail": detail}
    made = connected(retailer, lambda: NOW)
    assert made.courier is not None
    post = Post(1, "amazon_vendor:parcel:TRACK1", "amazon_vendor", "orders:2JK3S9VC", "write_back", content, 1)
    yield made.courier, post, lambda: len(retailer.bodies("/shipmentConfirmations"))
