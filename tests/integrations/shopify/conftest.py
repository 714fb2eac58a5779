"""A mock shop on a loopback address, and a portal that is connected to it."""

from collections.abc import Iterator

import pytest

from core.config import Config
from core.portal import Portal
from core.systems import Shopify
from integrations.shopify.backend import backend
from tests.conftest import SettableClock
from tests.integrations.shopify.mock import HAS_SCHEMA, TOKEN, MockShop, serving

SECRET = "the-secret-of-the-app"


@pytest.fixture
def shop() -> Iterator[MockShop]:
    """A shop with a place, three articles, a customer and an order."""
    if not HAS_SCHEMA:
        pytest.skip("the published schema is not here")
    made = MockShop()
    made.add_location()
    kettle, mug, _ = (
        made.add_variant("KETTLE", "Copper Kettle", "30.00", 10),
        made.add_variant("MUG", "Blue Mug", "5.00", 40),
        made.add_variant("BOWL", "White Bowl", "8.00", 20),
    )
    made.add_order(made.add_customer("ada@example.org"), (kettle, 1), (mug, 2))
    with serving(made):
        yield made


@pytest.fixture
def config(config: Config, shop: MockShop) -> Config:
    section = Shopify(
        on=True, shop="lantern.myshopify.com", token=TOKEN, client_secret=SECRET, timeout_s=5,
        url=f"{shop.url}/graphql",
        locations={next(iter(shop.locations)).rpartition("/")[2]: "main"},
    )  # fmt: skip
    return config.model_copy(update={"shopify": section})


@pytest.fixture
def connected(portal: Portal, config: Config, clock: SettableClock) -> Iterator[Portal]:
    """The portal over the shop; waiting takes no time."""
    portal.connect(backend(config, clock, sleep=lambda _seconds: None))
    yield portal
    portal.hang_up()
