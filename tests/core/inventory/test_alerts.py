"""Whoever waits for a product is told when it is back: in the order of asking, and no more people than units."""

from datetime import timedelta

from core.database.engine import Database
from core.notifications.service import choose
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.talking import customer
from tests.shop import ADA, GRACE, LAMP, bring, open_shop

WISH = "notify me when the blue glass lamp is back in stock"


def wish(portal: Portal, clock: SettableClock, *customers: str) -> None:
    for one in customers:
        assert customer(portal, one).say(WISH).actions[0].name == "back_in_stock_alert"
        clock.forward(timedelta(minutes=1))


def lands(portal: Portal, clock: SettableClock, units: int) -> None:
    """So many lamps that no order waits for (three are promised)."""
    bring(portal, "stock", {"sku": LAMP, "location": "main", "on_hand": units + 3, "counted_at": clock.now})


def told(portal: Portal) -> list[str]:
    return [letter.to for letter in portal.letters() if "is back in stock" in letter.subject]


def test_nobody_is_told_while_the_shelf_is_empty(portal: Portal, clock: SettableClock) -> None:
    open_shop(portal)
    wish(portal, clock, ADA)
    lands(portal, clock, 0)
    assert portal.tell_those_who_wait() == 0
    assert told(portal) == []


def test_one_unit_is_spoken_of_to_whoever_asked_first(portal: Portal, clock: SettableClock) -> None:
    open_shop(portal)
    wish(portal, clock, GRACE, ADA)
    lands(portal, clock, 1)
    assert [portal.tell_those_who_wait() for _ in range(3)] == [1, 0, 0]
    assert told(portal) == ["grace@example.org"]


def test_the_next_is_told_when_the_first_let_the_time_pass(portal: Portal, clock: SettableClock) -> None:
    open_shop(portal)
    wish(portal, clock, GRACE, ADA)
    lands(portal, clock, 1)
    portal.tell_those_who_wait()
    clock.forward(timedelta(hours=47))
    assert portal.tell_those_who_wait() == 0
    clock.forward(timedelta(hours=2))
    assert portal.tell_those_who_wait() == 1
    assert sorted(told(portal)) == ["ada@example.org", "grace@example.org"]


def test_whoever_took_the_wish_back_is_not_told(portal: Portal, clock: SettableClock) -> None:
    open_shop(portal)
    wish(portal, clock, GRACE, ADA)
    customer(portal, GRACE).say("stop telling me about the blue glass lamp")
    lands(portal, clock, 1)
    portal.tell_those_who_wait()
    assert told(portal) == ["ada@example.org"]


def test_whoever_wants_no_such_mail_makes_room_for_the_next(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    open_shop(portal)
    wish(portal, clock, GRACE, ADA)
    with database.unit_of_work() as session:
        choose(session, GRACE, {"back_in_stock": False}, clock.now)
    lands(portal, clock, 1)
    assert [portal.tell_those_who_wait() for _ in range(2)] == [0, 1]
    assert told(portal) == ["ada@example.org"]


@ON_SQLITE
def test_a_product_that_came_and_went_can_be_waited_for_again(portal: Portal, clock: SettableClock) -> None:
    open_shop(portal)
    wish(portal, clock, ADA)
    lands(portal, clock, 1)
    portal.tell_those_who_wait()
    lands(portal, SettableClock(clock.forward(timedelta(days=3))), 0)
    wish(portal, clock, ADA)
    lands(portal, SettableClock(clock.forward(timedelta(days=3))), 1)
    assert portal.tell_those_who_wait() == 1
    assert len(told(portal)) == 2
