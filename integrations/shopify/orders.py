"""From Shopify's orders to records of ours: lines, payments, parcels and returns, whichever way they were read."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.exchange.model import Hint, Record, version
from core.money import minor_units
from core.systems import Shopify
from integrations.shopify.mapping import Node, Told, customer, moment, nodes, number_in

log = logging.getLogger(__name__)

OURS = "storekeeper"  # the attribute of an order that was placed here first, with its number
_PARCEL_WORDS = {
    "ATTEMPTED_DELIVERY": "exception",
    "CANCELED": "exception",
    "CARRIER_PICKED_UP": "picked_up",
    "CONFIRMED": "label_created",
    "DELAYED": "exception",
    "DELIVERED": "delivered",
    "FAILURE": "exception",
    "FULFILLED": "label_created",
    "IN_TRANSIT": "in_transit",
    "LABEL_PRINTED": "label_created",
    "LABEL_PURCHASED": "label_created",
    "LABEL_VOIDED": "exception",
    "MARKED_AS_FULFILLED": "label_created",
    "NOT_DELIVERED": "exception",
    "OUT_FOR_DELIVERY": "out_for_delivery",
    "PICKED_UP": "delivered",
    "READY_FOR_PICKUP": "in_transit",
    "SUBMITTED": "label_created",
}
_RETURN_WORDS = {"REQUESTED": "requested", "OPEN": "approved", "CANCELED": "cancelled", "DECLINED": "rejected"}
_BEING_PACKED = {"IN_PROGRESS", "PENDING_FULFILLMENT"}


def order(node: Node, settings: Shopify) -> Told:
    """An order with its lines, payments, parcels and returns."""
    number, currency = order_number(node), str(node["currencyCode"])
    returns, faults = _returns(node)
    back = _refunded_by_line(node)
    places, node = places_of_lines(node), without_swaps(node)
    is_net = not node.get("taxesIncluded")
    units = {line["id"]: _units(line, node, back) for line in nodes(node, "lineItems")}
    lines = [
        _line(line, (number, places[line["id"]], units[line["id"]]), currency, is_net=is_net)
        for line in nodes(node, "lineItems")
        if units[line["id"]] > 0
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "orders": [_head(node, number, settings)],
        "order_lines": lines,
        "payments": [row for one in node.get("transactions") or () if (row := _payment(one, number, currency))],
    }
    hints = _add_parcels(node, number, (places, units), rows)
    changed = version(moment(node["updatedAt"]))
    external_id = str(node["id"])
    records = [Record("orders", external_id, number, changed, rows)]
    records += [_return(one, external_id, places, changed) for one in returns]
    people = customer(node["customer"], "") if (node.get("customer") or {}).get("updatedAt") else Told()
    return Told((*people.records, *records), hints, tuple(faults))


def places_of_lines(node: Node) -> dict[str, int]:
    """Our number of each line of an order; what went out in an exchange is no line of it."""
    swapped = _swapped(node)
    return {line["id"]: place for place, line in enumerate(nodes(node, "lineItems"), 1) if line["id"] not in swapped}


def without_swaps(node: Node) -> Node:
    """The order as it was bought, without the lines that went out in exchanges."""
    swapped = _swapped(node)
    if not swapped:
        return node
    bought = [line for line in nodes(node, "lineItems") if line["id"] not in swapped]
    return {**node, "lineItems": {**node["lineItems"], "nodes": bought}}


def _swapped(node: Node) -> set[str]:
    out = (one for back in nodes(node, "returns") for one in nodes(back, "exchangeLineItems"))
    return {line["id"] for one in out for line in one.get("lineItems") or ()}


def order_number(node: Node) -> str:
    """Our number of an order: the one it was placed under here, else its name there without the sign before it."""
    ours = next((one["value"] for one in node.get("customAttributes") or () if one["key"] == OURS), None)
    return str(ours or node["name"]).lstrip("#")


def _head(node: Node, number: str, settings: Shopify) -> dict[str, Any]:
    to, who = node.get("shippingAddress") or {}, node.get("customer") or {}
    has_address = bool((who.get("defaultEmailAddress") or {}).get("emailAddress"))
    return {
        "order_number": number,
        "customer_id": f"shopify-{who['legacyResourceId']}" if has_address else None,
        "placed_at": moment(node.get("processedAt") or node["createdAt"]),
        "status": _status(node),
        "currency": node["currencyCode"],
        "location": settings.main_location,
        "payment_method": ", ".join(node.get("paymentGatewayNames") or ()),
        "ship_name": to.get("name") or "",
        "ship_line1": to.get("address1") or "",
        "ship_line2": to.get("address2") or "",
        "ship_city": to.get("city") or "",
        "ship_postcode": to.get("zip") or "",
        "ship_country": to.get("countryCodeV2") or "",
        "ship_region": to.get("provinceCode") or "",
    }


def _status(node: Node) -> str:
    """By what was done, not by words: of a word that we do not know nobody could say what may still be changed."""
    if node.get("cancelledAt"):
        return "cancelled"
    sent = [one for one in node.get("fulfillments") or () if one.get("displayStatus") != "CANCELED"]
    waits = any(line["unfulfilledQuantity"] > 0 for line in nodes(node, "lineItems"))
    if sent and not waits:
        return "delivered" if all(one.get("deliveredAt") for one in sent) else "shipped"
    return "packed" if sent or node.get("displayFulfillmentStatus") in _BEING_PACKED else "open"


def _units(line: Node, node: Node, back: Mapping[str, int]) -> int:
    """Units that were bought and not taken off again; what came back in a return stays part of the order."""
    return int(line["quantity"] if node.get("cancelledAt") else line["currentQuantity"] + back.get(line["id"], 0))


def _line(node: Node, place: tuple[str, int, int], currency: str, *, is_net: bool) -> dict[str, Any]:
    number, line, units = place
    rate = sum((Decimal(str(one.get("rate") or 0)) for one in node.get("taxLines") or ()), Decimal(0))
    taken_off = (one["allocatedAmountSet"]["shopMoney"]["amount"] for one in node.get("discountAllocations") or ())
    off = sum(map(Decimal, taken_off), Decimal(0))
    share = off * units / node["quantity"] if node["quantity"] else Decimal(0)
    price = _net(Decimal(node["originalUnitPriceSet"]["shopMoney"]["amount"]), rate, currency, is_net=is_net)
    variant_id = (node.get("variant") or {}).get("legacyResourceId")
    fallback = f"shopify-{variant_id}" if variant_id else f"shopify-line-{number_in(node['id'])}"
    return {
        "order_number": number, "line": line, "sku": str(node.get("sku") or fallback), "description": node["name"],
        "quantity": units, "unit_price": price, "currency": currency, "tax_rate": float(rate),
        "discount": min(_net(share, rate, currency, is_net=is_net), price * units),
    }  # fmt: skip


def _net(amount: Decimal, rate: Decimal, currency: str, *, is_net: bool) -> int:
    exact = amount if is_net else amount / (1 + rate)
    digits = len(str(abs(minor_units("1", currency)))) - 1
    return int(exact.scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))


def _payment(node: Node, number: str, currency: str) -> dict[str, Any] | None:
    kind = {"SALE": "payment", "CAPTURE": "payment", "REFUND": "refund"}.get(node["kind"])
    if kind is None or node["status"] != "SUCCESS":
        return None
    return {
        "payment_id": f"shopify-{number_in(node['id'])}",
        "order_number": number,
        "invoice_number": None,
        "kind": kind,
        "amount": minor_units(node["amountSet"]["shopMoney"]["amount"], currency),
        "currency": currency,
        "method": node.get("formattedGateway") or node.get("gateway") or "unknown",
        "method_id": None,
        "paid_at": moment(node.get("processedAt") or node["createdAt"]),
    }


def _add_parcels(
    node: Node, number: str, lines: tuple[Mapping[str, int], Mapping[str, int]], rows: dict[str, list[dict[str, Any]]]
) -> tuple[Hint, ...]:
    """Parcels with what is in them; where the node does not say what is in which, the order has to be looked up."""
    sent = [one for one in node.get("fulfillments") or () if one.get("displayStatus") != "CANCELED"]
    tracked = [(one, info) for one in sent for info in (one.get("trackingInfo") or ())[:1] if info.get("number")]
    rows["parcels"] = [
        {
            "tracking_number": info["number"].upper(), "order_number": number,
            "carrier": info.get("company") or "unknown", "shipped_at": moment(one["createdAt"]),
            "expected_on": moment(one["estimatedDeliveryAt"]).date() if one.get("estimatedDeliveryAt") else None,
        }
        for one, info in tracked
    ]  # fmt: skip
    events = {one["id"]: nodes(one, "events") for one in node.get("parcels") or ()}
    rows["scans"] = [
        scan for one, info in tracked for scan in _scans(one, events.get(one["id"]), info["number"].upper())
    ]
    inside = _inside(node, sent, lines)
    if inside is None:
        return (Hint("orders", str(node["id"])),)
    rows["parcel_lines"] = [
        {"tracking_number": info["number"].upper(), "line": line, "quantity": units}
        for one, info in tracked
        for line, units in sorted(inside.get(one["id"], {}).items())
    ]
    return ()


def _inside(
    node: Node, sent: Sequence[Node], lines: tuple[Mapping[str, int], Mapping[str, int]]
) -> dict[str, Mapping[int, int]] | None:
    """Units by line of each fulfilment: of the only one all there are, of several what the node says, if it does."""
    places, units = lines
    waits = any(line["unfulfilledQuantity"] > 0 for line in nodes(node, "lineItems"))
    if len(sent) == 1 and not waits:
        return {sent[0]["id"]: {places[one]: count for one, count in units.items() if count > 0}}
    if sent and "parcels" not in node:
        return None
    found: dict[str, Mapping[int, int]] = {}
    for one in node.get("parcels") or ():
        counted: Counter[int] = Counter()
        for inner in nodes(one, "fulfillmentLineItems"):
            if inner["lineItem"]["id"] in places:
                counted[places[inner["lineItem"]["id"]]] += inner.get("quantity") or 0
        found[one["id"]] = {line: count for line, count in counted.items() if count > 0}
    return found


def _scans(node: Node, events: Sequence[Node] | None, tracking_number: str) -> list[dict[str, Any]]:
    """What was said of a parcel: every event where they were asked for, else how it stands."""
    told: dict[tuple[str, str], str] = {("label_created", node["createdAt"]): ""}
    for name, written in (("in_transit", node.get("inTransitAt")), ("delivered", node.get("deliveredAt"))):
        if written:
            told[name, written] = ""
    for event in events or ():
        told[_parcel_status(event["status"]), event["happenedAt"]] = event.get("city") or ""
    stands = _parcel_status(node.get("displayStatus"))
    if events is None and stands not in {name for name, _ in told}:
        told[stands, node["updatedAt"]] = ""
    return [
        {"tracking_number": tracking_number, "scanned_at": moment(at), "status": name, "place": place, "note": ""}
        for (name, at), place in told.items()
    ]


def _parcel_status(word: object) -> str:
    status = _PARCEL_WORDS.get(str(word))
    if status is None:
        log.warning("Shopify said “%s” of a parcel, which its table does not have", str(word)[:40])
    return status or "unknown"


def _returns(node: Node) -> tuple[list[Node], list[str]]:
    """The returns whose state we have a word for; the others are named, and logged."""
    taken, faults = [], []
    for one in nodes(node, "returns"):
        if one["status"] in _RETURN_WORDS or one["status"] == "CLOSED":
            taken.append(one)
        else:
            log.warning("Shopify said “%s” of a return, which its table does not have", str(one["status"])[:40])
            faults.append(f"return {one['name']} is “{one['status']}”, which is unknown here.")
    return taken, faults


def _return(node: Node, order_id: str, places: Mapping[str, int], changed: str) -> Record:
    key = str(node["name"]).lstrip("#")
    lines = [
        {"return_number": key, "line": places[line], "quantity": one["quantity"], "reason": _reason(one)}
        for one in nodes(node, "returnLineItems")
        if (line := str(((one.get("fulfillmentLineItem") or {}).get("lineItem") or {}).get("id"))) in places
    ]
    is_swap = bool(nodes(node, "exchangeLineItems"))
    refunded = any(one.get("refundedQuantity") for one in nodes(node, "returnLineItems"))
    closed = "exchanged" if is_swap else "refunded" if refunded else "received"
    kind, status = "exchange" if is_swap else "return", _RETURN_WORDS.get(node["status"], closed)
    head = {"return_number": key, "order_number": order_id, "kind": kind, "status": status,
            "requested_at": moment(node["createdAt"])}  # fmt: skip
    return Record("returns", str(node["id"]), key, changed, {"returns": [head], "return_lines": lines}, about=order_id)


def _reason(node: Node) -> str:
    handle = (node.get("returnReasonDefinition") or {}).get("handle") or ""
    return str(handle).lower().replace("-", "_")


def _refunded_by_line(node: Node) -> Counter[str]:
    back: Counter[str] = Counter()
    for one in nodes(node, "returns"):
        for line in nodes(one, "returnLineItems"):
            item_of_it = ((line.get("fulfillmentLineItem") or {}).get("lineItem") or {}).get("id")
            if item_of_it:
                back[item_of_it] += line.get("refundedQuantity") or 0
    return back
