"""What lines of one order, and orders of one place, must agree on: cost, least value, vehicles, room and money."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Vector
from core.replenishment.capacity import Vehicle, to_load, within
from core.replenishment.costing import cost
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.plan import Proposed, propose, to_minimum_value

TERMS = {"minimum_order_value": 0.0, "vehicle_weight_kg": np.inf, "vehicle_volume_m3": np.inf, "trip_cost": 0.0}
"""What suppliers ask of an order, and what counts where they say nothing."""

PLACES = {"storage_m3": np.inf, "budget": np.inf}
"""What places have, and what counts where they say nothing."""

_VEHICLE = ("vehicle_weight_kg", "vehicle_volume_m3", "trip_cost")
_CHANGED = ("quantity", "to_order_value", "to_load", "to_room")


@dataclass(frozen=True)
class Rows:
    """The lines, which order and which place each belongs to, what they take up, and what is asked of them."""

    order: NDArray[np.int64]
    place: NDArray[np.int64]
    weight: Vector
    volume: Vector
    terms: dict[str, Vector]
    names: Callable[[int], tuple[str, str]]
    """Supplier and location of a row."""


@dataclass
class Agreed:
    """The proposals, what the least value did to each line, shadow prices of places, and what could not be met."""

    proposed: Proposed
    order_value: NDArray[np.str_]
    prices: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)


def agree(items: Items, pace: Velocity, rows: Rows) -> Agreed:
    """Propose, and bring together what must agree, each by itself in this order."""
    agreed = Agreed(_sharing(items, pace, rows.order), np.full(len(items), "", "U12"))
    _least_values(agreed, rows)
    _vehicles(agreed, rows)
    _places(agreed, rows)
    agreed.proposed = replace(
        agreed.proposed, costed=cost(agreed.proposed.items, agreed.proposed.base, agreed.proposed.quantity)
    )
    return agreed


def _sharing(items: Items, pace: Velocity, order: NDArray[np.int64]) -> Proposed:
    """Lines of one order share its cost: first all of a supplier's lines at a place, then those that are ordered."""
    members = np.bincount(order, minlength=order.max(initial=0) + 1)[order]
    first = propose(replace(items, order_cost=items.order_cost / members), pace)
    ordered = np.maximum(np.bincount(order, first.quantity > 0, order.max(initial=0) + 1)[order], 1.0)
    return first if np.array_equal(ordered, members) else propose(
        replace(items, order_cost=items.order_cost / ordered), pace
    )  # fmt: skip


def _least_values(agreed: Agreed, rows: Rows) -> None:
    least = rows.terms["minimum_order_value"]
    value = agreed.proposed.quantity * agreed.proposed.costed.unit_cost
    for one in _together(rows.order, (value > 0) & (least > 0)):
        if value[one].sum() >= least[one[0]]:
            continue
        part = _part(agreed.proposed, one)
        raised = to_minimum_value(part.items, part.velocity, part, float(least[one[0]]))
        _put(agreed, one, raised)
        agreed.order_value[one] = raised.order_value
        if raised.order_value == "out of reach":
            _note(agreed, rows, one, f"no order reaches its minimum value of {least[one[0]]:,.2f}; nothing is ordered")


def _vehicles(agreed: Agreed, rows: Rows) -> None:
    terms = rows.terms
    limited = np.isfinite(terms["vehicle_weight_kg"]) | np.isfinite(terms["vehicle_volume_m3"])
    for one in _together(rows.order, limited & (agreed.proposed.quantity > 0)):
        first = one[0]
        vehicle = Vehicle(
            *(float(terms[name][first]) for name in ("vehicle_weight_kg", "vehicle_volume_m3", "trip_cost"))
        )
        loaded = to_load(_part(agreed.proposed, one), rows.weight[one], rows.volume[one], vehicle)
        _put(agreed, one, loaded.proposed)


def _places(agreed: Agreed, rows: Rows) -> None:
    room, budget = rows.terms["storage_m3"], rows.terms["budget"]
    limited = np.isfinite(room) | np.isfinite(budget)
    for one in _together(rows.place, limited & (agreed.proposed.quantity > 0)):
        part, first = _part(agreed.proposed, one), one[0]
        taken = float(rows.volume[one] @ np.maximum(part.position, 0.0))
        stored = within(part, rows.volume[one], max(float(room[first]) - taken, 0.0))
        paid = within(stored.proposed, part.items.unit_cost, float(budget[first]))
        _put(agreed, one, paid.proposed)
        if taken > room[first]:
            full = f"what is there and on its way fills {taken:,.2f} m³ of {room[first]:,.2f}"
            _note(agreed, rows, one, f"{full}; nothing is ordered unless there is more room")
        if stored.price or paid.price:
            price = {"location": rows.names(first)[1], "cubic_metre": stored.price, "money": paid.price}
            agreed.prices.append(price)
        _drop_small(agreed, rows, one)


def _drop_small(agreed: Agreed, rows: Rows, place: NDArray[np.int64]) -> None:
    """An order that was cut below its least value is not placed."""
    least, quantity = rows.terms["minimum_order_value"], agreed.proposed.quantity
    value = quantity * agreed.proposed.items.prices.at(quantity)
    for one in (place[rows.order[place] == order] for order in np.unique(rows.order[place])):
        if 0 < value[one].sum() < least[one[0]]:
            part = _part(agreed.proposed, one)
            _put(agreed, one, replace(part, quantity=0.0 * part.quantity, to_room=part.to_room - part.quantity))
            _note(agreed, rows, one, "room or money leave less than its minimum value; nothing is ordered")


def _together(group: NDArray[np.int64], wanted: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """All rows of each group that has a wanted row."""
    hit = np.unique(group[wanted])
    if not len(hit):
        return
    rows = np.flatnonzero(np.isin(group, hit))
    ordered = rows[np.argsort(group[rows], kind="stable")]
    yield from np.split(ordered, np.flatnonzero(np.diff(group[ordered])) + 1)


def _part(proposed: Proposed, rows: Sequence[int] | NDArray[np.int64]) -> Proposed:
    """Some rows of a proposal as a proposal of their own."""
    items = Items(**{name: values[rows] for name, values in vars(proposed.items).items()})
    pace = Velocity(*(part[rows] for part in vars(proposed.velocity).values()))
    fresh = propose(items, pace)
    changed = {name: getattr(proposed, name)[rows] for name in _CHANGED}
    return replace(fresh, **changed, costed=cost(items, fresh.base, changed["quantity"]))


def _put(agreed: Agreed, rows: NDArray[np.int64], part: Proposed) -> None:
    changed = {name: getattr(agreed.proposed, name).copy() for name in _CHANGED}
    for name, values in changed.items():
        values[rows] = getattr(part, name)
    agreed.proposed = replace(agreed.proposed, **changed)


def _note(agreed: Agreed, rows: Rows, where: NDArray[np.int64], sentence: str) -> None:
    supplier, location = rows.names(int(where[0]))
    agreed.notes.append({"supplier": supplier, "location": location, "sentence": sentence})
