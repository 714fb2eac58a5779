"""Days and periods as people say them, worked out from today; where no year is said, the latest that has begun."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.conversation.understanding.found import Found

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "twelve": 12,
    "few": 3,
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNT = rf"\d{{1,3}}|{'|'.join(_COUNTS)}"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_NO_COUNT = r"(?! ?(?:(?!(?:19|20)\d\d\b)\d|units|pieces))"
_ITS_DAY = rf" (?:the )?(?:[0-2]?\d|3[01])(?:st|nd|rd|th)?\b{_NO_COUNT}"
_YEAR = r"(?:,? ((?:19|20)\d\d))?"

_ATOMS = re.compile(
    r"(?<![\w#])(?:"
    r"(?P<iso>(\d{4})-(\d{1,2})-(\d{1,2}))"
    r"|(?P<slashed>(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2}))"
    r"|(?P<short>(?<![£€$.,])(\d{1,2})\.(\d{1,2})\.(?!\d))"
    rf"|(?P<day_month>(?:the )?{_DAY} (?:of )?({_MONTH})\b{_YEAR})"
    rf"|(?P<month_day>({_MONTH}) (?:the )?{_DAY}\b{_NO_COUNT}{_YEAR})"
    rf"|(?P<ago>(?:about )?(?:a )?({_COUNT}) (days?|weeks?|months?|years?) ago)"
    rf"|(?P<past>(?:the )?(?:last|past) ({_COUNT}) (days|weeks|months|years))"
    r"|(?P<unit>(?:the )?(this|last|previous|past|current|next) (week|month|quarter|year)\b)"
    rf"|(?P<weekday>(?:on |last |this |the )?({'|'.join(_WEEKDAYS)})\b)"
    r"|(?P<month>(?:(?:in|since|from|of|for|during|last|until|between|and|to) |this (?!may))"
    rf"({_MONTH})\b(?!{_ITS_DAY}){_YEAR})"
    rf"|(?P<month_year>({_MONTH}) ((?:19|20)\d\d))"
    r"|(?P<year>(?:in|since|from|of|during) ((?:19|20)\d\d))"
    r"|(?P<near>the day before yesterday|yesterday|today|tomorrow)"
    r")(?!\w|-\d)"
)
_LEADS = re.compile(r"(?<!\w)(since|from|between|after) {1,3}(?:the )?$")
_JOINS = re.compile(r" {0,3}(?:to|until|till|and|through|-) {0,3}(?:the )?")
_WORD_BEFORE_MONTH = re.compile(r"(?:in|since|from|of|for|during|until|between|and|to|on) (?:the )?")


@dataclass(frozen=True)
class _Span:
    """First and last day, and where they stand; `lead` is a word in front that makes a period of it."""

    first: date
    last: date
    start: int
    end: int
    lead: str = ""


def dates(text: str, today: date) -> Iterator[Found]:
    """Every day (`date`) and period of a folded text, as ISO days; a period's last day is part of it."""
    spans = [span for match in _ATOMS.finditer(text) if (span := _span(match, today)) is not None]
    at = 0
    while at < len(spans):
        span = spans[at]
        following = spans[at + 1] if at + 1 < len(spans) else None
        if span.lead in {"from", "between"} and following and _JOINS.fullmatch(text, span.end, _body(text, following)):
            first, last = min(span.first, following.first), max(span.last, following.last)
            yield _found(first, last, span.start, following.end)
            at += 2
            continue
        at += 1
        if span.lead in {"and", "to", "until"}:
            continue  # “and may I return it” names no month
        if span.lead == "since" or (span.lead == "from" and "onwards" in text[span.end : span.end + 10]):
            yield _found(span.first, max(today, span.first), span.start, span.end)
        else:
            yield _found(span.first, span.last, span.start, span.end)


def _found(first: date, last: date, start: int, end: int) -> Found:
    if first == last:
        return Found("date", first.isoformat(), start, end)
    return Found("period", f"{first.isoformat()}/{last.isoformat()}", start, end)


def _body(text: str, span: _Span) -> int:
    """Where the day itself begins, behind a word such as “to” that was read with it."""
    lead = _WORD_BEFORE_MONTH.match(text, span.start, span.end)
    return lead.end() if lead else span.start


