"""Room, money and vehicles that orders have to keep within, as the records have them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.inventory.service import Room
from core.money import Money, exponent
from core.purchasing.books import Books
from core.purchasing.known import Known, as_money
from core.purchasing.model import Load
from core.purchasing.service import Supplier
from core.replenishment.agreement import MONEY, ROOM, SUPPLY, Agreed, Rows, Shared

Floats = np.ndarray[Any, np.dtype[np.float64]]
_NEARLY = 1e-9
_MONTH = "the month"


@dataclass(frozen=True)
class Scarce:
    """What was short, whose it is, and what one more of it would save in the year, in major units."""

    kind: str
    whose: str
    price: float
    currency: str

    def __str__(self) -> str:
        """As planners read it."""
        worth = as_money(self.price, self.currency)
        if self.kind == ROOM:
            return f"Room at {self.whose} is short: one cubic metre more would save {worth} in the year."
        if self.kind == SUPPLY:
            return f"The supplier has too little of {self.whose}: one unit more would save {worth} in the year."
        one_more = Money(_unit(self.currency), self.currency)
        return f"The budget of {self.whose} is spent: {one_more} more would save {worth} in the year."


@dataclass(frozen=True)
class Scope:
    """Something that lines share, and whose it is, row by row."""

    shared: Shared
    whose: Sequence[str]


def asked(books: Books, known: Sequence[Known], places: Sequence[str]) -> Rows:
    """What lines take up, and what their suppliers ask of an order."""
    terms = [books.suppliers[one.item.supplier] for one in known]
    orders = _codes([(one.item.supplier, place) for one, place in zip(known, places, strict=True)])
    major = [10 ** exponent(one.currency) for one in terms]
    return Rows(
        orders,
        _floats(one.weight_kg for one in known),
        _floats(one.volume_m3 for one in known),
        _floats(pallet_share(one) for one in known),
        {
            "minimum_order_value": _floats(
                one.minimum_order_value / unit for one, unit in zip(terms, major, strict=True)
            ),
            "vehicle_weight_kg": _floats(one.vehicle_weight_kg or np.inf for one in terms),
            "vehicle_volume_m3": _floats(one.vehicle_volume_m3 or np.inf for one in terms),
            "vehicle_pallets": _floats(one.vehicle_pallets or np.inf for one in terms),
            "freight_cost": _floats(one.freight_cost / unit for one, unit in zip(terms, major, strict=True)),
            "free_freight_from": _floats(
                np.inf if one.free_freight_from is None else one.free_freight_from / unit
                for one, unit in zip(terms, major, strict=True)
            ),
            "trip_cost": _floats(one.trip_cost / unit for one, unit in zip(terms, major, strict=True)),
        },
    )


def shared(books: Books, known: Sequence[Known], places: Sequence[str], budget: int) -> list[Scope]:
    """Units and money of suppliers, room and money of places, money of the shop; what nobody limits is left away."""
    bought = [one.item.supplier for one in known]
    taken = _filled(books)
    rooms = {name: books.rooms.get(name, Room()) for name in set(places)}
    paid_in = {name: room.currency or books.currency for name, room in rooms.items()}
    terms = {code: books.suppliers[code] for code in set(bought)}
    storage = {name: (room.storage_m3, taken.get(name, 0.0)) for name, room in rooms.items()}
    of_places = {
        name: (_major(room.budget, paid_in[name]), _spent(books, paid_in[name], location=name))
        for name, room in rooms.items()
    }
    of_suppliers = {
        code: (_major(one.budget, one.currency), _spent(books, one.currency, supplier=code))
        for code, one in terms.items()
    }
    month = {_MONTH: (float(budget) if budget else None, _spent(books, books.currency))}
    offered = [(one.item.supplier, one.item.sku) for one in known]
    units = {
        key: (None if one.item.available is None else float(one.item.available), float(books.claimed.get(key, 0)))
        for key, one in zip(offered, known, strict=True)
    }
    products = [books.products[one.item.sku].name for one in known]
    named = [rooms[place].name or place for place in places]
    scopes = [
        _scope(SUPPLY, offered, np.ones(len(known)), units, products),
        _scope(ROOM, places, _floats(one.volume_m3 for one in known), storage, named),
        _scope(MONEY, places, _costs(known, [paid_in[place] for place in places]), of_places, named),
        _scope(MONEY, bought, _costs(known, [terms[code].currency for code in bought]), of_suppliers),
        _scope(MONEY, [_MONTH] * len(known), _costs(known, [books.currency] * len(known)), month),
    ]
    return [one for one in scopes if np.any(np.isfinite(one.shared.whole))]


def room_left(books: Books) -> dict[str, float]:
    """Cubic metres that are free at each place whose room is limited."""
    taken = _filled(books)
    limited = {place: room.storage_m3 for place, room in books.rooms.items() if room.storage_m3 is not None}
    return {place: whole - taken.get(place, 0.0) for place, whole in limited.items()}


def scarce(agreed: Agreed, scopes: Sequence[Scope], currencies: Sequence[str]) -> dict[int, tuple[Scarce, ...]]:
    """What was short for each line."""
    found: dict[int, tuple[Scarce, ...]] = defaultdict(tuple)
    whose = {id(scope.shared): scope.whose for scope in scopes}
    for one in agreed.prices:
        first = int(one.rows[0])
        told = Scarce(one.shared.kind, whose[id(one.shared)][first], round(one.price, 4), currencies[first])
        for row in one.rows.tolist():
            found[row] += (told,)
    return found


def load(lines: Sequence[tuple[Known, int]], terms: Supplier) -> Load:
    """What an order takes up, in how many vehicles of its supplier."""
    weight = sum(quantity * one.weight_kg for one, quantity in lines)
    volume = sum(quantity * one.volume_m3 for one, quantity in lines)
    pallets = sum(quantity * pallet_share(one) for one, quantity in lines)
    carried = ((weight, terms.vehicle_weight_kg), (volume, terms.vehicle_volume_m3), (pallets, terms.vehicle_pallets))
    used = max((size / most for size, most in carried if most), default=0.0)
    trips = ceil(used - _NEARLY)
    return Load(weight, volume, pallets, trips, used / trips if trips else 0.0)


def pallet_share(one: Known) -> float:
    """The share of a pallet that a unit takes."""
    return 1.0 / one.item.units_per_pallet if one.item.units_per_pallet else 0.0


def _filled(books: Books) -> dict[str, float]:
    """Cubic metres by place of what is there and on its way."""
    filled: dict[str, float] = defaultdict(float)
    for (sku, location), position in books.positions.items():
        if sku in books.handling:
            filled[location] += books.handling[sku].volume_m3 * max(position.units, 0)
    return filled


def _scope(
    kind: str,
    whose: Sequence[Any],
    size: Floats,
    limits: Mapping[Any, tuple[float | None, float]],
    named: Sequence[str] = (),
) -> Scope:
    whole = _floats(np.inf if (most := limits.get(one, (None, 0.0))[0]) is None else most for one in whose)
    gone = _floats(limits.get(one, (None, 0.0))[1] for one in whose)
    return Scope(Shared(kind, _codes(whose), size, whole, gone), named or whose)


def _costs(known: Sequence[Known], currencies: Sequence[str]) -> Floats:
    """Unit costs in major units; 0 of what is bought in another currency than the one counted in."""
    return _floats(
        one.item.unit_cost / _unit(currency) if currency == one.item.currency else 0.0
        for one, currency in zip(known, currencies, strict=True)
    )


def _spent(books: Books, currency: str, supplier: str | None = None, location: str | None = None) -> float:
    return books.spent.of(currency, supplier=supplier, location=location) / _unit(currency)


def _major(minor: int | None, currency: str) -> float | None:
    return None if minor is None else minor / _unit(currency)


def _unit(currency: str) -> int:
    unit: int = 10 ** exponent(currency)
    return unit


def _codes(names: Sequence[Any]) -> NDArray[np.int64]:
    numbered: dict[Any, int] = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([numbered[name] for name in names], dtype=np.int64)


def _floats(values: Any) -> Floats:
    return np.fromiter(values, dtype=np.float64)
