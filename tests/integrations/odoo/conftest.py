"""An Odoo on a loopback address in the names of two versions, each with a database, and a portal connected to it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from core.config import Config
from core.portal import Portal
from core.systems import Odoo
from integrations.odoo.backend import backend
from tests.conftest import SettableClock
from tests.integrations.odoo.erp import DATABASE, KEY, USER, Erp, serving
from tests.integrations.odoo.lantern import open_shop


@pytest.fixture
def erp(database_url: str, clock: SettableClock) -> Iterator[Erp]:
    """A shop with a warehouse, a vendor with price breaks, goods, a customer and an order."""
    made = Erp(19 if database_url.startswith("postgresql") else 17, clock)
    open_shop(made)
    with serving(made):
        yield made


@pytest.fixture
def config(config: Config, erp: Erp) -> Config:
    section = Odoo(
        on=True, url=erp.url, database=DATABASE, user=USER, key=SecretStr(KEY), timeout_s=5,
        api="json-2" if erp.series >= 19 else "json-rpc", locations={"WH": "main"},
    )  # fmt: skip
    return config.model_copy(update={"odoo": section})


@pytest.fixture
def connected(portal: Portal, config: Config, clock: SettableClock) -> Iterator[Portal]:
    """The portal over the database; waiting takes no time."""
    portal.connect(backend(config, clock, sleep=lambda _seconds: None))
    yield portal
    portal.hang_up()
