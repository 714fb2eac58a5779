"""Every ordering rule in core/replenishment/policies, found by its file, keeps the same promises."""

import importlib
import inspect
import pkgutil
from types import ModuleType

import numpy as np
import pytest

from core.replenishment import Vector, policies
from core.replenishment.cost_curve import Curve
from core.replenishment.loss import Demand, pmf
from core.replenishment.policies import cost_based
from core.replenishment.policies.cost_based import average_cost, best_reorder_point

RULES = [
    importlib.import_module(f"{policies.__name__}.{found.name}") for found in pkgutil.iter_modules(policies.__path__)
]
MOST = 400


def curves(count: int, seed: int) -> Curve:
    """Random cost curves of small items."""
    draw = np.random.default_rng(seed)
    mean, clumps = draw.uniform(0.5, 20.0, count), draw.uniform(1.0, 6.0, count)
    lead = mean * draw.uniform(0.1, 0.9, count)
    holding, stockout = draw.uniform(0.01, 0.2, count), draw.uniform(0.5, 5.0, count)
    return Curve(Demand(mean, mean * clumps), holding, stockout, Demand(lead, lead * clumps))


def costs_by_level(curve: Curve) -> np.ndarray:
    """Cost of a period at levels 0..MOST, straight from probabilities, one row per item."""
    level = np.arange(MOST + 1.0)
    rows = []
    for row in range(len(curve.holding)):
        over, short = [], []
        for demand in (curve.protected, curve.lead):
            assert demand is not None
            one = Demand(np.full(3 * MOST, demand.mean[row]), np.full(3 * MOST, demand.variance[row]))
            units = np.arange(3.0 * MOST)
            chances = pmf(units, one)
            over.append(np.maximum(level[:, None] - units, 0) @ chances)
            short.append(np.maximum(units - level[:, None], 0) @ chances)
        held = (over[0] + over[1]) / 2
        rows.append(curve.holding[row] * held + curve.stockout[row] * (short[0] - short[1]))
    return np.array(rows)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.rpartition(".")[2])
def test_a_rule_takes_a_curve_and_a_lot_and_orders_up_to_above_its_reorder_point(rule: ModuleType) -> None:
    assert list(inspect.signature(rule.levels).parameters) == ["curve", "lot"]
    found = rule.levels(curves(200, seed=1), np.arange(1.0, 201.0))
    assert np.all(found.order_up_to > found.reorder_point)
    assert np.all(found.reorder_point == np.round(found.reorder_point))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.rpartition(".")[2])
def test_dearer_shortage_never_means_less_stock(rule: ModuleType) -> None:
    curve = curves(200, seed=2)
    dearer = Curve(curve.protected, curve.holding, curve.stockout * 2, curve.lead)
    lot = np.full(200, 10.0)
    assert np.all(rule.levels(dearer, lot).order_up_to >= rule.levels(curve, lot).order_up_to)


def test_curve_costs_what_probabilities_say() -> None:
    curve = curves(12, seed=3)
    by_level = costs_by_level(curve)
    for level in (0, 3, 17, 60):
        np.testing.assert_allclose(curve.cost(np.full(12, float(level))), by_level[:, level], rtol=1e-8, atol=1e-9)
    held, short = curve.between(np.full(12, 4.0), np.full(12, 21.0))
    np.testing.assert_allclose(curve.holding * held + curve.stockout * short, by_level[:, 5:22].sum(axis=1), rtol=1e-8)


@pytest.mark.parametrize("lot", [1, 4, 25])
def test_reorder_point_is_the_best_there_is_for_its_lot(lot: int) -> None:
    curve = curves(60, seed=lot)
    by_level = costs_by_level(curve)
    windows = np.array([by_level[:, s + 1 : s + lot + 1].mean(axis=1) for s in range(-1, MOST - lot)]).T
    point = best_reorder_point(curve, np.full(60, float(lot)))
    chosen = windows[np.arange(60), (point + 1).astype(int)]
    np.testing.assert_allclose(chosen, windows.min(axis=1), rtol=1e-9)


