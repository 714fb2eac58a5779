"""What Walmart's marketplace says of orders, items and stock, in canonical rows; pure."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.exchange.model import Record, version
from integrations.reading import Json, Unreadable, minor, moment, needed, part, said, several

log = logging.getLogger(__name__)
_COUNTRIES = {"USA": "US", "PRI": "PR", "CAN": "CA", "MEX": "MX"}
_LINE = {
    "Created": "open",
    "Acknowledged": "open",
    "Shipped": "shipped",
    "Delivered": "delivered",
    "Cancelled": "cancelled",
    "Refund": "shipped",
}
_ORDER = ("open", "shipped", "delivered")


def order(found: Json, name: str, *, heeds_cancelling: bool = False) -> Record:
    """A purchase order with its lines, payments and parcels; one order of a customer may be several of these.

    Its number is the customer's own with the last four digits of the purchase order behind it. What the customer asked
    Walmart to cancel is named where that is to be heeded.

    Raises:
        Unreadable: what every order has is missing.
    """
    number = f"{needed('an order', found, 'customerOrderId')}-{needed('an order', found, 'purchaseOrderId')[-4:]}"
    address = part(part(found, "shippingInfo"), "postalAddress")
    lines = several(found, "orderLines", "orderLine")
    if not lines:
        raise Unreadable("an order without lines")
    placed = moment(found.get("orderDate"))
    buyer = _customer(found, address)
    changed = max([placed, *(moment(line["statusDate"]) for line in lines if line.get("statusDate"))])
    head = {
        "order_number": number, "customer_id": buyer["customer_id"], "placed_at": placed, "status": _status(lines),
        "currency": _currency(lines), "location": _location(found), "payment_method": name,
        "ship_name": said(address, "name"), "ship_line1": said(address, "address1"),
        "ship_line2": said(address, "address2"), "ship_city": said(address, "city"),
        "ship_postcode": said(address, "postalCode"), "ship_region": said(address, "state"),
        "ship_country": _country(address.get("country")),
    }  # fmt: skip
    parcels, parcel_lines, scans = _parcels(number, lines)
    rows = {
        "customers": [buyer],
        "orders": [head],
        "order_lines": [_line(number, line) for line in _kept(lines)],
        "payments": [*_payments(number, lines, changed, name)],
        "parcels": parcels,
        "parcel_lines": parcel_lines,
        "scans": scans,
    }
    is_theirs = head["location"] != "main"
    asked = [int(said(line, "lineNumber")) for line in lines if is_to_be_cancelled(line)] if heeds_cancelling else []
    return Record(
        "orders", said(found, "purchaseOrderId"), number, version(changed), rows, served_there=is_theirs,
        cancel_asked=asked,
    )  # fmt: skip


def item(found: Json, seen: datetime) -> Record:
    """An item that is listed there, as a product.

    Raises:
        Unreadable: it has no stock code or no price.
    """
    sku = needed("an item", found, "sku")
    price = part(found, "price")
    currency = said(price, "currency")
    row = {
        "sku": sku, "name": said(found, "productName") or sku, "category": said(found, "productType"),
        "price": minor(price.get("amount"), currency), "currency": currency,
        "active": said(found, "lifecycleStatus") == "ACTIVE",
    }  # fmt: skip
    return Record("products", sku, sku, version(seen), {"products": [row]})


def stock(found: Json, seen: datetime) -> list[Record]:
    """What lies of an item in each of Walmart's warehouses.

    Raises:
        Unreadable: it has no stock code.
    """
    sku = needed("an item's stock", found, "sku")
    records = []
    for node in several(found, "shipNodes"):
        place = warehouse(said(node, "shipNodeType"))
        counted = moment(node["modifiedDate"]) if node.get("modifiedDate") else seen
        rows: dict[str, list[dict[str, Any]]] = {
            "locations": [{"location": place, "name": "Walmart Fulfillment Services", "country": "US"}],
            "stock": [{"sku": sku, "location": place, "on_hand": _units(node, sku), "counted_at": counted}],
        }
        key = f"{sku}@{place}"
        records.append(Record("stock", key, key, version(counted), rows))
    return records


def warehouse(kind: str) -> str:
    """Our name of a warehouse of Walmart's."""
    return f"walmart-{(kind or 'wfs').lower()}"


