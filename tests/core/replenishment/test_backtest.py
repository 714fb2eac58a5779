from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.replenishment.backtest import (
    CLASSES,
    OURS,
    History,
    Ingredients,
    OurRule,
    compare,
    demand_classes,
    gap_closed,
)
from core.replenishment.forecast import Forecaster
from core.replenishment.lifts import price_cuts
from core.replenishment.rules_of_thumb import NAMES, least_cost
from core.replenishment.simulate import Week
from tests.core.replenishment.test_simulate import shelves

ALL = (OURS, *NAMES)


def told(sales: np.ndarray, on_sale: np.ndarray, **parts: Any) -> Forecaster:
    """A forecaster that has seen those weeks."""
    forecaster = Forecaster(np.full(len(sales), 3.0), np.zeros(len(sales), dtype=np.intp), **parts)
    for week in range(sales.shape[1]):
        forecaster.learn(Week(sales[:, week], on_sale[:, week]))
    return forecaster


def test_steady_sales_are_foretold_as_they_are() -> None:
    chance = np.random.default_rng(1)
    rate = chance.uniform(1.0, 20.0, 400)
    seen = told(chance.poisson(rate[:, None], (400, 150)).astype(float), np.ones((400, 150))).over(np.full(400, 3.0))
    assert np.mean(seen.mean / (3 * rate)) == pytest.approx(1.0, abs=0.02)
    assert np.median(seen.variance / (3 * rate)) == pytest.approx(1.15, abs=0.2)


def test_weeks_without_stock_do_not_pass_for_weeks_without_demand() -> None:
    sales, on_sale = np.full((1, 60), 6.0), np.ones((1, 60))
    on_sale[:, 50:], sales[:, 50:] = 1 / 3, 2.0
    assert told(sales, on_sale).pace[0] == pytest.approx(6.0, rel=0.05)
    assert told(sales, on_sale, censored=False).pace[0] < 5.0


def test_a_promotion_that_is_known_beforehand_is_foretold_and_does_not_raise_the_pace() -> None:
    promoted = np.zeros((40, 121, 1))
    promoted[:, ::6] = 1.0
    sales = np.random.default_rng(6).poisson(10.0 * (1.0 + 2.0 * promoted[:, :120, 0])).astype(float)
    forecaster = told(sales, np.ones_like(sales), known=promoted)
    assert forecaster.pace.mean() == pytest.approx(10.0, rel=0.05)
    assert forecaster.factor(114).mean() == pytest.approx(3.0, rel=0.1)
    assert forecaster.over(np.full(40, 1.0)).mean.mean() == pytest.approx(30.0, rel=0.1)  # week 120 is promoted


def test_a_season_is_learnt_over_all_shelves_and_comes_again() -> None:
    index = 1.0 + 0.6 * np.sin(2 * np.pi * np.arange(156) / 52)
    sales = np.random.default_rng(7).poisson(8.0 * index, (60, 156)).astype(float)
    forecaster = told(sales, np.ones_like(sales), cycle=52)
    assert forecaster.factor(13)[0] > 1.25
    assert forecaster.factor(39)[0] < 0.8


def test_a_lone_giant_order_is_cut_and_a_second_is_not() -> None:
    sales = np.tile([4.0, 6.0], (1, 30))
    once, twice = sales.copy(), sales.copy()
    once[:, 40] = twice[:, 40] = twice[:, 45] = 5000.0
    ones = np.ones_like(sales)
    assert told(once, ones).pace[0] < 15.0
    assert told(twice, ones).pace[0] > 50.0


def test_a_price_cut_counts_from_the_usual_price_of_the_weeks_before() -> None:
    cuts = price_cuts(np.array([[4.0, 4.0, 4.0, 2.0, 4.0], [np.nan] * 5]))
    assert cuts.tolist() == [[0.0, 0.0, 0.0, 7.0, 0.0], [0.0] * 5]
    with pytest.raises(ValueError, match="item 0: price"):
        price_cuts(np.array([[0.0, 1.0]]))


