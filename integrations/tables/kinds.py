"""What a cell of a CSV file has to look like for each kind of column, and what becomes of it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from core.canonical import Column, Kind
from core.errors import InvalidInput
from core.money import exponent, minor_units
from core.purchasing.calendars import weekdays
from core.purchasing.model import PACKS

Convert = Callable[[str], Any]  # raises ValueError with a sentence that says what would be right

LONGEST_KEY, LONGEST_TEXT = 254, 2_000
_LARGEST_WHOLE = 2**31 - 1
_REMEMBERED = 20_000
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}\Z")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,40})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?\Z"
)
_EMAIL = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,190}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_SEMICOLON, _COLON, _ESCAPED = re.compile(r"(?<!\\);"), re.compile(r"(?<!\\):"), re.compile(r"\\([;:])")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_GUARDED = re.compile("'+[=+\\-@\t\r]")


@dataclass(frozen=True)
class Reading:
    """What a file does not say itself: the shop's currency and time zone, and by how many days to move its dates."""

    currency: str
    zone: ZoneInfo
    shift_days: int = 0
    is_guarded: bool = True  # texts that a spreadsheet would run have an apostrophe before them


def cell(column: Column, reading: Reading, *, is_key: bool = False) -> Convert:
    """How cells of a column other than an amount are read."""
    default = reading.currency if column.name == "currency" else column.default
    if column.kind is Kind.TEXT:
        convert = _text_of(column, LONGEST_KEY if is_key else LONGEST_TEXT, is_guarded=reading.is_guarded)
    else:
        convert = _converters(reading)[column.kind]
    return _filled(column, _at_least(column, convert), default, remembers=is_key or column.kind is not Kind.TEXT)


def money_cell(column: Column, currency: str) -> Convert:
    """How amounts of a column are read in one currency."""
    read = {Kind.BREAKS: _breaks, Kind.PACKS: _packs}.get(column.kind, _amount)

    def convert(text: str) -> Any:
        return read(text, currency)

    return _filled(column, _at_least(column, convert), column.default, remembers=column.kind is Kind.MONEY)


def _filled(column: Column, convert: Convert, default: Any, *, remembers: bool) -> Convert:
    """Empty cells take the default or are missed; what was read before need not be worked out again."""

    def read(text: str) -> Any:
        text = text.strip()
        if text:
            return convert(text)
        if column.required:
            raise ValueError("is empty, and has to be filled in")
        return default

    return lru_cache(_REMEMBERED)(read) if remembers else read


def _at_least(column: Column, convert: Convert) -> Convert:
    least = column.least
    if least is None or column.kind is Kind.TEXT:
        return convert

    def read(text: str) -> Any:
        value = convert(text)
        if value < least:
            raise ValueError(f"is {text}, and has to be {least:g} or more")
        return value

    return read


def _text_of(column: Column, longest: int, *, is_guarded: bool) -> Convert:
    check = _CHECKS.get(column.name)
    if column.name == "country" or column.name.endswith("_country"):
        check = _country

    def read(text: str) -> str:
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if len(text) > longest:
            raise ValueError(f"is longer than {longest:,} characters")
        if is_guarded and _GUARDED.match(text):
            text = text[1:]
        if column.choices and text not in column.choices:
            raise ValueError(f"is “{text[:40]}”, and has to be one of {', '.join(column.choices)}")
        return check(text) if check else text

    return read


def _email(text: str) -> str:
    if not _EMAIL.match(text):
        raise ValueError(f"is “{text[:60]}”, which is not an e-mail address; write it like name@example.org")
    return text


def _country(text: str) -> str:
    if not _COUNTRY.match(text.upper()):
        raise ValueError(f"is “{text[:40]}”, and has to be a country's two letters, such as GB or DE")
    return text.upper()


def _currency(text: str) -> str:
    try:
        exponent(text.upper())
    except InvalidInput as error:
        raise ValueError(f"is “{text[:20]}”, which is not a currency code of ISO 4217, such as GBP") from error
    return text.upper()


def _order_days(text: str) -> str:
    weekdays(text)
    return text


_CHECKS: dict[str, Callable[[str], str]] = {"email": _email, "currency": _currency, "order_days": _order_days}


