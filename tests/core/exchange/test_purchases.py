"""What a system says of purchase orders: those placed here are not overruled, and what is removed there ends here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.catalog.rows import ProductRow
from core.exchange.model import ENDING, Record, System, version
from core.exchange.ports import Backend
from core.portal import Portal
from core.purchasing.model import PurchaseOrder
from core.purchasing.rows import SupplierItemRow, SupplierRow
from tests.conftest import SettableClock
from tests.core.exchange.standin import NOW, Standin
from tests.core.purchasing.conftest import person, planned
from tests.flows.talking import staff
from tests.shop import BOSS, LAMP, MUG

__all__ = ["planned"]


@dataclass
class Erp(Standin):
    """A system that has the supplier Acme, and takes orders to it."""

    records: list[Record] = field(default_factory=lambda: [acme()])
    takes: frozenset[str] = frozenset({"purchase_order"})

    def refetch(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is, or that it is gone."""
        found = super().refetch(table, external_id)
        ends = not found and table in ENDING
        return [Record(table, external_id, "", version(NOW + timedelta(days=9)), {}, gone=True)] if ends else found

    def backend(self) -> Backend:
        """The system as it is connected."""
        return Backend(System("erp", "The ERP", self.takes), (self,), refetch=self.refetch, courier=self)


def acme(name: str = "Acme Ceramics", minutes: int = 0) -> Record:
    row = {"supplier": "ACME", "name": name, "email": "orders@acme.example.org", "currency": "GBP",
           "lead_time_days": 10.0}  # fmt: skip
    return Record("suppliers", "7", "ACME", version(NOW + timedelta(minutes=minutes)), {"suppliers": [row]})


@pytest.fixture
def erp(planned: Portal) -> Erp:
    system = Erp()
    planned.connect(system.backend())
    assert not planned.sync("erp").faults
    return system


@pytest.fixture
def order(planned: Portal, erp: Erp) -> PurchaseOrder:
    """An order to Acme that was approved here and is kept there."""
    assert erp.written == []
    boss = staff(planned, BOSS)
    boss.say("approve all Acme")
    number = boss.press("Yes").actions[0].result["purchase_order_number"]
    planned.deliver(channel="erp")
    planned.look_up("erp")
    return known(planned, number)


def known(portal: Portal, number: str) -> PurchaseOrder:
    return portal.purchase_order(person(BOSS), number)


def told(portal: Portal, erp: Erp, order: PurchaseOrder, minutes: int, **more: Any) -> list[str]:
    """Have the system tell of an order as it stands, with what is otherwise; the sentences about what was left out."""
    units = more.pop("units", {})
    head = {
        "purchase_order_number": order.purchase_order_number, "supplier": "ACME", "location": "main", "status": "sent",
        "ordered_at": order.ordered_at, "expected_on": order.expected_on, "received_at": None, "currency": "GBP",
        **more,
    }  # fmt: skip
    lines = [
        {"purchase_order_number": order.purchase_order_number, "line": one.line, "sku": one.sku,
         "quantity": units.get(one.line, one.quantity), "received": 0, "unit_cost": 1, "currency": "GBP"}
        for one in order.lines
    ]  # fmt: skip
    moment = version(NOW + timedelta(minutes=minutes))
    rows = {"purchase_orders": [head], "purchase_order_lines": lines}
    erp.records = [Record("purchase_orders", "made/1", order.purchase_order_number, moment, rows)]
    return [fault.sentence for fault in portal.sync("erp", whole=True).faults]


def test_an_approved_order_is_told_to_the_system_its_supplier_came_from(
    planned: Portal, erp: Erp, order: PurchaseOrder
) -> None:
    (post,) = erp.written
    assert (post.content["act"], post.content["to"]) == ("purchase_order", "7")
    assert [one["quantity"] for one in post.content["order"]["lines"]] == [one.quantity for one in order.lines]
    assert any(order.purchase_order_number in letter.subject for letter in planned.letters())


def test_what_was_approved_here_keeps_its_prices_and_its_place_whatever_is_told(
    planned: Portal, erp: Erp, order: PurchaseOrder
) -> None:
    assert told(planned, erp, order, 5, location="elsewhere", status="received") == []
    after = known(planned, order.purchase_order_number)
    assert (after.lines, after.location, after.status) == (order.lines, order.location, order.status)


