"""DHL: answers of its unified tracking, of MyDHL API, of Express XML and of DHL Paket, told apart by their shape."""

from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import heard, moment, objects, part, place, several, status_of, text, xml

UNIFIED = {
    "pre-transit": ParcelStatus.LABEL_CREATED,
    "transit": ParcelStatus.IN_TRANSIT,
    "delivered": ParcelStatus.DELIVERED,
    "failure": ParcelStatus.EXCEPTION,
    "unknown": ParcelStatus.UNKNOWN,
}
EXPRESS = {
    "PU": ParcelStatus.PICKED_UP,
    "SA": ParcelStatus.PICKED_UP,
    "AF": ParcelStatus.IN_TRANSIT,
    "AR": ParcelStatus.IN_TRANSIT,
    "CR": ParcelStatus.IN_TRANSIT,
    "DF": ParcelStatus.IN_TRANSIT,
    "PL": ParcelStatus.IN_TRANSIT,
    "WC": ParcelStatus.OUT_FOR_DELIVERY,
    "OK": ParcelStatus.DELIVERED,
    "BA": ParcelStatus.EXCEPTION,
    "CD": ParcelStatus.EXCEPTION,
    "ND": ParcelStatus.EXCEPTION,
    "NH": ParcelStatus.EXCEPTION,
    "OH": ParcelStatus.EXCEPTION,
    "RD": ParcelStatus.EXCEPTION,
    "RT": ParcelStatus.RETURNED,
}
PAKET = {
    "VA": ParcelStatus.LABEL_CREATED,
    "AE": ParcelStatus.PICKED_UP,
    "ES": ParcelStatus.PICKED_UP,
    "AA": ParcelStatus.IN_TRANSIT,
    "EE": ParcelStatus.IN_TRANSIT,
    "PO": ParcelStatus.OUT_FOR_DELIVERY,
    "ZU": ParcelStatus.DELIVERED,
    "ZN": ParcelStatus.EXCEPTION,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcels of an answer of any of the four."""
    if isinstance(payload, str):
        root = xml(payload)
        awbs = root.findall(".//AWBInfo")
        return _express_xml(awbs, number, zone) if awbs else _paket(root, number, zone)
    shipments = objects(payload, "shipments")
    return [(_express if "shipmentTrackingNumber" in one else _unified)(one, number, zone) for one in shipments]


def _unified(shipment: dict[str, Any], number: str, zone: ZoneInfo) -> Heard:
    def scan(event: dict[str, Any]) -> Any:
        where = part(event, "location", "address")
        said = text(event.get("status")).lower()
        word = said if said in UNIFIED else event.get("statusCode")
        spot = place(where.get("addressLocality"), where.get("countryCode"))
        return moment(event.get("timestamp"), zone), status_of("DHL", word, UNIFIED), spot, text(event.get("remark"))

    return heard(shipment.get("id") or number, map(scan, several(shipment.get("events"))))


def _express(shipment: dict[str, Any], number: str, zone: ZoneInfo) -> Heard:
    def scan(event: dict[str, Any]) -> Any:
        written = f"{text(event.get('date'))}T{text(event.get('time'))}{text(event.get('GMTOffset'))}"
        areas = [area.get("description") for area in several(event.get("serviceArea"))]
        status = status_of("DHL Express", event.get("typeCode"), EXPRESS)
        return moment(written, zone), status, place(*areas[:1]), text(event.get("description"))

    return heard(shipment.get("shipmentTrackingNumber") or number, map(scan, several(shipment.get("events"))))


def _express_xml(awbs: list[ET.Element], number: str, zone: ZoneInfo) -> list[Heard]:
    def scan(event: ET.Element) -> Any:
        status = status_of("DHL Express", event.findtext("ServiceEvent/EventCode"), EXPRESS)
        at = moment(f"{text(event.findtext('Date'))}T{text(event.findtext('Time'))}", zone)
        spot = text(event.findtext("ServiceArea/Description"))
        return at, status, spot, text(event.findtext("ServiceEvent/Description"))

    told = [(awb, awb.findall(".//ShipmentEvent")) for awb in awbs]
    return [heard(awb.findtext("AWBNumber") or number, map(scan, events)) for awb, events in told if events]


def _paket(root: ET.Element, number: str, zone: ZoneInfo) -> list[Heard]:
    def scan(event: ET.Element) -> Any:
        at = moment(event.get("event-timestamp"), zone, "%d.%m.%Y %H:%M")
        status = status_of("DHL Paket", event.get("standard-event-code"), PAKET)
        return at, status, place(event.get("event-location"), event.get("event-country")), text(event.get("event-text"))

    pieces = root.findall(".//data[@name='piece-shipment']")
    return [
        heard(piece.get("piece-code") or number, map(scan, piece.findall(".//data[@name='piece-event']")))
        for piece in pieces
    ]
