"""When the daily plan was last due, also in the two nights in which clocks are moved."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.timetable import last_due

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
HALF_PAST_TWO = timedelta(minutes=30)


def due(now: datetime, zone: ZoneInfo = BERLIN) -> datetime:
    """When it was due, in UTC so that moments are compared and not what clocks show."""
    return last_due("02:30", zone, now).astimezone(UTC)


def test_from_the_minute_on_it_is_todays_and_before_it_yesterdays() -> None:
    today = datetime(2026, 6, 15, 0, 30, tzinfo=UTC)  # 02:30 in Berlin
    assert due(today) == today
    assert due(today + timedelta(hours=23, minutes=59)) == today
    assert due(today - timedelta(seconds=1)) == today - timedelta(days=1)


def test_the_day_is_the_shops_own() -> None:
    now = datetime(2026, 6, 14, 21, 30, tzinfo=UTC)  # 03:00 of the 15th in Kolkata
    assert due(now, KOLKATA) == datetime(2026, 6, 14, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_around_a_night_in_which_clocks_are_moved_every_day_has_one_plan(night: datetime) -> None:
    moments = [night + timedelta(minutes=15 * quarter) for quarter in range(-96, 4 * 96)]
    found = [due(moment) for moment in moments]
    assert len(set(found)) == 6
    assert [one.astimezone(BERLIN).date().day for one in dict.fromkeys(found)] == [
        (night + timedelta(days=day)).day for day in range(-2, 4)
    ]


@pytest.mark.parametrize(
    "night",
    [
        pytest.param(
            SPRING,
        ),
        AUTUMN,
    ],
    ids=["spring", "autumn"],
)
def test_what_was_due_is_never_ahead(night: datetime) -> None:
    for minute in range(-60, 240):
        now = night + timedelta(minutes=minute)
        assert due(now) <= now


def test_in_autumn_what_was_due_stays_due_when_clocks_go_back() -> None:
    first_half_past_two = AUTUMN + HALF_PAST_TWO
    for minute in range(150):
        now = first_half_past_two + timedelta(minutes=minute)
        assert due(now) == first_half_past_two


def test_in_spring_the_plan_is_due_though_its_hour_is_left_out() -> None:
    assert due(SPRING + timedelta(hours=2)).date() == SPRING.date()
