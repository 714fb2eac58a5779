"""Scarce stock, surplus, goods that spoil and vehicles: laws, and simulations that the numbers must agree with."""

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np
import pytest

from core.replenishment.allocation import Places, allocated, rebalanced, topped_up
from core.replenishment.loss import Demand, expected_excess, expected_shortage
from core.replenishment.perishables import Perishable, expected_outdating, fresh_level
from core.replenishment.trips import best_load


def places(seed: int, count: int = 4) -> Places:
    chance = np.random.default_rng(seed)
    mean = chance.uniform(0.5, 8.0, count)
    return Places(Demand(mean, 2.0 * mean), chance.uniform(0.5, 2.0, count), chance.uniform(2.0, 12.0, count))


def spent(where: Places, level: np.ndarray) -> float:
    held, short = expected_excess(level, where.demand), expected_shortage(level, where.demand)
    return float(np.sum(where.holding * held + where.stockout * short))


def one_moved(units: np.ndarray) -> Iterator[np.ndarray]:
    for source, to in permutations(range(len(units)), 2):
        if units[source] > 0:
            moved = units.copy()
            moved[[source, to]] += [-1.0, 1.0]
            yield moved


@pytest.mark.parametrize("seed", range(8))
def test_no_unit_of_scarce_stock_does_more_elsewhere(seed: int) -> None:
    where = places(seed)
    units, price = allocated(where, 9.0)
    assert units.sum() <= 9.0
    for moved in one_moved(units):
        assert spent(where, moved) >= spent(where, units) - 1e-9
    assert price == pytest.approx(spent(where, units) - spent(where, allocated(where, 10.0)[0]))


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_the_best_of_all_there_are_and_no_unit_is_made_or_lost(seed: int) -> None:
    where, there, most = places(seed, 3), np.array([0.0, 3.0, -1.0]), np.array([5.0, 4.0, 6.0])
    for stock in (0.0, 1.0, 7.0, 14.0):
        units = topped_up(where, there, stock, most)
        assert units.sum() == stock
        assert np.all((units >= 0) & (units <= most))
        ways = product(*(range(int(one) + 1) for one in most))
        best = min(spent(where, there + np.array(way)) for way in ways if sum(way) == stock)
        assert spent(where, there + units) == pytest.approx(best, abs=1e-6)
    assert topped_up(where, there, 99.0, most).tolist() == most.tolist()
    with pytest.raises(ValueError, match="whole"):
        topped_up(where, there, 1.5, most)


def test_what_saves_nothing_is_kept_back() -> None:
    where = places(1)
    units, price = allocated(where, 1e6)
    assert units.sum() < 100
    assert price == 0
    with pytest.raises(ValueError, match="whole"):
        allocated(where, 1.5)


@pytest.mark.parametrize("seed", range(8))
def test_surplus_moves_only_where_it_saves_more_than_the_way_costs(seed: int) -> None:
    where, stock = places(seed), np.array([20.0, 0.0, 3.0, 0.0])
    after = rebalanced(where, stock, 0.5)
    assert after.sum() == stock.sum()

    def whole(level: np.ndarray) -> float:
        return spent(where, level) + 0.5 * float(np.abs(level - stock).sum()) / 2.0

    for moved in one_moved(after):
        assert whole(moved) >= whole(after) - 1e-9
    assert np.array_equal(rebalanced(where, stock, 1e6), stock)


def test_what_spoils_is_what_a_simulation_throws_away() -> None:
    chance, stock, order = np.random.default_rng(2), 4.0, 9.0
    asked = chance.poisson(8.0, 200_000)
    thrown = np.minimum(np.maximum(stock + order - asked, 0.0), order).mean()
    found = expected_outdating(np.array([stock]), np.array([order]), Demand(np.array([8.0]), np.array([8.0])))
    assert found[0] == pytest.approx(thrown, rel=0.01)


def test_a_fresh_level_is_the_cheapest_and_falls_with_what_spoiling_costs() -> None:
    chance = np.random.default_rng(3)
    mean, ones = chance.uniform(0.5, 9.0, 200), np.ones(200)
    stockout, spoiled = chance.uniform(1.0, 9.0, 200), chance.uniform(0.0, 9.0, 200)
    goods = Perishable(ones, stockout, spoiled, Demand(mean, mean), Demand(2.0 * mean, 2.0 * mean))
    level = fresh_level(goods)
    costs = np.stack([goods.cost(0.0 * ones, one * ones) for one in range(40)])
    np.testing.assert_allclose(goods.cost(0.0 * ones, level), costs.min(axis=0), rtol=1e-9)
    dearer = Perishable(ones, stockout, spoiled + 5.0, goods.period, goods.life)
    assert np.all(fresh_level(dearer) <= level)


def test_a_trip_carries_the_economic_load_or_the_fullest_measure() -> None:
    flow, capacity = np.array([[50.0, 2.0], [50.0, 2.0]]), np.array([[1e9, np.inf], [1e9, 8.0]])
    trips = best_load(np.full(2, 100.0), capacity, flow, np.full(2, 4.0))
    assert trips.load[1].tolist() == [200.0, 8.0]
    for factor in (0.9, 1.1):
        interval = trips.interval[0] * factor
        assert 100.0 / interval + 4.0 * interval / 2.0 > trips.cost[0]
    with pytest.raises(ValueError, match="item 0: carried"):
        best_load(np.ones(1), np.ones((1, 1)), np.zeros((1, 1)), np.ones(1))
