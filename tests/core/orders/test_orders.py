"""Orders are read by whose they are, and a foreign number looks like one that does not exist."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.canonical import Batch
from core.database.engine import Database
from core.errors import NotFound
from core.money import Money
from core.orders import service as orders
from core.orders.model import OrderStatus
from core.portal import Portal
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE
from tests.flows.talking import customer
from tests.shop import ADA, BELL, GRACE, LAMP, MUG, OPENED, bring, open_shop, order


@pytest.fixture
def opened(portal: Portal) -> Portal:
    open_shop(portal)
    return portal


def test_a_customer_sees_their_own_orders_latest_first(opened: Portal) -> None:
    assert [one.order_number for one in opened.orders(ADA)] == ["1002", "1001"]
    assert [one.order_number for one in opened.orders(GRACE)] == ["2001"]
    assert opened.orders("c-nobody") == []


def test_a_foreign_number_and_a_missing_one_read_alike(opened: Portal) -> None:
    refusals = []
    for number in ("2001", "9999"):
        with pytest.raises(NotFound) as caught:
            opened.order(ADA, number)
        refusals.append(str(caught.value).replace(number, "N"))
    assert len(set(refusals)) == 1


@ON_SQLITE
def test_an_order_of_a_guest_is_nobodys(opened: Portal) -> None:
    order(opened, "3001", None, [(MUG, "Red Polka Dot Mug", 1, 450)])
    for who in (ADA, GRACE, ""):
        with pytest.raises(NotFound):
            opened.order(who, "3001")


@ON_SQLITE
def test_a_page_holds_nothing_of_another_customer(opened: Portal) -> None:
    page = opened.order(ADA, "1001")
    assert page.order.customer_id == ADA
    assert {parcel.order_number for parcel in page.parcels} == {"1001"}
    assert {document.order_number for document in page.invoices} == {"1001"}
    assert page.returns == ()


@ON_POSTGRESQL
def test_a_number_with_a_nul_is_no_order(opened: Portal) -> None:
    with pytest.raises(NotFound):
        opened.order(ADA, "10\x0001")


@ON_SQLITE
def test_a_total_is_net_plus_tax_rounded_once_for_each_rate(opened: Portal) -> None:
    lines = [(MUG, "Mug", 1, 33), (LAMP, "Lamp", 1, 33), (BELL, "Bell", 1, 33)]
    order(opened, "1003", ADA, lines)
    placed = opened.order(ADA, "1003").order
    assert (placed.net, placed.total) == (Money(99, "GBP"), Money(119, "GBP"))
    assert {line.tax_rate for line in placed.lines} == {Decimal("0.2")}


def test_orders_not_shipped_yet_hold_their_units(opened: Portal, database: Database) -> None:
    with database.reading() as session:
        assert orders.reserved(session, [MUG, LAMP]) == {LAMP: 3}
        assert orders.reserved_by_place(session) == {(LAMP, "main"): 3}
        assert orders.customers_waiting(session, [MUG, LAMP]) == {LAMP: {f"customer:{GRACE}": 3}}
    order(opened, "2001", GRACE, [(LAMP, "Blue Glass Lamp", 3, 2400)], status="cancelled")
    with database.reading() as session:
        assert orders.reserved(session, [LAMP]) == {}


@ON_SQLITE
def test_cancelled_orders_are_no_demand(opened: Portal, database: Database) -> None:
    order(opened, "1004", ADA, [(MUG, "Mug", 50, 450)], status="cancelled")
    with database.reading() as session:
        found = list(orders.units_ordered(session, OPENED - timedelta(days=30)))
    assert sum(units for sku, _, _, units in found if sku == MUG) == 18


@ON_SQLITE
def test_the_number_of_orders_said_is_the_number_there_are(opened: Portal) -> None:
    heads = [
        {
            "order_number": f"7{n:03d}",
            "customer_id": GRACE,
            "placed_at": OPENED - timedelta(days=n),
            "status": "delivered",
        }
        for n in range(250)
    ]
    bring(opened, "orders", *heads)
    assert "251" in customer(opened, GRACE).say("show me all my orders").text


@ON_SQLITE
def test_a_line_in_another_currency_than_its_order_is_refused_at_the_door(opened: Portal) -> None:
    line = {
        "order_number": "2001", "line": 2, "sku": MUG, "description": "Mug", "quantity": 1, "unit_price": 500,
        "currency": "EUR", "tax_rate": 0.2, "discount": 0,
    }  # fmt: skip
    faults = opened.mirror(Batch("order_lines", [line], [2]))
    assert len(faults) == 1
    assert opened.orders(GRACE)[0].net == Money(7200, "GBP")


@ON_SQLITE
def test_an_order_does_not_go_back_to_where_it_was(opened: Portal) -> None:
    order(opened, "1001", ADA, [(MUG, "Red Polka Dot Mug", 6, 450)], status="open")
    assert opened.order(ADA, "1001").order.status is OrderStatus.DELIVERED