def test_another_day_and_fewer_units_are_taken_over(planned: Portal, erp: Erp, order: PurchaseOrder) -> None:
    later, first = order.expected_on + timedelta(days=6), order.lines[0]
    assert told(planned, erp, order, 5, expected_on=later, units={first.line: first.quantity - 1}) == []
    after = known(planned, order.purchase_order_number)
    assert (after.expected_on, after.first_expected_on) == (later, order.expected_on)
    assert after.lines[0].wanted == first.quantity - 1


def test_more_than_was_approved_is_named_and_left_out(planned: Portal, erp: Erp, order: PurchaseOrder) -> None:
    first = order.lines[0]
    (fault,) = told(planned, erp, order, 5, units={first.line: first.quantity + 1})
    assert "More is a new order" in fault
    assert known(planned, order.purchase_order_number).lines[0].wanted == first.quantity


def test_a_day_that_makes_no_sense_is_named_and_left_out(planned: Portal, erp: Erp, order: PurchaseOrder) -> None:
    (fault,) = told(planned, erp, order, 5, expected_on=date(1999, 1, 1))
    assert "is no day this order could arrive on" in fault


def test_what_is_cancelled_there_is_cancelled_here(planned: Portal, erp: Erp, order: PurchaseOrder) -> None:
    told(planned, erp, order, 5, status="cancelled")
    after = known(planned, order.purchase_order_number)
    assert (after.status.value, [one.open for one in after.lines]) == ("cancelled", [0] * len(order.lines))
    assert told(planned, erp, order, 6, status="cancelled") == [], "told again it is no news"


def test_a_cut_reaches_the_system_too(planned: Portal, erp: Erp, order: PurchaseOrder) -> None:
    planned.cancel_rest(person(BOSS), order.purchase_order_number, "too much of it")
    planned.deliver(channel="erp")
    assert [post.content["order"]["revision"] for post in erp.written] == [1, 2]
    assert erp.written[1].content["order"]["lines"] == []


def test_a_system_that_takes_no_orders_gets_none(planned: Portal, clock: SettableClock) -> None:
    system = Erp(takes=frozenset())
    planned.connect(replace(system.backend(), courier=None))
    planned.sync("erp")
    boss = staff(planned, BOSS)
    boss.say("approve all Acme")
    boss.press("Yes")
    clock.forward(timedelta(minutes=1))
    planned.deliver(channel="erp")
    assert system.written == []


def test_what_a_shop_added_to_a_supplier_stays_when_its_system_tells_of_it(planned: Portal, erp: Erp) -> None:
    erp.records = [acme("Acme Pottery", 5)]
    planned.sync("erp", whole=True)
    with planned._database.reading() as session:
        row = session.get_one(SupplierRow, "ACME")
    assert (row.name, row.order_cost, row.lead_time_sd_days) == ("Acme Pottery", 2500, 2.0)


def test_what_is_missing_is_looked_up_and_only_what_is_gone_ends(
    planned: Portal, erp: Erp, clock: SettableClock
) -> None:
    product = {"sku": MUG, "name": "Red Polka Dot Mug", "price": 450, "currency": "GBP"}
    terms = {"supplier": "ACME", "sku": LAMP, "unit_cost": 1200, "currency": "GBP"}
    erp.records = [
        Record("products", "11", MUG, version(NOW), {"products": [product]}),
        Record("supplier_items", "7/12", f"ACME@{LAMP}", version(NOW), {"supplier_items": [terms]}),
        acme("Acme Ceramics", 1),
    ]
    planned.sync("erp", whole=True)
    erp.records = []
    clock.forward(timedelta(hours=1))
    planned.sync("erp", whole=True)
    with planned._database.reading() as session:
        assert session.get_one(ProductRow, MUG).active, "missing is not gone"
    assert planned.look_up("erp") == 2, "nothing ends with a supplier, so it is not looked up"
    with planned._database.reading() as session:
        assert not session.get_one(ProductRow, MUG).active
        sold = set(session.scalars(select(SupplierItemRow.sku).where(SupplierItemRow.supplier == "ACME")))
        assert session.get(SupplierRow, "ACME") is not None
    assert LAMP not in sold
    assert MUG in sold
