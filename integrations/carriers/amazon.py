"""Amazon: where its selling partner API says parcels are, those of labels bought from it and those that it delivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from core.clock import Clock, utc_now
from core.exchange.ports import Outcome, Trouble
from core.shipments.model import Heard, ParcelStatus
from core.systems import Amazon
from integrations.carriers.reading import Unreadable, heard, moment, part, place, several, status_of, text
from integrations.selling_partner import Client

_OWN = ("amazon", "amzn", "amzl", "swiship")  # how records begin to name it as a carrier
_SHIPPING = "/shipping/v2/tracking"
_TRACKING = "/tracking/2026-01-30/shipments/track"
_BACK = "RETURNS"

EVENTS = {
    "ReadyForReceive": ParcelStatus.LABEL_CREATED,
    "PickupDone": ParcelStatus.PICKED_UP,
    "ArrivedAtCarrierFacility": ParcelStatus.IN_TRANSIT,
    "Departed": ParcelStatus.IN_TRANSIT,
    "AvailableForPickup": ParcelStatus.IN_TRANSIT,
    "RecipientRequestedAlternateDeliveryTiming": ParcelStatus.IN_TRANSIT,
    "OutForDelivery": ParcelStatus.OUT_FOR_DELIVERY,
    "Delivered": ParcelStatus.DELIVERED,
    "DeliveryAttempted": ParcelStatus.EXCEPTION,
    "Lost": ParcelStatus.EXCEPTION,
    "PickupCancelled": ParcelStatus.EXCEPTION,
    "Rejected": ParcelStatus.EXCEPTION,
    "ReturnInitiated": ParcelStatus.EXCEPTION,
    "Undeliverable": ParcelStatus.EXCEPTION,
}
"""Events of the shipping interface, on the way to the customer."""

MILESTONES = {
    **dict.fromkeys(
        ("BOOKING_RECEIVED", "BOOKING_ACCEPTED", "BOOKING_CONFIRMED", "ORDER_PREPARING", "CARRIER_ASSIGNED",
         "CONTAINERIZED", "IN_TRANSIT_TO_PICKUP", "MANIFESTED_NOT_RECEIVED"), ParcelStatus.LABEL_CREATED,
    ),
    **dict.fromkeys(("PICKED_UP", "CARRIER_RECEIVED_SHIPMENT", "RECEIVED_AT_ORIGIN"), ParcelStatus.PICKED_UP),
    **dict.fromkeys(
        ("SHIPPED", "RECEIVED_FROM_CARRIER", "CARRIER_TRANSFER", "SORTED", "ARRIVED_IN_DESTINATION_COUNTRY", "ARRIVED",
         "ARRIVED_AT_TERMINAL", "DEPARTED", "DEPARTED_TERMINAL", "DRAY_STOP_OFF", "LOADED", "UNLOADED", "LOADED_TRAIN",
         "UNLOADED_TRAIN", "ARRIVED_AT_RAIL_TERMINAL", "DEPARTED_RAIL_TERMINAL", "ARRIVED_AT_DESTINATION_YARD",
         "TRAILER_UNLOADING", "TRAILER_UNLOADED", "DOCUMENTS_RECEIVED_EMBARK_PORT",
         "DOCUMENTS_RECEIVED_DISCHARGE_PORT", "CUSTOMS_IMPORT_SECURITY_FILED",
         "CUSTOMS_IMPORT_SECURITY_FILING_ACCEPTED", "CUSTOMS_DECLARATION_EMBARK_PORT",
         "CUSTOMS_DECLARATION_DISCHARGE_PORT", "CUSTOMS_PROCESSING", "CUSTOMS_CLEARED", "CUSTOMER_CONTACTED",
         "DELIVERY_APPOINTMENT_CONFIRMED", "DELIVERY_ADDRESS_UPDATED", "DELIVERY_CHANGE_REQUESTED",
         "DELIVERY_ESTIMATE_UPDATED", "READY_FOR_CUSTOMER_PICKUP", "READY_FOR_DELIVERY"), ParcelStatus.IN_TRANSIT,
    ),
    "OUT_FOR_DELIVERY": ParcelStatus.OUT_FOR_DELIVERY,
    **dict.fromkeys(("DELIVERED", "CUSTOMER_PICKUP_COMPLETED"), ParcelStatus.DELIVERED),
    **dict.fromkeys(("RETURNED", "RETURN_RECEIVED"), ParcelStatus.RETURNED),
    **dict.fromkeys(
        ("BOOKING_CANCELLED", "ORDER_CANCELLED", "CARRIER_HOLD", "CUSTOMER_MOVED", "RECIPIENT_REFUSED_DELIVERY",
         "CUSTOMS_DELAY", "CUSTOMS_HOLD", "CUSTOMS_HOLD_DISCHARGE_PORT", "CUSTOMS_EXCEPTION",
         "CUSTOMS_PAYMENT_REQUIRED", "DAMAGED", "DELAYED", "DELIVERY_ATTEMPTED", "INCORRECT_ADDRESS", "LOST",
         "MISSING_MANIFEST", "MISSORTED", "PICKUP_FAILED", "RETURN_DROPPED_OFF", "RETURN_PICKED_UP",
         "RETURN_IN_TRANSIT", "UNDELIVERABLE", "UNDELIVERABLE_DESTROY_IN_FIELD"), ParcelStatus.EXCEPTION,
    ),
}  # fmt: skip
"""Milestones of the tracking interface. That an empty container went back says nothing of what was in it."""


@dataclass(frozen=True)
class AmazonParcels:
    """Amazon, asked about parcels of labels bought from it and about those that it delivers itself."""

    client: Client
    section: Amazon
    zone: ZoneInfo
    name: str = "amazon"
    calls: int = 60
    every: timedelta = timedelta(minutes=5)

    def is_for(self, carrier: str) -> bool:
        """Whether labels of that carrier are bought from it, or it is the carrier."""
        return bool(self._label(carrier)) or carrier.strip().casefold().startswith(_OWN)

    def track(self, number: str, carrier: str) -> list[Heard]:
        """All that is known of a parcel.

        Raises:
            Trouble: no answer, or none that can be read.
        """
        label = self._label(carrier)
        try:
            return self._of_label(number, label) if label else self._of_delivery(number)
        except Unreadable as fault:
            raise Trouble(Outcome.MALFORMED, f"Amazon answered what cannot be read: {fault}.") from fault

    def _label(self, carrier: str) -> str:
        """Amazon's id of a carrier whose labels are bought from it."""
        said = carrier.strip().casefold()
        return next((code for name, code in self.section.shipping_carriers.items() if name.casefold() == said), "")

    def _of_label(self, number: str, label: str) -> list[Heard]:
        asked = {"trackingId": number, "carrierId": label}
        business = {"x-amzn-shipping-business-id": self.section.shipping_business}
        return read_events(self.client.get("label", _SHIPPING, asked, business), number, self.zone)

    def _of_delivery(self, number: str) -> list[Heard]:
        is_its_own = number.startswith("AFTN") and number[4:].isdigit()
        asked = {"aftn" if is_its_own else "carrierTracking.trackingNumber": number}
        return read_milestones(self.client.get("tracking", _TRACKING, asked), number, self.zone)


