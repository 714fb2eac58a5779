"""Walmart for the contract of all systems: what it says with a word nobody knows, and a parcel to tell it of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Post
from core.systems import Walmart
from integrations.walmart.backend import backend
from tests.integrations.marketplace import Between
from tests.integrations.walmart.market import NOW, Market, line, order, returned


def _connected(market: Market) -> Backend:
    section = Walmart(on=True, client_id="seller", client_secret=SecretStr("a-long-secret"))
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), walmart=section)
    return backend(config, lambda: NOW, market.transport)


@contextmanager
def standing(between: Between) -> Iterator[Backend]:
    """A marketplace with a little of everything that is read, heard by way of somebody else."""
    sold = order(1, line(status="Shipped", tracking="1Z1"))
    market = Market(
        orders=[sold, order(2)], returns=[returned(sold)],
        items=[{"sku": "LAMP-1", "productName": "Thing LAMP-1", "price": {"currency": "USD", "amount": 20.0}}],
    )  # fmt: skip
    section = Walmart(on=True, client_id="seller", client_secret=SecretStr("a-long-secret"))
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), walmart=section)
    yield backend(config, lambda: NOW, between(market.transport))


def said(word: str) -> Sequence[Page]:
    """The pages of a marketplace that says it of a line and of a return."""
    sold = order(1, line(status=word))
    market = Market(orders=[sold], returns=[returned(sold, word)])
    return [page for feed in _connected(market).feeds for page in feed.pull(None, NOW)]


@contextmanager
def making() -> Iterator[tuple[Courier, Post, Callable[[], int]]]:
    """A parcel that is on its way, and how often the marketplace was told of one."""
    market = Market(orders=[order(1)])
    detail = {"tracking_number": "TRACK1", "carrier": "UPS", "shipped_at": NOW.isoformat(), "place": 1,
              "lines": [{"line": 1, "quantity": 1}]}  # fmt: skip
    content = {"act": "ship", "to": "1796277000001", "cause": "parcel:TRACK1", "order_number": "S-1", "detail": detail}
    made = _connected(market)
    assert made.courier is not None
    post = Post(1, "walmart:parcel:TRACK1", "walmart", "orders:S-1", "write_back", content, 1)
    yield made.courier, post, lambda: len(market.bodies("/shipping"))