def test_more_demand_is_never_foretold_as_less() -> None:
    few = np.random.default_rng(2).poisson(3.0, (50, 40)).astype(float)
    more = few.copy()
    more[:, -1] += 5.0
    ones = np.ones_like(few)
    assert np.all(told(more, ones, combined=False).pace > told(few, ones, combined=False).pace)


def test_classes_are_those_of_the_four_corners() -> None:
    steady, gaps = np.tile([5.0, 6.0], 20), np.tile([5.0, 0.0], 20)
    wild, both = np.tile([1.0, 1.0, 1.0, 30.0], 10), np.tile([1.0, 0.0, 0.0, 30.0], 10)
    found = demand_classes(np.stack([steady, wild, gaps, both]))
    assert [CLASSES[one] for one in found] == ["smooth", "erratic", "intermittent", "lumpy"]


def test_nobody_beats_whoever_knew_all_demand() -> None:
    chance = np.random.default_rng(3)
    demand = chance.poisson(chance.lognormal(1, 1, 60)[:, None, None] / 7, (60, 80, 7)).astype(float)
    terms = shelves(60, lead_weeks=chance.integers(0, 3, 60).astype(float), holding=np.full(60, 0.2))
    for lost in (0.0, 1.0):
        compared = compare(replace(terms, lost_sales=np.full(60, lost)), History(demand, 40), ALL, lambda _: None)
        for ledger in compared.ledgers.values():
            assert np.all(ledger.total >= compared.clairvoyant - 1e-9)


def test_the_bound_is_met_where_all_can_be_tried() -> None:
    terms = shelves(1, order_cost=np.array([3.0]), stockout=np.array([2.5]))
    demand = np.array([[2.0, 0.0, 3.0]])
    tried = []
    for orders in np.ndindex(6, 6, 4):
        stock, cost = 0.0, 0.0
        for week, order in enumerate(orders):
            stock += order
            left = max(stock - demand[0, week], 0.0)
            cost += 3.0 * (order > 0) + (stock + left) / 2 + 2.5 * max(demand[0, week] - stock, 0.0)
            stock = left
        tried.append(cost)
    assert least_cost(terms, demand)[0] == min(tried)


def test_ours_costs_less_than_the_rules_of_thumb_on_demand_it_does_not_know() -> None:
    chance = np.random.default_rng(4)
    pace = chance.lognormal(1.2, 1.0, 300)[:, None, None]
    demand = chance.poisson(chance.gamma(0.3, pace / 0.3 / 7, (300, 110, 7))).astype(float)
    terms = shelves(300, holding=np.full(300, 0.1), stockout=np.full(300, 2.0), lead_weeks=np.full(300, 2.0),
                    on_hand=np.ceil(3 * pace[:, 0, 0]))  # fmt: skip
    compared = compare(terms, History(demand, 60), ALL, lambda _: None)
    best = compared.ledgers[compared.best_rule_of_thumb()].total.sum()
    assert compared.ledgers[OURS].total.sum() < best
    closed, low, high = gap_closed(compared)
    assert 0 < closed < 1
    assert low <= closed <= high


def test_where_an_order_costs_little_less_than_a_weeks_demand_is_ordered_at_a_time() -> None:
    steady = np.full((1, 40, 1), 50.0)
    rule = OurRule(shelves(1, order_cost=np.full(1, 0.01)), np.zeros(1, dtype=np.intp), np.ones(1), Ingredients(),
                   History(steady, 20))  # fmt: skip
    for _ in range(20):
        rule.learn(Week(np.full(1, 50.0), np.ones(1)))
    ordered = [float(rule.wanted(np.array([position]))[0]) for position in range(200)]
    assert 0 < ordered[int(np.flatnonzero(ordered)[-1])] < 10  # at the highest position that orders at all


def test_the_same_backtest_twice_comes_to_the_same() -> None:
    demand = np.random.default_rng(5).poisson(0.5, (10, 40, 7)).astype(float)
    one, other = (compare(shelves(10), History(demand, 20), ALL, lambda _: None) for _ in range(2))
    assert all(np.array_equal(one.ledgers[name].total, other.ledgers[name].total) for name in ALL)


def test_history_too_short_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="8 weeks"):
        History(np.ones((1, 9, 1)), 4)
