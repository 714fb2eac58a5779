"""Money back and money in: bounded by what was paid, once for each cause, also when two ask at once."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.billing import settlement
from core.billing.rows import PaymentRow
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


def test_a_method_gets_back_what_it_paid_and_the_rest_goes_to_the_others(database: Database, paid_order: str) -> None:
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        shown = settlement.ways_back(session, order, pounds(900), "card-1")
        back = settlement.refund(session, order, pounds(900), "card-1", "return:R1", NOW)
        assert [(one.method_id, one.amount.minor) for one in back] == [("card-1", 600), ("gift-1", 300)]
        assert [(one.method_id, one.amount) for one in shown] == [(one.method_id, one.amount) for one in back]


def test_a_gift_card_takes_all_of_it_and_the_payments_it_came_from_give_no_more(
    database: Database, paid_order: str
) -> None:
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        settlement.refund(session, order, pounds(700), "gift-1", "return:R1", NOW)
        assert settlement.method_of(session, ADA, "gift-1").balance == pounds(800)
        left = {method: one.amount.minor for method, one in settlement.kept_by_method(session, order).items()}
        assert left == {"card-1": 300}
        assert [one.of_payment for one in refunds(session)] == ["P1", "P0"]


def test_a_way_that_paid_nothing_gets_nothing_unless_the_policy_leaves_the_choice(
    portal: Portal, database: Database, paid_order: str
) -> None:
    bring(portal, "payment_methods", {"method_id": "paypal-1", "customer_id": ADA, "kind": "paypal", "label": "PayPal"})
    with database.unit_of_work() as session:
        order = the_order(session, paid_order)
        bound = settlement.refund(session, order, pounds(100), "paypal-1", "a", NOW)
        assert [one.method_id for one in bound] == ["gift-1"]
        free = settlement.pay_out(session, order, pounds(500), "paypal-1", "b", NOW)
        assert {one.method_id for one in free} == {"paypal-1"}
        assert settlement.refunded(session, order) == pounds(600)
        with pytest.raises(Refused):
            settlement.pay_out(session, order, pounds(401), "paypal-1", "c", NOW)


def test_a_refund_that_names_no_payment_lessens_those_made_the_same_way_first(
    portal: Portal, database: Database, paid_order: str
) -> None:
    outside = {"payment_id": "R9", "order_number": "SO-77", "kind": "refund", "amount": 700, "method": "Visa",
               "method_id": "card-1", "paid_at": NOW}  # fmt: skip
    bring(portal, "payments", outside)
    with database.reading() as session:
        kept = settlement.kept_by_method(session, the_order(session, paid_order))
        assert {method: one.amount.minor for method, one in kept.items()} == {"gift-1": 300}


def refunds(session: Session) -> list[PaymentRow]:
    return list(session.scalars(select(PaymentRow).where(PaymentRow.kind == "refund").order_by(PaymentRow.payment_id)))


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


def by_payment(session: Session) -> Counter[str]:
    """What was given back of each payment."""
    given: Counter[str] = Counter()
    for one in refunds(session):
        given[one.of_payment or ""] += one.amount
    return given


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
                    assert all(given <= {"P0": 600, "P1": 400}[key] for key, given in by_payment(session).items())
                except Refused:
                    pass
                assert settlement.refunded(session, order).minor <= settlement.paid(session, order).minor
            point.rollback()

    asked()
