"""At night nothing rings: on the customer's own clock, whatever clocks do that night, and in the morning once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.accounts import links
from core.database.engine import Database
from core.errors import InvalidInput
from core.notifications.hours import choose_hours
from core.notifications.model import Notice
from core.portal import Portal
from tests.conftest import SQLITE, SettableClock
from tests.core.notifications.test_routing import Postman, house, postman, tell
from tests.shop import ADA, GRACE

__all__ = ["house", "postman"]
pytestmark = pytest.mark.parametrize("database_url", [SQLITE], indirect=True)
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_what_comes_at_night_waits_and_arrives_in_the_morning_as_one_message(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    clock.now = at("2026-06-15T23:00", ZoneInfo("Europe/London"))
    for number in range(3):
        tell(database, clock, Notice(f"order:{number}", "News", "orders"), f"news {number}")
        house.deliver()
        clock.forward(timedelta(minutes=1))
    assert {post.channel for post in postman.got} == {"email"}
    clock.now = at("2026-06-16T08:00", ZoneInfo("Europe/London"))
    house.deliver()
    assert postman.texts[3:] == ["news 0\n\nnews 1\n\nnews 2"]


def test_what_is_urgent_rings_at_any_hour(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    clock.now = at("2026-06-15T23:00")
    tell(database, clock, Notice("held", "News", "orders"), "later")
    house.deliver()
    tell(database, clock, Notice("now", "Now", "orders", urgent=True), "now")
    clock.forward(timedelta(seconds=2))
    house.deliver()
    assert [post.content["text"] for post in postman.got if post.channel == "telegram"] == ["now"]


def test_what_was_taken_back_over_night_is_left_out_of_the_morning_message(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    clock.now = at("2026-06-15T23:00")
    for status in ("shipped", "delayed"):
        tell(database, clock, Notice(status, status, "orders", topic="parcel:1"), status)
        house.deliver()
        clock.forward(timedelta(seconds=2))
    clock.forward(timedelta(hours=12))
    house.deliver()
    assert [post.content["text"] for post in postman.got if post.channel == "telegram"] == ["delayed"]


@pytest.mark.parametrize(
    ("customer", "zone", "quiet_there"),
    [
        (ADA, "", "2026-06-15T20:30+00:00"),  # 21:30 in London
        (GRACE, "", "2026-06-15T19:30+00:00"),  # 21:30 in Berlin
        (GRACE, "America/New_York", "2026-06-16T01:30+00:00"),
    ],
)
def test_quiet_hours_are_those_of_where_the_customer_lives(
    house: Portal,
    database: Database,
    clock: SettableClock,
    postman: Postman,
    customer: str,
    zone: str,
    quiet_there: str,
) -> None:
    with database.unit_of_work() as session:
        links.link(session, ("telegram", "88"), customer, clock.now)
        if zone:
            choose_hours(session, customer, zone, ("", ""), clock.now)
    for moment in (datetime.fromisoformat(quiet_there) - timedelta(hours=1), datetime.fromisoformat(quiet_there)):
        clock.now = moment
        tell(database, clock, Notice(f"news {moment}", "News", "orders"), "news", whom=customer)
        house.deliver()
    assert postman.places.count(("telegram", "88")) == 1


def test_who_wants_no_quiet_hours_has_none(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    with database.unit_of_work() as session:
        choose_hours(session, ADA, "", ("08:00", "08:00"), clock.now)
    clock.now = at("2026-06-15T23:00")
    tell(database, clock, Notice("news", "News", "orders"))
    house.deliver()
    assert ("telegram", "77") in postman.places


@pytest.mark.parametrize("wrong", [("Mars/Olympus", "21:00", "08:00"), ("", "25:00", "08:00"), ("", "21:00", "")])
def test_hours_that_are_none_are_refused(database: Database, clock: SettableClock, wrong: tuple[str, str, str]) -> None:
    with database.unit_of_work() as session, pytest.raises(InvalidInput):
        choose_hours(session, ADA, wrong[0], (wrong[1], wrong[2]), clock.now)
