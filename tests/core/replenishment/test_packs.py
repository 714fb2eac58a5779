from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.lot_size import Limits, Prices, best_lot, lot_cost
from core.replenishment.packs import Packs
from core.replenishment.plan import Items, explain, faults, propose, quantity_fault, reason, recost
from core.replenishment.sourcing import sourcing_cost
from tests.core.replenishment.shelf import LAW, columns, pace

CARTONS = {"size": [12.0, 144.0, 1728.0], "handling": [0.6, 2.0, 6.0]}


def levelled(levels: dict[str, list[float]], count: int = 1, **changes: Any) -> Items:
    """Items that come in such packs."""
    given_columns = columns(count, pack=levels["size"][0], **changes)
    return Items(
        **given_columns,
        pack_size=np.tile(levels["size"], (count, 1)),
        pack_handling=np.tile(levels["handling"], (count, 1)),
    )


@st.composite
def any_levels(draw: st.DrawFn) -> dict[str, list[float]]:
    """Two or three levels, of which a full pack costs at most what its parts do."""
    size, handling = [float(draw(st.integers(1, 6)))], [draw(st.floats(0, 3))]
    for _ in range(draw(st.integers(1, 2))):
        parts = draw(st.integers(2, 6))
        handling.append(parts * handling[-1] * draw(st.floats(0.1, 1.0)))
        size.append(size[-1] * parts)
    return {"size": size, "handling": handling}


