"""USPS: answers of its tracking API, at home and abroad, by the code of each event."""

from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, place, status_of, text

WORDS = {
    "GX": ParcelStatus.LABEL_CREATED,
    "MA": ParcelStatus.LABEL_CREATED,
    "03": ParcelStatus.PICKED_UP,
    "06": ParcelStatus.IN_TRANSIT,
    "07": ParcelStatus.IN_TRANSIT,
    "10": ParcelStatus.IN_TRANSIT,
    "14": ParcelStatus.IN_TRANSIT,
    "16": ParcelStatus.IN_TRANSIT,
    "A1": ParcelStatus.IN_TRANSIT,
    "NT": ParcelStatus.IN_TRANSIT,
    "PC": ParcelStatus.IN_TRANSIT,
    "SF": ParcelStatus.IN_TRANSIT,
    "T1": ParcelStatus.IN_TRANSIT,
    "TL": ParcelStatus.IN_TRANSIT,
    "OF": ParcelStatus.OUT_FOR_DELIVERY,
    "01": ParcelStatus.DELIVERED,
    "02": ParcelStatus.EXCEPTION,
    "04": ParcelStatus.EXCEPTION,
    "05": ParcelStatus.EXCEPTION,
    "08": ParcelStatus.EXCEPTION,
    "21": ParcelStatus.EXCEPTION,
    "22": ParcelStatus.EXCEPTION,
    "23": ParcelStatus.EXCEPTION,
    "09": ParcelStatus.RETURNED,
    "29": ParcelStatus.RETURNED,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel of an answer."""
    events = objects(payload, "trackingEvents")
    return [heard(payload.get("trackingNumber") or number, (_scan(event, zone) for event in events))]


def _scan(event: dict[str, Any], zone: ZoneInfo) -> Any:
    at = moment(text(event.get("eventTimestamp")) + text(event.get("GMTOffset")), zone)
    spot = place(*map(event.get, ("eventCity", "eventZIP", "eventState", "eventCountry")))
    return at, status_of("USPS", event.get("eventCode"), WORDS), spot, text(event.get("eventType"))
