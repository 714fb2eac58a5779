"""What Amazon says of orders, stock and returns, in canonical rows; pure."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.exchange.model import Record, version
from integrations.reading import Json, Unreadable, minor, moment, needed, part, said, several

log = logging.getLogger(__name__)

_ORDER = {
    "PENDING_AVAILABILITY": "open",
    "PENDING": "open",
    "UNSHIPPED": "open",
    "PARTIALLY_SHIPPED": "open",
    "SHIPPED": "shipped",
    "CANCELLED": "cancelled",
    "UNFULFILLABLE": "cancelled",
}
_UNPAID = frozenset({"PENDING_AVAILABILITY", "PENDING", "CANCELLED", "UNFULFILLABLE"})
_PACKAGE = {
    "PENDING": "label_created",
    "SHIPPED": "in_transit",
    "IN_TRANSIT": "in_transit",
    "DELIVERED": "delivered",
    "CANCELLED": "unknown",
    "UNDELIVERABLE": "exception",
}
_DETAIL = {
    "PENDING_SCHEDULE": "label_created",
    "PENDING_PICK_UP": "label_created",
    "PENDING_DROP_OFF": "label_created",
    "LABEL_CANCELLED": "unknown",
    "PICKED_UP": "picked_up",
    "DROPPED_OFF": "picked_up",
    "AT_ORIGIN_FC": "in_transit",
    "AT_DESTINATION_FC": "in_transit",
    "OUT_FOR_DELIVERY": "out_for_delivery",
    "DELIVERED": "delivered",
    "UNDELIVERABLE": "exception",
    "REJECTED_BY_BUYER": "exception",
    "RETURNING_TO_SELLER": "exception",
    "RETURNED_TO_SELLER": "returned",
    "LOST": "exception",
    "DAMAGED": "exception",
}
_RETURN = {
    "CREATED": "approved",
    "CARRIER_NOTIFIED_TO_PICK_UP_FROM_CUSTOMER": "approved",
    "CARRIER_OUT_FOR_PICK_UP_FROM_CUSTOMER": "approved",
    "CUSTOMER_CANCELLED_PICK_UP": "approved",
    "CUSTOMER_RESCHEDULED_PICK_UP": "approved",
    "PICKED_FROM_CUSTOMER": "in_transit",
    "IN_TRANSIT": "in_transit",
    "OUT_FOR_DELIVERY": "in_transit",
    "DELIVERED": "received",
    "REPLANNED": "in_transit",
    "PARTIALLY_PROCESSED": "received",
    "PROCESSED": "received",
    "CUSTOMER_DROPPED_OFF": "in_transit",
    "REJECTED": "rejected",
    "CANCELLED": "cancelled",
}


def order(found: Json, label: str) -> Record:
    """An order with its lines, its payment and its parcels.

    Raises:
        Unreadable: what every order has is missing.
    """
    number = needed("an order", found, "orderId")
    items = items_of(found)
    if not items:
        raise Unreadable("an order without items")
    placed, changed = moment(found.get("createdTime")), moment(found.get("lastUpdatedTime") or found.get("createdTime"))
    address = part(found, "recipient", "deliveryAddress")
    word, status = _status(found)
    currency = _currency(found, items)
    buyer = _buyer(found, address)
    parcels, parcel_lines, scans = _parcels(number, found, items, changed)
    head = {
        "order_number": number, "customer_id": buyer[0]["customer_id"] if buyer else None, "placed_at": placed,
        "status": status, "currency": currency,
        "location": "amazon" if said(part(found, "fulfillment"), "fulfilledBy") == "AMAZON" else "main",
        "payment_method": label, "ship_name": said(address, "name"), "ship_line1": said(address, "addressLine1"),
        "ship_line2": " ".join(filter(None, (said(address, "addressLine2"), said(address, "addressLine3")))),
        "ship_city": said(address, "city"), "ship_postcode": said(address, "postalCode"),
        "ship_region": said(address, "stateOrRegion"), "ship_country": said(address, "countryCode"),
    }  # fmt: skip
    total = part(found, "proceeds", "grandTotal")
    rows = {
        "customers": buyer,
        "orders": [head],
        "order_lines": [_line(number, place, one, currency) for place, one in _kept(items)],
        "payments": [
            {"payment_id": f"amazon-{number}", "order_number": number, "kind": "payment", "currency": currency,
             "amount": minor(total["amount"], currency), "method": label, "paid_at": placed}
        ] if total and word not in _UNPAID else [],
        "parcels": parcels,
        "parcel_lines": parcel_lines,
        "scans": scans,
    }  # fmt: skip
    return Record("orders", number, number, version(changed), rows, served_there=head["location"] == "amazon")


def products(found: Json) -> Iterator[Record]:
    """What an order says of the products in it: their titles and what they cost then."""
    changed = moment(found.get("lastUpdatedTime") or found.get("createdTime"))
    for item in items_of(found):
        price = part(item, "product", "price", "unitPrice")
        if not price:
            continue
        sku, currency = _sku(item), said(price, "currencyCode")
        row = {"sku": sku, "name": said(part(item, "product"), "title") or sku, "currency": currency,
               "price": minor(price.get("amount"), currency)}  # fmt: skip
        yield Record("products", sku, sku, version(changed), {"products": [row]})


def stock(found: Json, seen: datetime) -> Iterator[Record]:
    """What lies of a product in Amazon's warehouses; what is reserved there waits for orders that we know too.

    Raises:
        Unreadable: it has no stock code or no count.
    """
    sku = needed("stock", found, "sellerSku")
    details = part(found, "inventoryDetails")
    count = details.get("fulfillableQuantity", found.get("totalQuantity"))
    if not isinstance(count, int):
        raise Unreadable(f"stock of {sku[:40]} without a count")
    reserved = part(details, "reservedQuantity").get("pendingCustomerOrderQuantity")
    counted = moment(found["lastUpdatedTime"]) if said(found, "lastUpdatedTime") else seen
    rows: dict[str, list[dict[str, Any]]] = {
        "locations": [{"location": "amazon", "name": "Fulfilment by Amazon", "country": ""}],
        "stock": [{"sku": sku, "location": "amazon", "counted_at": counted,
                   "on_hand": max(count + (reserved if isinstance(reserved, int) else 0), 0)}],
    }  # fmt: skip
    key = f"{sku}@amazon"
    yield Record("stock", key, key, version(counted), rows)


def returned(found: Json, lines: Mapping[str, int]) -> Record:
    """A returned article; `lines` are the lines of its order by stock code.

    Raises:
        Unreadable: what every return has is missing, or its order has no such article.
    """
    number, about = needed("a return", found, "id"), order_of_return(found)
    skus = (said(found, "merchantSku"), said(part(found, "marketplaceChannelDetails"), "channelSku"))
    line = next((lines[sku] for sku in skus if sku in lines), None)
    if line is None:
        raise Unreadable(f"order {about} has no such article")
    word = said(found, "status")
    if word not in _RETURN:
        log.warning("Amazon said “%s” of a return, which its table does not have", word[:40])
    kind = "return" if said(found, "returnSubType") in {"", "NORMAL"} else "exchange"
    head = {"return_number": number, "order_number": about, "kind": kind, "status": _RETURN.get(word, "requested"),
            "requested_at": moment(found.get("creationDateTime"))}  # fmt: skip
    units = found.get("numberOfUnits")
    reason = said(part(found, "returnMetadata"), "returnReason")
    line_row = {"return_number": number, "line": line, "quantity": units if isinstance(units, int) else 1,
                "reason": reason}  # fmt: skip
    changed = moment(found.get("lastUpdatedDateTime") or found.get("creationDateTime"))
    return Record(
        "returns", number, number, version(changed), {"returns": [head], "return_lines": [line_row]}, about=about
    )


def order_of_return(found: Json) -> str:
    """The order that a return belongs to.

    Raises:
        Unreadable: it does not say.
    """
    return needed("a return", part(found, "marketplaceChannelDetails"), "customerOrderId")


def lines_of(found: Json) -> dict[str, int]:
    """The lines of an order by stock code."""
    return {_sku(item): place for place, item in enumerate(items_of(found), 1)}


def items_of(found: Json) -> list[Json]:
    """The items of an order, always in the same order."""
    return sorted(several(found, "orderItems"), key=lambda one: said(one, "orderItemId"))


def _status(found: Json) -> tuple[str, str]:
    word = said(part(found, "fulfillment"), "fulfillmentStatus")
    if word not in _ORDER:
        log.warning("Amazon said “%s” of an order, which its table does not have", word[:40])
    status = _ORDER.get(word, "open")
    packages = [said(part(one, "packageStatus"), "status") for one in several(found, "packages")]
    return word, "delivered" if status == "shipped" and packages and set(packages) == {"DELIVERED"} else status


def _buyer(found: Json, address: Json) -> list[dict[str, Any]]:
    """Who ordered, by the address that Amazon relays; nobody where it tells none."""
    buyer = part(found, "buyer")
    email, country = said(buyer, "buyerEmail").lower(), said(address, "countryCode")
    if not email or not country:
        return []
    name = said(buyer, "buyerName") or said(address, "name") or "Amazon customer"
    return [{"customer_id": f"amazon-{email.partition('@')[0]}", "name": name, "email": email, "country": country,
             "company": said(buyer, "buyerCompanyName"), "phone": ""}]  # fmt: skip


def _currency(found: Json, items: Sequence[Json]) -> str:
    amounts = [part(found, "proceeds", "grandTotal"), *(part(one, "product", "price", "unitPrice") for one in items)]
    code = next((said(amount, "currencyCode") for amount in amounts if amount), "")
    if not code:
        raise Unreadable("an order without a price")
    return code


def _sku(item: Json) -> str:
    product = part(item, "product")
    return said(product, "sellerSku") or needed("an item", product, "asin")


def _quantity(item: Json) -> int:
    """Units that are neither cancelled nor given up."""
    ordered = item.get("quantityOrdered")
    fate = part(item, "fulfillment")
    told = [count for name in ("quantityFulfilled", "quantityUnfulfilled") if isinstance(count := fate.get(name), int)]
    living = sum(told) if len(told) == 2 else ordered
    return min(living, ordered) if isinstance(ordered, int) and isinstance(living, int) else 0


def _kept(items: Sequence[Json]) -> list[tuple[int, Json]]:
    """The items that are not cancelled, with their places; all of them where the whole order is."""
    placed = list(enumerate(items, 1))
    return [(place, one) for place, one in placed if _quantity(one) > 0] or placed


def _line(number: str, place: int, item: Json, currency: str) -> dict[str, Any]:
    """A line; the breakdown of what it brought tells its net, its tax and its discount."""
    quantity = _quantity(item) or max(int(item.get("quantityOrdered") or 1), 1)
    sums: dict[str, int] = {}
    for one in several(item, "proceeds", "breakdowns"):
        kind = said(one, "type")
        sums[kind] = sums.get(kind, 0) + minor(part(one, "subtotal").get("amount"), currency)
    price = part(item, "product", "price", "unitPrice")
    unit = minor(price["amount"], currency) if price else -(-sums.get("ITEM", 0) // quantity)
    off = min(abs(sums.get("DISCOUNT", 0)), unit * quantity)
    net = unit * quantity - off
    return {
        "order_number": number, "line": place, "sku": _sku(item), "quantity": quantity, "unit_price": unit,
        "description": said(part(item, "product"), "title") or _sku(item), "currency": currency, "discount": off,
        "tax_rate": float((Decimal(sums.get("TAX", 0)) / net).quantize(Decimal("0.000001"))) if net else 0.0,
    }  # fmt: skip


def _parcels(
    number: str, found: Json, items: Sequence[Json], changed: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    places = {said(item, "orderItemId"): place for place, item in enumerate(items, 1)}
    parcels, contents, scans = [], [], []
    for package in several(found, "packages"):
        tracking = said(package, "trackingNumber")
        sent = package.get("shipTime") or package.get("createdTime")
        if not tracking or not sent:
            continue
        parcels.append({"tracking_number": tracking, "order_number": number, "carrier": said(package, "carrier"),
                        "shipped_at": moment(sent)})  # fmt: skip
        contents += [
            {"tracking_number": tracking, "line": places[said(one, "orderItemId")], "quantity": one["quantity"]}
            for one in several(package, "packageItems") if said(one, "orderItemId") in places
        ]  # fmt: skip
        status = _package(part(package, "packageStatus"))
        if status not in {"unknown", "label_created"}:
            scans.append(
                {"tracking_number": tracking, "scanned_at": changed, "status": status, "place": "", "note": ""}
            )
    return parcels, contents, scans


def _package(state: Json) -> str:
    """Where a package is, by the more detailed of two words that a table has."""
    for table, word in ((_DETAIL, said(state, "detailedStatus")), (_PACKAGE, said(state, "status"))):
        if word in table:
            return table[word]
        if word:
            log.warning("Amazon said “%s” of a package, which its table does not have", word[:40])
    return "unknown"