def parcels(
    section: Amazon, zone: ZoneInfo, clock: Clock = utc_now, transport: httpx.BaseTransport | None = None
) -> AmazonParcels:
    """Amazon as the configuration names it."""
    return AmazonParcels(Client(section, clock, transport), section, zone)


def read_events(payload: Mapping[str, Any], number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel of an answer of the shipping interface; what is delivered on the way back is returned."""
    found = part(payload, "payload") or payload
    return [heard(number, (_event(one, zone) for one in _history(found, "eventHistory")))]


def _event(event: dict[str, Any], zone: ZoneInfo) -> Any:
    status = status_of("Amazon", event.get("eventCode"), EVENTS)
    if text(event.get("shipmentType")) == _BACK and status is not ParcelStatus.UNKNOWN:
        status = ParcelStatus.RETURNED if status is ParcelStatus.DELIVERED else ParcelStatus.EXCEPTION
    where = part(event, "location")
    spot = place(*map(where.get, ("city", "stateOrRegion", "postalCode", "countryCode")))
    return moment(event.get("eventTime"), zone), status, spot, ""


def read_milestones(payload: Mapping[str, Any], number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel of an answer of the tracking interface."""
    found = part(payload, "trackingDetail")
    return [heard(number, (_milestone(one, zone) for one in _history(found, "milestoneHistory")))]


def _milestone(milestone: dict[str, Any], zone: ZoneInfo) -> Any:
    said, where = part(milestone, "status"), part(milestone, "location", "address")
    spot = place(*map(where.get, ("city", "region", "countryCode")))
    status = status_of("Amazon", said.get("code"), MILESTONES)
    return moment(milestone.get("occurredAt"), zone), status, spot, text(said.get("description"))


def _history(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    if not isinstance(found.get(name), list):
        raise Unreadable(f"a parcel without {name}")
    return several(found[name])
