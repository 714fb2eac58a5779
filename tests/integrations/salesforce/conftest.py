"""A stand-in org on a loopback address, and a portal that is connected to it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from core.config import Config
from core.portal import Portal
from core.systems import Salesforce
from integrations.salesforce.backend import backend
from tests.conftest import SettableClock
from tests.integrations.salesforce.standin import CLIENT_ID, USERNAME, Org, key_pair, serving


def section(org: Org) -> Salesforce:
    """The configuration that lets us into the org."""
    return Salesforce(
        on=True, url=org.url, login_url=org.url, client_id=CLIENT_ID, username=USERNAME,
        private_key=SecretStr(key_pair()[0]), timeout_s=5, tax_rate=0.2,
    )  # fmt: skip


@pytest.fixture
def org() -> Iterator[Org]:
    """An org with two articles, an account of two people, and an order."""
    made = Org()
    kettle, mug = made.add_product("KETTLE", "Copper Kettle", 30.0), made.add_product("MUG", "Blue Mug", 5.0)
    made.add_order(made.add_account("Byron & Sons", "ada@example.org", "grace@example.org"), (kettle, 1), (mug, 2))
    with serving(made):
        yield made


@pytest.fixture
def config(config: Config, org: Org) -> Config:
    return config.model_copy(update={"salesforce": section(org)})


@pytest.fixture
def connected(portal: Portal, config: Config, clock: SettableClock) -> Iterator[Portal]:
    """The portal over the org; waiting takes no time."""
    portal.connect(backend(config, clock, sleep=lambda _seconds: None))
    yield portal
    portal.hang_up()
