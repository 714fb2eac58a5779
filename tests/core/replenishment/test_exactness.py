"""A thousand small instances of each rule, against every rule there is."""

from itertools import product

import numpy as np
import pytest

from core.replenishment import discounts
from core.replenishment.continuous_review import Review, best_poisson_rule, poisson_rule_cost
from core.replenishment.joint import Cycle, Family, best_cycle, best_power_of_two
from core.replenishment.loss import Demand
from core.replenishment.periodic_review import Shelves, best_refill, best_refills, counted_pmf, refill_cost
from core.replenishment.storage import lots_within
from core.replenishment.wagner_whitin import wagner_whitin

MANY = 1000


def draw(seed: int, low: float, high: float, count: int = MANY) -> np.ndarray:
    """Numbers spread evenly between two."""
    return np.random.default_rng(seed).uniform(low, high, count)


def test_refill_rule_is_the_cheapest_of_all() -> None:
    mean = draw(1, 0.3, 5.0)
    demand = Demand(mean, mean * draw(2, 1.0, 4.0))
    pmf = counted_pmf(demand)
    shelves = Shelves(draw(3, 0.0, 8.0), draw(4, 0.5, 2.0), draw(5, 2.0, 12.0), pmf, pmf)
    lowest = np.full(MANY, np.inf)
    for point, gap in product(range(-5, 26), range(1, 26)):
        cost = refill_cost(shelves, np.full(MANY, float(point)), np.full(MANY, float(point + gap)))
        lowest = np.minimum(lowest, cost)
    np.testing.assert_allclose(best_refill(shelves).cost, lowest, rtol=1e-9)


def test_cost_of_a_refill_rule_is_that_of_its_long_run() -> None:
    chance = np.array([[0.4, 0.3, 0.2, 0.1]])
    shelves = Shelves(np.array([6.0]), np.array([1.0]), np.array([5.0]), chance, chance)
    states, move = np.arange(2, 7), np.zeros((5, 5))
    for row, state in enumerate(states):
        for units, share in enumerate(chance[0]):
            left = state - units
            move[row, (6 if left <= 1 else left) - 2] += share
    share_of_time = np.linalg.matrix_power(move, 4096)[0]
    ordering = sum(share_of_time[row] * chance[0][max(state - 1, 0) :].sum() for row, state in enumerate(states))
    expected = share_of_time @ shelves.curve(2, 6)[0] + 6.0 * ordering
    assert refill_cost(shelves, np.array([1.0]), np.array([6.0]))[0] == pytest.approx(expected)


def test_groups_of_like_size_change_no_rule() -> None:
    mean = np.exp(draw(6, -1.5, 3.5, 60))
    costs = draw(7, 0.5, 30.0, 60), draw(8, 0.1, 1.0, 60), draw(9, 1.0, 9.0, 60)
    demand = Demand(mean, 2.0 * mean)
    together = best_refills(*costs, demand, demand)
    for row in range(60):
        one = slice(row, row + 1)
        alone = counted_pmf(Demand(mean[one], 2.0 * mean[one]))
        rule = best_refill(Shelves(*[*(cost[one] for cost in costs), alone, alone]))
        assert together.cost[row] == pytest.approx(rule.cost[0], rel=1e-9)


def test_fixed_lot_rule_is_the_cheapest_of_all() -> None:
    costs = draw(10, 0.5, 12.0), draw(11, 0.5, 2.0), draw(12, 2.0, 12.0)
    rate = draw(13, 0.3, 3.0)
    review = Review(*costs, rate, rate * draw(14, 0.2, 2.0), np.zeros(MANY))
    lowest = np.full(MANY, np.inf)
    for point, lot in product(range(-4, 14), range(1, 22)):
        cost = poisson_rule_cost(review, np.full(MANY, float(point)), np.full(MANY, float(lot)))
        lowest = np.minimum(lowest, cost)
    np.testing.assert_allclose(best_poisson_rule(review).cost, lowest, rtol=1e-9)


