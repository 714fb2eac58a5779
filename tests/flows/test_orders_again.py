"""A past order is placed once more: at today's prices, as far as the shelf has it, paid in the same breath."""

import pytest

from core.billing import settlement
from core.database.engine import Database
from core.orders.model import OrderStatus
from core.orders.service import order_of, reserved
from core.portal import Portal
from tests.flows.talking import Talk, customer
from tests.flows.wardrobe import VISA, open_wardrobe
from tests.shop import ADA, OPENED, bring


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_wardrobe(portal)
    return customer(portal, ADA)


def test_a_past_order_is_placed_again_and_paid(ada: Talk, database: Database) -> None:
    ada.say("order W44002 again")
    shown = ada.say("Visa")
    assert shown.asks == "confirm"
    assert "£83.00" in shown.text
    done = ada.say("yes")
    assert [action.name for action in done.actions] == ["reorder"]
    with database.reading() as session:
        new = order_of(session, ADA, done.actions[0].result["order_number"])
        assert new.status is OrderStatus.OPEN
        assert [line.sku for line in new.lines] == ["S-RED-M", "K-GLASS", "S-BLUE-M"]
        assert {key: one.amount.minor for key, one in settlement.kept_by_method(session, new).items()} == {VISA: 8300}
        assert reserved(session, ["K-GLASS"]) == {"K-GLASS": 1}


def test_todays_price_stands_beside_the_old_one(ada: Talk, portal: Portal) -> None:
    bring(portal, "products", {"sku": "K-GLASS", "name": "Tea Kettle", "price": 5000, "family": "KETTLE",
                               "options": {"material": "glass", "capacity": "1 litre"}})  # fmt: skip
    ada.say("order W44002 again")
    shown = ada.say("Visa")
    assert "£50.00 each (before: 1 × £45.00)" in shown.text


def test_a_price_that_moved_after_it_was_shown_is_not_charged(ada: Talk, portal: Portal, database: Database) -> None:
    ada.say("order W44002 again")
    ada.say("Visa")
    bring(portal, "products", {"sku": "S-RED-M", "name": "Linen Shirt", "price": 9900, "family": "SHIRT",
                               "options": {"colour": "red", "size": "M"}})  # fmt: skip
    assert ada.say("yes").actions == ()
    with database.reading() as session:
        assert reserved(session, ["S-RED-M"]) == {}


def test_what_the_shelf_does_not_have_is_left_out(ada: Talk, portal: Portal) -> None:
    bring(portal, "stock", {"sku": "K-GLASS", "location": "main", "on_hand": 0, "counted_at": OPENED})
    ada.say("order W44002 again")
    shown = ada.say("Visa")
    assert "Tea Kettle: cannot be had" in shown.text
    assert "£38.00" in shown.text
