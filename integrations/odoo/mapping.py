"""What Odoo says of goods, people, prices and sales, in canonical rows; pure."""

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import ceil, isclose
from typing import Any

from core.exchange.model import Record, version
from core.money import of_major
from integrations.reading import Json, Unreadable, minor, moment, needed, said

log = logging.getLogger(__name__)
_SOLD = {"sale", "done"}
_NOT_YET = {"draft", "sent"}
CHANGES = frozenset({"cancel", "address"})
"""What customers may change in their orders from here."""
_GOODS = {"product", "consu"}


@dataclass(frozen=True)
class Books:
    """What records refer to by number: units as so many of the smallest, countries, states, taxes, warehouses."""

    units: Mapping[int, float] = field(default_factory=dict)
    countries: Mapping[int, str] = field(default_factory=dict)
    states: Mapping[int, str] = field(default_factory=dict)
    taxes: Mapping[int, Json] = field(default_factory=dict)
    warehouses: Mapping[int, str] = field(default_factory=dict)

    def converted(self, quantity: float, unit: int | None, own: int | None) -> float:
        """A quantity in one unit as one in a product's own."""
        return quantity * self.units.get(unit or 0, 1.0) / self.units.get(own or 0, 1.0)


def ref(found: Json, name: str) -> int | None:
    """The number of the record that a field refers to."""
    value = found.get(name)
    return value[0] if isinstance(value, list) and value and isinstance(value[0], int) else None


def named(found: Json, name: str) -> str:
    """What the record is called that a field refers to."""
    value = found.get(name)
    return str(value[1]) if isinstance(value, list) and len(value) > 1 else ""


def changed(*records: Json) -> datetime:
    """When any of these was last changed."""
    return max(moment(one["write_date"]) for one in records if one.get("write_date"))


def units_of(quantity: float, what: str) -> int:
    """Whole units.

    Raises:
        Unreadable: it is a part of one.
    """
    if not isclose(quantity, round(quantity), abs_tol=1e-6):
        raise Unreadable(f"{what} of {quantity:g}, which is no whole number of units")
    return round(quantity)


def sku_of(found: Json) -> str:
    """A product's internal reference; one that has none gets its number."""
    return said(found, "default_code") or f"odoo-{found['id']}"


def person(found: Json) -> str:
    """Our number of a contact."""
    return f"odoo-{found['id']}"


def product(found: Json, values: Mapping[int, Json], books: Books, currency: str) -> Record | None:
    """A variant as a product of ours, by its net price; None of what is no goods."""
    if said(found, "type") not in _GOODS:
        return None
    sku = sku_of(found)
    own = [values[one] for one in found.get("product_template_attribute_value_ids") or () if one in values]
    rate, included = tax_of([books.taxes[one] for one in found.get("taxes_id") or () if one in books.taxes])
    price = Decimal(str(found.get("lst_price") or 0)) / (1 + (rate if included else 0))
    row = {
        "sku": sku,
        "name": " ".join([needed("a product", found, "name"), *(said(one, "name") for one in own)]),
        "category": named(found, "categ_id").rpartition(" / ")[2],
        "price": of_major(float(price), currency).minor,
        "currency": currency,
        "tax_rate": float(rate),
        "weight_kg": float(found.get("weight") or 0),
        "volume_m3": float(found.get("volume") or 0),
        "active": bool(found.get("active", True)) and bool(found.get("sale_ok", True)),
        "family": f"odoo-{ref(found, 'product_tmpl_id')}" if own else "",
        "options": {named(one, "attribute_id").lower(): said(one, "name") for one in own},
    }
    return Record("products", str(found["id"]), sku, version(changed(found)), {"products": [row]})


def warehouse(found: Json, code: str, country: str) -> Record:
    """A warehouse."""
    row = {"location": code, "name": needed("a warehouse", found, "name"), "country": country}
    return Record("locations", str(found["id"]), code, version(changed(found)), {"locations": [row]})


def customer(found: Json, books: Books, home: str) -> Record:
    """A contact as a customer, with the address things are sent to.

    Raises:
        Unreadable: nobody can be told from others, or written to, without a mail address.
    """
    key, email = person(found), needed("a customer", found, "email")
    row = {
        "customer_id": key, "name": said(found, "name") or email, "email": email.split(",")[0].strip(),
        "company": named(found, "parent_id") or (said(found, "name") if found.get("is_company") else ""),
        "phone": said(found, "phone"), "language": (said(found, "lang") or "en")[:2].lower(),
        "country": books.countries.get(ref(found, "country_id") or 0) or home, "vat_number": said(found, "vat"),
    }  # fmt: skip
    rows = {"customers": [row]}
    if said(found, "street") and said(found, "city"):
        rows["addresses"] = [{"customer_id": key, "kind": "shipping", **address_of(found, books, home)}]
    return Record("customers", str(found["id"]), key, version(changed(found)), rows)


