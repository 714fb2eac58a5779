"""Quiet hours on the clocks of all zones, and on the nights when clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notifications.model import Quiet

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "hours", "ends"),
    [
        ("2026-03-28T22:00", ("21:00", "08:00"), "2026-03-29T06:00+00:00"),  # the night is an hour shorter
        ("2026-10-24T22:00", ("21:00", "08:00"), "2026-10-25T07:00+00:00"),  # and longer
        ("2026-03-28T22:00", ("21:00", "02:30"), "2026-03-29T01:30+00:00"),  # there is no 02:30 that night
        ("2026-10-24T22:00", ("21:00", "02:30"), "2026-10-25T00:30+00:00"),  # there are two
        ("2026-06-15T12:00", ("21:00", "08:00"), "2026-06-15T10:00+00:00"),  # by day nothing waits
        ("2026-06-15T13:30", ("13:00", "14:00"), "2026-06-15T12:00+00:00"),  # a siesta
    ],
)
def test_quiet_hours_end_when_the_clock_says_so(moment: str, hours: tuple[str, str], ends: str) -> None:
    quiet = Quiet(time.fromisoformat(hours[0]), time.fromisoformat(hours[1]), BERLIN)
    released = quiet.release(datetime.fromisoformat(moment).replace(tzinfo=BERLIN))
    assert released.astimezone(UTC).isoformat(timespec="minutes") == ends


@given(
    st.datetimes(datetime(2026, 3, 27), datetime(2026, 11, 3)),  # noqa: DTZ001 in UTC below
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_what_is_released_lies_ahead_within_a_day_and_is_not_quiet(
    moment: datetime, begins: time, ends: time, zone: str
) -> None:
    quiet, now = Quiet(begins, ends, ZoneInfo(zone)), moment.replace(tzinfo=UTC)
    released = quiet.release(now)
    assert now <= released <= now + timedelta(hours=26)
    assert not quiet.holds(released) or begins == ends