@pytest.mark.parametrize("rule", [discounts.all_units, discounts.incremental])
def test_lot_under_price_breaks_is_the_cheapest_of_a_fine_scale(rule) -> None:  # type: ignore[no-untyped-def]  # either rule
    start = np.column_stack([np.zeros(MANY), draw(15, 5, 40), draw(16, 41, 90)])
    price = np.column_stack([draw(17, 8, 10), draw(18, 6, 8), draw(19, 4, 6)])
    ordering, holding, rate = draw(20, 1, 40), draw(21, 0.1, 0.5), draw(22, 10, 100)
    lot = rule(ordering, holding, rate, start, price)
    scale = np.concatenate([start.T[1:], np.linspace(0.05, 400.0, 4000)[:, None] * np.ones(MANY)])
    lowest = np.full(MANY, np.inf)
    for quantity in scale:
        tier = np.sum(start <= quantity[:, None], axis=1) - 1
        at = price[np.arange(MANY), tier]
        if rule is discounts.incremental:
            units = np.clip(
                np.minimum(quantity[:, None], np.column_stack([start[:, 1:], quantity * np.inf])) - start, 0, None
            )
            at = np.sum(units * price, axis=1) / quantity
        lowest = np.minimum(lowest, at * rate + ordering * rate / quantity + holding * at * quantity / 2)
    assert np.all(lot.cost <= lowest * (1 + 1e-12))
    np.testing.assert_allclose(lot.cost, lowest, rtol=1e-4)


@pytest.mark.parametrize(("solve", "multiples"), [(best_cycle, range(1, 9)), (best_power_of_two, (1, 2, 4, 8, 16))])
def test_joint_cycle_is_the_cheapest_of_all(solve, multiples) -> None:  # type: ignore[no-untyped-def]  # either rule
    chance = np.random.default_rng(23)
    for _ in range(40):
        family = Family(
            chance.uniform(5, 20), chance.uniform(0.5, 20, 3), chance.uniform(0.5, 2, 3), chance.uniform(1, 9, 3)
        )
        tried: list[Cycle] = [
            family.cycle(np.array(m, dtype=float)) for m in product(multiples, repeat=3) if min(m) == 1
        ]
        assert solve(family).cost == pytest.approx(min(cycle.cost for cycle in tried), rel=1e-9)


def test_shared_room_is_filled_and_priced_as_its_worth() -> None:
    given = draw(24, 1, 50, 300), draw(25, 0.5, 4, 300), draw(26, 10, 900, 300), draw(27, 0.1, 3, 300)
    place = np.arange(300) % 3
    shared = lots_within(*given, place, np.array([500.0, 900.0, 1e9]))
    used = np.bincount(place, given[3] * shared.quantity)
    np.testing.assert_allclose(used[:2], [500.0, 900.0], rtol=1e-9)
    assert shared.price[2] == 0.0
    marginal = given[0] * given[2] / shared.quantity**2 - given[1] / 2
    np.testing.assert_allclose(marginal, shared.price[place] * given[3], rtol=1e-6, atol=1e-9)


def test_orders_for_known_demand_are_the_cheapest_of_all() -> None:
    chance = np.random.default_rng(28)
    demand, fixed, keep, price = (chance.integers(low, 20, (MANY, 5)).astype(float) for low in (0, 1, 1, 1))
    orders, cost = wagner_whitin(demand, fixed, keep, price)
    lowest = np.full(MANY, np.inf)
    for later in product((False, True), repeat=4):
        opens = np.array((True, *later))
        quantity = np.add.reduceat(demand, np.flatnonzero(opens), axis=1)
        placed = np.zeros_like(demand)
        placed[:, opens] = quantity
        lowest = np.minimum(lowest, spent(placed, demand, fixed, keep, price))
    np.testing.assert_allclose(cost, lowest)
    np.testing.assert_allclose(spent(orders, demand, fixed, keep, price), cost)


def spent(orders: np.ndarray, demand: np.ndarray, fixed: np.ndarray, keep: np.ndarray, price: np.ndarray) -> np.ndarray:
    """What given orders come to."""
    left = np.cumsum(orders - demand, axis=1)
    return np.asarray(((orders > 0) * fixed + price * orders + keep * left).sum(axis=1))


def test_wrong_numbers_are_refused_with_their_item() -> None:
    two = np.ones(2)
    with pytest.raises(ValueError, match="item 1: breaks must rise"):
        discounts.all_units(two, two, two, np.array([[0.0, 5, 9], [0, 9, 5]]), np.ones((2, 3)))
    with pytest.raises(ValueError, match="item 1: rate"):
        Review(two, two, two, np.array([1.0, np.nan]), two, two)
    with pytest.raises(ValueError, match="item 0: period must be probabilities"):
        Shelves(two, two, two, np.full((2, 2), 0.4), np.full((2, 2), 0.5))
