"""From Shopify's customers, products, places and stock to records of ours; pure, as orders are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.exchange.model import Hint, Level, Record, version
from core.money import minor_units
from core.systems import Shopify

Node = Mapping[str, Any]
_KILOGRAMS = {
    "KILOGRAMS": Decimal(1),
    "GRAMS": Decimal("0.001"),
    "POUNDS": Decimal("0.45359237"),
    "OUNCES": Decimal("0.028349523125"),
}


@dataclass(frozen=True)
class Told:
    """The records of a node, what has to be looked up because the node leaves it out, and what could not be taken."""

    records: tuple[Record, ...] = ()
    hints: tuple[Hint, ...] = ()
    faults: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()


def customer(node: Node, country: str) -> Told:
    """A customer with the address things are sent to; somebody without a mail address cannot be told from others."""
    email = (node.get("defaultEmailAddress") or {}).get("emailAddress")
    if not email:
        return Told(faults=(f"customer {node['legacyResourceId']} has no e-mail address.",))
    key, address = f"shopify-{node['legacyResourceId']}", node.get("defaultAddress") or {}
    row = {
        "customer_id": key,
        "name": node.get("displayName") or email,
        "email": email,
        "company": address.get("company") or "",
        "phone": (node.get("defaultPhoneNumber") or {}).get("phoneNumber") or "",
        "language": str(node.get("locale") or "en")[:2].lower(),
        "country": address.get("countryCodeV2") or country,
        "vat_number": "",
    }
    rows = {"customers": [row]}
    if address.get("address1") and address.get("countryCodeV2"):
        rows["addresses"] = [
            {
                "customer_id": key, "kind": "shipping", "line1": address["address1"],
                "line2": address.get("address2") or "", "city": address.get("city") or "",
                "postcode": address.get("zip") or "", "country": address["countryCodeV2"],
                "region": address.get("provinceCode") or "",
            }
        ]  # fmt: skip
    return Told((Record("customers", str(node["id"]), key, version(moment(node["updatedAt"])), rows),))


def variant(node: Node, currency: str) -> Told:
    """A variant as a product of ours; the net price where prices of the shop include no tax."""
    product = node["product"]
    is_alone = product.get("hasOnlyDefaultVariant")
    name = product["title"] if is_alone else f"{product['title']} {node['title']}"
    changed = max(moment(node["updatedAt"]), moment(product["updatedAt"]))
    row = {
        "sku": sku_of(node), "name": name, "category": product.get("productType") or "",
        "price": minor_units(str(node["price"]), currency), "currency": currency, "weight_kg": _weight(node),
        "active": product["status"] == "ACTIVE", "family": "" if is_alone else f"shopify-{number_in(product['id'])}",
        "options": {} if is_alone else {one["name"].lower(): one["value"] for one in node["selectedOptions"]},
    }  # fmt: skip
    return Told((Record("products", str(node["id"]), row["sku"], version(changed), {"products": [row]}),))


def location(node: Node, settings: Shopify) -> Told:
    """A place that holds stock."""
    code = place_of(node, settings)
    row = {"location": code, "name": node["name"], "country": (node.get("address") or {}).get("countryCode") or ""}
    return Told((Record("locations", str(node["id"]), code, version(moment(node["updatedAt"])), {"locations": [row]}),))


def item(node: Node, settings: Shopify) -> Told:
    """The stock of a variant at each location, as counted when it last changed, and what of it is for sale."""
    known = nodes(node, "variants")
    sku = node.get("sku") or (f"shopify-{known[0]['legacyResourceId']}" if known else "")
    if not node.get("tracked") or not sku:
        return Told()
    there = nodes(node, "inventoryLevels")
    offered = (
        Level(str(one["id"]), str(sku), place_of(one["location"], settings), quantity(one, "available"))
        for one in there
        if settings.tell_stock and str(one["location"]["legacyResourceId"]) in settings.locations
    )
    return Told(tuple(_level(one, str(sku), settings) for one in there), levels=tuple(offered))


def quantity(level: Node, name: str) -> int:
    """Units of a product at a location that are in one of its states."""
    return sum(int(one["quantity"]) for one in level["quantities"] if one["name"] == name)


def _level(node: Node, sku: str, settings: Shopify) -> Record:
    code, at = place_of(node["location"], settings), moment(node["updatedAt"])
    row = {"sku": sku, "location": code, "on_hand": max(0, quantity(node, "on_hand")), "counted_at": at}
    return Record("stock", str(node["id"]), f"{sku}@{code}", version(at), {"stock": [row]})


def sku_of(node: Node) -> str:
    """A variant's stock code; one that has none gets its number."""
    return str(node.get("sku") or f"shopify-{node['legacyResourceId']}")


def place_of(node: Node, settings: Shopify) -> str:
    """Our code of a location."""
    number = str(node["legacyResourceId"])
    return settings.locations.get(number, f"shopify-{number}")


def moment(written: str) -> datetime:
    """A moment with its zone."""
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return at


def number_in(gid: str) -> str:
    """The number at the end of gid://shopify/Order/1."""
    return gid.rpartition("/")[2].partition("?")[0]


def nodes(node: Node, name: str) -> Sequence[Node]:
    """The nodes of a connection; none where it is missing."""
    return (node.get(name) or {}).get("nodes") or ()


def _weight(node: Node) -> float:
    weight = ((node.get("inventoryItem") or {}).get("measurement") or {}).get("weight")
    if not weight or weight["unit"] not in _KILOGRAMS:
        return 0.0
    return float(Decimal(str(weight["value"])) * _KILOGRAMS[weight["unit"]])
