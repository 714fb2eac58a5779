"""Carriers without a module of their own: whatever in their answer looks like events of a parcel.

An event is an object with a moment and words about it, among others of its kind. What the words mean is told only where
they say it plainly; everything else is unknown, and logged.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.moments import days_come_first, written_moment
from integrations.carriers.reading import Unreadable, heard, place, status_of, text, xml

_MOMENTS = (
    "timestamp", "datetime", "eventtimestamp", "eventdatetime", "scandatetime", "scannedat", "occurredat",
    "checkpointtime", "statusdatetime", "eventdate", "scandate", "statusdate", "date", "eventtime", "time", "createdat",
)  # fmt: skip
_CLOCKS = ("time", "eventtime", "scantime", "statustime", "hour")
_ZONES = ("timezone", "eventtimezone", "tz", "gmtoffset", "utcoffset", "offset")
_CODES = (
    "status",
    "statuscode",
    "code",
    "eventcode",
    "eventtype",
    "type",
    "statuscategory",
    "state",
    "milestone",
    "tag",
)
_NOTES = (
    "description", "eventdescription", "statusdescription", "carriereventdescription", "eventlabel", "message",
    "remark", "remarks", "activity", "label", "details", "note", "statustext", "text", "status", "eventtype",
)  # fmt: skip
_SITES = (
    "location", "eventlocation", "locationname", "place", "city", "eventcity", "eventsite", "site", "depot", "terminal",
    "facility", "officelabel", "scanlocation", "scanningunit", "address",
)  # fmt: skip
_PARTS = (
    "city", "locationname", "name", "state", "province", "eventprovince", "postalcode", "postcode", "zip", "zipcode",
    "country", "countrycode", "locationcountry", "countryid",
)  # fmt: skip
_NUMBERS = (
    "trackingnumber", "landmarktrackingnumber", "trackingid", "tracknumber", "articleid", "pin", "awbnumber", "barcode",
    "parcelnumber", "shipmentid", "shipmentnumber", "consignmentid", "parcelid", "packagereference", "unitno",
    "displayid", "id",
)  # fmt: skip
_PLAIN: tuple[tuple[ParcelStatus, tuple[str, ...]], ...] = (  # the first that fits counts
    (
        ParcelStatus.RETURNED,
        (r"return(ed|ing)?[ _](to[ _])?(the )?(sender|shipper|origin)", r"^returned$"),
    ),
    (
        ParcelStatus.EXCEPTION,
        (
            r"not (been |be )?(yet )?delivered", "undeliver", "unsuccessful", r"(delivery|attempt) (was |has )?fail",
            r"fail(ed|ure)?$", "failed ", "refus", "attempted", "delivery attempt", "exception", "delay", r"on[ _]hold",
            "held ", "addressing error", "damaged", r"lost\b", "missed",
        ),
    ),
    (
        ParcelStatus.OUT_FOR_DELIVERY,
        (
            r"out[ _-]?for[ _-]?delivery", r"(onboard|on board|vehicle|van|driver|courier) for delivery",
            "gone out on a delivery",
        ),
    ),
    (
        ParcelStatus.IN_TRANSIT,
        (
            "to be delivered", r"be delivered (in|on|by|soon|today|tomorrow)", r"delivery (is )?(expected|scheduled)",
            "delivery location",
        ),
    ),
    (
        ParcelStatus.DELIVERED,
        (
            r"^delivered\b(?! (to|at) (the )?(\w+ )?(depot|hub|facility|carrier))", r"been (successfully )?delivered",
            r"(successfully|item|package|parcel|shipment) delivered$", r"^delivery (complete|completed|successful)",
        ),
    ),
    (
        ParcelStatus.LABEL_CREATED,
        (
            r"(shipping|electronic|shipment|order|parcel) (information|info|data)", r"label[ _]created", "notified to",
            r"info[ _]?received", r"pre[ _-]?(transit|advice|advised)", r"^(pending|created|booked|registered)$",
            "in preparation", r"^(shipment )?processed$", r"shipment (fulfilled|inventory)",
        ),
    ),
    (
        ParcelStatus.PICKED_UP,
        (
            r"pick(ed)?[ _-]?up(?! point)", r"^collected", r"(been|package|parcel|shipment) collected",
            "handed over by", r"accepted (at|by)", r"received (\w+ )?from sender", "received by", "received at origin",
        ),
    ),
    (
        ParcelStatus.IN_TRANSIT,
        (
            "transit", "arriv", "depart", r"sort(ed|ing)", "processed", r"clear(ed|ance)", "customs", "scanned",
            r"hub\b", "facility", "crossing", "grouped", r"(des|dis)patch", r"on (the|its) way", "received at",
            "registered by",
        ),
    ),
)  # fmt: skip
_WORDS = tuple((re.compile("|".join(phrases), re.IGNORECASE), status) for status, phrases in _PLAIN)
_NO_EVENTS = {"error", "errors", "faults", "messages", "warnings"}
_DEEPEST = 12


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcels of an answer in JSON or XML; those it does not name are the one that was asked about.

    Raises:
        Unreadable: there is nothing in it that looks like events, or nothing that names the parcel.
    """
    tree = _tree(xml(payload)) if isinstance(payload, str) else payload
    found: dict[str, list[Any]] = {}
    for events, named in _event_lists(tree, (), 0):
        day_first = days_come_first(_said(event, _MOMENTS) for event in events)
        whose = number if number in named or not named else named[0]
        found.setdefault(whose, []).extend(_scan(event, zone, day_first=day_first) for event in events)
    if not found:
        raise Unreadable("nothing that looks like events")
    return [heard(whose, scans) for whose, scans in found.items()]


