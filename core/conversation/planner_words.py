"""What planners say that nobody else does: days to come, spans, so many times as much, orders to suppliers, names.

Pure: text in, values out, in English and German words side by side, since a number or a day looks alike in both.
"""

import re
from collections.abc import Hashable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from core.conversation.understanding.text import fold

K = TypeVar("K", bound=Hashable)

_DAY_NAMES = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
)
_WEEKDAYS = {name: at for names in _DAY_NAMES for at, name in enumerate(names.split())} | {"sonnabend": 5}
_MONTH_NAMES = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
)
_MONTHS = {name: at for names in _MONTH_NAMES for at, name in enumerate(names.split(), 1)} | {"maerz": 3, "märz": 3}
_COUNT_NAMES = (
    "one two three four five six seven eight nine ten",
    "eins zwei drei vier funf sechs sieben acht neun zehn",
)
_COUNTS = {name: at for names in _COUNT_NAMES for at, name in enumerate(names.split(), 1)}
_COUNTS |= dict.fromkeys(("a", "an", "ein", "eine", "einen", "einer"), 1)
_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))}"
_UNITS = {"day": 1, "tag": 1, "week": 7, "woche": 7, "month": 30, "monat": 30}
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})?(?!\d)")
_MONTH = "|".join(_MONTHS)
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?({_MONTH})\b")
_MONTH_DAY = re.compile(rf"\b({_MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)")
_SPAN = re.compile(rf"(?<!\w)({_COUNT}) (days?|tagen?|weeks?|wochen?|months?|monate?n?)\b")
_TIMES = re.compile(r"(?<!\w)(\d{1,2}(?:[.,]\d)?) ?(?:times|mal|x)\b")
_SHARE = re.compile(
    r"(?<!\w)(\d{1,3}) ?(?:%|percent|per cent|prozent)\s*(more|less|fewer|higher|lower|mehr|weniger|hoher|niedriger)?"
)
_ORDER = re.compile(r"(?<!\w)po[- #]{0,2}0*([1-9]\d{0,8})(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,-])(\d{1,3}(?:[.,]\d{3})+|\d{1,7})(?![\w%]|[.,]\d)")
_AND = re.compile(r"[;:]|,(?!\d)|(?<!\w)(?:and|und|but|aber)(?!\w)")
_LESS = frozenset({"less", "fewer", "lower", "weniger", "niedriger"})
_ALL = re.compile(r"\b(?:all|everything|the lot|complete|completely|in full|alles|ganz|vollstandig|komplett|gesamte)\b")
_LEAST_LETTERS = 3


def plainly(text: str) -> str:
    """A text as it is compared: folded, without marks on letters."""
    folded = fold(text).text
    return folded.translate(str.maketrans("äöüß", "aous"))


def coming_day(text: str, today: date) -> date | None:
    """The day to come that a text names; None where it names none, or one that is over."""
    said = plainly(text)
    found = _written_day(said, today)
    if found is None:
        if re.search(r"\b(?:tomorrow|morgen)\b(?! fruh)", said):
            found = today + timedelta(days=1)
        elif re.search(r"\b(?:next week|nachste woche|nachster woche|kommende woche)\b", said):
            found = today + timedelta(days=7 - today.weekday())
        elif days := span_days(text):
            found = today + timedelta(days=days)
        else:
            named = next((at for name, at in _WEEKDAYS.items() if re.search(rf"\b{name}\b", said)), None)
            found = today + timedelta(days=(named - today.weekday() - 1) % 7 + 1) if named is not None else None
    return found if found is not None and found > today else None


def span_days(text: str) -> int | None:
    """How many days a text speaks of: “three weeks” is 21."""
    match = _SPAN.search(plainly(text))
    if match is None:
        return None
    count = int(match[1]) if match[1].isdigit() else _COUNTS[match[1]]
    return count * next(days for unit, days in _UNITS.items() if match[2].startswith(unit))


def times_as_much(text: str) -> float | None:
    """How many times what it was a text supposes: “twice as much” is 2, “20 % less” is 0.8."""
    said = plainly(text)
    if re.search(r"\b(?:double|doubles|twice|doppelt|verdoppelt|verdoppeln)\b", said):
        return 2.0
    if re.search(r"\b(?:half|halves|halved|halb|halfte|halbiert|halbieren)\b", said):
        return 0.5
    if match := _TIMES.search(said):
        return float(match[1].replace(",", "."))
    if match := _SHARE.search(said):
        share = int(match[1]) / 100
        falls = (match[2] or "") in _LESS or re.search(r"\b(?:falls?|drops?|sinkt|fallt)\b", said)
        return max(0.0, 1.0 - share) if falls else 1.0 + share
    return None


def order_digits(text: str) -> int | None:
    """The number of a purchase order, however it is typed: “PO-12” is 12."""
    match = _ORDER.search(plainly(text))
    return int(match[1]) if match else None


def units_said(text: str) -> int | None:
    """How many units a text speaks of, apart from the number of an order."""
    rest = _ORDER.sub(" ", plainly(text))
    match = _NUMBER.search(rest)
    return int(re.sub(r"[.,]", "", match[1])) if match else None


def units_by_name(text: str, names: Mapping[K, str]) -> dict[K, int]:
    """How many units a text says of each that it names, apart from days and numbers of orders."""
    rest = _without_days(text)
    found: dict[K, int] = {}
    for part in _AND.split(rest):
        match, named = _NUMBER.search(part), mentioned(part, names)
        if match is not None and len(named) == 1:
            found[named[0]] = int(re.sub(r"[.,]", "", match[1]))
    return found


def count_said(text: str) -> int | None:
    """How many a text speaks of, apart from days, spans and numbers of orders."""
    match = _NUMBER.search(_without_days(text))
    return int(re.sub(r"[.,]", "", match[1])) if match else None


def _without_days(text: str) -> str:
    rest = plainly(text)
    for pattern in (_ORDER, _ISO, _DOTTED, _DAY_MONTH, _MONTH_DAY, _SPAN):
        rest = pattern.sub(" ", rest)
    return rest


def means_all(text: str) -> bool:
    """Whether all of it is meant."""
    return _ALL.search(plainly(text)) is not None


def mentioned(text: str, names: Mapping[K, str]) -> list[K]:
    """Those whose names share most words with a text, in any of singular and plural; none where none shares any."""
    said = _words(text)
    shared = {key: len(said & _words(name)) for key, name in names.items()}
    most = max(shared.values(), default=0)
    return [key for key, count in shared.items() if count == most and most > 0]


def _words(text: str) -> set[str]:
    found = re.findall(r"[^\W_]+", plainly(text))
    return {re.sub(r"(?:es|en|s|n|e)\Z", "", word) if len(word) > _LEAST_LETTERS else word for word in found} - _SMALL


_SMALL = {"the", "and", "of", "for", "set", "der", "die", "das", "und", "th", "proposal", "vorschlag", "order", "all"}


def _written_day(said: str, today: date) -> date | None:
    try:
        if match := _ISO.search(said):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DOTTED.search(said):
            return _in_year(int(match[1]), int(match[2]), today, match[3])
        if match := _DAY_MONTH.search(said):
            return _in_year(int(match[1]), _MONTHS[match[2]], today)
        if match := _MONTH_DAY.search(said):
            return _in_year(int(match[2]), _MONTHS[match[1]], today)
    except ValueError:
        return None
    return None


def _in_year(day: int, month: int, today: date, year: str | None = None) -> date:
    if year:
        return date(int(year), month, day)
    this = date(today.year, month, day)
    return this if this >= today else date(today.year + 1, month, day)