def address_of(found: Json, books: Books, home: str) -> dict[str, str]:
    """Where a contact is, by the parts of an address."""
    return {
        "line1": said(found, "street"), "line2": said(found, "street2"), "city": said(found, "city"),
        "postcode": said(found, "zip"), "country": books.countries.get(ref(found, "country_id") or 0) or home,
        "region": books.states.get(ref(found, "state_id") or 0, ""),
    }  # fmt: skip


def vendor(found: Json, currency: str, delays: Sequence[float], now: datetime) -> Record:
    """A contact as a supplier; what it states for its goods on average is how long it takes."""
    key = person(found)
    row = {
        "supplier": key, "name": needed("a vendor", found, "name"), "email": said(found, "email"),
        "currency": named(found, "property_purchase_currency_id") or currency,
        "lead_time_days": sum(delays) / len(delays) if delays else 0.0,
    }  # fmt: skip
    return Record("suppliers", str(found["id"]), key, version(now), {"suppliers": [row]})


@dataclass(frozen=True)
class Offer:
    """The price lines of a vendor for a product."""

    vendor: int
    goods: Json
    lines: Sequence[Json]

    @property
    def external_id(self) -> str:
        """Which vendor for which product."""
        return f"{self.vendor}/{self.goods['id']}"


def price_list(offer: Offer, books: Books, today: date, now: datetime) -> tuple[Record | None, list[str]]:
    """What a vendor asks for a product today, and what could not be read of it; no record where nothing holds today.

    Of prices that hold for a quantity the lowest counts, as when Odoo buys itself: what is no cheaper is no break.
    """
    faults: list[str] = []
    own, sku = ref(offer.goods, "uom_id"), sku_of(offer.goods)
    tiers: dict[int, int] = {}
    packs: set[int] = set()
    currency = ""
    for line in sorted((one for one in offer.lines if _holds(one, today)), key=_least_first):
        its, unit = named(line, "currency_id"), ref(line, "product_uom_id") or ref(line, "product_uom")
        currency = currency or its
        if its != currency:
            faults.append(f"a price of {sku} in {its} was left out; the vendor's others are in {currency}.")
            continue
        each = books.converted(1.0, unit or own, own)
        asked = Decimal(str(line.get("price") or 0)) * (1 - Decimal(str(line.get("discount") or 0)) / 100)
        least = max(1, ceil(float(line.get("min_qty") or 0) * each - 1e-9))
        cost = of_major(float(asked) / each, currency).minor
        if not tiers or cost < min(tiers.values()):
            tiers[least] = cost
        packs.add(round(each) if isclose(each, round(each)) and each >= 1 else 1)
    if not tiers:
        return None, faults
    (least, cost), *others = sorted(tiers.items())
    row = {
        "supplier": f"odoo-{offer.vendor}", "sku": sku, "unit_cost": cost, "currency": currency, "minimum": least,
        "pack": packs.pop() if len(packs) == 1 else 1, "price_breaks": [list(one) for one in others],
    }  # fmt: skip
    key = f"odoo-{offer.vendor}@{sku}"
    return Record("supplier_items", offer.external_id, key, version(now), {"supplier_items": [row]}), faults


def _holds(line: Json, today: date) -> bool:
    first, last = said(line, "date_start"), said(line, "date_end")
    return (not first or date.fromisoformat(first) <= today) and (not last or date.fromisoformat(last) >= today)


def _least_first(line: Json) -> tuple[float, int]:
    return float(line.get("min_qty") or 0), int(line["id"])


def stock(goods: Json, here: Mapping[str, float], now: datetime) -> list[Record]:
    """What lies of a product in each warehouse."""
    sku = sku_of(goods)
    records = []
    for place, quantity in sorted(here.items()):
        key, on_hand = f"{sku}@{place}", max(0, int(quantity + 1e-6))
        row = {"sku": sku, "location": place, "on_hand": on_hand, "counted_at": now}
        records.append(Record("stock", f"{goods['id']}/{place}", key, version(now), {"stock": [row]}))
    return records


def is_placed(order: Json, what: str, not_yet: Set[str], placed: Set[str]) -> bool:
    """Whether an order was placed or cancelled, rather than only offered or asked about.

    Raises:
        Unreadable: a word that we do not know says how it stands.
    """
    state = said(order, "state")
    if state not in not_yet | placed | {"cancel"}:
        log.warning("Odoo said “%s” of a %s, which its table does not have", state[:40], what)
        raise Unreadable(f"a {what} that is “{state[:40]}”, which is unknown here")
    return state not in not_yet


@dataclass(frozen=True)
class Sale:
    """A sales order with what hangs on it."""

    order: Json
    lines: Sequence[Json]
    pickings: Sequence[Json]
    buyer: Json
    ship_to: Json
    skus: Mapping[int, str]


