"""EasyPost: trackers of many carriers, as its events bring them."""

from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, part, place, status_of, text

WORDS = {
    "unknown": ParcelStatus.UNKNOWN,
    "pre_transit": ParcelStatus.LABEL_CREATED,
    "in_transit": ParcelStatus.IN_TRANSIT,
    "available_for_pickup": ParcelStatus.IN_TRANSIT,
    "out_for_delivery": ParcelStatus.OUT_FOR_DELIVERY,
    "delivered": ParcelStatus.DELIVERED,
    "return_to_sender": ParcelStatus.RETURNED,
    "failure": ParcelStatus.EXCEPTION,
    "cancelled": ParcelStatus.EXCEPTION,
    "error": ParcelStatus.EXCEPTION,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel of an event; events that are about anything but a tracker tell nothing."""
    tracker = part(payload, "result")
    if text(tracker.get("object")) != "Tracker":
        return []
    details = objects(tracker, "tracking_details")
    return [heard(tracker.get("tracking_code") or number, (_scan(one, zone) for one in details))]


def _scan(detail: dict[str, Any], zone: ZoneInfo) -> Any:
    where = part(detail, "tracking_location")
    spot = place(*map(where.get, ("city", "state", "zip", "country")))
    status = status_of("EasyPost", detail.get("status"), WORDS)
    return moment(detail.get("datetime"), zone), status, spot, text(detail.get("message"))
