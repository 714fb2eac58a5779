"""What lines of an order, and orders that share a place or a purse, agree on: cost, least value, vehicles, room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Vector
from core.replenishment.capacity import Fitted, Loaded, Vehicle, to_load, within
from core.replenishment.costing import YEAR, cost
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.order_value import to_minimum_value
from core.replenishment.proposal import Proposed, propose
from core.replenishment.trips import Choice, best_load

TERMS = {
    "minimum_order_value": 0.0,
    "vehicle_weight_kg": np.inf,
    "vehicle_volume_m3": np.inf,
    "trip_cost": 0.0,
    "vehicle_pallets": np.inf,
    "freight_cost": 0.0,
    "free_freight_from": np.inf,
}
"""What suppliers ask of an order, and what counts where they say nothing."""

SUPPLY, ROOM, MONEY = "supply", "room", "money"
_PARTS = {SUPPLY: "to_supply", ROOM: "to_room", MONEY: "to_budget"}
_PAYS = "what is left of it is worth less than the value from which freight is free; it pays its freight"
_CARRIES = ("vehicle_weight_kg", "vehicle_volume_m3", "vehicle_pallets")
_CHANGED = ("quantity", "to_order_value", "to_load", "to_supply", "to_room", "to_budget")


@dataclass(frozen=True)
class Rows:
    """Of n lines: which order each belongs to, what a unit of it takes up, and what is asked of that order."""

    order: NDArray[np.int64]
    weight: Vector
    volume: Vector
    pallet: Vector
    """Share of a pallet."""
    terms: dict[str, Vector]


@dataclass(frozen=True)
class Shared:
    """Room, money or units that lines share; shape (n,) each, the same for all of one `group`.

    `size` is what a unit takes of it, `whole` how much there is in all, `taken` what is gone already; inf: no limit.
    """

    kind: str
    group: NDArray[np.int64]
    size: Vector
    whole: Vector
    taken: Vector


@dataclass(frozen=True)
class Price:
    """What one unit more of something shared would save in the year, and the lines that share it."""

    shared: Shared
    rows: NDArray[np.int64]
    price: float


@dataclass(frozen=True)
class Note:
    """Why lines could not be ordered as they should, and the least that would help."""

    rows: NDArray[np.int64]
    sentence: str


@dataclass(frozen=True)
class Portion:
    """Of so many units there, after what places asked for in all, the units that are a line's."""

    there: int
    asked: int
    yours: int


@dataclass
class Agreed:
    """The proposals, what the least value did to each line, shadow prices, and what could not be met."""

    proposed: Proposed
    order_value: NDArray[np.str_]
    free: NDArray[np.bool_]
    """Whose order reaches the value from which freight is free, and counts on it."""
    prices: list[Price] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    portions: dict[int, Portion] = field(default_factory=dict)
    """By line, where a supplier had too little."""
    choices: list[tuple[NDArray[np.int64], Choice]] = field(default_factory=list)
    """Lines of an order that travels in vehicles that cost something, and how it goes, unless it is cut afterwards."""


def agree(items: Items, pace: Velocity, rows: Rows, shared: Sequence[Shared] = ()) -> Agreed:
    """Propose, and bring together what must agree: each order by itself, then what orders share, in the order given.

    Args:
        items: n products at places; their order cost is that of the whole order without its freight.
        pace: their demand rates.
        rows: what they ask of their orders.
        shared: room and money, each cut to by itself where it costs least.

    Returns:
        Quantities that keep every limit: where one cannot be kept, nothing is ordered and a note says what would help.
        An order that vehicles, room or money leave below the value from which its freight is free is computed anew with
        the freight it then pays, and a note says so.
    """
    agreed, paying = _kept_within(items, pace, rows, shared), list[NDArray[np.int64]]()
    while missed := _missing_free_freight(agreed, rows):
        paying += missed
        free_from = rows.terms["free_freight_from"].copy()
        free_from[np.concatenate(missed)] = np.inf
        rows = replace(rows, terms={**rows.terms, "free_freight_from": free_from})
        agreed = _kept_within(items, pace, rows, shared)
    ordered = [one for one in paying if np.any(agreed.proposed.quantity[one] > 0)]
    agreed.notes += [Note(one, _PAYS) for one in ordered]
    return agreed