@LAW
@given(any_levels(), st.integers(1, 60))
def test_packs_are_the_cheapest_of_all_ways_to_make_up_a_quantity(levels: dict[str, list[float]], many: int) -> None:
    quantity = many * levels["size"][0]
    packs = Packs(np.array([levels["size"]]), np.array([levels["handling"]]))
    counts = packs.counts(np.array([quantity]))[0]
    assert counts @ levels["size"] == quantity
    ways = product(*(range(int(quantity // size) + 1) for size in levels["size"][1:]))
    costs = []
    for way in ways:
        left = quantity - sum(count * size for count, size in zip(way, levels["size"][1:], strict=True))
        if left >= 0:
            above = sum(count * cost for count, cost in zip(way, levels["handling"][1:], strict=True))
            costs.append(left / levels["size"][0] * levels["handling"][0] + above)
    assert packs.cost(np.array([quantity]))[0] == pytest.approx(min(costs), abs=1e-9)


@LAW
@given(any_levels(), st.floats(0.5, 40), st.floats(0.05, 2), st.floats(20, 900), st.sampled_from([0, 1, 2]))
def test_the_best_lot_is_the_best_of_all_accepted_ones(
    levels: dict[str, list[float]], order_cost: float, holding: float, rate: float, tiers: int
) -> None:
    start = np.array([[2.0, 7.0][:tiers]]) * levels["size"][-1]
    prices = Prices(np.array([2.0]), start, np.array([[1.9, 1.7][:tiers]]))
    packs = Packs(np.array([levels["size"]]), np.array([levels["handling"]]))
    limits = Limits(np.array([1.0]), np.array(levels["size"][:1]), np.array([np.inf]))
    lot = best_lot(prices, np.array([order_cost]), np.array([holding]), np.array([rate]), limits, packs)
    every = np.arange(limits.least[0], limits.up(np.array([rate]))[0] + 1, levels["size"][0])
    many = Packs(*(np.repeat(part, len(every), axis=0) for part in (packs.size, packs.handling)))
    cost_of_each = Prices(*(np.repeat(part, len(every), axis=0) for part in (prices.base, start, prices.cost)))
    at = [np.full(len(every), one) for one in (order_cost, holding, rate)]
    cost = lot_cost(every, cost_of_each.at(every), *at) + many.cost(every) * rate / every
    assert lot.cost[0] == pytest.approx(cost.min(), rel=1e-12)
    assert lot.quantity[0] in every


@LAW
@given(any_levels(), st.floats(0.05, 30), st.integers(0, 400), st.sampled_from([np.inf, 3.0]))
def test_no_level_around_the_need_would_be_cheaper(
    levels: dict[str, list[float]], rate: float, there: int, largest: float
) -> None:
    shelf = levelled(levels, on_hand=there, maximum=levels["size"][-1] * largest)
    demand = pace(rate)
    proposed = propose(shelf, demand)
    quantity = proposed.quantity[0]
    assert quantity_fault(shelf, 0, quantity) == ""
    if not shelf.packs.pays[0]:
        assert proposed.to_level[0] == 0
    if quantity == 0 or not shelf.packs.pays[0]:
        return
    need, point = proposed.need[0], proposed.reorder_point[0]
    around = {np.floor(need / size) * size + more for size in levels["size"][1:] for more in (0.0, size)}
    around.add(need + proposed.rounding[0])
    fits = [one for one in around if 0 < one <= shelf.limits.most[0] and shelf.position[0] + one > point]
    costs = [recost(shelf, demand, np.array([one])).total[0] for one in fits]
    assert proposed.costed.total[0] <= min([*costs, np.inf]) + 1e-9


def test_a_pallet_is_filled_where_handling_pays_for_the_stock_and_not_where_it_does_not() -> None:
    demand = pace(60.0)
    dear = propose(levelled({**CARTONS, "handling": [6.0, 40.0, 60.0]}, on_hand=100, unit_cost=0.2), demand)
    free = propose(levelled({**CARTONS, "handling": [0.0, 0.0, 0.0]}, on_hand=100, unit_cost=0.2), demand)
    assert free.to_level[0] == 0
    assert free.quantity[0] % 144
    assert dear.quantity[0] % 1728 == 0
    assert dear.to_level[0] == dear.quantity[0] - free.quantity[0]


def test_full_packs_are_part_of_why_that_many() -> None:
    shelf = levelled({**CARTONS, "handling": [6.0, 40.0, 60.0]}, on_hand=100, unit_cost=0.2)
    proposed = propose(shelf, pace(60.0))
    numbers = reason(proposed, 0)
    assert sum(numbers["parts"].values()) == numbers["quantity"]
    assert numbers["terms"]["packs"] == [12, 144, 1728]
    assert sum(size * count for size, count in numbers["made_of"]) == numbers["quantity"]
    told = explain(numbers, "Mug")
    assert "for full packs that cost less to handle" in told
    assert "in 1 × 1,728" in told or "in 2 × 1,728" in told


def test_nothing_is_told_of_packs_where_there_is_one_level() -> None:
    numbers = reason(propose(Items(**columns()), pace(2.0)), 0)
    assert "made_of" not in numbers
    assert "packs" not in numbers["terms"]


def test_handling_counts_when_suppliers_are_compared() -> None:
    cheap, dear = (levelled({**CARTONS, "handling": part}) for part in ([0.1, 0.5, 2.0], [3.0, 30.0, 300.0]))
    assert sourcing_cost(cheap, pace(9.0))[0] < sourcing_cost(dear, pace(9.0))[0]


@pytest.mark.parametrize(
    ("size", "handling", "change", "said"),
    [
        ([12.0, 50.0], [0.0, 0.0], {"pack": 12}, "not each a whole number of the pack before"),
        ([12.0, 12.0], [0.0, 0.0], {"pack": 12}, "not each a whole number of the pack before"),
        ([144.0, 12.0], [0.0, 0.0], {"pack": 144}, "not each a whole number of the pack before"),
        ([0.5, 12.0], [0.0, 0.0], {"pack": 1}, "no whole number of units"),
        ([12.0, 144.0], [0.0, -1.0], {"pack": 12}, "handling of its packs is not a number from 0"),
        ([12.0, 144.0], [0.1, 9.0], {"pack": 12}, "costs more to handle than its parts"),
        ([12.0, 144.0], [0.0, 0.0], {"pack": 6}, "pack of 6 is not the smallest of its packs"),
        ([12.0, 144.0], [0.0, 0.0], {"pack": 12, "maximum": 100}, "largest pack is above its maximum of 100"),
    ],
)
def test_levels_that_cannot_be_are_named(
    size: list[float], handling: list[float], change: dict[str, Any], said: str
) -> None:
    given_columns = columns(2, **change) | {
        "pack_size": np.array([size, [np.inf] * len(size)]),
        "pack_handling": np.array([handling, [np.nan] * len(size)]),
    }
    found = faults(given_columns)
    assert list(found) == [0]
    assert said in found[0]


def test_items_with_and_without_levels_are_planned_together_as_they_are_alone() -> None:
    both = Items(
        **columns(2, pack=[12, 1], on_hand=5),
        pack_size=np.array([CARTONS["size"], [np.inf] * 3]),
        pack_handling=np.array([CARTONS["handling"], [np.nan] * 3]),
    )
    together = propose(both, pace(30.0, 2)).quantity
    alone = propose(levelled(CARTONS, on_hand=5), pace(30.0)).quantity, propose(Items(**columns(on_hand=5)), pace(30.0))
    assert together.tolist() == [alone[0][0], alone[1].quantity[0]]
