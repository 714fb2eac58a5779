"""Invents the supplying side: suppliers' terms, what is on the shelf, and purchase orders past and under way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from random import Random
from typing import Any

from integrations.demo.bills import pounds
from integrations.demo.cut import FIRST_DAY, Cut, Product
from integrations.demo.parcels import stamp, workday
from integrations.demo.people import Row

LOCATION = "main"
_RECENT_DAYS = 60
_SHELF = (("out", 0.07), ("low", 0.16), ("plenty", 0.12), ("fine", 0.65))
_PACKS = ((100, (12, 24, 48)), (400, (6, 12, 24)), (1_000, (4, 6, 12)), (10**9, (1, 2, 4)))  # by price below
_CADENCE_DAYS = (12, 24)
_STORAGE_M3 = 505
_UNIT_M3 = (0.0006, 0.0035)
_KG_PER_M3 = (120, 380)


@dataclass(frozen=True)
class Item:
    """What a supplier asks for a product; money in pence, `daily` is what the shop sells of it."""

    product: Product
    supplier: str
    unit_cost: int
    pack: int
    minimum: int
    breaks: tuple[tuple[int, int], ...]
    daily: float
    on_hand: int


@dataclass(frozen=True)
class Purchase:
    """A purchase order; `received_at` is None while it is under way."""

    supplier: str
    ordered_at: datetime
    expected_on: date
    received_at: datetime | None
    units: Mapping[str, int]


def items(cut: Cut, words: Any) -> dict[str, Item]:
    """Terms and shelf of every product, by stock code."""
    rng = Random("supply")  # noqa: S311 the same shop each time
    sold = _sold_lately(cut)
    lead_days = {one["supplier"]: float(one["lead_time_days"]) for one in words["suppliers"]}
    made = {}
    for product in cut.products:
        cost = max(1, round(product.price * rng.uniform(0.40, 0.65)))
        pack = rng.choice(next(packs for below, packs in _PACKS if product.price < below))
        minimum = pack * rng.choice((1, 1, 2, 3))
        breaks = _breaks(rng, cost, max(minimum, pack) if rng.random() < 0.45 else 0)
        daily = sold.get(product.sku, 0) / _RECENT_DAYS
        supplier = supplier_of(product.name, words)
        made[product.sku] = Item(
            product, supplier, cost, pack, minimum, breaks, daily, _shelf(rng, daily, lead_days[supplier])
        )
    return made


def supplier_of(name: str, words: Any) -> str:
    """The first supplier one of whose words is in the name."""
    parts = set(name.replace("/", " ").split())
    for supplier in words["suppliers"]:
        if parts & set(supplier["words"]):
            return str(supplier["supplier"])
    return str(words["suppliers"][-1]["supplier"])


def purchases(made: Mapping[str, Item], words: Any, ends_at: datetime) -> list[Purchase]:
    """What was ordered and received since the records begin, then what is under way."""
    rng = Random("purchases")  # noqa: S311 the same shop each time
    done = []
    for terms in words["suppliers"]:
        mine = [item for item in made.values() if item.supplier == terms["supplier"]]
        ordered_on = workday(FIRST_DAY, rng.randint(1, 10))
        while True:
            every = rng.randint(*_CADENCE_DAYS)
            ordered_at = datetime.combine(ordered_on, time(rng.randint(8, 16), rng.randrange(60)))
            received_on = workday(ordered_on + timedelta(days=_lead_days(rng, terms) - 1), 1)
            if received_on >= ends_at.date():
                break
            units = {
                item.product.sku: _whole_packs(item, item.daily * every * 1.4) for item in mine if rng.random() < 0.55
            }
            if units:
                expected_on = ordered_on + timedelta(days=round(terms["lead_time_days"]))
                received_at = datetime.combine(received_on, time(rng.randint(9, 15), rng.randrange(60)))
                done.append(Purchase(terms["supplier"], ordered_at, expected_on, received_at, units))
            ordered_on = workday(ordered_on + timedelta(days=every), 1)
    return sorted([*done, *_under_way(rng, made, words, ends_at)], key=lambda one: (one.ordered_at, one.supplier))


def rows(
    cut: Cut, made: Mapping[str, Item], bought: Sequence[Purchase], words: Any, ends_at: datetime
) -> dict[str, list[Row]]:
    """The tables of products, suppliers, stock, purchase orders and other sales."""
    return {
        "products": [_product(item, words) for item in made.values()],
        "locations": [
            {
                "location": LOCATION,
                "name": "Canal Wharf warehouse",
                "country": "GB",
                "storage_m3": str(_STORAGE_M3),
                "budget": "",
            }
        ],
        "suppliers": [_supplier(terms) for terms in words["suppliers"]],
        "supplier_closures": [
            {
                "supplier": terms["supplier"],
                "first_on": str(cut.last_day + timedelta(days=terms["closed"]["in_days"])),
                "last_on": str(cut.last_day + timedelta(days=terms["closed"]["in_days"] + terms["closed"]["days"] - 1)),
                "why": terms["closed"]["why"],
            }
            for terms in words["suppliers"]
            if "closed" in terms
        ],
        "supplier_items": [_supplier_item(item) for item in made.values()],
        "events": [_event(number, one, cut.last_day) for number, one in enumerate(words["events"], 1)],
        "stock": [
            {"sku": sku, "location": LOCATION, "on_hand": str(item.on_hand), "counted_at": stamp(ends_at)}
            for sku, item in made.items()
        ],
        **_purchase_rows(made, bought),
        "sales": [
            {"sku": sku, "sold_on": str(day), "units": str(units)} for (sku, day), units in cut.other_sales.items()
        ],
    }


def _sold_lately(cut: Cut) -> dict[str, int]:
    since = cut.last_day - timedelta(days=_RECENT_DAYS)
    sold: dict[str, int] = defaultdict(int)
    for (sku, day), units in cut.other_sales.items():
        sold[sku] += units if day > since else 0
    for order in cut.orders:
        for sale in order.lines:
            sold[sale.sku] += sale.units if order.placed_at.date() > since else 0
    return sold


def _shelf(rng: Random, daily: float, lead_days: float) -> int:
    """Most shelves last beyond the next delivery, some do not, a few are empty."""
    kind = rng.choices([name for name, _ in _SHELF], [weight for _, weight in _SHELF])[0]
    least, most = {
        "out": (0.0, 0.0),
        "low": (0.1 * lead_days, 0.6 * lead_days),
        "fine": (1.2 * lead_days + 20, 1.8 * lead_days + 80),
        "plenty": (140.0, 220.0),
    }[kind]
    return 0 if kind == "out" else max(1, round(daily * rng.uniform(least, most)))


def _breaks(rng: Random, cost: int, base: int) -> tuple[tuple[int, int], ...]:
    if not base:
        return ()
    first, second = base * rng.choice((3, 4)), base * rng.choice((8, 10))
    prices = (cost * 95 // 100, cost * 90 // 100)
    return tuple((quantity, price) for quantity, price in zip((first, second), prices, strict=True) if 0 < price < cost)


def _lead_days(rng: Random, terms: Any) -> int:
    mean, sd = terms["lead_time_days"], terms["lead_time_sd_days"]
    return max(1, round(rng.gammavariate((mean / sd) ** 2, sd**2 / mean)))


def _whole_packs(item: Item, units: float) -> int:
    return int(max(ceil(units / item.pack) * item.pack, ceil(item.minimum / item.pack) * item.pack))


def _under_way(rng: Random, made: Mapping[str, Item], words: Any, ends_at: datetime) -> list[Purchase]:
    """Half of what is out and some of what is low is coming; one delivery is overdue."""
    found = []
    for place, terms in enumerate(words["suppliers"]):
        mine = [item for item in made.values() if item.supplier == terms["supplier"]]
        out = [item for item in mine if item.on_hand == 0]
        low = [item for item in mine if 0 < item.on_hand <= item.daily * terms["lead_time_days"] / 2]
        coming = [*out[::2], *low[::4]]
        if not coming:
            continue
        ahead = rng.randint(2, max(3, int(terms["lead_time_days"] * 0.6)))
        expected_on = workday(ends_at.date(), -2) if place == 3 else workday(ends_at.date() + timedelta(days=ahead), 1)
        ordered_on = workday(expected_on - timedelta(days=round(terms["lead_time_days"]) - 1), -1)
        units = {item.product.sku: _whole_packs(item, item.daily * 35) for item in coming}
        found.append(Purchase(terms["supplier"], datetime.combine(ordered_on, time(10, 15)), expected_on, None, units))
    return found


def _product(item: Item, words: Any) -> Row:
    category = next(one["category"] for one in words["suppliers"] if one["supplier"] == item.supplier)
    family = next((one for one in words["families"] if item.product.sku in one["members"]), None)
    return {
        "sku": item.product.sku,
        "name": item.product.name,
        "category": category,
        "price": pounds(item.product.price),
        **_size(item.product),
        "tax_rate": "0.2",
        "family": family["family"] if family else "",
        "options": f"{family['option']}: {family['members'][item.product.sku]}" if family else "",
    }


def _size(product: Product) -> Row:
    """What a unit takes up and weighs; of a stock code always the same."""
    rng = Random(f"size of {product.sku}")  # noqa: S311 the same shop each time
    volume = rng.uniform(*_UNIT_M3)
    return {"weight_kg": f"{volume * rng.uniform(*_KG_PER_M3):.3f}", "volume_m3": f"{volume:.5f}"}


def _supplier(terms: Any) -> Row:
    return {
        "supplier": terms["supplier"],
        "name": terms["name"],
        "email": f"orders-{terms['supplier'].lower()}@example.org",
        "lead_time_days": f"{terms['lead_time_days']}",
        "lead_time_sd_days": f"{terms['lead_time_sd_days']}",
        "review_days": f"{terms['review_days']}",
        "order_cost": f"{terms['order_cost']}.00",
        "line_cost": f"{terms['line_cost']:.2f}",
        "minimum_order_value": f"{terms['minimum_order_value']}.00",
        "order_days": terms.get("order_days", ""),
        "freight_cost": f"{terms.get('freight_cost', 0)}.00",
        "free_freight_from": f"{terms['free_freight_from']}.00" if "free_freight_from" in terms else "",
        "vehicle_weight_kg": str(terms.get("vehicle_weight_kg", "")),
        "trip_cost": f"{terms.get('trip_cost', 0)}.00",
    }


def _supplier_item(item: Item) -> Row:
    return {
        "supplier": item.supplier,
        "sku": item.product.sku,
        "unit_cost": pounds(item.unit_cost),
        "minimum": str(item.minimum),
        "pack": str(item.pack),
        "price_breaks": ";".join(f"{quantity}:{pounds(price)}" for quantity, price in item.breaks),
    }


def _event(number: int, one: Any, last_day: date) -> Row:
    first_on = last_day + timedelta(days=one["in_days"])
    return {
        "event": f"EV-{900_000 + number}",
        "name": one["name"],
        "kind": one["kind"],
        "first_on": str(first_on),
        "last_on": str(first_on + timedelta(days=one["days"] - 1)),
        **{name: one.get(name, "") for name in ("sku", "category", "price", "discount", "lift")},
    }


def _purchase_rows(made: Mapping[str, Item], bought: Sequence[Purchase]) -> dict[str, list[Row]]:
    numbered = [(f"PO-{number}", one) for number, one in enumerate(bought, 900_001)]
    return {
        "purchase_orders": [
            {
                "purchase_order_number": number,
                "supplier": one.supplier,
                "location": LOCATION,
                "status": "received" if one.received_at else "confirmed",
                "ordered_at": stamp(one.ordered_at),
                "expected_on": str(one.expected_on),
                "received_at": stamp(one.received_at) if one.received_at else "",
            }
            for number, one in numbered
        ],
        "purchase_order_lines": [
            {
                "purchase_order_number": number,
                "line": str(place),
                "sku": sku,
                "quantity": str(units),
                "received": str(units if one.received_at else 0),
                "unit_cost": pounds(_price_at(made[sku], units)),
            }
            for number, one in numbered
            for place, (sku, units) in enumerate(one.units.items(), 1)
        ],
    }


def _price_at(item: Item, units: int) -> int:
    return min([item.unit_cost, *(price for quantity, price in item.breaks if units >= quantity)])
