"""What Amazon says of the orders it places as a retailer, in canonical rows, and how they are acknowledged; pure."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from core.exchange.model import Record, version
from core.systems import AmazonVendor
from integrations.reading import Json, Unreadable, minor, moment, needed, part, said, several

log = logging.getLogger(__name__)
_OPEN = frozenset({"New", "Acknowledged"})
_REFUSED, _RECEIVED = ("acknowledgementStatus", "rejectedQuantity"), ("receivingStatus", "receivedQuantity")
_NAMES = ("itemSequenceNumber", "amazonProductIdentifier", "vendorProductIdentifier")
_REASONS = {
    "unavailable": "TemporarilyUnavailable", "unknown": "InvalidProductIdentifier", "obsolete": "ObsoleteProduct",
}  # fmt: skip


def order(found: Json, told: Sequence[Json], section: AmazonVendor) -> Record:
    """A purchase order as an order of the retailer's; `told` is how it stands by what was said to it and received.

    Raises:
        Unreadable: what every order has is missing, or an article is priced by weight.
    """
    number, details = needed("an order", found, "purchaseOrderNumber"), part(found, "orderDetails")
    items = items_of(found)
    if not items:
        raise Unreadable("an order without items")
    buyer = needed("an order", part(details, "buyingParty"), "partyId")
    to = part(details, "shipToParty", "address")
    placed = moment(details.get("purchaseOrderDate"))
    days = ("purchaseOrderChangedDate", "purchaseOrderStateChangedDate")
    changed = max([placed, *(moment(details[name]) for name in days if said(details, name))])
    refused = {line: units for one in told for line, units in _units_by_line(one, *_REFUSED).items()}
    kept = [place for place, one in items.items() if _ordered(one) > refused.get(place, 0)]
    lines = [_line(number, place, items[place], refused if kept else {}) for place in kept or items]
    word = said(found, "purchaseOrderState")
    head = {
        "order_number": number, "customer_id": f"amazon-vendor-{buyer}", "placed_at": placed,
        "status": _status(word, told) if kept else "cancelled", "currency": lines[0]["currency"],
        "payment_method": said(details, "paymentMethod"), "ship_name": said(to, "name"),
        "ship_line1": said(to, "addressLine1"), "ship_line2": said(to, "addressLine2"), "ship_city": said(to, "city"),
        "ship_postcode": said(to, "postalCode"), "ship_region": said(to, "stateOrRegion"),
        "ship_country": said(to, "countryCode") or section.country,
    }  # fmt: skip
    retailer = {"customer_id": head["customer_id"], "name": f"Amazon {buyer}", "company": "Amazon", "phone": "",
                "email": section.email, "country": section.country}  # fmt: skip
    rows = {"customers": [retailer], "orders": [head], "order_lines": lines}
    awaits = "acknowledge" if word == "New" and kept else ""
    return Record("orders", number, number, version(changed), rows, awaits=awaits)


def items_of(found: Json) -> dict[int, Json]:
    """The items of an order by their numbers."""
    items = several(found, "orderDetails", "items")
    return {int(needed("an item", one, "itemSequenceNumber")): one for one in items}


def _status(word: str, told: Sequence[Json]) -> str:
    """An order that is closed was received, or never will be."""
    if word == "Closed":
        came = sum(sum(_units_by_line(one, *_RECEIVED).values()) for one in told)
        return "delivered" if came else "cancelled"
    if word not in _OPEN:
        log.warning("Amazon said “%s” of an order of its own, which its table does not have", word[:40])
    return "open"


def _units_by_line(status: Json, *where: str) -> dict[int, int]:
    """Units of a kind by the number of their line."""
    return {int(needed("an item", one, "itemSequenceNumber")): _units(part(one, *where))
            for one in several(status, "itemStatus")}  # fmt: skip


def acknowledgement(found: Json, detail: Mapping[str, Any]) -> dict[str, Any]:
    """What is said to an order, line by line.

    Raises:
        Unreadable: a line is not in the order.
    """
    there = items_of(found)
    return {
        "purchaseOrderNumber": said(found, "purchaseOrderNumber"),
        "sellingParty": {"partyId": said(part(found, "orderDetails", "sellingParty"), "partyId")},
        "acknowledgementDate": detail["at"],
        "items": [_acknowledged(there, line) for line in detail["lines"]],
    }  # fmt: skip


def notice(found: Json, detail: Mapping[str, Any], warehouse: str) -> dict[str, Any]:
    """Notice of a parcel with units of an order's lines, sent from a warehouse of the shop's.

    Raises:
        Unreadable: a line is not in the order, or nobody says where it goes.
    """
    order, there, number = part(found, "orderDetails"), items_of(found), said(found, "purchaseOrderNumber")
    seller = needed("an order", part(order, "sellingParty"), "partyId")
    inside = [_sent(there, line) for line in detail["lines"]]
    about = {"itemDetails": {"purchaseOrderNumber": number}}
    tracking, sent = str(detail["tracking_number"]), str(detail["shipped_at"])
    carton = {
        "cartonSequenceNumber": "001", "trackingNumber": tracking,
        "items": [{"itemReference": one["itemSequenceNumber"], "shippedQuantity": one["shippedQuantity"], **about}
                  for one in inside],
    }  # fmt: skip
    return {
        "shipmentIdentifier": tracking, "shipmentConfirmationType": "Original", "shipmentType": "SmallParcel",
        "shipmentConfirmationDate": detail["at"], "shippedDate": sent, "sellingParty": {"partyId": seller},
        "transportationDetails": {"carrierShipmentReferenceNumber": tracking, "transportationMode": "Road",
                                  **({"carrierScac": detail["scac"]} if detail["scac"] else {})},
        "shipFromParty": {"partyId": warehouse or seller},
        "shipToParty": {"partyId": needed("an order", part(order, "shipToParty"), "partyId")},
        "shipmentMeasurements": {"cartonCount": 1}, "cartons": [carton],
        "shippedItems": [{**one, **about} for one in inside],
    }  # fmt: skip


def _sent(there: Mapping[int, Json], told: Mapping[str, Any]) -> dict[str, Any]:
    """Units of a line, as they were ordered."""
    item = _item(there, told)
    return {
        **{name: item[name] for name in _NAMES if item.get(name)},
        "shippedQuantity": _quantity(int(told["quantity"]), part(item, "orderedQuantity")),
    }


def _item(there: Mapping[int, Json], told: Mapping[str, Any]) -> Json:
    item = there.get(int(told["line"]))
    if item is None:
        raise Unreadable(f"no line {told['line']} in the order")
    return item


def _acknowledged(there: Mapping[int, Json], told: Mapping[str, Any]) -> dict[str, Any]:
    item = _item(there, told)
    ordered = part(item, "orderedQuantity")
    codes: Sequence[tuple[str, int, dict[str, Any]]] = (
        ("Accepted", told["accepted"], {}),
        ("Backordered", told["backordered"], {"scheduledShipDate": _instant(told["ship_on"])}),
        ("Rejected", told["rejected"], {"rejectionReason": _REASONS.get(told["reason"], "")}),
    )
    return {
        **{name: item[name] for name in (*_NAMES, "netCost") if item.get(name)},
        "orderedQuantity": _quantity(_units(ordered), ordered),
        "itemAcknowledgements": [
            {"acknowledgementCode": code, "acknowledgedQuantity": _quantity(units, ordered), **more}
            for code, units, more in codes if units
        ],
    }  # fmt: skip


def _instant(day: str | None) -> str:
    return datetime.combine(date.fromisoformat(day), time(12), UTC).isoformat() if day else ""


def _quantity(units: int, ordered: Json) -> dict[str, Any]:
    """Units as they were ordered: in cases where they fill cases, otherwise one by one."""
    size = _case(ordered)
    if size > 1 and units % size == 0:
        return {"amount": units // size, "unitOfMeasure": "Cases", "unitSize": size}
    return {"amount": units, "unitOfMeasure": "Eaches", "unitSize": 1}


def _case(quantity: Json) -> int:
    size = quantity.get("unitSize")
    return size if said(quantity, "unitOfMeasure").upper() == "CASES" and isinstance(size, int) and size > 0 else 1


def _units(quantity: Json) -> int:
    amount = quantity.get("amount")
    return amount * _case(quantity) if isinstance(amount, int) else 0


def _ordered(item: Json) -> int:
    return _units(part(item, "orderedQuantity"))


def _line(number: str, place: int, item: Json, refused: Mapping[int, int]) -> dict[str, Any]:
    """A line; its price is the net cost of each, or the list price where no other is named."""
    cost = part(item, "netCost") or part(item, "listPrice")
    currency = needed("an item's cost", cost, "currencyCode")
    if said(cost, "unitOfMeasure"):
        raise Unreadable(f"line {place} is priced by weight")
    sku = said(item, "vendorProductIdentifier") or needed("an item", item, "amazonProductIdentifier")
    return {
        "order_number": number, "line": place, "sku": sku, "description": sku, "currency": currency,
        "quantity": max(_ordered(item) - refused.get(place, 0), 1),
        "unit_price": minor(cost.get("amount"), currency), "discount": 0, "tax_rate": 0.0,
    }  # fmt: skip