def _missing_free_freight(agreed: Agreed, rows: Rows) -> list[NDArray[np.int64]]:
    """Orders that count on free freight, and were cut below the value it is free from."""
    quantity = agreed.proposed.quantity
    value = quantity * agreed.proposed.items.prices.at(quantity)
    free = list(_together(rows.order, agreed.free & (quantity > 0)))
    return [one for one in free if value[one].sum() < rows.terms["free_freight_from"][one[0]]]


def _kept_within(items: Items, pace: Velocity, rows: Rows, shared: Sequence[Shared]) -> Agreed:
    """Orders with their freight, filled and cut to what there is."""
    agreed = _paying_freight(items, pace, rows)
    _vehicles(agreed, rows)
    for one in shared:
        _cut(agreed, one)
    _drop_small(agreed, rows, shared)
    is_cut = _is_cut(agreed)
    agreed.choices = [(one, choice) for one, choice in agreed.choices if not np.any(is_cut[one])]
    agreed.proposed = replace(
        agreed.proposed, costed=cost(agreed.proposed.items, agreed.proposed.base, agreed.proposed.quantity)
    )
    return agreed


def _paying_freight(items: Items, pace: Velocity, rows: Rows) -> Agreed:
    """Orders of their least value; each pays its freight, or is raised to where it is free, whichever costs less."""
    freight, free_from = rows.terms["freight_cost"], rows.terms["free_freight_from"]
    paying = _of_least_value(replace(items, order_cost=items.order_cost + freight), pace, rows, rows.terms)
    if not np.any((freight > 0) & np.isfinite(free_from)):
        return paying
    least = np.where(np.isfinite(free_from), np.maximum(rows.terms["minimum_order_value"], free_from), np.inf)
    free = _of_least_value(items, pace, rows, {"minimum_order_value": np.where(np.isfinite(least), least, 0.0)})
    order_cost = paying.proposed.items.order_cost.copy()
    for one in _together(rows.order, (freight > 0) & np.isfinite(free_from)):
        goods = float(np.sum(free.proposed.quantity[one] * free.proposed.items.prices.at(free.proposed.quantity)[one]))
        costs = [float(cost(part.proposed.items, part.proposed.base, part.proposed.quantity).total[one].sum())
                 for part in (free, paying)]  # fmt: skip
        if goods >= least[one[0]] and costs[0] <= costs[1]:
            order_cost[one] = free.proposed.items.order_cost[one]
            paying.free[one] = True
            _put(paying, one, _part(free.proposed, one))
            is_raised = free.order_value[one[0]] == "raised"
            paying.order_value[one] = "freight" if is_raised else ""
    chosen = propose(replace(items, order_cost=order_cost), pace)
    kept = {name: getattr(paying.proposed, name) for name in _CHANGED}
    paying.proposed = replace(chosen, **kept)
    return paying


def _of_least_value(items: Items, pace: Velocity, rows: Rows, terms: dict[str, Vector]) -> Agreed:
    agreed = Agreed(_sharing(items, pace, rows.order), np.full(len(items), "", "U12"), np.zeros(len(items), dtype=bool))
    _least_values(agreed, rows, terms["minimum_order_value"])
    return agreed


def _sharing(items: Items, pace: Velocity, order: NDArray[np.int64]) -> Proposed:
    """Lines of one order share its cost: first all of a supplier's lines at a place, then those that are ordered."""
    members = np.bincount(order, minlength=order.max(initial=0) + 1)[order]
    first = propose(replace(items, order_cost=items.order_cost / members), pace)
    ordered = np.maximum(np.bincount(order, first.quantity > 0, order.max(initial=0) + 1)[order], 1.0)
    return first if np.array_equal(ordered, members) else propose(
        replace(items, order_cost=items.order_cost / ordered), pace
    )  # fmt: skip


def _least_values(agreed: Agreed, rows: Rows, least: Vector) -> None:
    value = agreed.proposed.quantity * agreed.proposed.costed.unit_cost
    for one in _together(rows.order, (value > 0) & (least > 0)):
        if value[one].sum() >= least[one[0]]:
            continue
        part = _part(agreed.proposed, one)
        raised = to_minimum_value(part.items, part.velocity, part, float(least[one[0]]))
        _put(agreed, one, raised)
        agreed.order_value[one] = raised.order_value
        if raised.order_value == "out of reach":
            sentence = f"no order reaches its minimum value of {least[one[0]]:,.2f}; nothing is ordered"
            agreed.notes.append(Note(one, sentence))


