"""A Shopify shop for the contract of all systems: what a word nobody knows means, and something to make there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest
from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Post
from core.systems import Shopify
from integrations.shopify import orders
from integrations.shopify.backend import backend
from integrations.shopify.queries import document
from tests.integrations.marketplace import Between
from tests.integrations.shopify.mock import HAS_SCHEMA, TOKEN, MockShop, Node, serving


def _shop() -> tuple[MockShop, Node]:
    if not HAS_SCHEMA:
        pytest.skip("the published schema is not here")
    shop = MockShop()
    shop.add_location()
    kettle = shop.add_variant("KETTLE", "Copper Kettle", "30.00", 10)
    return shop, shop.add_order(shop.add_customer("ada@example.org"), (kettle, 1))


@contextmanager
def standing(between: Between) -> Iterator[Backend]:
    """A shop with a little of everything that is read, heard by way of somebody else."""
    shop, order = _shop()
    shop.fulfil(order, "TRACK1")
    with serving(shop):
        section = Shopify(on=True, shop="lantern.myshopify.com", token=SecretStr(TOKEN), url=f"{shop.url}/graphql")
        config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), shopify=section)
        made = backend(config, lambda: shop.now, sleep=lambda _seconds: None, transport=between(httpx.HTTPTransport()))
        yield made
        assert made.close is not None
        made.close()


def said(word: str) -> Sequence[Page]:
    """The order of a parcel and a return that stand like that, as a later version of its schema might answer."""
    shop, order = _shop()
    shop.fulfil(order, "TRACK1")
    answer = shop.execute(document("order"), {"id": order["id"]})["data"]["order"]
    for fulfilment in answer["fulfillments"]:
        fulfilment["displayStatus"] = word
    answer["returns"] = {"nodes": [{"id": "gid://shopify/Return/1", "name": "#1-R1", "status": word}]}
    told = orders.order(answer, Shopify())
    return [Page(told.records, {}, told.faults)]


@contextmanager
def making() -> Iterator[tuple[Courier, Post, Callable[[], int]]]:
    """An order placed again, and how many drafts there are."""
    shop, order = _shop()
    with serving(shop):
        section = Shopify(on=True, shop="lantern.myshopify.com", token=SecretStr(TOKEN), url=f"{shop.url}/graphql")
        config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), shopify=section)
        made = backend(config, lambda: shop.now)
        assert made.courier is not None
        assert made.close is not None
        to = {"name": "Ada Byron", "line1": "1 Road", "line2": "", "city": "Leeds", "postcode": "LS1 1AA",
              "country": "GB", "region": ""}  # fmt: skip
        placed = {"number": "S-7", "lines": [{"sku": "KETTLE", "quantity": 1}], "ship_to": to}
        content = {"act": "reorder", "to": order["id"], "cause": "S-7:placed", "order": {}, "detail": {"order": placed}}
        post = Post(1, "shopify:S-7:placed", "shopify", "orders:S-7", "write_back", content, 1)
        yield made.courier, post, lambda: len(shop.drafts)
        made.close()