def _span(match: "re.Match[str]", today: date) -> _Span | None:
    kind = match.lastgroup or ""
    said = [group for group in match.groups()[match.re.groupindex[kind] :] if group is not None]
    try:
        days = _READERS[kind](said, match.group(), today)
    except (ValueError, OverflowError):
        return None
    before = _LEADS.search(match.string, max(0, match.start() - 14), match.start())
    own = _WORD_BEFORE_MONTH.match(match.group())
    lead = before[1] if before else own.group().split()[0] if own else ""
    return _Span(*days, match.start(), match.end(), lead)


def _iso(said: list[str], _whole: str, _today: date) -> tuple[date, date]:
    day = date(int(said[0]), int(said[1]), int(said[2]))
    return day, day


def _slashed(said: list[str], _whole: str, _today: date) -> tuple[date, date]:
    year = int(said[2]) + (2000 if len(said[2]) == 2 else 0)
    day = date(year, int(said[1]), int(said[0]))
    return day, day


def _short(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    if not 1 <= int(said[1]) <= 12:
        raise ValueError("no such month")
    return _day_of(int(said[0]), int(said[1]), said[2:], today)


def _day_month(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    return _day_of(int(said[0]), _MONTHS[said[1]], said[2:], today)


def _month_day(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    return _day_of(int(said[1]), _MONTHS[said[0]], said[2:], today)


def _day_of(day: int, month: int, year: list[str], today: date) -> tuple[date, date]:
    if year:
        said = date(int(year[0]), month, day)
    else:
        # 29 February is looked for in the last leap year
        fitting = (y for y in range(today.year, today.year - 9, -1) if day <= calendar.monthrange(y, month)[1])
        begun = [found for y in fitting if (found := date(y, month, day)) <= today]
        if not begun:
            raise ValueError(f"no month has a day {day}")
        said = begun[0]
    return said, said


def _ago(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    day = _back(today, _count(said[0]), said[1])
    return day, day


def _past(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    return _back(today, _count(said[0]), said[1]), today


def _unit(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    which = {"this": 0, "current": 0, "next": 1}.get(said[0], -1)
    if said[1] == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=which)
        return monday, monday + timedelta(days=6)
    length = {"month": 1, "quarter": 3, "year": 12}[said[1]]
    begun = (today.year * 12 + today.month - 1) // length * length + which * length
    return _months(begun, length)


def _weekday(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    back = (today.weekday() - _WEEKDAYS[said[0]]) % 7
    day = today - timedelta(days=back or 7)
    return day, day


def _month(said: list[str], _whole: str, today: date) -> tuple[date, date]:
    month = _MONTHS[said[0]]
    year = int(said[1]) if len(said) > 1 else today.year - (month > today.month)
    return _months(year * 12 + month - 1, 1)


def _year(said: list[str], _whole: str, _today: date) -> tuple[date, date]:
    return _months(int(said[0]) * 12, 12)


def _near(_said: list[str], whole: str, today: date) -> tuple[date, date]:
    day = today + timedelta(days={"today": 0, "tomorrow": 1, "yesterday": -1}.get(whole, -2))
    return day, day


_READERS = {
    "iso": _iso,
    "slashed": _slashed,
    "short": _short,
    "day_month": _day_month,
    "month_day": _month_day,
    "ago": _ago,
    "past": _past,
    "unit": _unit,
    "weekday": _weekday,
    "month": _month,
    "month_year": _month,
    "year": _year,
    "near": _near,
}


def _count(word: str) -> int:
    return _COUNTS[word] if word in _COUNTS else int(word)


def _back(today: date, count: int, unit: str) -> date:
    if unit.startswith(("day", "week")):
        return today - timedelta(days=count * (7 if unit.startswith("week") else 1))
    month = today.year * 12 + today.month - 1 - count * (12 if unit.startswith("year") else 1)
    first, last = _months(month, 1)
    return min(first.replace(day=1) + timedelta(days=today.day - 1), last)


def _months(begun: int, length: int) -> tuple[date, date]:
    """First and last day of `length` months, counted from year 0."""
    after = begun + length
    return date(begun // 12, begun % 12 + 1, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