def is_to_be_cancelled(line: Json) -> bool:
    """Whether the customer asked Walmart to cancel a line, which is not sent yet."""
    return said(line, "intentToCancel").casefold() in {"true", "y", "yes"} and units_in(line, "open") > 0


def lines_of(found: Json) -> dict[int, Json]:
    """The lines of an order by their numbers."""
    lines = several(found, "orderLines", "orderLine")
    return {int(said(line, "lineNumber")): line for line in lines if said(line, "lineNumber").isdigit()}


def units_in(line: Json | None, *states: str, tracking: str = "", word: str = "") -> int:
    """Units of a line that are in one of our states; of these in one parcel, or of one word of Walmart's."""
    return sum(
        units for state, units, one in _states(line or {})
        if state in states and (not tracking or said(part(one, "trackingInfo"), "trackingNumber") == tracking)
        and (not word or said(one, "status") == word)
    )  # fmt: skip


def _country(word: object) -> str:
    """A country in two letters.

    Raises:
        Unreadable: Walmart's word for it is not known.
    """
    code = str(word or "").strip().upper()
    if len(code) == 2:
        return code
    if code not in _COUNTRIES:
        raise Unreadable(f"a country “{code[:20]}” that is not known")
    return _COUNTRIES[code]


def _customer(found: Json, address: Json) -> dict[str, Any]:
    """Who ordered; Walmart shows only an address that it relays, a new one for every order of a guest."""
    email = needed("an order", found, "customerEmailId").lower()
    known = said(found, "buyerId") or email.partition("@")[0]
    return {"customer_id": f"walmart-{known}", "name": said(address, "name") or "Walmart customer", "email": email,
            "phone": "", "country": _country(address.get("country"))}  # fmt: skip


def _location(found: Json) -> str:
    node = said(part(found, "shipNode"), "type")
    return warehouse("wfs") if node == "WFSFulfilled" else "main"


def _states(line: Json) -> list[tuple[str, int, Json]]:
    """The states of a line's units: how many are where."""
    states = []
    for one in several(line, "orderLineStatuses", "orderLineStatus"):
        word = said(one, "status")
        if word not in _LINE:
            log.warning("Walmart said “%s” of a line of an order, which its table does not have", word[:40])
        states.append((_LINE.get(word, "open"), int(float(part(one, "statusQuantity").get("amount") or 0)), one))
    return states


def _status(lines: Sequence[Json]) -> str:
    words = {state for line in lines for state, _, _ in _states(line)}
    living = words - {"cancelled"}
    if not living:
        return "cancelled" if words else "open"
    return min(living, key=_ORDER.index)


def _quantity(line: Json) -> int:
    ordered = int(float(part(line, "orderLineQuantity").get("amount") or 1))
    return ordered - sum(units for state, units, _ in _states(line) if state == "cancelled")


def _kept(lines: Sequence[Json]) -> list[Json]:
    """The lines that are not cancelled; all of them where the whole order is."""
    return [line for line in lines if _quantity(line) > 0] or list(lines)


def _charges(line: Json, kind: str) -> list[Json]:
    return [one for one in several(line, "charges", "charge") if said(one, "chargeType") == kind]


def _currency(lines: Sequence[Json]) -> str:
    amounts = [part(one, "chargeAmount") for line in lines for one in _charges(line, "PRODUCT")]
    return next((said(amount, "currency") for amount in amounts if said(amount, "currency")), "USD")


