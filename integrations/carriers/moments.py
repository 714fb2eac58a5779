"""Moments however a carrier writes them: with zones, without, in parts, as seconds, days before months or after."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.carriers.reading import text

_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "WEST": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_SPLIT = re.compile(
    r"(?P<a>\d{1,4})[./-](?P<b>\d{1,2})[./-](?P<c>\d{2,4})"
    r"(?:[T, ]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:\.\d+)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r" ?(?P<zone>Z|[A-Z]{2,4}|(?:UTC|GMT)?[+-]\d{2}:?\d{0,2})?"
)
_PACKED = re.compile(r"(\d{8})[T ]?(\d{4}|\d{6})")
_TICKS = re.compile(r"/Date\((-?\d{1,17})([+-]\d{4})?\)/")
_EPOCH = re.compile(r"1\d{9}(\d{3})?")


def days_come_first(written: Iterable[str]) -> bool | None:
    """Whether 3/4 is the third of April in these: one with more than twelve tells; None where none does.

    >>> days_come_first(["03/04/2026 10:00", "25/04/2026 10:00"]), days_come_first(["03/04/2026"])
    (True, None)
    """
    found = [match for one in written if (match := _SPLIT.match(one)) and len(match["a"]) < 4 and "/" in one]
    if any(int(match["a"]) > 12 for match in found):
        return True
    return False if any(int(match["b"]) > 12 or match["half"] for match in found) else None


def written_moment(
    written: Any, zone: ZoneInfo, named: object = "", *, day_first: bool | None = None
) -> datetime | None:
    """The moment, by the zone it says, else the one that is named beside it, else `zone`; None where it is unreadable.

    >>> written_moment("10/01/2025 03:02 PM", ZoneInfo("UTC")).isoformat()
    '2025-10-01T15:02:00+00:00'
    """
    said = text(written)
    try:
        at = _parsed(said, day_first=day_first)
    except (ValueError, OverflowError, TypeError):
        return None
    if at.utcoffset() is None:
        at = at.replace(tzinfo=_zone(text(named)) or zone)
    is_sane = abs(at.utcoffset() or timedelta()) < timedelta(hours=15) and 1990 < at.year < 2200
    return at if is_sane else None


def _parsed(said: str, *, day_first: bool | None) -> datetime:
    if _EPOCH.fullmatch(said):
        return datetime.fromtimestamp(int(said) / (1000 if len(said) == 13 else 1), UTC)
    if ticks := _TICKS.fullmatch(said):
        return datetime.fromtimestamp(int(ticks[1]) / 1000, UTC)
    if packed := _PACKED.fullmatch(said):
        return datetime.strptime("".join(packed.groups())[:14].ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 the caller
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        split = _SPLIT.fullmatch(said)
        return _put_together(split, day_first=day_first) if split else parsedate_to_datetime(said)


def _put_together(split: re.Match[str], *, day_first: bool | None) -> datetime:
    one, two, three = (int(split[part]) for part in "abc")
    if len(split["a"]) == 4:
        year, month, day = one, two, three
    elif "/" not in split[0][:6] or day_first or (day_first is None and not split["half"]):
        day, month, year = one, two, three
    else:
        month, day, year = one, two, three
    hour, half = int(split["hour"] or 0), (split["half"] or "").lower()[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    clock = (hour, int(split["minute"] or 0), int(split["second"] or 0))
    return datetime(year + (2000 if year < 100 else 0), month, day, *clock, tzinfo=_zone(split["zone"] or ""))


def _zone(name: str) -> timezone | ZoneInfo | None:
    """A zone by its name, its letters or its distance from Greenwich; None where there is none."""
    if name.upper() in _HOURS:
        return timezone(timedelta(hours=_HOURS[name.upper()]))
    if distance := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})?", name):
        apart = timedelta(hours=int(distance[2]), minutes=int(distance[3] or 0))
        return timezone(-apart if distance[1] == "-" else apart) if apart < timedelta(hours=15) else None
    try:
        return ZoneInfo(name) if "/" in name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
