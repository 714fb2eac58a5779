"""Shared vehicles, places and purses: what is cut or filled fits, costs next to the least there is, and adds up."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment import Vector
from core.replenishment.capacity import Vehicle, _worth, to_load, within
from core.replenishment.costing import cost
from core.replenishment.plan import propose
from core.replenishment.proposal import Proposed
from tests.core.replenishment.shelf import assortment, assortments

SEEDS = range(60)


def small(seed: int) -> Proposed:
    """Three lines that are all ordered."""
    for again in range(100):
        found = propose(*assortment(3, seed + 1000 * again))
        if np.all(found.quantity > 0):
            return found
    raise AssertionError("no order of three lines")


def options(proposed: Proposed, row: int, most: float) -> list[float]:
    limits, pack = proposed.items.limits, proposed.items.pack[row]
    steps = np.arange(0.0, most + pack, pack)
    return [float(one) for one in steps if one == 0 or limits.least[row] <= one <= limits.most[row]]


def line_costs(proposed: Proposed, rows: list[list[float]]) -> list[dict[float, float]]:
    """Cost of each line at each of its quantities; lines cost independently of each other."""
    found: list[dict[float, float]] = []
    for row, quantities in enumerate(rows):
        costs = {}
        for quantity in quantities:
            all_lines = np.zeros(3)
            all_lines[row] = quantity
            costs[quantity] = float(cost(proposed.items, proposed.base, all_lines).total[row])
        found.append(costs)
    return found


def total(proposed: Proposed, quantity: Vector) -> float:
    return float(cost(proposed.items, proposed.base, quantity).total.sum())


def test_a_cut_order_costs_next_to_the_cheapest_that_fits() -> None:
    chance, above = np.random.default_rng(1), []
    for seed in SEEDS:
        order = small(seed)
        size = chance.uniform(0.01, 0.2, 3)
        room = float(size @ order.quantity) * chance.uniform(0.3, 0.95)
        cut = within(order, size, room).proposed
        assert size @ cut.quantity <= room * (1 + 1e-9)
        rows = [options(order, row, float(order.quantity[row])) for row in range(3)]
        costs = line_costs(order, rows)
        best = min(
            sum(costs[row][one] for row, one in enumerate(some))
            for some in product(*rows)
            if size @ np.array(some) <= room * (1 + 1e-9)
        )
        above.append(total(order, cut.quantity) / best - 1.0)
    assert min(above) >= -1e-9
    assert np.mean(above) < 0.003


def test_a_loaded_order_costs_next_to_the_cheapest_number_of_trips() -> None:
    chance, above = np.random.default_rng(2), []
    for seed in SEEDS:
        order = small(seed)
        weight = chance.uniform(0.1, 2.0, 3)
        vehicle = Vehicle(float(weight @ order.quantity) / chance.uniform(0.4, 1.8), np.inf, chance.uniform(5, 80))
        full = float(chance.choice([1.0, 0.8, 0.5]))
        loaded = to_load(order, weight, np.zeros(3), vehicle, best_fill=full)
        assert weight @ loaded.proposed.quantity <= loaded.trips * vehicle.weight * (1 + 1e-9)
        rows = [options(order, row, float(order.quantity[row]) * 1.6) for row in range(3)]
        costs = line_costs(order, rows)
        weights = sum(np.meshgrid(*(weight[row] * np.array(some) for row, some in enumerate(rows)), indexing="ij"))
        spent = sum(np.meshgrid(*([costs[row][one] for one in some] for row, some in enumerate(rows)), indexing="ij"))
        trips = np.ceil(weights / vehicle.weight - 1e-9)
        worth = spent + vehicle.trip_cost * (trips - weights / vehicle.weight / full)
        best = worth[trips <= loaded.trips + 1].min()
        shares = (weight / vehicle.weight)[None, :]
        ours = _worth(order, loaded.proposed.quantity, shares, vehicle.trip_cost, loaded.trips, full)
        assert dict(loaded.compared)[loaded.trips] == min(dict(loaded.compared).values())
        above.append(ours / best - 1.0)
    assert np.mean(above) < 0.01


@given(assortments(), st.floats(0.0, 1.2))
def test_what_is_cut_keeps_packs_and_minimum_and_adds_up(found: tuple, share: float) -> None:  # type: ignore[type-arg]
    order = propose(*found)
    size = np.full(len(order.quantity), 0.5)
    room = share * float(size @ order.quantity)
    cut = within(order, size, room)
    quantity, limits = cut.proposed.quantity, order.items.limits
    assert size @ quantity <= room + 1e-6
    assert np.all((quantity == 0) | ((quantity >= limits.least) & (quantity <= order.quantity)))
    assert np.array_equal(order.quantity + cut.proposed.to_room, quantity)
    assert cut.price >= 0
    assert (cut.price == 0) or share < 1


@given(assortments(), st.floats(0.2, 5.0), st.floats(0.0, 200.0))
def test_a_vehicle_is_never_overloaded(found: tuple, trips: float, trip_cost: float) -> None:  # type: ignore[type-arg]
    order = propose(*found)
    weight, volume = np.full(len(order.quantity), 2.0), np.full(len(order.quantity), 0.01)
    carried = max(float(weight @ order.quantity), 1.0)
    vehicle = Vehicle(carried / trips, 0.006 * carried / trips, trip_cost)
    loaded = to_load(order, weight, volume, vehicle)
    quantity = loaded.proposed.quantity
    assert weight @ quantity <= loaded.trips * vehicle.weight * (1 + 1e-6)
    assert volume @ quantity <= loaded.trips * vehicle.volume * (1 + 1e-6)
    assert np.array_equal(order.quantity + loaded.proposed.to_load, quantity)
    assert np.all((quantity == 0) | (quantity >= order.items.limits.least))
    assert np.all(quantity <= order.items.limits.most)


def test_enough_room_changes_nothing() -> None:
    order = small(0)
    fitted = within(order, np.ones(3), np.inf)
    assert fitted.proposed is order
    assert fitted.price == 0


def test_a_vehicle_nearly_empty_waits_and_one_nearly_full_is_filled() -> None:
    order = small(3)
    weight = np.ones(3)
    carried = float(weight @ order.quantity)
    dear = 10.0 * float(order.costed.total.sum())
    waiting = to_load(order, weight, np.zeros(3), Vehicle(1000.0 * carried, np.inf, dear))
    assert waiting.trips == 0
    assert not waiting.proposed.quantity.any()
    filled = to_load(order, weight, np.zeros(3), Vehicle(1.3 * carried, np.inf, 40.0))
    assert filled.trips == 1
    assert filled.fill > carried / (1.3 * carried)
    with pytest.raises(ValueError, match="later trips carry something"):
        to_load(order, weight, np.zeros(3), Vehicle(carried, np.inf, 40.0), best_fill=0.0)


@pytest.mark.parametrize("room", [-1.0, np.nan])
def test_impossible_room_is_refused(room: float) -> None:
    with pytest.raises(ValueError, match="room"):
        within(small(0), np.ones(3), room)


@pytest.mark.parametrize(("weight", "cost_of_trip"), [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, np.inf)])
def test_impossible_vehicles_are_refused(weight: float, cost_of_trip: float) -> None:
    with pytest.raises(ValueError, match=r"capacity|trip cost"):
        Vehicle(weight, 1.0, cost_of_trip)
