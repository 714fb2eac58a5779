"""DPD: answers of its parcel life cycle, which do not name the parcel that was asked about."""

from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from core.shipments.model import Heard, ParcelStatus
from integrations.carriers.reading import Unreadable, heard, moment, status_of, text, xml

WORDS = {
    "PickedUp": ParcelStatus.PICKED_UP,
    "BetweenDepots": ParcelStatus.IN_TRANSIT,
    "Depot": ParcelStatus.IN_TRANSIT,
    "ParcelShop": ParcelStatus.IN_TRANSIT,
    "Courier": ParcelStatus.OUT_FOR_DELIVERY,
    "Delivered": ParcelStatus.DELIVERED,
    "DeliveryFailure": ParcelStatus.EXCEPTION,
    "ReturningFromDelivery": ParcelStatus.EXCEPTION,
}


def read(payload: Any, number: str, zone: ZoneInfo) -> list[Heard]:
    """The parcel that was asked about."""
    result = xml(payload).find(".//{*}trackingresult")
    if result is None:
        raise Unreadable("no answer of the parcel life cycle")
    reached = [one for one in result.findall("{*}statusInfo") if one.find("{*}date") is not None]
    return [heard(number, (_scan(one, zone) for one in reached))]


def _scan(info: ET.Element, zone: ZoneInfo) -> Any:
    at = moment(info.findtext("{*}date/{*}content"), zone, "%m/%d/%Y %I:%M:%S %p")
    note = info.findtext("{*}description/{*}content/{*}content")
    status = status_of("DPD", info.findtext("{*}status"), WORDS)
    return at, status, text(info.findtext("{*}location/{*}content")), text(note)
