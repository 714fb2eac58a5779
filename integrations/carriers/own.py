"""Scans in our own words, for whoever posts what no carrier's payload is."""

from typing import Any
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, status_of, text

WORDS = {status.value: status for status in ParcelStatus}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel that was posted."""
    return [heard(payload.get("tracking_number") or number, (_scan(one, zone) for one in objects(payload, "scans")))]


def _scan(scan: dict[str, Any], zone: ZoneInfo) -> Any:
    status = status_of("the poster", scan.get("status"), WORDS)
    return moment(scan.get("scanned_at"), zone), status, text(scan.get("place")), text(scan.get("note"))
