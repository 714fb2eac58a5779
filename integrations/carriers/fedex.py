"""FedEx: answers of its Track API, by event and else by what the event amounts to."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, part, place, several, status_of, text

WORDS = {
    "OC": ParcelStatus.LABEL_CREATED,
    "IN": ParcelStatus.LABEL_CREATED,
    "PU": ParcelStatus.PICKED_UP,
    "PX": ParcelStatus.PICKED_UP,
    "AF": ParcelStatus.IN_TRANSIT,
    "AR": ParcelStatus.IN_TRANSIT,
    "CC": ParcelStatus.IN_TRANSIT,
    "DP": ParcelStatus.IN_TRANSIT,
    "HP": ParcelStatus.IN_TRANSIT,
    "IT": ParcelStatus.IN_TRANSIT,
    "OD": ParcelStatus.OUT_FOR_DELIVERY,
    "DL": ParcelStatus.DELIVERED,
    "CA": ParcelStatus.EXCEPTION,
    "CD": ParcelStatus.EXCEPTION,
    "DE": ParcelStatus.EXCEPTION,
    "DY": ParcelStatus.EXCEPTION,
    "SE": ParcelStatus.EXCEPTION,
    "RS": ParcelStatus.RETURNED,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcels of an answer; of several under one number the one that was scanned last."""
    found = [
        _latest(
            heard(result.get("trackingNumber") or number, (_scan(scan, zone) for scan in several(one["scanEvents"])))
            for one in several(result.get("trackResults"))
            if one.get("scanEvents")
        )
        for result in objects(payload, "output", "completeTrackResults")
    ]
    return [one for one in found if one is not None]


def _latest(parcels: Iterable[Heard]) -> Heard | None:
    scanned = [one for one in parcels if one.scans]
    return max(scanned, key=lambda one: one.scans[-1].scanned_at, default=None)


def _scan(scan: dict[str, Any], zone: ZoneInfo) -> Any:
    where = part(scan, "scanLocation")
    spot = place(*map(where.get, ("city", "stateOrProvinceCode", "postalCode", "countryCode")))
    word = next(
        (said for name in ("eventType", "derivedStatusCode") if (said := text(scan.get(name))) in WORDS),
        scan.get("eventType"),
    )
    note = text(scan.get("exceptionDescription")) or text(scan.get("eventDescription"))
    return moment(scan.get("date"), zone), status_of("FedEx", word, WORDS), spot, note
