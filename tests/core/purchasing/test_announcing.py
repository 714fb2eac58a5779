"""Planners enter what is to come, change it, withdraw it and take that back; what nobody can plan with is refused."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.portal import Portal
from core.purchasing.announcing import Draft, seen_as
from core.purchasing.events import Event
from tests import shop
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
TODAY = date(2026, 6, 15)
SALE = Draft("Midsummer sale", "promotion", TODAY + timedelta(days=12), TODAY + timedelta(days=14), shop.MUG, lift=10.0)


@pytest.fixture
def open_shop(portal: Portal) -> Portal:
    shop.open_shop(portal)
    return portal


def coming(portal: Portal) -> list[Event]:
    return [one.event for one in portal.events(BOSS)]


def explained(portal: Portal, run: str) -> str:
    """What the plan says of the mugs."""
    portal.plan(run=run)
    found = portal.proposal(BOSS, portal.proposals(BOSS)[0].proposal_id)
    return next(one.explanation for one in found.lines if one.sku == shop.MUG)


def test_what_is_entered_is_planned_with(open_shop: Portal) -> None:
    made = open_shop.add_event(BOSS, SALE)
    assert coming(open_shop) == [made]
    assert (made.event, made.discount, made.currency) == ("EV-000001", None, "GBP")
    assert "Midsummer sale (27 June to 29 June) sells 10 times the usual" in explained(open_shop, "first")


def test_it_is_changed_withdrawn_and_each_is_taken_back(open_shop: Portal) -> None:
    made = open_shop.add_event(BOSS, SALE)
    later = open_shop.change_event(BOSS, made.event, seen_as(made), replace(SALE, discount=0.2, lift=None))
    assert coming(open_shop) == [later]
    assert (later.event, later.discount, later.lift) == (made.event, 0.2, None)
    assert open_shop.undo_event(BOSS, made.event) == made
    assert coming(open_shop) == [made]
    open_shop.withdraw_event(BOSS, made.event, seen_as(made))
    assert coming(open_shop) == []
    assert open_shop.undo_event(BOSS, made.event) == made
    assert coming(open_shop) == [made]
    with pytest.raises(NotFound, match="Nothing was done"):
        open_shop.undo_event(BOSS, made.event)


def test_what_was_only_just_entered_is_gone_when_it_is_taken_back(open_shop: Portal) -> None:
    made = open_shop.add_event(BOSS, SALE)
    assert open_shop.undo_event(BOSS, made.event) is None
    assert coming(open_shop) == []


def test_an_import_after_it_is_not_undone(open_shop: Portal) -> None:
    made = open_shop.add_event(BOSS, SALE)
    row = {"event": made.event, "name": "Sale", "kind": "promotion", "sku": shop.MUG, "lift": 3.0}
    shop.bring(open_shop, "events", {**row, "first_on": SALE.first_on, "last_on": SALE.last_on})
    with pytest.raises(Conflict, match="changed again since"):
        open_shop.undo_event(BOSS, made.event)
    assert [one.lift for one in coming(open_shop)] == [3.0]


def test_of_two_who_change_what_they_saw_the_second_is_told(open_shop: Portal) -> None:
    made = open_shop.add_event(BOSS, SALE)
    open_shop.change_event(BOSS, made.event, seen_as(made), replace(SALE, lift=4.0))
    with pytest.raises(Conflict, match="since you saw it"):
        open_shop.change_event(BOSS, made.event, seen_as(made), replace(SALE, lift=5.0))
    with pytest.raises(Conflict, match="since you saw it"):
        open_shop.withdraw_event(BOSS, made.event, seen_as(made))
    assert [one.lift for one in coming(open_shop)] == [4.0]


def test_the_same_twice_is_refused(open_shop: Portal) -> None:
    open_shop.add_event(BOSS, SALE)
    with pytest.raises(Conflict, match="EV-000001 is of the same kind"):
        open_shop.add_event(BOSS, replace(SALE, name="Once more"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": "  "}, "Give it a name"),
        ({"kind": "party"}, "one of price, promotion"),
        ({"last_on": TODAY + timedelta(days=3)}, "before its first"),
        ({"first_on": TODAY - timedelta(days=9), "last_on": TODAY - timedelta(days=1)}, "over already"),
        ({"last_on": TODAY + timedelta(days=500)}, "longer than a year"),
        ({"first_on": TODAY + timedelta(days=401), "last_on": TODAY + timedelta(days=402)}, "looks 400 days ahead"),
        ({"sku": "NO-SUCH"}, "no product NO-SUCH"),
        ({"category": "Kitchen"}, "not both"),
        ({"sku": "", "category": "No such"}, "No product is of the category"),
        ({"location": "moon"}, "no place “moon”"),
        ({"price": "4.00", "discount": 0.2}, "a price or a discount"),
        ({"sku": "", "price": "4.00"}, "that of one product"),
        ({"price": "0"}, "above nothing"),
        ({"price": "four"}, "is not an amount"),
        ({"discount": 1.0}, "between 0 and 100 %"),
        ({"kind": "price"}, "say which price"),
        ({"lift": 0.0}, "more than 0"),
        ({"lift": 101.0}, "at most 100 times"),
    ],
)
def test_what_nobody_can_plan_with_is_refused(open_shop: Portal, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        open_shop.add_event(BOSS, replace(SALE, **wrong))
    assert coming(open_shop) == []


def test_all_faults_are_told_at_once(open_shop: Portal) -> None:
    with pytest.raises(InvalidInput) as refusal:
        open_shop.add_event(BOSS, replace(SALE, name="", sku="NO-SUCH", lift=-1.0))
    assert len(str(refusal.value).splitlines()) == 3


def test_only_planners_enter_events(open_shop: Portal) -> None:
    made = open_shop.add_event(BOSS, SALE)
    stranger = replace(BOSS, email="nobody@example.org")
    for asked in (
        lambda: open_shop.add_event(stranger, SALE),
        lambda: open_shop.withdraw_event(stranger, made.event, seen_as(made)),
        lambda: open_shop.undo_event(stranger, made.event),
        lambda: open_shop.event_scope(stranger),
    ):
        with pytest.raises(NotFound):
            asked()
    assert coming(open_shop) == [made]


def test_what_is_over_stays_as_it_is(open_shop: Portal) -> None:
    days = {"first_on": TODAY - timedelta(days=9), "last_on": TODAY - timedelta(days=2)}
    shop.bring(open_shop, "events", {"event": "OLD", "name": "Old", "kind": "promotion", **days})
    old = Event("OLD", "Old", "promotion", days["first_on"], days["last_on"], "", "", "", None, "GBP", None, None)
    with pytest.raises(Conflict, match="is over"):
        open_shop.withdraw_event(BOSS, "OLD", seen_as(old))
