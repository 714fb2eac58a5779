"""When suppliers take orders and when they are closed: what that does to the day goods arrive and the next can."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FURTHEST = 366


@dataclass(frozen=True)
class Calendar:
    """Weekdays on which a supplier takes orders, 0 is Monday, none: any; and (first, last) days it is closed."""

    order_days: frozenset[int] = frozenset()
    closed: tuple[tuple[date, date], ...] = ()

    def is_closed(self, day: date) -> bool:
        """Whether nothing is taken or made that day."""
        return any(first <= day <= last for first, last in self.closed)

    def next_order_day(self, day: date) -> date:
        """The first day from this one on that an order is taken; that very day where there is none for a year.

        >>> Calendar(frozenset({0}), ((date(2026, 6, 15), date(2026, 6, 19)),)).next_order_day(date(2026, 6, 12))
        datetime.date(2026, 6, 22)
        """
        for ahead in range(_FURTHEST):
            then = day + timedelta(days=ahead)
            if not self.is_closed(then) and (not self.order_days or then.weekday() in self.order_days):
                return then
        return day

    def lead_days(self, ordered_on: date, lead_days: float) -> float:
        """Days from an order to its goods, with those the supplier is closed in between.

        >>> Calendar(closed=((date(2026, 6, 17), date(2026, 6, 18)),)).lead_days(date(2026, 6, 15), 3.5)
        5.5
        """
        left, day = floor(lead_days), ordered_on
        while left > 0 and (day - ordered_on).days < lead_days + _FURTHEST:
            day += timedelta(days=1)
            left -= not self.is_closed(day)
        return (day - ordered_on).days + lead_days % 1.0


@dataclass(frozen=True)
class Timing:
    """When an order can be placed, the days from then until it is here, and until the next one after it could be."""

    order_on: date
    lead_days: float
    review_days: float

    @property
    def expected_on(self) -> date:
        """The day an order of `order_on` is here."""
        return self.order_on + timedelta(days=ceil(self.lead_days))


def timing(calendar: Calendar, as_of: date, lead_days: float, review_days: float) -> Timing:
    """When to order next, and how long the stock must last then.

    Where a supplier has order days the next chance is the next of them, else `review_days` later, or once it is open.
    """
    order_on = calendar.next_order_day(as_of)
    wait = 1.0 if calendar.order_days else max(review_days, 1.0)
    after = calendar.next_order_day(order_on + timedelta(days=ceil(wait)))
    first, second = calendar.lead_days(order_on, lead_days), calendar.lead_days(after, lead_days)
    if not calendar.order_days and not calendar.closed:
        return Timing(order_on, first, review_days)
    return Timing(order_on, first, max((after - order_on).days + second - first, 1.0))


def weekdays(words: str) -> frozenset[int]:
    """The weekdays that words name, 0 is Monday; English, written out or cut to three letters or more.

    Raises:
        ValueError: a word that is no weekday.

    >>> sorted(weekdays("Mon, thurs; Friday"))
    [0, 3, 4]
    """
    named = re.split(r"[,;\s]+", words.strip().lower())
    found = {word: [at for at, day in enumerate(_WEEKDAYS) if len(word) > 2 and day.startswith(word)] for word in named}
    wrong = [word for word in named if word and not found[word]]
    if wrong:
        raise ValueError(f"has “{wrong[0][:40]}”, which is no weekday; write them like mon, thu")
    return frozenset(at for days in found.values() for at in days)


def calendar(order_days: str, closed: Sequence[tuple[date, date]]) -> Calendar:
    """A calendar from what the records say; words that are no weekdays, which no import takes, are left away.

    >>> sorted(calendar("Mon, thu, always", ()).order_days)
    [0, 3]
    """
    days = set[int]()
    for word in order_days.replace(";", ",").split(","):
        with suppress(ValueError):
            days |= weekdays(word)
    return Calendar(frozenset(days), tuple(closed))
