"""Walmart is told what it may sell from our shelves, beside what it holds for its own orders."""

import httpx
import pytest

from core.errors import ConfigError
from core.mailroom import letters
from core.portal import Portal
from core.systems import Walmart
from tests.conftest import SettableClock
from tests.integrations.walmart.market import NOW, Market, line, order
from tests.integrations.walmart.test_backend import SECTION, connected
from tests.shop import bring

NODE, OTHER = "10000003527", "10000009999"
TELLS = SECTION.model_copy(update={"tell_stock": True, "ship_nodes": {NODE: "main"}})


@pytest.fixture
def market() -> Market:
    lamps = {("LAMP 1#B", NODE): [5, 0], ("LAMP 1#B", OTHER): [3, 0], ("LAMP-1", NODE): [9, 0], ("VASE", NODE): [4, 0]}
    return Market(orders=[], offers=lamps)


@pytest.fixture
def walmart(portal: Portal, market: Market, clock: SettableClock) -> Portal:
    clock.now = NOW
    market.page = 2
    bring(portal, "locations", {"location": "main", "name": "Main"})
    for sku in ("LAMP 1#B", "LAMP-1"):
        bring(portal, "stock", {"sku": sku, "location": "main", "on_hand": 7, "counted_at": NOW})
    portal.connect(connected(market, clock, TELLS))
    return portal


def told(portal: Portal) -> int:
    posted = portal.tell_stock()
    portal.deliver(channel="walmart")
    return posted


def test_items_are_told_what_lies_at_our_nodes_and_nothing_else(walmart: Portal, market: Market) -> None:
    assert not walmart.sync("walmart").troubles
    assert told(walmart) == 2
    assert market.offers == {
        ("LAMP 1#B", NODE): [7, 0], ("LAMP 1#B", OTHER): [3, 0], ("LAMP-1", NODE): [7, 0], ("VASE", NODE): [4, 0],
    }  # fmt: skip
    walmart.sync("walmart")
    assert told(walmart) == 0
    assert len([path for path in market.paths("GET") if path == "/v3/inventories"]) == 2


def test_what_walmart_holds_for_its_orders_lies_there_too(
    walmart: Portal, market: Market, clock: SettableClock
) -> None:
    walmart.sync("walmart")
    told(walmart)
    market.orders = [order(1, line(1, units=2, status="Acknowledged"))]
    market.offers["LAMP-1", NODE][1] = 2
    walmart.sync("walmart")
    assert told(walmart) == 1
    assert market.offers["LAMP-1", NODE] == [7, 2]  # five are for sale, as it has them already
    assert len(market.paths("PUT")) == 2
    bring(
        walmart, "stock", {"sku": "LAMP-1", "location": "main", "on_hand": 10, "counted_at": clock.now.replace(day=16)}
    )
    told(walmart)
    assert market.offers["LAMP-1", NODE] == [10, 2]


def test_an_item_that_walmart_does_not_take_is_named_to_a_person_once(walmart: Portal, market: Market) -> None:
    walmart.sync("walmart")
    market.troubles["/v3/inventories/LAMP-1"] = [httpx.Response(404)]
    told(walmart)
    assert told(walmart) == 0
    with walmart._database.reading() as session:
        (letter,) = letters.dead_letters(session)
    assert letter.subject == "stock of LAMP-1 at main"


def test_without_the_permission_the_feed_says_so_and_nothing_is_lost(walmart: Portal, market: Market) -> None:
    walmart.sync("walmart")
    market.troubles["/v3/inventories/LAMP-1"] = [httpx.Response(403)]
    told(walmart)
    assert any("a permission is missing" in one.trouble for one in walmart.standings())
    inspector = walmart.backend("walmart").inspector
    assert inspector is not None
    market.troubles["/v3/inventories"] = [httpx.Response(403)]
    (found,) = inspector(NOW)
    assert not found.is_well
    assert "change inventory" in found.text


@pytest.mark.parametrize("nodes", [{}, {NODE: "main", OTHER: "main"}])
def test_places_that_have_no_name_or_two_are_refused(nodes: dict[str, str]) -> None:
    with pytest.raises((ValueError, ConfigError), match="ship_nodes"):
        Walmart(on=True, client_id="seller", client_secret="a-long-secret", tell_stock=True, ship_nodes=nodes)