def test_ordering_up_to_a_level_costs_hardly_more_than_the_exact_rule() -> None:
    """The exact (s,S) optimum by renewal (Zheng & Federgruen 1991), for lots above a period's demand."""
    curve = curves(12, seed=9)
    by_level, order_cost = costs_by_level(curve), np.linspace(2.0, 30.0, 12)
    lot: Vector = np.round(np.sqrt(2 * order_cost * curve.drawn / curve.holding)).astype(np.float64)
    found = cost_based.levels(curve, lot)
    for row in range(12):
        chances = pmf(np.arange(float(MOST)), Demand(*(np.full(MOST, part[row]) for part in period(curve))))
        renewals = np.zeros(MOST)
        renewals[0] = 1 / (1 - chances[0])
        for at in range(1, MOST):
            renewals[at] = renewals[0] * (chances[1 : at + 1] @ renewals[at - 1 :: -1][:at])

        def cost(point: int, up_to: int, row: int = row, renewals: np.ndarray = renewals) -> float:
            steps = renewals[: up_to - point]
            return float((order_cost[row] + steps @ by_level[row, np.arange(up_to, point, -1)]) / steps.sum())

        best = min(cost(s, big) for s in range(-1, 80) for big in range(s + 2, min(s + 2 * int(lot[row]), MOST - 1)))
        ours = cost(int(found.reorder_point[row]), int(found.order_up_to[row]))
        assert ours < 1.03 * best


def period(curve: Curve) -> tuple[Vector, Vector]:
    """Mean and variance of one review period's demand."""
    assert curve.lead is not None
    return curve.drawn, curve.protected.variance - curve.lead.variance


def test_average_cost_is_what_a_long_simulation_of_the_rule_costs() -> None:
    draw = np.random.default_rng(77)
    periods, chains, lead = 400, 300, 2
    rate, clumps, lot, order_cost = 6.0, 3.0, 20.0, 9.0
    mean = np.array([rate])
    curve = Curve(
        Demand(mean * (lead + 1), mean * (lead + 1) * clumps),
        np.array([0.3]),
        np.array([4.0]),
        Demand(mean * lead, mean * lead * clumps),
    )
    point = best_reorder_point(curve, np.array([lot]))
    asked = draw.negative_binomial(rate / (clumps - 1), 1 / clumps, (chains, periods + lead + 1)).astype(float)
    position = point[0] + draw.integers(1, int(lot) + 1, chains)
    spent = np.zeros(chains)
    for at in range(periods):
        before = asked[:, at : at + lead].sum(axis=1)
        after = before + asked[:, at + lead]
        held = (np.maximum(position - before, 0) + np.maximum(position - after, 0)) / 2
        short = np.maximum(after - position, 0) - np.maximum(before - position, 0)
        position = position - asked[:, at]
        lots = np.maximum(np.ceil((point[0] + 1 - position) / lot), 0)
        position = position + lots * lot
        spent += 0.3 * held + 4.0 * short + order_cost * lots
    simulated = spent / periods
    predicted = average_cost(curve, point, np.array([lot]), np.array([order_cost]))[0]
    assert abs(predicted - simulated.mean()) < 3 * simulated.std() / np.sqrt(chains)


def test_shortage_that_costs_nothing_is_never_averted() -> None:
    curve = curves(20, seed=5)
    free = Curve(curve.protected, curve.holding, 0 * curve.stockout, curve.lead)
    assert np.all(best_reorder_point(free, np.full(20, 5.0)) == -1)


def test_free_holding_protects_no_further_than_the_highest_service() -> None:
    curve = curves(20, seed=6)
    free = Curve(curve.protected, 0 * curve.holding, curve.stockout, curve.lead)
    point = best_reorder_point(free, np.ones(20))
    assert np.all(np.isfinite(point))
    assert np.all(point < curve.protected.mean + 30 * curve.protected.sd)


@pytest.mark.parametrize("mean", [1e-6, 0.01, 900.0, 90_000.0])
def test_very_slow_and_very_fast_items_get_a_sensible_point(mean: float) -> None:
    one = np.array([mean])
    curve = Curve(Demand(one, one * 5), np.array([0.01]), np.array([1.0]), Demand(one * 0.6, one * 3))
    point = best_reorder_point(curve, np.ones(1))[0]
    assert -1 <= point <= mean + 12 * np.sqrt(5 * mean) + 10
    if mean > 100:
        assert point > mean
