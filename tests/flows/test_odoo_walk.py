"""From an ERP to the plan and back: prices in, a planner's yes, the order there once, its goods here, the true date."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pydantic import SecretStr

from core.config import Config
from core.portal import Portal
from core.purchasing.model import PurchaseOrder
from core.systems import Odoo
from integrations.odoo.backend import backend
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.flows.talking import customer, guest, staff
from tests.integrations.odoo.erp import DATABASE, KEY, USER, Erp, Row, serving
from tests.integrations.odoo.lantern import open_shop
from tests.shop import BOSS, bring


@pytest.fixture
def erp(clock: SettableClock) -> Iterator[Erp]:
    made = Erp(17, clock)
    open_shop(made)
    with serving(made):
        yield made


@pytest.fixture
def tells_vendors(request: pytest.FixtureRequest) -> bool:
    """Whether vendors hear of orders from the ERP."""
    return bool(getattr(request, "param", False))


@pytest.fixture
def config(config: Config, erp: Erp, *, tells_vendors: bool) -> Config:
    section = Odoo(
        on=True, url=erp.url, database=DATABASE, user=USER, key=SecretStr(KEY), locations={"WH": "main"},
        tells_vendors=tells_vendors,
    )  # fmt: skip
    return config.model_copy(update={"odoo": section})


@pytest.fixture
def shop(portal: Portal, clock: SettableClock, config: Config) -> Iterator[Portal]:
    """A shop whose goods, vendors and stock come from the ERP, and that sells a kettle a day."""
    portal.connect(backend(config, clock, sleep=lambda _seconds: None))
    bring(portal, "staff", {"email": BOSS, "name": "Boss", "role": "admin", "approval_limit": None, "currency": "GBP"})
    assert not portal.sync("odoo").troubles
    today = clock().date()
    bring(portal, "sales", *(
        {"sku": "KETTLE", "location": "main", "sold_on": today - timedelta(days=day), "units": 1 + day % 3}
        for day in range(1, 180)
    ))  # fmt: skip
    portal.plan(run="test")
    yield portal
    portal.hang_up()


def approved(shop: Portal) -> PurchaseOrder:
    """The order of kettles that a planner said yes to."""
    boss = staff(shop, BOSS)
    boss.say("approve all Acme")
    number = boss.press("Yes").actions[0].result["purchase_order_number"]
    return shop.purchase_order(person(BOSS), number)


def there(erp: Erp, order: PurchaseOrder) -> list[Row]:
    origin = f"Storekeeper {order.purchase_order_number}"
    return [one for one in erp.rows["purchase.order"].values() if one.get("origin") == origin]


def read(shop: Portal, clock: SettableClock) -> None:
    clock.forward(timedelta(minutes=20))
    outcome = shop.sync("odoo")
    assert not outcome.troubles
    assert not outcome.faults
    shop.look_up("odoo")


def kettles(shop: Portal) -> str:
    return guest(shop, f"guest-{shop._clock().isoformat()}").say("when is the copper kettle back in stock?").text


def test_from_price_breaks_to_the_shelf(shop: Portal, erp: Erp, clock: SettableClock) -> None:
    order = approved(shop)
    (line,) = order.lines
    assert (line.sku, line.unit_cost.minor) == ("KETTLE", 1000), "the price break is worth it"
    erp.lost = ["create"]  # it is made, and nobody hears of it
    shop.deliver(channel="odoo")
    assert len(there(erp, order)) == 1
    clock.forward(timedelta(minutes=10))
    shop.deliver(channel="odoo")
    (made,) = there(erp, order)
    assert made["state"] == "purchase"
    assert [one["product_qty"] for one in erp.lines(made["id"])] == [line.quantity]
    assert any(order.purchase_order_number in letter.subject for letter in shop.letters()), "the vendor has a letter"

    erp.put(line_product(erp), -3)
    read(shop, clock)
    assert f"{order.expected_on:%-d %B}" in kettles(shop)
    erp.change("purchase.order", made["id"], date_planned="2026-07-09 10:00:00")
    read(shop, clock)
    moved = shop.purchase_order(person(BOSS), order.purchase_order_number)
    assert (moved.expected_on, moved.first_expected_on) == (date(2026, 7, 9), order.expected_on)
    assert "9 July" in kettles(shop)

    clock.now = clock().replace(month=7, day=9)
    erp.receive(made["id"], {"KETTLE": line.quantity - 8})
    read(shop, clock)
    partly = shop.purchase_order(person(BOSS), order.purchase_order_number)
    assert (partly.status.value, partly.lines[0].open) == ("confirmed", 8)
    clock.forward(timedelta(days=1))
    erp.receive(made["id"], {"KETTLE": 8})
    read(shop, clock)
    done = shop.purchase_order(person(BOSS), order.purchase_order_number)
    assert (done.status.value, done.received_at is not None) == ("received", True)
    told = customer(shop, _ada(erp)).say("how many copper kettles are in stock?").text
    assert f"{line.quantity - 1} can go out" in told, "one of them is for her order"
    (card,) = shop.scorecards(person(BOSS))
    assert (card.received, card.on_time, card.slips, card.fill) == (1, 0.0, 1, 1.0)
    assert card.lead_days is not None
    assert card.lead_days > 20


def test_what_is_read_of_our_order_while_it_is_on_its_way_is_read_again_after_it(
    shop: Portal, erp: Erp, clock: SettableClock
) -> None:
    order = approved(shop)
    erp.lost = ["button_confirm"]
    shop.deliver(channel="odoo")
    read(shop, clock)
    shop.deliver(channel="odoo")
    read(shop, clock)
    (made,) = there(erp, order)
    found = shop.purchase_orders(person(BOSS))
    assert [one.purchase_order_number for one in found] == [order.purchase_order_number], "known under our number"
    erp.cancel(made["id"])
    read(shop, clock)
    gone = shop.purchase_order(person(BOSS), order.purchase_order_number)
    assert (gone.status.value, gone.lines[0].open) == ("cancelled", 0)


def test_what_a_planner_cancels_is_cancelled_there(shop: Portal, erp: Erp) -> None:
    order = approved(shop)
    shop.deliver(channel="odoo")
    shop.cancel_rest(person(BOSS), order.purchase_order_number, "the season is over")
    shop.deliver(channel="odoo")
    (made,) = there(erp, order)
    assert made["state"] == "cancel"


@pytest.mark.parametrize("tells_vendors", [True], indirect=True)
def test_where_the_erp_tells_vendors_no_letter_goes_and_it_is_sent_when_it_is_there(shop: Portal, erp: Erp) -> None:
    order = approved(shop)
    assert not [letter for letter in shop.letters() if order.purchase_order_number in letter.subject]
    shop.deliver(channel="odoo")
    assert len(there(erp, order)) == 1
    assert shop.purchase_order(person(BOSS), order.purchase_order_number).status.value == "sent"


@pytest.mark.parametrize("tells_vendors", [True], indirect=True)
def test_an_order_that_the_erp_refuses_waits_for_a_planner_and_discarded_is_off(shop: Portal, erp: Erp) -> None:
    order = approved(shop)
    erp.change("product.product", line_product(erp), active=False)
    shop.deliver(channel="odoo")
    (letter,) = shop.dead_letters(person(BOSS))
    assert order.purchase_order_number in letter.subject
    assert "KETTLE" in letter.reason
    shop.discard_letter(person(BOSS), letter.outbox_id)
    assert shop.purchase_order(person(BOSS), order.purchase_order_number).status.value == "cancelled"
    assert there(erp, order) == []


def line_product(erp: Erp) -> int:
    """The number of the kettle."""
    return next(number for number, one in erp.rows["product.product"].items() if one["default_code"] == "KETTLE")


def _ada(erp: Erp) -> str:
    return next(f"odoo-{number}" for number, one in erp.rows["res.partner"].items() if one.get("customer_rank"))
