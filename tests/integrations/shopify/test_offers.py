"""A Shopify shop is told what it may sell from our shelves; what it says of them itself is no count."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.config import Config
from core.errors import ConfigError
from core.inventory.service import on_hand
from core.mailroom.ports import Later, Post
from core.portal import Portal
from core.systems import Shopify
from integrations.shopify.backend import STOCK_SCOPE, backend
from integrations.shopify.client import client
from integrations.shopify.offers import Offers
from tests.conftest import SettableClock
from tests.integrations.shopify.mock import MockShop
from tests.shop import bring


@pytest.fixture
def telling(config: Config) -> Config:
    section = config.shopify.model_copy(update={"tell_stock": True, "safety_stock": 1})
    return config.model_copy(update={"shopify": section})


@pytest.fixture
def selling(portal: Portal, telling: Config, clock: SettableClock) -> Iterator[Portal]:
    """A shop that sells from main, where seven kettles lie and nobody counted anything else."""
    bring(portal, "locations", {"location": "main", "name": "Main"})
    bring(portal, "stock", {"sku": "KETTLE", "location": "main", "on_hand": 7, "counted_at": clock.now})
    portal.connect(backend(telling, clock, sleep=lambda _seconds: None))
    yield portal
    portal.hang_up()


def available(shop: MockShop) -> dict[str, int]:
    return {item["sku"]: one["quantity"] for item, level in shop.levels() for one in level["quantities"]
            if one["name"] == "available"}  # fmt: skip


def told(portal: Portal) -> int:
    posted = portal.tell_stock()
    portal.deliver(channel="shopify")
    return posted


def test_it_is_told_what_is_for_sale_and_its_own_word_is_no_count(
    selling: Portal, shop: MockShop, clock: SettableClock
) -> None:
    assert not selling.sync("shopify").troubles
    assert told(selling) == 1
    assert available(shop) == {"KETTLE": 5, "MUG": 40, "BOWL": 20}  # seven, one ordered, one kept back
    clock.forward(timedelta(hours=1))
    shop.now = clock.now
    selling.sync("shopify", whole=True)
    assert told(selling) == 0
    with selling._database.reading() as session:
        assert on_hand(session, ["KETTLE", "MUG"]) == {"KETTLE": 7}
    (stock,) = (one for one in selling.standings() if one.feed == "stock")
    assert stock.drift is not None
    assert (stock.drift.different, stock.drift.missing, stock.drift.extra) == (0, 0, 0)


def post(shop: MockShop, units: int) -> Post:
    level = next(level for item, level in shop.levels() if item["sku"] == "KETTLE")
    content = {"act": "stock", "to": level["id"], "sku": "KETTLE", "location": "main", "units": units, "sequence": 1}
    return Post(1, "shopify:stock:KETTLE@main:1", "shopify", "stock:KETTLE@main", "stock", content, 1)


@pytest.fixture
def offers(telling: Config, clock: SettableClock) -> Iterator[Offers]:
    speaks = client(telling.shopify, clock, sleep=lambda _seconds: None)
    yield Offers(speaks)
    speaks.http.close()


def test_told_twice_it_is_changed_once(shop: MockShop, offers: Offers) -> None:
    assert offers.tell(post(shop, 3)) == offers.tell(post(shop, 3))
    assert available(shop)["KETTLE"] == 3
    assert shop.asked.count("mutation StockSet") == 1


def test_a_sale_between_looking_and_telling_has_it_looked_at_again(shop: MockShop, offers: Offers) -> None:
    shop.sold_meanwhile = 1
    with pytest.raises(Later, match="STALE"):
        offers.tell(post(shop, 3))
    assert available(shop)["KETTLE"] == 9
    offers.tell(post(shop, 3))
    assert available(shop)["KETTLE"] == 3


def test_check_names_the_scope_that_telling_needs(selling: Portal, clock: SettableClock) -> None:
    inspector = selling.backend("shopify").inspector
    assert inspector is not None
    lacking = [one for one in inspector(clock.now) if not one.is_well]
    assert any(STOCK_SCOPE in one.text for one in lacking)


def test_telling_needs_places(config: Config) -> None:
    with pytest.raises((ValueError, ConfigError), match="locations"):
        Shopify(**{**dict(config.shopify), "tell_stock": True, "locations": {}})