def status_in(code: object, note: object) -> ParcelStatus:
    """What a code or the words beside it say plainly; a code that is a word of its own counts before a sentence."""
    for said in (text(code), text(note)):
        for pattern, status in _WORDS:
            if said and pattern.search(said):
                return status
    return status_of("A carrier", text(code) or text(note), {})


def _event_lists(
    value: Any, named: tuple[str, ...], depth: int
) -> Iterator[tuple[list[dict[str, Any]], tuple[str, ...]]]:
    """Lists of events in an answer, each with the numbers said in what encloses it, the nearest first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        folded = {_folded(name): part for name, part in value.items()}
        here = tuple(said for name in _NUMBERS if (said := text(folded.get(name))))
        for name, part in folded.items():
            if name not in _NO_EVENTS:
                yield from _event_lists(part, here + named, depth + 1)
    elif isinstance(value, list):
        events = [one for one in value if isinstance(one, dict) and _is_event(one)]
        if events:
            yield events, named
        else:
            for part in value:
                yield from _event_lists(part, named, depth + 1)


def _is_event(one: dict[str, Any]) -> bool:
    return bool(_said(one, _MOMENTS)) and bool(_said(one, (*_NOTES, *_CODES), deep=True))


def _scan(event: dict[str, Any], zone: ZoneInfo, *, day_first: bool | None) -> Any:
    written, clock = _said(event, _MOMENTS), _said(event, _CLOCKS)
    if clock and clock != written and (re.fullmatch(r"\d{8}", written) or not re.search(r"\d[:T]\d|\d{9}", written)):
        written = f"{written} {clock.replace(':', '') if written.isdigit() else clock}"
    at = written_moment(written, zone, _said(event, _ZONES, deep=True), day_first=day_first)
    note, code = _said(event, _NOTES, deep=True), _said(event, _CODES, deep=True)
    return at, status_in(code, note), _spot(event), note


def _spot(event: dict[str, Any]) -> str:
    folded = {_folded(name): part for name, part in event.items()}
    inner = next((folded[name] for name in _SITES if isinstance(folded.get(name), dict)), None)
    if inner is not None:
        return _spot(inner)
    site = next((said for name in _SITES if (said := text(folded.get(name)))), "")
    return place(*dict.fromkeys([site, *(text(folded.get(name)) for name in _PARTS)]))


def _said(one: dict[str, Any], names: tuple[str, ...], *, deep: bool = False) -> str:
    """What stands under the first of some names, in the object itself and, if asked for, in those right inside it."""
    folded = {_folded(name): part for name, part in one.items()}
    within = [part for part in folded.values() if isinstance(part, dict)] if deep else []
    for inner in within:
        folded = {_folded(name): part for name, part in inner.items()} | {
            name: part for name, part in folded.items() if not isinstance(part, dict)
        }
    return next((said for name in names if (said := text(folded.get(name)))), "")


def _folded(name: str) -> str:
    """A name without what parts its words, and without the namespace it is in."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition("}")[2].lower())


def _tree(element: ET.Element) -> Any:
    """XML as objects and lists: what comes several times is a list, and so is an object that stands alone."""
    parts: dict[str, list[Any]] = {}
    for one in element:
        parts.setdefault(one.tag.rpartition("}")[2], []).append(_tree(one))
    if not parts and not element.attrib:
        return element.text or ""
    whole: dict[str, Any] = dict(element.attrib)
    for name, several in parts.items():
        whole[name] = several if len(several) > 1 or isinstance(several[0], dict) else several[0]
    return whole
