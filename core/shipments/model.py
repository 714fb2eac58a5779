"""Parcels: what their scans mean and which of them counts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class ParcelStatus(Enum):
    """Where a parcel is, in the order it gets there."""

    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    EXCEPTION = "exception"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    RETURNED = "returned"
    UNKNOWN = "unknown"


FINAL = {ParcelStatus.DELIVERED, ParcelStatus.RETURNED}


@dataclass(frozen=True)
class Scan:
    """One thing a carrier said about a parcel."""

    scanned_at: datetime
    status: ParcelStatus
    place: str
    note: str


@dataclass(frozen=True)
class Heard:
    """What a carrier said of a parcel, whether or not there is one of that number."""

    tracking_number: str
    scans: tuple[Scan, ...]


@dataclass(frozen=True)
class ParcelLine:
    """Units of an order line inside a parcel."""

    line: int
    description: str
    quantity: int


@dataclass(frozen=True)
class Parcel:
    """One parcel with its scans, oldest first."""

    tracking_number: str
    order_number: str
    carrier: str
    shipped_at: datetime
    expected_on: date | None
    scans: tuple[Scan, ...]
    lines: tuple[ParcelLine, ...]

    @property
    def status(self) -> ParcelStatus:
        """Where it is: an end once reached holds, otherwise the latest scan whose words are known."""
        known = [scan.status for scan in self.scans if scan.status is not ParcelStatus.UNKNOWN]
        ended = [status for status in known if status in FINAL]
        return ended[0] if ended else known[-1] if known else ParcelStatus.LABEL_CREATED

    @property
    def last_scan(self) -> Scan | None:
        """The latest thing the carrier said."""
        return self.scans[-1] if self.scans else None

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived, if it did."""
        return next((scan.scanned_at for scan in self.scans if scan.status is ParcelStatus.DELIVERED), None)

    def is_late(self, today: date) -> bool:
        """Whether the carrier's day has passed without delivery."""
        return self.expected_on is not None and today > self.expected_on and self.status not in FINAL
