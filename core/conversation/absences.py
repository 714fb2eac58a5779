"""From when until when somebody is away, as planners say it in both languages."""

import re
from datetime import date, timedelta

from core.conversation.planner_words import coming_day, plainly, span_days
from core.purchasing.standing_in import Away

_UNTIL = re.compile(r"(?<!\w)(?:until|till|til|to|through|bis(?: zum| zur| einschliesslich)?)(?!\w)")
_FROM = re.compile(r"(?<!\w)(?:from|starting|as of|ab|vom|von)(?!\w)")
_NEXT_WEEK = re.compile(r"(?<!\w)(?:next week|nachste[nr]? woche|kommende[nr]? woche)(?!\w)")
_TODAY = re.compile(r"(?<!\w)(?:today|heute)(?!\w)")
_WEEK = timedelta(days=6)


def absence(text: str, today: date) -> Away | None:
    """The first and the last day a text speaks of, both of them away; None where it says no last day.

    >>> absence("from Monday until Friday", date(2026, 6, 18))
    Away(first_on=datetime.date(2026, 6, 22), last_on=datetime.date(2026, 6, 26))
    """
    said = plainly(text)
    until = _UNTIL.search(said)
    if until is not None:
        begins = _FROM.search(said[: until.start()])
        first = coming_day(said[begins.end() : until.start()], today) if begins else None
        last = coming_day(said[until.end() :], first or today)
        if begins and last and not first:
            first = _same_month(said[begins.end() : until.start()], last)
        return Away(first or today, last) if last is not None else None
    if _NEXT_WEEK.search(said):
        monday = today + timedelta(days=7 - today.weekday())
        return Away(monday, monday + _WEEK)
    if _TODAY.search(said):
        return Away(today, today)
    if days := span_days(said):
        begins = _FROM.search(said)
        first = (coming_day(said[begins.end() :], today) if begins else None) or today
        return Away(first, first + timedelta(days=days - 1))
    day = coming_day(said, today)
    return Away(day, day) if day is not None else None


def _same_month(said: str, last: date) -> date | None:
    """The day of “from 3 to 14 August” that has no month of its own."""
    match = re.search(r"(?<!\d)(\d{1,2})(?!\d)", said)
    return last.replace(day=int(match[1])) if match and 0 < int(match[1]) <= last.day else None