def _vehicles(agreed: Agreed, rows: Rows) -> None:
    carried = np.stack([rows.terms[name] for name in _CARRIES])
    taken = np.stack([rows.weight, rows.volume, rows.pallet])
    for row in np.flatnonzero(np.any(taken > carried, axis=0) & (agreed.proposed.quantity > 0)).tolist():
        one = np.array([row])
        part = _part(agreed.proposed, one)
        _put(agreed, one, replace(part, quantity=0.0 * part.quantity, to_load=part.to_load - part.quantity))
        kind = int(np.argmax(taken[:, row] / carried[:, row]))
        unit = ("kg", "m³", "pallets")[kind]
        wanted = f"a unit takes {taken[kind, row]:,.2f} {unit} and a vehicle {carried[kind, row]:,.2f}"
        agreed.notes.append(Note(one, f"{wanted}; nothing of it is ordered unless a larger one comes"))
    for one in _together(rows.order, np.any(np.isfinite(carried), axis=0) & (agreed.proposed.quantity > 0)):
        weight, volume, pallets = carried[:, one[0]].tolist()
        vehicle = Vehicle(weight, volume, float(rows.terms["trip_cost"][one[0]]), pallets)
        part = _part(agreed.proposed, one)
        best_fill, days = _best_trip(part, taken[:, one], vehicle)
        loaded = to_load(part, rows.weight[one], rows.volume[one], vehicle, rows.pallet[one], best_fill)
        value = float(np.sum(loaded.proposed.quantity * loaded.proposed.costed.unit_cost))
        if not (value == 0 or value >= rows.terms["minimum_order_value"][one[0]]):
            continue
        _put(agreed, one, loaded.proposed)
        if np.isfinite(days) and loaded.compared:
            choice = _choice(part, loaded, taken[:, one] / carried[:, one], best_fill, days)
            agreed.choices.append((one, choice))
            if choice.decided == "waits":
                agreed.notes.append(Note(one, f"{choice}; going today would cost {choice.dearer:,.2f} more"))


def _best_trip(part: Proposed, taken: Vector, vehicle: Vehicle) -> tuple[float, float]:
    """How full a trip of an order's lines pays best, as a share of the fuller capacity, and every how many days."""
    rate, items = part.base.rate, part.items
    flow = (taken @ rate)[None, :]
    holding = float(np.sum(rate * items.holding_rate * items.unit_cost)) / YEAR
    if vehicle.trip_cost == 0 or holding == 0 or not flow.sum() > 0:
        return 1.0, np.inf
    capacity = np.array([[vehicle.weight, vehicle.volume, vehicle.pallets]])
    best = best_load(np.array([vehicle.trip_cost]), capacity, flow, np.array([holding]))
    return float(np.clip((best.load / capacity).max(), 1e-6, 1.0)), float(best.interval[0])


def _choice(part: Proposed, loaded: Loaded, shares: Vector, best_fill: float, days: float) -> Choice:
    costs = dict(loaded.compared)
    otherwise = next((trips for trips in costs if trips != loaded.trips), None)
    dearer = 0.0 if otherwise is None else round(costs[otherwise] - costs[loaded.trips], 2)
    moved = float(np.sum(loaded.proposed.quantity - part.quantity))
    decided = "waits" if not loaded.trips else "topped up" if moved > 0 else "cut" if moved < 0 else "as it is"
    fill = float((shares @ part.quantity).max()) if decided == "waits" else loaded.fill
    return Choice(loaded.trips, round(fill, 4), round(best_fill, 4), round(days, 1), decided, otherwise, dearer)


def _cut(agreed: Agreed, shared: Shared) -> None:
    """Bring what lines take of something shared down to what there is."""
    left = shared.whole - shared.taken
    for one in _together(shared.group, np.isfinite(shared.whole) & (agreed.proposed.quantity > 0)):
        first, wanted = one[0], float(shared.size[one] @ agreed.proposed.quantity[one])
        if wanted <= left[first]:
            continue
        part = _part(agreed.proposed, one)
        fitted: Fitted = within(part, shared.size[one], max(float(left[first]), 0.0), _PARTS[shared.kind])
        _put(agreed, one, fitted.proposed)
        if shared.kind == SUPPLY:
            for row, yours in zip(one.tolist(), fitted.proposed.quantity.tolist(), strict=True):
                agreed.portions[row] = Portion(int(max(left[first], 0.0)), int(wanted), int(yours))
        if left[first] <= 0 < wanted:
            agreed.notes.append(Note(one, _full(shared, int(first), wanted)))
        if fitted.price:
            agreed.prices.append(Price(shared, one, fitted.price))