def _line(number: str, line: Json) -> dict[str, Any]:
    """A line; what is charged for it is for all its units, and what is charged below nothing is a discount."""
    charges = [
        (minor(part(one, "chargeAmount").get("amount"), _currency([line])), one) for one in _charges(line, "PRODUCT")
    ]
    net, off = sum(minor for minor, _ in charges if minor > 0), -sum(minor for minor, _ in charges if minor < 0)
    quantity = max(_quantity(line), 1)
    ordered = int(float(part(line, "orderLineQuantity").get("amount") or 1)) or 1
    unit = -(-net // ordered)
    product = part(line, "item")
    tax = sum(_tax(one) for _, one in charges)
    taxed = Decimal(net - off)
    return {
        "order_number": number, "line": int(needed("a line", line, "lineNumber")),
        "sku": needed("a line", product, "sku"), "description": said(product, "productName"),
        "quantity": quantity, "unit_price": unit, "currency": _currency([line]),
        "tax_rate": float((Decimal(tax) / taxed).quantize(Decimal("0.000001"))) if taxed > 0 else 0.0,
        "discount": (off + unit * ordered - net) * quantity // ordered,
    }  # fmt: skip


def _tax(charge: Json) -> int:
    amount = part(charge, "tax", "taxAmount")
    return minor(amount.get("amount"), said(amount, "currency") or "USD") if amount else 0


def _payments(number: str, lines: Sequence[Json], changed: datetime, name: str) -> Iterator[dict[str, Any]]:
    """What was charged when goods left, freight included, and what went back."""
    currency = _currency(lines)
    paid = 0
    for line in lines:
        charges = several(line, "charges", "charge")
        whole = sum(minor(part(one, "chargeAmount").get("amount"), currency) + _tax(one) for one in charges)
        gone = sum(units for state, units, _ in _states(line) if state in {"shipped", "delivered"})
        paid += whole * gone // (int(float(part(line, "orderLineQuantity").get("amount") or 1)) or 1)
    method = {"order_number": number, "currency": currency, "method": name}
    if paid > 0:
        yield {**method, "payment_id": f"walmart-{number}", "kind": "payment", "amount": paid, "paid_at": changed}
    back: dict[str, int] = {}
    for line in lines:
        for refund in several(line, "refund"):
            known = said(refund, "refundId") or said(line, "lineNumber")
            back[known] = back.get(known, 0) + sum(
                abs(minor(part(one, "charge", "chargeAmount").get("amount"), currency)) + abs(_tax(part(one, "charge")))
                for one in several(refund, "refundCharges", "refundCharge")
            )
    for known, amount in back.items():
        if amount:
            yield {**method, "payment_id": f"walmart-{number}-refund-{known}", "kind": "refund", "amount": amount,
                   "paid_at": changed}  # fmt: skip


def _parcels(number: str, lines: Sequence[Json]) -> tuple[list[dict[str, Any]], ...]:
    parcels: dict[str, dict[str, Any]] = {}
    contents: list[dict[str, Any]] = []
    scans: list[dict[str, Any]] = []
    for line in lines:
        for state, units, one in _states(line):
            sent = part(one, "trackingInfo")
            tracking = said(sent, "trackingNumber")
            if not tracking or not units or state == "cancelled":
                continue
            carrier = part(sent, "carrierName")
            parcels.setdefault(tracking, {
                "tracking_number": tracking, "order_number": number,
                "carrier": said(carrier, "carrier") or said(carrier, "otherCarrier"),
                "shipped_at": moment(sent.get("shipDateTime")),
            })  # fmt: skip
            line_number = int(said(line, "lineNumber"))
            contents.append({"tracking_number": tracking, "line": line_number, "quantity": units})
            if state == "delivered" and line.get("statusDate"):
                scans.append({"tracking_number": tracking, "scanned_at": moment(line["statusDate"]),
                              "status": "delivered", "place": "", "note": ""})  # fmt: skip
    return list(parcels.values()), contents, scans


def _units(node: Json, sku: str) -> int:
    count = node.get("onHandQty", node.get("availToSellQty"))
    if not isinstance(count, int):
        raise Unreadable(f"stock of {sku[:40]} without a count")
    return max(count, 0)
