"""Money back and money in: bounded by what was paid, once for each cause, also when two ask at once."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.billing import settlement
from core.database.engine import Database
from core.errors import NotFound, Refused
from core.money import Money
from core.orders.model import Order
from core.orders.service import order_of
from core.portal import Portal
from tests.core.database.side_by_side import ON_POSTGRESQL, meanwhile
from tests.shop import ADA, GRACE, MUG, bring, open_shop

NOW = datetime.fromisoformat("2026-06-15T12:00:00+00:00")


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


@pytest.fixture
def paid_order(portal: Portal) -> str:
    """An order of 10.00, paid 6.00 by card and 4.00 by a gift card that has 1.00 left."""
    open_shop(portal)
    methods: list[dict[str, Any]] = [
        {"method_id": "card-1", "customer_id": ADA, "kind": "card", "label": "Visa ending in 1111"},
        {"method_id": "gift-1", "customer_id": ADA, "kind": "gift_card", "label": "gift card", "balance": 100},
        {"method_id": "card-g", "customer_id": GRACE, "kind": "card", "label": "Visa ending in 2222"},
    ]
    bring(portal, "payment_methods", *methods)
    bring(portal, "orders", {"order_number": "SO-77", "customer_id": ADA, "placed_at": NOW, "status": "open"})
    bring(portal, "order_lines", {"order_number": "SO-77", "line": 1, "sku": MUG, "description": "Mug", "quantity": 1,
                                  "unit_price": 1000})  # fmt: skip
    for place, (method, amount) in enumerate([("card-1", 600), ("gift-1", 400)]):
        by = {"method": method, "method_id": method, "amount": amount}
        bring(portal, "payments", {"payment_id": f"P{place}", "order_number": "SO-77", "kind": "payment",
                                   "paid_at": NOW, **by})  # fmt: skip
    return "SO-77"


def the_order(session: Session, number: str) -> Order:
    return order_of(session, ADA, number)


def test_money_goes_back_to_the_methods_it_came_from(database: Database, paid_order: str) -> None:
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        back = settlement.refund(session, order, pounds(1000), None, "cancel", NOW)
        assert {(one.method_id, one.amount.minor) for one in back} == {("card-1", 600), ("gift-1", 400)}
        assert settlement.method_of(session, ADA, "gift-1").balance == pounds(500)


def test_the_same_cause_moves_money_once(database: Database, paid_order: str) -> None:
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        first = settlement.refund(session, order, pounds(300), "gift-1", "return:R1", NOW)
        assert settlement.refund(session, order, pounds(300), "gift-1", "return:R1", NOW) == first
        once = settlement.charge(session, order, pounds(50), "card-1", "change:1", NOW)
        assert settlement.charge(session, order, pounds(50), "card-1", "change:1", NOW) == once
        assert settlement.refunded(session, order) == pounds(300)
        assert settlement.paid(session, order) == pounds(1050)
        assert settlement.method_of(session, ADA, "gift-1").balance == pounds(400)


def test_no_more_goes_back_than_was_paid(database: Database, paid_order: str) -> None:
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        settlement.refund(session, order, pounds(700), "card-1", "a", NOW)
        with pytest.raises(Refused, match=r"£3\.00") as refusal:
            settlement.refund(session, order, pounds(301), "card-1", "b", NOW)
        assert refusal.value.rule == "refund-above-paid"


def test_a_gift_card_pays_no_more_than_it_has(database: Database, paid_order: str) -> None:
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        with pytest.raises(Refused) as refusal:
            settlement.charge(session, order, pounds(101), "gift-1", "c", NOW)
        assert refusal.value.rule == "payment-gift-card-too-low"
        settlement.charge(session, order, pounds(100), "gift-1", "d", NOW)
        assert settlement.method_of(session, ADA, "gift-1").balance == pounds(0)


def test_a_strangers_method_is_as_good_as_none(database: Database, paid_order: str) -> None:
    with database.unit_of_work() as session:
        with pytest.raises(NotFound):
            settlement.charge(session, the_order(session, paid_order), pounds(1), "card-g", "e", NOW)
        assert [one.method_id for one in settlement.methods_of(session, ADA)] == ["card-1", "gift-1"]


@ON_POSTGRESQL
def test_two_refunds_at_once_are_bounded_together(database: Database, paid_order: str) -> None:
    def give_back(session: Session) -> None:
        settlement.refund(session, the_order(session, paid_order), pounds(600), "card-1", "two", NOW)

    with database.unit_of_work() as session:
        settlement.refund(session, the_order(session, paid_order), pounds(600), "card-1", "one", NOW)
        other = meanwhile(database, give_back)
    with pytest.raises(Refused):
        other.result()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_asked_back_stays_within_what_was_paid(database: Database, paid_order: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1200), st.sampled_from([None, "card-1", "gift-1"])), max_size=6))
    def asked(wanted: list[tuple[int, str | None]]) -> None:
        with database.unit_of_work() as session:
            order = the_order(session, paid_order)
            point = session.begin_nested()
            for place, (amount, method) in enumerate(wanted):
                try:
                    back = settlement.refund(session, order, pounds(amount), method, f"x{place}", NOW)
                    assert sum(one.amount.minor for one in back) == amount
                except Refused:
                    pass
                assert settlement.refunded(session, order).minor <= settlement.paid(session, order).minor
            point.rollback()

    asked()
