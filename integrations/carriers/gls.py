"""GLS: answers of its Track And Trace API, by the status of a parcel and the words of its events."""

from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.anybody import status_in
from integrations.carriers.reading import heard, moment, objects, place, several, status_of, text

WORDS = {
    "PREADVICE": ParcelStatus.LABEL_CREATED,
    "INPICKUP": ParcelStatus.PICKED_UP,
    "INTRANSIT": ParcelStatus.IN_TRANSIT,
    "INWAREHOUSE": ParcelStatus.IN_TRANSIT,
    "DELIVEREDPS": ParcelStatus.IN_TRANSIT,  # it waits in a parcel shop
    "INDELIVERY": ParcelStatus.OUT_FOR_DELIVERY,
    "DELIVERED": ParcelStatus.DELIVERED,
    "NOTDELIVERED": ParcelStatus.EXCEPTION,
    "CANCELED": ParcelStatus.EXCEPTION,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcels of an answer; one without events has nothing to tell."""
    parcels = objects(payload, "parcels")
    return [
        heard(one.get("unitno") or one.get("requested") or number, _scans(one, zone))
        for one in parcels
        if several(one.get("events"))
    ]


def _scans(parcel: dict[str, Any], zone: ZoneInfo) -> list[Any]:
    """The events; that at the moment of the parcel's status has this status."""
    reached = text(parcel.get("statusDateTime"))
    scans = []
    for event in several(parcel.get("events")):
        written, note = text(event.get("eventDateTime")), text(event.get("description"))
        is_latest = written == reached and parcel.get("status")
        status = status_of("GLS", parcel.get("status"), WORDS) if is_latest else status_in("", note)
        spot = place(*map(event.get, ("city", "postalCode", "country")))
        scans.append((moment(written, zone), status, spot, note))
    return scans
