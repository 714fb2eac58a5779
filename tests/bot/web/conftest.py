"""A door over the small shop, and browsers that stand before it."""

from collections.abc import Callable, Iterator

import pytest

from bot.web.app import create_app
from core.accounts import identity
from core.config import Config
from core.database.engine import Database
from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.bot.web.shop import open_shop
from tests.conftest import SettableClock

Arrive = Callable[..., Browser]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is decided before the database is asked: on one kind is enough."""


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """A portal with the small shop's records."""
    open_shop(portal)
    return portal


@pytest.fixture
def arrive(shop: Portal, config: Config, database: Database, clock: SettableClock) -> Iterator[Arrive]:
    """Browsers at one door; with an address, one that has just signed in."""
    app = create_app(shop, config, demo=True, hints=[("zoe@example.org", "has an order under way")])
    opened: list[Browser] = []

    def arriving(address: str | None = None) -> Browser:
        browser = Browser(app)
        opened.append(browser)
        if address:
            staff = shop.staff_by_email(address)
            person = f"staff:{address}" if staff else f"customer:{shop.customer_by_email(address)}"
            with database.unit_of_work() as session:
                browser.keep_session(identity.open_session(session, person, clock.now))
        return browser

    yield arriving
    for browser in opened:
        browser.close()


@pytest.fixture
def guest(arrive: Arrive) -> Browser:
    return arrive()


@pytest.fixture
def zoe(arrive: Arrive) -> Browser:
    """The customer of orders 1000 and 1001."""
    return arrive("zoe@example.org")


@pytest.fixture
def planner(arrive: Arrive) -> Browser:
    """A planner without a limit."""
    return arrive("planner@example.org")