def _converters(reading: Reading) -> dict[Kind, Convert]:
    shift = timedelta(days=reading.shift_days)
    return {
        Kind.INTEGER: _whole,
        Kind.DECIMAL: _decimal,
        Kind.RATE: _rate,
        Kind.FLAG: _flag,
        Kind.OPTIONS: _options,
        Kind.DATE: lambda text: _date(text, shift),
        Kind.TIME: lambda text: _time(text, reading.zone, shift),
    }


def _whole(text: str) -> int:
    if not _WHOLE.match(text):
        raise ValueError(f"is “{text[:40]}”, and has to be a whole number such as 12")
    if abs(value := int(text)) > _LARGEST_WHOLE:
        raise ValueError(f"is {text}, which is too large")
    return value


def _decimal(text: str) -> float:
    if not _DECIMAL.match(text):
        raise ValueError(f"is “{text[:40]}”, and has to be a number with a decimal point, such as 2.5")
    return float(text)


def _rate(text: str) -> float:
    value = _decimal(text)
    if value > 1:
        raise ValueError(f"is {text}, and has to be a fraction between 0 and 1; write 0.2 for 20 %")
    return value


def _flag(text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise ValueError(f"is “{text[:40]}”, and has to be true or false") from None


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for option in _SEMICOLON.split(text):
        name, *rest = _COLON.split(option, maxsplit=1)
        name, value = (_ESCAPED.sub(r"\1", part.strip()) for part in (name, "".join(rest)))
        if not name or not value or name in found:
            raise ValueError(f"is “{text[:60]}”, and has to name each option once, such as colour: blue; size: M")
        found[name] = value
    return found


def _date(text: str, shift: timedelta) -> date:
    if not _DATE.match(text):
        raise ValueError(f"is “{text[:40]}”, and has to be a date such as 2026-01-31")
    try:
        return _within(date.fromisoformat(text)) + shift
    except (ValueError, OverflowError):
        raise ValueError(f"is {text}, and there is no such day") from None


def _time(text: str, zone: ZoneInfo, shift: timedelta) -> datetime:
    if not _TIME.match(text):
        raise ValueError(f"is “{text[:40]}”, and has to be a time such as 2026-01-31T09:30:00Z")
    try:
        moment = datetime.fromisoformat(text)
        _within(moment)
        # days are moved on the shop's wall clock, so that an order of nine in the morning stays one
        wall = moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
        return (wall + shift).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"is {text[:40]}, and there is no such time") from None


def _within(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError("out of range")
    return day


def _amount(text: str, currency: str) -> int:
    try:
        return minor_units(text, currency)
    except InvalidInput:
        digits = exponent(currency)
        example = f"12.{'34567890'[:digits]}" if digits else "12"
        raise ValueError(f"is “{text[:40]}”, and has to be an amount in {currency} such as {example}") from None


def _breaks(text: str, currency: str) -> list[list[int]]:
    tiers = []
    for tier in text.split(";"):
        quantity, colon, price = tier.partition(":")
        if not colon:
            raise ValueError(f"is “{text[:60]}”, and has to be price breaks such as 48:1.10;144:0.95")
        tiers.append([_whole(quantity.strip()), _amount(price.strip(), currency)])
    if any(quantity < 1 or price < 0 for quantity, price in tiers):
        raise ValueError("has a quantity below 1 or a price below 0 among its price breaks")
    if any(low[0] >= high[0] or low[1] < high[1] for low, high in pairwise(tiers)):
        raise ValueError("has to name its price breaks with rising quantities and prices that do not rise")
    return tiers


def _packs(text: str, currency: str) -> list[list[Any]]:
    levels: list[list[Any]] = []
    for level in text.split(";"):
        size, handling, name, *more = (*map(str.strip, level.split(":")), "", "")[: max(3, level.count(":") + 1)]
        if more or (name and name not in PACKS):
            raise ValueError(
                f"is “{text[:60]}”, and has to be packs such as 12:0.20:inner;144:1.00:carton, named {', '.join(PACKS)}"
            )
        levels.append([_whole(size), _amount(handling, currency) if handling else 0, name])
    if any(size < 1 or handling < 0 for size, handling, _ in levels):
        raise ValueError("has a pack of less than 1 unit or a handling below 0")
    for (small, cost, _), (large, dearer, _) in pairwise(levels):
        if large <= small or large % small:
            raise ValueError(f"has a pack of {large:,} that is not whole packs of {small:,}; name the smallest first")
        if dearer > large // small * cost:
            raise ValueError(f"has a pack of {large:,} that costs more to handle than {large // small} of {small:,}")
    return levels
