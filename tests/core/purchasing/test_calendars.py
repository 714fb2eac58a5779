"""Order days and closures: when is ordered, when it arrives, and how long the stock must last."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.portal import Portal
from core.purchasing.calendars import Calendar, calendar, timing
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.purchasing.test_scarcity import ACME

BOSS = person(shop.BOSS)
MONDAY = date(2026, 6, 15)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def test_an_order_waits_for_its_day_and_the_stock_lasts_until_the_next_ones_goods() -> None:
    found = timing(calendar("mon, thu", ()), MONDAY, 10.0, 7.0)
    assert (found.order_on, found.lead_days, found.review_days) == (MONDAY, 10.0, 3.0)
    assert found.expected_on == date(2026, 6, 25)
    assert timing(calendar("thu", ()), MONDAY, 10.0, 7.0).order_on == date(2026, 6, 18)
    assert calendar("Monday thurs", ()).order_days == {0, 3}


def test_a_shutdown_puts_off_what_is_under_way_and_what_comes_after() -> None:
    closed = ((date(2026, 6, 20), date(2026, 7, 3)),)
    found = timing(Calendar(closed=closed), MONDAY, 10.0, 7.0)
    assert found.expected_on == date(2026, 7, 9)
    assert found.review_days == 5  # the next order waits for 4 July; its goods are here on 14 July
    # a lead time that ends before the shutdown is not touched, the next chance is
    short = timing(Calendar(closed=closed), MONDAY, 3.0, 7.0)
    assert short.expected_on == date(2026, 6, 18)
    assert short.review_days == 19


@given(DAYS, st.sets(st.integers(0, 6)), st.lists(st.tuples(DAYS, st.integers(0, 30)), max_size=4), st.floats(0, 60))
def test_no_order_falls_on_a_day_that_takes_none_and_later_is_never_earlier(
    day: date, order_days: set[int], closures: list[tuple[date, int]], lead: float
) -> None:
    closed = tuple((first, first + timedelta(days=days)) for first, days in closures)
    kept = Calendar(frozenset(order_days), closed)
    found = timing(kept, day, lead, 7.0)
    assert not kept.is_closed(found.order_on)
    assert not order_days or found.order_on.weekday() in order_days
    assert found.lead_days >= lead - 1e-9
    assert found.review_days >= 1
    later = timing(kept, day + timedelta(days=1), lead, 7.0)
    assert later.order_on >= found.order_on
    assert later.expected_on >= found.expected_on


def test_without_a_calendar_nothing_changes() -> None:
    assert timing(Calendar(), MONDAY, 10.4, 7.0).lead_days == 10.4
    assert timing(Calendar(), MONDAY, 10.4, 0.5).review_days == 0.5


def test_a_plan_proposes_on_order_days_only_and_says_when_the_next_is(portal: Portal, clock: SettableClock) -> None:
    shop.open_shop(portal)
    shop.bring(portal, "suppliers", {**ACME, "order_days": "Wed"})
    monday = portal.plan(run="monday")
    assert monday.proposals == 0
    assert "17 June 2026" in monday.skipped[0].sentence
    clock.forward(timedelta(days=2))
    assert portal.plan(run="wednesday").proposals == 1
    found = portal.proposals(BOSS)[0]
    assert found.expected_on == date(2026, 6, 27)
    line = portal.proposal(BOSS, found.proposal_id).lines[0]
    assert line.reason["demand"]["review_days"] == 7


def test_what_is_approved_after_the_order_day_arrives_a_round_later(portal: Portal, clock: SettableClock) -> None:
    shop.open_shop(portal)
    shop.bring(portal, "suppliers", {**ACME, "order_days": "mon"})
    portal.plan(run="monday")
    found = portal.proposals(BOSS)[0]
    clock.forward(timedelta(days=1))
    number = portal.approve(BOSS, found.proposal_id, found.content_hash).purchase_order_number
    assert portal.purchase_order(BOSS, str(number)).expected_on == found.expected_on + timedelta(days=7)


def test_a_shutdown_from_the_records_moves_the_day_of_arrival(portal: Portal) -> None:
    shop.open_shop(portal)
    closed = {"supplier": "ACME", "first_on": date(2026, 6, 18), "last_on": date(2026, 6, 24), "why": "summer"}
    shop.bring(portal, "supplier_closures", closed)
    portal.plan(run="before the shutdown")
    assert portal.proposals(BOSS)[0].expected_on == date(2026, 7, 2)
