"""Moving before buying: only what is spare, only where it saves, and nothing that one move more would better."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from core.replenishment import Vector
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.plan import propose
from core.replenishment.rebalancing import Moved, rebalance

PLACES = 3


def some(seed: int, products: int = 8) -> tuple[Items, Velocity, Any, Vector]:
    """Products at three places, some with far too much and some with nothing."""
    draw = np.random.default_rng(seed)
    rows = products * PLACES
    cost = np.repeat(np.round(draw.lognormal(2, 0.8, products), 2), PLACES)
    rate = draw.uniform(0.1, 5, rows)
    on_hand = np.floor(rate * draw.choice([0, 3, 20, 200], rows))
    items = Items(
        unit_cost=cost, holding_rate=np.full(rows, 0.25), stockout_cost=cost * draw.uniform(0.2, 2, rows),
        order_cost=draw.uniform(2, 40, rows), line_cost=np.full(rows, 1.0), lead_days=draw.uniform(3, 30, rows),
        lead_sd=np.full(rows, 1.0), review_days=np.full(rows, 7.0), on_hand=on_hand, on_order=np.zeros(rows),
        backordered=np.zeros(rows), minimum=np.ones(rows), pack=np.ones(rows), maximum=np.full(rows, np.inf),
        break_quantity=np.zeros((rows, 0)), break_cost=np.zeros((rows, 0)),
    )  # fmt: skip
    return (
        items,
        Velocity(rate * 60, np.full(rows, 60.0), np.full(rows, 1.5)),
        np.repeat(np.arange(products), PLACES),
        on_hand,
    )


def moved_stock(items: Items, moved: Moved) -> Items:
    on_hand = items.on_hand.copy()
    np.subtract.at(on_hand, moved.origin, moved.units)
    np.add.at(on_hand, moved.destination, moved.units)
    return replace(items, on_hand=on_hand)


def year(items: Items, pace: Velocity) -> float:
    """What the year costs everywhere, ordering what is then best."""
    return float(propose(items, pace).costed.total.sum())


@pytest.mark.parametrize("seed", range(6))
def test_moves_save_what_they_say_and_take_only_what_is_spare(seed: int) -> None:
    items, pace, product, movable = some(seed)
    moved = rebalance(items, pace, product, movable, np.full(len(items), 5.0))
    assert len(moved) > 0
    first = propose(items, pace)
    left = moved_stock(items, moved)
    assert np.all(product[moved.origin] == product[moved.destination])
    assert not set(moved.origin.tolist()) & set(moved.destination.tolist())
    assert np.all(left.on_hand[moved.origin] >= np.ceil(first.order_up_to[moved.origin]))
    assert np.all(left.position[moved.destination] <= first.order_up_to[moved.destination])
    assert np.all(moved.saving > 0)
    assert year(items, pace) - year(left, pace) - 5.0 * len(moved) == pytest.approx(moved.saving.sum())


@pytest.mark.parametrize("seed", range(6))
def test_afterwards_no_further_move_of_all_that_is_spare_saves_anything(seed: int) -> None:
    items, pace, product, movable = some(seed)
    cost = np.full(len(items), 5.0)
    moved = rebalance(items, pace, product, movable, cost)
    left = moved_stock(items, moved)
    now, before = propose(left, pace), propose(items, pace)
    for origin, destination in permutations(range(len(items)), 2):
        if product[origin] != product[destination] or before.quantity[destination] == 0 or origin in moved.destination:
            continue
        units = min(
            np.floor(left.on_hand[origin] - before.order_up_to[origin]),
            np.floor(before.order_up_to[destination] - left.position[destination]),
        )
        if units <= 0:
            continue
        changed = left.on_hand.copy()
        changed[origin] -= units
        changed[destination] += units
        after = propose(replace(left, on_hand=changed), pace)
        assert float(now.costed.total.sum() - after.costed.total.sum()) <= 5.0 + 1e-6


@pytest.mark.parametrize("there", [150.0, 200.0, 5000.0])
def test_too_little_for_all_who_ask_is_shared_and_no_unit_is_made_or_lost(there: float) -> None:
    rows = 3
    items = Items(
        unit_cost=np.full(rows, 8.0), holding_rate=np.full(rows, 0.25), stockout_cost=np.array([4.0, 4.0, 16.0]),
        order_cost=np.full(rows, 30.0), line_cost=np.zeros(rows), lead_days=np.full(rows, 14.0),
        lead_sd=np.full(rows, 2.0), review_days=np.full(rows, 7.0), on_hand=np.array([there, 0.0, 0.0]),
        on_order=np.zeros(rows), backordered=np.zeros(rows), minimum=np.ones(rows), pack=np.ones(rows),
        maximum=np.full(rows, np.inf), break_quantity=np.zeros((rows, 0)), break_cost=np.zeros((rows, 0)),
    )  # fmt: skip
    pace = Velocity(np.array([0.6, 240.0, 240.0]), np.full(rows, 60.0), np.ones(rows))
    moved = rebalance(items, pace, np.zeros(rows, dtype=np.int64), items.on_hand, np.full(rows, 1.0))
    after = moved_stock(items, moved)
    assert after.on_hand.sum() == there
    assert np.all(after.on_hand >= 0)
    assert sorted(moved.destination.tolist()) == [1, 2]
    got = dict(zip(moved.destination.tolist(), moved.units.tolist(), strict=True))
    if moved.asked[0] > moved.there[0]:
        assert got[1] + got[2] == moved.there[0]
        assert got[2] > got[1] > 0
    else:
        assert there == 5000.0


def test_a_move_that_costs_more_than_it_saves_is_not_made_nor_one_that_is_barred() -> None:
    items, pace, product, movable = some(3)
    usual = rebalance(items, pace, product, movable, np.full(len(items), 5.0))
    assert len(rebalance(items, pace, product, movable, np.full(len(items), 1e9))) == 0
    first = (int(usual.origin[0]), int(usual.destination[0]))
    without = rebalance(items, pace, product, movable, np.full(len(items), 5.0), frozenset({first}))
    assert first not in set(zip(without.origin.tolist(), without.destination.tolist(), strict=True))


def test_what_customers_wait_for_is_not_moved() -> None:
    items, pace, product, movable = some(1)
    assert len(rebalance(items, pace, product, 0.0 * movable, np.full(len(items), 5.0))) == 0


def test_shapes_and_values_that_make_no_sense_are_refused() -> None:
    items, pace, product, movable = some(1)
    with pytest.raises(ValueError, match="each of 24 rows"):
        rebalance(items, pace, product, movable[:3], np.full(len(items), 5.0))
    with pytest.raises(ValueError, match="finite and not negative"):
        rebalance(items, pace, product, movable, np.full(len(items), -1.0))
