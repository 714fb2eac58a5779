"""AfterShip: trackings of many carriers, as its webhooks bring them."""

from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, part, place, status_of, text

WORDS = {
    "Pending": ParcelStatus.UNKNOWN,
    "Expired": ParcelStatus.UNKNOWN,
    "InfoReceived": ParcelStatus.LABEL_CREATED,
    "InTransit": ParcelStatus.IN_TRANSIT,
    "AvailableForPickup": ParcelStatus.IN_TRANSIT,
    "OutForDelivery": ParcelStatus.OUT_FOR_DELIVERY,
    "Delivered": ParcelStatus.DELIVERED,
    "AttemptFail": ParcelStatus.EXCEPTION,
    "Exception": ParcelStatus.EXCEPTION,
    "Exception_011": ParcelStatus.RETURNED,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel of a tracking update; a message about anything else tells nothing."""
    tracking = part(payload, "msg")
    if not tracking.get("tracking_number"):
        return []
    checkpoints = objects(tracking, "checkpoints")
    return [heard(tracking.get("tracking_number") or number, (_scan(one, zone) for one in checkpoints))]


def _scan(checkpoint: dict[str, Any], zone: ZoneInfo) -> Any:
    word = next((said for name in ("subtag", "tag") if (said := text(checkpoint.get(name))) in WORDS), None)
    spot = place(*map(checkpoint.get, ("city", "state", "zip", "country_iso3")))
    status = status_of("AfterShip", word or checkpoint.get("tag"), WORDS)
    return moment(checkpoint.get("checkpoint_time"), zone), status, spot, text(checkpoint.get("message"))
