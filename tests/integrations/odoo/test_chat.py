"""What customers change in the chat reaches the ERP and is read back; what it does not take is refused before."""

from datetime import timedelta

import pytest

from core.orders.model import Order
from core.orders.service import order_of
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.flows.talking import customer
from tests.integrations.odoo.erp import Erp, Row
from tests.shop import BOSS, bring


@pytest.fixture
def shop(connected: Portal) -> Portal:
    """A shop that has read what there is."""
    bring(connected, "staff", {"email": BOSS, "name": "Boss", "role": "admin", "approval_limit": None,
                               "currency": "GBP"})  # fmt: skip
    assert not connected.sync("odoo").faults
    return connected


def read(shop: Portal, clock: SettableClock) -> None:
    clock.forward(timedelta(minutes=20))
    outcome = shop.sync("odoo")
    assert not outcome.troubles
    assert not outcome.faults
    shop.look_up("odoo")


def _ada(erp: Erp) -> str:
    return next(f"odoo-{number}" for number, one in erp.rows["res.partner"].items() if one.get("customer_rank"))


def settled(shop: Portal, clock: SettableClock) -> None:
    """What was changed here goes there, and what is there is read."""
    clock.forward(timedelta(seconds=30))
    while shop.deliver(channel="odoo"):
        pass
    read(shop, clock)


def sold(erp: Erp) -> Row:
    """Ada's order."""
    (order,) = erp.rows["sale.order"].values()
    return order


def standing(shop: Portal, erp: Erp) -> Order:
    with shop._database.reading() as session:
        return order_of(session, _ada(erp), sold(erp)["name"])


def test_a_customer_moves_and_then_cancels_an_order_in_the_chat(shop: Portal, erp: Erp, clock: SettableClock) -> None:
    order, ada = sold(erp), customer(shop, _ada(erp))
    ada.say(f"send order {order['name']} to 7 Lane, York YO1 7HH instead")
    assert [one.name for one in ada.press("Yes").actions] == ["change_address"]
    settled(shop, clock)
    assert erp.rows["res.partner"][order["partner_shipping_id"]]["city"] == "York"
    assert standing(shop, erp).ship_to.city == "York"
    asked = ada.say(f"cancel order {order['name']}")
    assert "cannot be brought back" in asked.text, "Odoo takes no opening of cancelled orders from here"
    (done,) = [one for one in ada.press("Yes").actions if one.name == "cancel_order"]
    assert done.arguments["order_number"] == order["name"]
    settled(shop, clock)
    assert order["state"] == "cancel"
    assert standing(shop, erp).status.value == "cancelled"
    assert shop.dead_letters(person(BOSS)) == []


@pytest.mark.parametrize("became", [{"amount_paid": 48.0}, {"locked": True}])
def test_what_odoo_does_not_take_is_refused_before_the_customer_says_yes(
    shop: Portal, erp: Erp, clock: SettableClock, became: Row
) -> None:
    erp.change("sale.order", sold(erp)["id"], **became)
    read(shop, clock)
    told = customer(shop, _ada(erp)).say(f"cancel order {sold(erp)['name']}")
    assert "was placed on Odoo, where this has to be done" in told.text
    assert not [button for button in told.buttons if button.label == "Yes"]


def test_single_lines_are_refused_before_the_yes_where_only_whole_orders_are_taken(shop: Portal, erp: Erp) -> None:
    told = customer(shop, _ada(erp)).say(f"cancel only the copper kettle of order {sold(erp)['name']}")
    assert "was placed on Odoo, where this has to be done" in told.text


def test_a_customer_hears_of_a_change_that_did_not_get_through(shop: Portal, erp: Erp, clock: SettableClock) -> None:
    order, ada = sold(erp), customer(shop, _ada(erp))
    ada.say(f"cancel order {order['name']}")
    ada.press("Yes")
    erp.change("sale.order", order["id"], locked=True)
    settled(shop, clock)
    assert shop.tell_of_write_backs() == 1
    read(shop, clock)
    assert standing(shop, erp).status.value == "open"
