"""The page of retailers' orders."""

import pytest

from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.shop import SUPPORT
from tests.conftest import SettableClock
from tests.integrations.amazon_vendor.retailer import Retailer, item, order
from tests.integrations.amazon_vendor.test_backend import connected

pytestmark = ON_SQLITE
PAGE = "/planner/retail"


@pytest.fixture
def retailer(shop: Portal, clock: SettableClock) -> Retailer:
    made = Retailer(orders=[order("2JK3S9VC", item(1, sku="<b>LAMP</b>", amount=10))])
    shop.connect(connected(made, clock))
    shop.sync("amazon_vendor")
    return made


def test_an_order_is_acknowledged_on_its_page(planner: Browser, shop: Portal, retailer: Retailer) -> None:
    shown = planner.get(PAGE).text
    assert "Amazon ABCD" in shown
    assert "<b>LAMP</b>" not in shown
    path = f"{PAGE}/2JK3S9VC"
    refused = planner.send_form(PAGE, path, accepted__1="9")
    assert (refused.status_code, "say why 1 will not be sent" in refused.text) == (422, True)
    assert 'value="9"' in refused.text
    assert planner.send_form(PAGE, path, accepted__1="many").status_code == 422
    done = planner.send_form(PAGE, path, accepted__1="9", reason__1="obsolete")
    assert done.status_code == 303
    assert "is acknowledged" in planner.get(done.headers["location"]).text
    shop.deliver(channel="amazon_vendor")
    assert len(retailer.bodies("/acknowledgements")) == 1


def test_it_is_not_for_people_who_do_not_plan(arrive: Arrive, retailer: Retailer) -> None:
    assert arrive(SUPPORT).get(PAGE).status_code in {303, 403, 404}
    assert not retailer.told