def _full(shared: Shared, row: int, wanted: float) -> str:
    whole, taken = shared.whole[row], shared.taken[row]
    more = taken + wanted - whole
    if shared.kind == ROOM:
        full = f"what is there and on its way fills {taken:,.2f} m³ of {whole:,.2f}"
        return f"{full}; nothing is ordered unless there is more room, {more:,.2f} m³ for all that is due"
    if shared.kind == SUPPLY:
        gone = f"{taken:,.0f} of the {whole:,.0f} that the supplier has are asked for already"
        return f"{gone}; nothing is ordered unless it has {more:,.0f} more"
    full = f"{taken:,.2f} of {whole:,.2f} is spent already"
    return f"{full}; nothing is ordered unless there is more money, {more:,.2f} for all that is due"


def _drop_small(agreed: Agreed, rows: Rows, shared: Sequence[Shared]) -> None:
    """An order that was cut below its least value is not placed."""
    least, quantity = rows.terms["minimum_order_value"], agreed.proposed.quantity
    value = quantity * agreed.proposed.items.prices.at(quantity)
    for one in _together(rows.order, _is_cut(agreed)):
        if not 0 < value[one].sum() < least[one[0]]:
            continue
        part = _part(agreed.proposed, one)
        reached = to_minimum_value(part.items, part.velocity, part, float(least[one[0]]))
        _put(agreed, one, replace(part, quantity=0.0 * part.quantity, to_room=part.to_room - part.quantity))
        more = _more(reached, one, shared, agreed)
        agreed.notes.append(
            Note(one, f"what is there, room or money leave less than its minimum value; nothing is ordered{more}")
        )


def _is_cut(agreed: Agreed) -> NDArray[np.bool_]:
    """Of which lines something was taken away for want of units, room or money."""
    cut: NDArray[np.bool_] = np.any([getattr(agreed.proposed, part) < 0 for part in _PARTS.values()], axis=0)
    return cut


def _more(reached: Proposed, rows: NDArray[np.int64], shared: Sequence[Shared], agreed: Agreed) -> str:
    """What an order of the least value would take beyond what there is."""
    told = []
    for one in shared:
        used = one.size * agreed.proposed.quantity
        others = float(used[one.group == one.group[rows[0]]].sum())
        wanted = float(one.size[rows] @ reached.quantity) + others + one.taken[rows[0]] - one.whole[rows[0]]
        if wanted > 0 and reached.order_value == "raised":
            units = {SUPPLY: f"{wanted:,.0f} units", ROOM: f"{wanted:,.2f} m³ of room"}
            told.append(units.get(one.kind, f"{wanted:,.2f} of money"))
    return f"; it would take {' and '.join(told)} more" if told else ""


def _together(group: NDArray[np.int64], wanted: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """All rows of each group that has a wanted row."""
    hit = np.unique(group[wanted])
    if not len(hit):
        return
    rows = np.flatnonzero(np.isin(group, hit))
    ordered = rows[np.argsort(group[rows], kind="stable")]
    yield from np.split(ordered, np.flatnonzero(np.diff(group[ordered])) + 1)


def _part(proposed: Proposed, rows: NDArray[np.int64]) -> Proposed:
    """Some rows of a proposal as a proposal of their own."""
    items = proposed.items.rows(rows)
    pace = Velocity(*(part[rows] for part in vars(proposed.velocity).values()))
    fresh = propose(items, pace)
    changed = {name: getattr(proposed, name)[rows] for name in _CHANGED}
    return replace(fresh, **changed, costed=cost(items, fresh.base, changed["quantity"]))


def _put(agreed: Agreed, rows: NDArray[np.int64], part: Proposed) -> None:
    changed = {name: getattr(agreed.proposed, name).copy() for name in _CHANGED}
    for name, values in changed.items():
        values[rows] = getattr(part, name)
    agreed.proposed = replace(agreed.proposed, **changed)
