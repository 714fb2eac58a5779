"""From an order's rows to records of ours: its lines, parcels and returns; pure, and unknown words are logged."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.exchange.model import Record
from core.systems import Salesforce
from integrations.reading import Unreadable, minor, moment, needed, said
from integrations.salesforce.mapping import Row, address, country_of, customer_id, is_true, sku_of

log = logging.getLogger(__name__)
_STATUS_WORDS = {
    "draft": "open", "activated": "open", "picking": "packed", "packed": "packed", "shipped": "shipped",
    "fulfilled": "shipped", "delivered": "delivered", "cancelled": "cancelled", "canceled": "cancelled",
    "expired": "cancelled",
}  # fmt: skip
_RETURN_WORDS = {
    "draft": "requested", "submitted": "requested", "approved": "approved", "in transit": "in_transit",
    "received": "received", "closed": "received", "refunded": "refunded", "rejected": "rejected",
    "canceled": "cancelled", "cancelled": "cancelled",
}  # fmt: skip
_PARCEL_WORDS = {
    "draft": "label_created", "packed": "label_created", "label created": "label_created", "picked up": "picked_up",
    "shipped": "in_transit", "in transit": "in_transit", "out for delivery": "out_for_delivery",
    "delivered": "delivered", "returned": "returned", "delayed": "exception", "failed": "exception",
}  # fmt: skip
_NOT_SENT = frozenset({"draft", "packed", "cancelled", "canceled"})
_UNKNOWN = "packed"  # of a word that we do not know nobody could say what may still be changed


@dataclass(frozen=True)
class Parts:
    """What hangs on an order, row by row."""

    items: Sequence[Row] = ()
    shipments: Sequence[Row] = ()
    shipment_items: Sequence[Row] = ()
    returns: Sequence[Row] = ()
    return_items: Sequence[Row] = ()


@dataclass(frozen=True)
class Told:
    """With what orders are read: the settings, the shop's currency, and the accounts that customers were made of.

    `version` is that of what is read at once: rows that hang on an order may go without leaving a later moment behind.
    """

    settings: Salesforce
    currency: str
    version: str
    accounts: frozenset[str] = field(default_factory=frozenset)


def order(row: Row, parts: Parts, told: Told) -> list[Record]:
    """An order with its lines and parcels; one that only takes back from another is none.

    Raises:
        Unreadable: an amount or a quantity that cannot be kept.
    """
    if is_true(row.get("IsReductionOrder")):
        return []
    number, currency = needed("an order", row, "OrderNumber"), said(row, "CurrencyIsoCode") or told.currency
    items, places = numbered(parts.items)
    lines = [
        _line(one, (number, places[said(one, "Id")]), currency, told.settings.tax_rate)
        for one in items
        if not is_true(one.get("IsDeleted"))
    ]
    sent = [one for one in parts.shipments if not is_true(one.get("IsDeleted")) and _word(one) not in _NOT_SENT]
    inside = _inside(sent, parts, items, places)
    gone = is_true(row.get("IsDeleted"))
    rows: dict[str, list[dict[str, Any]]] = {
        "orders": [_head(row, number, currency, told)],
        "order_lines": lines,
        **_parcels(sent, inside, number),
    }
    rows["orders"][0]["status"] = _status(row, lines, sent, inside, told.settings)
    return [Record("orders", needed("an order", row, "Id"), number, told.version, rows, gone=gone)]


def numbered(items: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
    """The rows in the order they were added, and the number of each; one that was deleted keeps its number."""
    rows = sorted(items, key=lambda one: (said(one, "OrderItemNumber"), said(one, "Id")))
    return rows, {said(one, "Id"): place for place, one in enumerate(rows, 1)}


def is_over(status: str, settings: Salesforce) -> bool:
    """Whether a word for the status of an order says that it was cancelled."""
    return _ours(status, "", settings) == "cancelled"


def known_words(settings: Salesforce) -> frozenset[str]:
    """The words for the status of an order that mean something here, in small letters."""
    return frozenset(_STATUS_WORDS) | {word.casefold() for word in settings.statuses}


def _head(row: Row, number: str, currency: str, told: Told) -> dict[str, Any]:
    account = said(row, "AccountId")
    to = address(row, "Shipping")
    return {
        "order_number": number,
        "customer_id": customer_id(account) if account in told.accounts else None,
        "placed_at": _placed(row),
        "currency": currency,
        "location": told.settings.location,
        "ship_name": said(row, "ShipToContact.Name") or said(row, "Account.Name"),
        "ship_country": country_of(row, "Shipping", ""),
        **{f"ship_{name}": value for name, value in to.items()},
    }


def _placed(row: Row) -> datetime:
    """When it was written down; the day it is to begin on may lie before or after."""
    return moment(row.get("CreatedDate"))


def _line(row: Row, place: tuple[str, int], currency: str, tax_rate: float) -> dict[str, Any]:
    number, line = place
    return {
        "order_number": number, "line": line, "sku": sku_of(row, "Product2."),
        "description": said(row, "Product2.Name") or said(row, "Description") or sku_of(row, "Product2."),
        "quantity": _units(row, "Quantity"), "unit_price": minor(row.get("UnitPrice"), currency),
        "currency": currency, "tax_rate": tax_rate,
    }  # fmt: skip


def _units(row: Row, name: str) -> int:
    told = float(row.get(name) or 0)
    if told != int(told) or told < 1:
        raise Unreadable(f"a quantity of {told:g}, where whole units are kept")
    return int(told)


def _ours(word: str, category: str, settings: Salesforce) -> str:
    said_here = {name.casefold(): status for name, status in settings.statuses.items()}
    known = said_here.get(word.casefold()) or _STATUS_WORDS.get(word.casefold())
    if known is None:
        log.warning("Salesforce said “%s” of an order, which its table does not have", word[:40])
        return "cancelled" if _STATUS_WORDS.get(category.casefold()) == "cancelled" else _UNKNOWN
    return known


def _status(
    row: Row, lines: Sequence[Row], sent: Sequence[Row], inside: Mapping[str, Mapping[int, int]], settings: Salesforce
) -> str:
    """What its word says, as far as parcels do not say more; an order that was deleted before it left is cancelled."""
    said_of_it = _ours(said(row, "Status"), said(row, "StatusCode"), settings)
    if said_of_it in {"open", "packed"} and sent:
        gone = sum((Counter(units) for units in inside.values()), Counter[int]())
        waits = any(gone[line["line"]] < line["quantity"] for line in lines)
        there = all(_parcel_status(one) == "delivered" for one in sent)
        said_of_it = "packed" if waits else "delivered" if there else "shipped"
    return "cancelled" if is_true(row.get("IsDeleted")) and said_of_it in {"open", "packed"} else said_of_it


def _inside(
    sent: Sequence[Row], parts: Parts, items: Sequence[Row], places: Mapping[str, int]
) -> dict[str, Mapping[int, int]]:
    """Units by line of each shipment: it names products, which are dealt out to the lines that have them."""
    left = {said(one, "Id"): float(one.get("Quantity") or 0) for one in items if not is_true(one.get("IsDeleted"))}
    found: dict[str, Mapping[int, int]] = {}
    for one in sent:
        dealt: Counter[int] = Counter()
        for inner in parts.shipment_items:
            if said(inner, "ShipmentId") != said(one, "Id") or is_true(inner.get("IsDeleted")):
                continue
            units = float(inner.get("Quantity") or 0)
            for item in items:
                key = said(item, "Id")
                share = min(units, left.get(key, 0.0))
                if said(item, "Product2Id") == said(inner, "Product2Id") and share > 0:
                    dealt[places[key]] += int(share)
                    left[key] -= share
                    units -= share
        found[said(one, "Id")] = {line: units for line, units in sorted(dealt.items()) if units > 0}
    return found


def _parcels(
    sent: Sequence[Row], inside: Mapping[str, Mapping[int, int]], number: str
) -> dict[str, list[dict[str, Any]]]:
    """Shipments that have a tracking number, with what is in them and how they stand."""
    tracked = [(one, said(one, "TrackingNumber").upper()) for one in sent if said(one, "TrackingNumber")]
    return {
        "parcels": [
            {"tracking_number": tracking, "order_number": number, "carrier": said(one, "Provider") or "unknown",
             "shipped_at": moment(one.get("CreatedDate")), "expected_on": _day(one.get("ExpectedDeliveryDate"))}
            for one, tracking in tracked
        ],
        "parcel_lines": [
            {"tracking_number": tracking, "line": line, "quantity": units}
            for one, tracking in tracked
            for line, units in inside[said(one, "Id")].items()
        ],
        "scans": [
            {"tracking_number": tracking, "scanned_at": at, "status": status, "place": "", "note": ""}
            for one, tracking in tracked
            for at, status in _scans(one)
        ],
    }  # fmt: skip


def _scans(shipment: Row) -> list[tuple[datetime, str]]:
    """How a shipment stands; Salesforce keeps no history of it."""
    found = [(moment(shipment.get("CreatedDate")), "label_created")]
    status = _parcel_status(shipment)
    if status == "delivered" and shipment.get("ActualDeliveryDate"):
        found.append((moment(shipment["ActualDeliveryDate"]), status))
    elif status != "label_created":
        found.append((moment(shipment.get("SystemModstamp")), status))
    return found


def _parcel_status(shipment: Row) -> str:
    if shipment.get("ActualDeliveryDate"):
        return "delivered"
    known = _PARCEL_WORDS.get(_word(shipment))
    if known is None:
        log.warning("Salesforce said “%s” of a shipment, which its table does not have", _word(shipment)[:40])
    return known or "unknown"


def returned(row: Row, parts: Parts, told: Told) -> list[Record]:
    """A return, under our own number where it was asked for here.

    Raises:
        Unreadable: where it stands is told by a word that we do not know.
    """
    key = said(row, told.settings.key_field) or needed("a return", row, "ReturnOrderNumber")
    status = _RETURN_WORDS.get(_word(row))
    if status is None:
        log.warning("Salesforce said “%s” of a return, which its table does not have", _word(row)[:40])
        raise Unreadable(f"it is “{_word(row)[:40]}”, which is unknown here")
    _, places = numbered(parts.items)
    mine = [one for one in parts.return_items if said(one, "ReturnOrderId") == said(row, "Id")]
    lines: dict[int, dict[str, Any]] = {}
    for one in mine:
        line = places.get(said(one, "OrderItemId"))
        if line is None or is_true(one.get("IsDeleted")):
            continue
        reason = (said(one, "ReasonForReturn") or said(one, "Description")).casefold().replace(" ", "_")
        units = _units(one, "QuantityReturned") + (lines[line]["quantity"] if line in lines else 0)
        lines[line] = {"return_number": key, "line": line, "quantity": units, "reason": reason}
    gone, order_id = is_true(row.get("IsDeleted")), said(row, "OrderId")
    head = {"return_number": key, "order_number": order_id, "kind": "return",
            "status": "cancelled" if gone else status, "requested_at": moment(row.get("CreatedDate"))}  # fmt: skip
    rows = {"returns": [head], "return_lines": list(lines.values())}
    return [Record("returns", said(row, "Id"), key, told.version, rows, about=order_id, gone=gone)]


def _word(row: Row) -> str:
    return said(row, "Status").casefold()


def _day(when: object) -> Any:
    return moment(when).date() if when else None
