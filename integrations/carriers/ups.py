"""UPS: answers of its Track API, by the type of each activity; its times are those of the place."""

from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, part, place, several, status_of, text

WORDS = {
    "M": ParcelStatus.LABEL_CREATED,
    "MV": ParcelStatus.EXCEPTION,
    "P": ParcelStatus.PICKED_UP,
    "I": ParcelStatus.IN_TRANSIT,
    "O": ParcelStatus.OUT_FOR_DELIVERY,
    "D": ParcelStatus.DELIVERED,
    "X": ParcelStatus.EXCEPTION,
    "RS": ParcelStatus.RETURNED,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The packages of an answer; one without activity has nothing to tell."""
    packages = [one for each in objects(payload, "trackResponse", "shipment") for one in several(each.get("package"))]
    return [
        heard(one.get("trackingNumber") or number, (_scan(activity, zone) for activity in several(one.get("activity"))))
        for one in packages
    ]


def _scan(activity: dict[str, Any], zone: ZoneInfo) -> Any:
    status, where = part(activity, "status"), part(activity, "location", "address")
    at = moment(f"{text(activity.get('date'))} {text(activity.get('time'))}", zone, "%Y%m%d %H%M%S")
    spot = place(*map(where.get, ("city", "stateProvince", "postalCode", "countryCode")))
    return at, status_of("UPS", status.get("type"), WORDS), spot, text(status.get("description"))
