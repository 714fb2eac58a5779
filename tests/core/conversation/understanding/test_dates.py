"""Days and periods in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.understanding.dates import dates

TODAY = date(2026, 11, 26)  # a Thursday

CASES = {
    "yesterday": "2026-11-25",
    "the day before yesterday": "2026-11-24",
    "2 june": "2026-06-02",
    "the 2nd of june": "2026-06-02",
    "june 2nd, 2025": "2025-06-02",
    "on 2 december": "2025-12-02",
    "31/12/25": "2025-12-31",
    "from november 2": "2026-11-02",
    "of july 6": "2026-07-06",
    "july 6th": "2026-07-06",
    "6 july": "2026-07-06",
    "the 6th of july": "2026-07-06",
    "of december 24": "2025-12-24",
    "of november 2 2025": "2025-11-02",
    "in july": "2026-07-01/2026-07-31",
    "since july 6": "2026-07-06/2026-11-26",
    "from june 2 to june 5": "2026-06-02/2026-06-05",
    "2026-03-01": "2026-03-01",
    "29 february": "2024-02-29",
    "last monday": "2026-11-23",
    "on thursday": "2026-11-19",
    "two weeks ago": "2026-11-12",
    "a month ago": "2026-10-26",
    "in march": "2026-03-01/2026-03-31",
    "in december": "2025-12-01/2025-12-31",
    "march 2011": "2011-03-01/2011-03-31",
    "in february 2024": "2024-02-01/2024-02-29",
    "in 2011": "2011-01-01/2011-12-31",
    "this week": "2026-11-23/2026-11-29",
    "last week": "2026-11-16/2026-11-22",
    "this month": "2026-11-01/2026-11-30",
    "last month": "2026-10-01/2026-10-31",
    "last quarter": "2026-07-01/2026-09-30",
    "this year": "2026-01-01/2026-12-31",
    "last year": "2025-01-01/2025-12-31",
    "the last 3 months": "2026-08-26/2026-11-26",
    "since may": "2026-05-01/2026-11-26",
    "since 2 june": "2026-06-02/2026-11-26",
    "since last week": "2026-11-16/2026-11-26",
    "from march to may": "2026-03-01/2026-05-31",
    "between 2 june and 5 june": "2026-06-02/2026-06-05",
    "from 2026-01-01 to 2026-02-03": "2026-01-01/2026-02-03",
}


@pytest.mark.parametrize(("said", "value"), CASES.items())
def test_a_day_or_period_is_worked_out_from_today(said: str, value: str) -> None:
    found = list(dates(f"my orders {said} please", TODAY))
    assert [(one.name, one.value) for one in found] == [("period" if "/" in value else "date", value)]


@pytest.mark.parametrize(
    "said",
    [
        "may i return it",
        "it came cracked and may i return it",
        "31 june",
        "the march of time",
        "the second one",
        "0/0/00",
        "this may be silly",
    ],
)
def test_what_is_no_day_is_none(said: str) -> None:
    assert list(dates(said, TODAY)) == []


def test_the_end_of_a_month_has_a_month_before_it() -> None:
    assert [one.value for one in dates("a month ago", date(2026, 3, 31))] == ["2026-02-28"]


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.sampled_from(sorted(CASES)))
def test_periods_never_end_before_they_begin(today: date, said: str) -> None:
    for found in dates(said, today):
        first, _, last = found.value.partition("/")
        assert date.fromisoformat(first) <= date.fromisoformat(last or first)
