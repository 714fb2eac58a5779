"""Service targets: the implied cost brings about the target, at the lowest stock, and asks for more when it rises."""

import numpy as np
import pytest

from core.replenishment import Vector
from core.replenishment.costing import basis, ground
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.loss import cdf
from core.replenishment.targets import _fill, stockout_costs

COUNT = 200
NONE = np.full(COUNT, np.nan)


@pytest.fixture(scope="module")
def shop() -> tuple[Items, Velocity]:
    chance = np.random.default_rng(4)
    none, one = np.zeros(COUNT), np.ones(COUNT)
    items = Items(
        unit_cost=chance.uniform(1, 40, COUNT), holding_rate=0.25 * one, stockout_cost=2.0 * one, order_cost=3.0 * one,
        line_cost=one, lead_days=chance.uniform(2, 40, COUNT).round(), lead_sd=chance.uniform(0, 5, COUNT),
        review_days=7.0 * one, on_hand=none, on_order=none, backordered=none, minimum=one, pack=one,
        maximum=np.inf * one, break_quantity=np.empty((COUNT, 0)), break_cost=np.empty((COUNT, 0)),
    )  # fmt: skip
    exposure = np.full(COUNT, 60.0)
    return items, Velocity(chance.uniform(0.05, 9, COUNT) * exposure, exposure, chance.uniform(1, 4, COUNT))


def priced(items: Items, cost: Vector) -> Items:
    return Items(**{**vars(items), "stockout_cost": cost})


@pytest.mark.parametrize("target", [0.5, 0.9, 0.95, 0.99])
def test_the_implied_cost_gives_the_lowest_reorder_point_of_a_service_level(
    shop: tuple[Items, Velocity], target: float
) -> None:
    items, pace = shop
    found = basis(priced(items, stockout_costs(items, pace, np.full(COUNT, target), NONE)), pace)
    point, protected = found.levels.reorder_point, found.demand.protected
    assert np.all(cdf(point, protected) >= target - 1e-9)
    assert np.all(cdf(point - 1.0, protected) < target)


@pytest.mark.parametrize("target", [0.8, 0.95, 0.99])
def test_the_implied_cost_gives_the_lowest_reorder_point_of_a_fill_rate(
    shop: tuple[Items, Velocity], target: float
) -> None:
    items, pace = shop
    point = basis(priced(items, stockout_costs(items, pace, NONE, np.full(COUNT, target))), pace).levels.reorder_point
    on = ground(items, pace)
    assert np.all(_fill(on, point) >= target - 1e-9)
    assert np.all((_fill(on, point - 1.0) < target) | (point < 0))


def test_without_a_target_the_stated_cost_counts(shop: tuple[Items, Velocity]) -> None:
    items, pace = shop
    assert np.array_equal(stockout_costs(items, pace, NONE, NONE), items.stockout_cost)


@pytest.mark.parametrize("target", [-0.1, 1.0, 95.0])
def test_a_target_no_stock_can_reach_is_refused(shop: tuple[Items, Velocity], target: float) -> None:
    with pytest.raises(ValueError, match="from 0 to below 1"):
        stockout_costs(*shop, np.full(COUNT, target), NONE)