def sale(found: Sale, books: Books, home: str) -> Record | None:
    """A confirmed or cancelled sales order; None of a quotation.

    Raises:
        Unreadable: a word that we do not know says how it stands, or what every order has is missing.
    """
    if not is_placed(found.order, "sales order", _NOT_YET, _SOLD):
        return None
    number, currency = needed("a sales order", found.order, "name"), named(found.order, "currency_id")
    sold = [one for one in found.lines if not one.get("display_type") and ref(one, "product_id")]
    lines = [_sold(one, number, place, currency, found.skus) for place, one in enumerate(sold, 1)]
    head = {
        "order_number": number, "customer_id": person(found.buyer) if said(found.buyer, "email") else None,
        "placed_at": moment(found.order["date_order"]),
        "status": "cancelled" if said(found.order, "state") == "cancel" else _progress(sold), "currency": currency,
        "location": books.warehouses.get(ref(found.order, "warehouse_id") or 0, "main"), "payment_method": "",
        "ship_name": said(found.ship_to, "name"),
        **{f"ship_{name}": text for name, text in address_of(found.ship_to, books, home).items()},
    }  # fmt: skip
    sent = [one for one in found.pickings if said(one, "carrier_tracking_ref") and said(one, "state") == "done"]
    parcels = [
        {
            "tracking_number": said(one, "carrier_tracking_ref").upper(), "order_number": number,
            "carrier": named(one, "carrier_id") or "unknown", "shipped_at": moment(one["date_done"]),
            "expected_on": None,
        }
        for one in sent
    ]  # fmt: skip
    rows = {
        "orders": [head], "order_lines": [one for one in lines if one["quantity"] > 0], "parcels": parcels,
        "scans": [{"tracking_number": one["tracking_number"], "scanned_at": one["shipped_at"],
                   "status": "label_created", "place": "", "note": ""} for one in parcels],
    }  # fmt: skip
    when = changed(found.order, *found.lines, *found.pickings)
    left_alone = not_taken(found.order, found.lines, found.pickings)
    return Record("orders", str(found.order["id"]), number, version(when), rows, not_taken=sorted(left_alone))


def not_taken(order: Json, lines: Iterable[Json], pickings: Iterable[Json]) -> frozenset[str]:
    """Changes that an order does not take from us as it stands.

    Of one that is locked, or of which goods were moved, none; of one that was paid or invoiced there no cancelling: who
    keeps the books sees to the money.
    """
    some = list(lines)
    has_moved = any(said(one, "state") == "done" for one in pickings)
    if order.get("locked") or said(order, "state") == "done" or has_moved or _any(some, "qty_delivered"):
        return CHANGES
    return frozenset({"cancel"} if order.get("amount_paid") or _any(some, "qty_invoiced") else ())


def _any(lines: Iterable[Json], name: str) -> bool:
    return any(float(one.get(name) or 0) > 0 for one in lines)


def _progress(lines: Iterable[Json]) -> str:
    """How far an order is; Odoo knows when goods left, not when they came."""
    asked = [(float(one.get("product_uom_qty") or 0), float(one.get("qty_delivered") or 0)) for one in lines]
    if any(units > 0 for units, _ in asked) and all(sent >= units for units, sent in asked):
        return "shipped"
    return "packed" if any(sent > 0 for _, sent in asked) else "open"


def _sold(line: Json, number: str, place: int, currency: str, skus: Mapping[int, str]) -> dict[str, Any]:
    """A line whose net comes out as Odoo has it, to the minor unit, whether its prices include tax or not."""
    units = units_of(float(line.get("product_uom_qty") or 0), "a line")
    net, tax = minor(line.get("price_subtotal") or 0, currency), Decimal(str(line.get("price_tax") or 0))
    price = priced(line, units, net, currency)
    subtotal = Decimal(str(line.get("price_subtotal") or 0))
    return {
        "order_number": number, "line": place, "sku": skus.get(ref(line, "product_id") or 0, "unknown"),
        "description": said(line, "name"), "quantity": units, "unit_price": price, "currency": currency,
        "tax_rate": float(round(tax / subtotal, 3)) if subtotal else 0.0, "discount": price * units - net,
    }  # fmt: skip


def priced(line: Json, units: int, net: int, currency: str) -> int:
    """What a unit of a line costs before tax and discount: as stated, or, where that includes tax, by its net."""
    stated = minor(line.get("price_unit") or 0, currency)
    is_stated = stated * units == net or (line.get("discount") and stated * units > net)
    return stated if is_stated else -(-net // units) if units else 0


def tax_of(taxes: Iterable[Json]) -> tuple[Decimal, bool]:
    """The rate of some taxes together, and whether prices include it."""
    shares = [one for one in taxes if said(one, "amount_type") == "percent"]
    rate = sum((Decimal(str(one["amount"])) for one in shares), Decimal(0)) / 100
    return rate, any(one.get("price_include") for one in shares)
