"""What all carriers' payloads are read with: moments with their zones, places, and words looked up in a table."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus, Scan

log = logging.getLogger(__name__)
Reader = Callable[[Any, str, ZoneInfo], list[Heard]]
"""From a payload, the number that was asked about (for payloads that name none) and the zone of times without one."""

_LONGEST = 200
_CODE = re.compile(r"[\w./-]{0,40}", re.ASCII)
_MOST_PARCELS, _MOST_SCANS = 100, 500


class Unreadable(ValueError):
    """A payload that is not of the shape its carrier documents."""


def status_of(carrier: str, word: object, words: Mapping[str, ParcelStatus]) -> ParcelStatus:
    """What a carrier's word means to us; one that the table does not have is logged, and means nothing.

    Of words that are a sentence only that they came is logged: they may name whoever took the parcel.
    """
    said = text(word)
    known = words.get(said)
    if known is None:
        word = said if _CODE.fullmatch(said) else "…"
        log.warning("%s said “%s” of a parcel, which its table does not have", carrier, word)
    return known or ParcelStatus.UNKNOWN


def text(value: object) -> str:
    """One line that can be kept and shown; nothing where there is nothing."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    printable = "".join(one if one.isprintable() else " " for one in str(value)[: 4 * _LONGEST])
    return " ".join(printable.split())[:_LONGEST]


def place(*parts: object) -> str:
    """A place from its parts, those left out that are empty."""
    return ", ".join(said for said in map(text, parts) if said)[:_LONGEST]


def moment(written: object, zone: ZoneInfo, pattern: str = "") -> datetime | None:
    """A moment, by the zone it names or else by `zone`; None where nothing can be read."""
    said = text(written)
    try:
        at = datetime.strptime(said, pattern) if pattern else datetime.fromisoformat(said)  # noqa: DTZ007 the zone is next
        at = at if at.utcoffset() is not None else at.replace(tzinfo=zone)
        return at if abs(at.utcoffset() or timedelta()) < timedelta(hours=15) and 1990 < at.year < 2200 else None
    except (ValueError, OverflowError):
        return None


def heard(number: object, scans: Iterable[tuple[datetime | None, ParcelStatus, str, str]]) -> Heard:
    """A parcel with its scans, oldest first; a scan whose moment could not be read is left out, and logged.

    Raises:
        Unreadable: there is no number.
    """
    said = text(number).upper()
    if not said:
        raise Unreadable("a parcel without a number")
    read = [(at, status, where, note) for at, status, where, note in scans]
    dated = {Scan(at, status, where, note) for at, status, where, note in read if at is not None}
    undated = sum(at is None for at, *_ in read)
    if undated:
        log.warning("%d scans of a parcel have no moment that can be read", undated)
    ordered = sorted(dated, key=lambda scan: (scan.scanned_at, scan.status.value, scan.place, scan.note))
    return Heard(said, tuple(ordered[-_MOST_SCANS:]))


def several(value: object) -> list[dict[str, Any]]:
    """The objects of a list, or the one object there is; the rest is no object of any carrier."""
    many = value if isinstance(value, list) else [value]
    return [one for one in many if isinstance(one, dict)]


def part(value: object, *names: str) -> dict[str, Any]:
    """An object inside objects; an empty one where it is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objects(payload: object, *names: str) -> list[dict[str, Any]]:
    """The objects under a name that a payload must have.

    Raises:
        Unreadable: it does not.
    """
    found = part(payload, *names[:-1]).get(names[-1])
    if not isinstance(found, dict | list):
        raise Unreadable(f"a payload without {'.'.join(names)}")
    return several(found)[:_MOST_PARCELS]


def xml(payload: object) -> ET.Element:
    """The root of an XML text; one that declares entities is none of a carrier's.

    Raises:
        Unreadable: it is no such text.
    """
    if not isinstance(payload, str) or "<!" in payload.replace("<![CDATA[", "").replace("<!--", ""):
        raise Unreadable("no plain XML")
    try:
        return ET.fromstring(payload.encode())  # noqa: S314 there are no declarations in it
    except (ET.ParseError, ValueError) as error:
        raise Unreadable("broken XML") from error
