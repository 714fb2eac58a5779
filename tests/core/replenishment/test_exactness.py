"""A thousand small instances of each rule, against every rule there is."""

from itertools import product

import numpy as np
import pytest

from benchmarks.exactness import ROWS, gap
from core.replenishment import discounts
from core.replenishment.continuous_review import Review
from core.replenishment.loss import Demand
from core.replenishment.periodic_review import Shelves, best_refill, best_refills, counted_pmf, refill_cost
from core.replenishment.storage import lots_within
from core.replenishment.wagner_whitin import wagner_whitin
from core.replenishment.whole_lots import lot_rule_cost

MANY = 1000


def draw(seed: int, low: float, high: float, count: int = MANY) -> np.ndarray:
    """Numbers spread evenly between two."""
    return np.random.default_rng(seed).uniform(low, high, count)


@pytest.mark.parametrize("rule", ROWS)
def test_no_other_answer_is_cheaper(rule: str) -> None:
    found = gap(rule, 200)
    assert found.worst <= (1e-8 if "milp" in rule else 1e-9)
    assert found.mean >= -1e-4


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


def test_cost_of_whole_lots_is_that_of_their_long_run() -> None:
    chance = np.array([[0.4, 0.3, 0.2, 0.1]])
    shelves = Shelves(np.array([6.0]), np.array([1.0]), np.array([5.0]), chance, chance)
    position, spent, weeks = 3, 0.0, 200_000
    curve, asked = shelves.curve(-5, 10)[0], np.random.default_rng(3).choice(4, weeks, p=chance[0])
    for units in asked:
        if position <= 1:
            position += 2 * int(np.ceil((2 - position) / 2))
            spent += 6.0
        spent += curve[position + 5]
        position -= units
    assert lot_rule_cost(shelves, np.array([1.0]), np.array([2.0]))[0] == pytest.approx(spent / weeks, rel=0.01)


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
