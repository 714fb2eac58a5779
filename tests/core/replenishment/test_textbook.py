"""Known optima of the books; the cases are read from beside the repository, and skipped where they are absent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.replenishment.cost_curve import Curve
from core.replenishment.loss import (
    Demand,
    expected_excess,
    expected_shortage,
    gamma_shortage,
    normal_shortage,
    quantile,
)  # fmt: skip
from core.replenishment.lot_size import Limits, Prices, best_lot, eoq, lot_cost
from core.replenishment.policies.cost_based import average_cost, best_reorder_point

FILE = Path(__file__).parents[4] / "shared" / "textbook_cases.json"
CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"] if FILE.is_file() else []
Answer = dict[str, float]


def one(value: float) -> np.ndarray:
    """One item."""
    return np.array([float(value)])


def poisson(mean: float) -> Demand:
    """Poisson demand of one item."""
    return Demand(one(mean), one(mean))


def economic(given: dict[str, Any]) -> Answer:
    """EOQ, and its cost."""
    quantity = eoq(one(given["fixed_cost"]), one(given["holding_cost"]), one(given["demand_rate"]))
    return {"order_quantity": quantity[0], **economic_cost({**given, "order_quantity": quantity[0]})}


def economic_cost(given: dict[str, Any]) -> Answer:
    """Cost of a given lot: a unit that costs 1, whose purchase is left out."""
    rate = one(given["demand_rate"])
    cost = lot_cost(one(given["order_quantity"]), one(1), one(given["fixed_cost"]), one(given["holding_cost"]), rate)
    return {"cost": (cost - rate)[0]}


def all_units(given: dict[str, Any]) -> Answer:
    """EOQ under all-units discounts."""
    starts, costs = given["breakpoints"], given["unit_costs"]
    prices = Prices(one(costs[0]), np.array([starts[1:]]), np.array([costs[1:]]))
    ordering, holding = one(given["fixed_cost"]), one(given["holding_cost_rate"])
    lot = best_lot(prices, ordering, holding, one(given["demand_rate"]), Limits(one(1), one(1), one(np.inf)))
    return {"order_quantity": lot.quantity[0], "region": float(lot.tier[0] + 1), "cost": lot.cost[0]}


def newsvendor_poisson(given: dict[str, Any]) -> Answer:
    """Base-stock level and cost under Poisson demand."""
    demand = poisson(given["demand_mean"] * (given.get("lead_time", 0) + 1))
    holding, stockout = given["holding_cost"], given["stockout_cost"]
    level = quantile(one(stockout / (stockout + holding)), demand)
    return {"base_stock_level": level[0], "cost": Curve(demand, one(holding), one(stockout)).cost(level)[0]}


def newsvendor_profit(given: dict[str, Any]) -> Answer:
    """Best quantity and profit with salvage, Poisson demand."""
    price, cost, salvage = given["revenue"], given["purchase_cost"], given["salvage_value"]
    demand = poisson(given["demand_mean"])
    level = quantile(one((price - cost) / (price - salvage)), demand)
    short, over = expected_shortage(level, demand), expected_excess(level, demand)
    sold = given["demand_mean"] - short[0]
    return {"base_stock_level": level[0], "profit": price * sold + salvage * over[0] - cost * level[0]}


def normal_loss(given: dict[str, Any]) -> Answer:
    """Standard normal loss."""
    return {"loss": normal_shortage(one(given["z"]), one(0), one(1))[0]}


def poisson_loss(given: dict[str, Any]) -> Answer:
    """Poisson loss."""
    return {"loss": expected_shortage(one(given["x"]), poisson(given["mean"]))[0]}


def gamma_loss(given: dict[str, Any]) -> Answer:
    """Gamma loss."""
    return {"loss": gamma_shortage(*(one(given[name]) for name in ("x", "shape", "scale")))[0]}


def clumped_loss(given: dict[str, Any]) -> Answer:
    """Negative binomial loss, from successes and their probability."""
    mean = given["r"] * (1 - given["p"]) / given["p"]
    return {"loss": expected_shortage(one(given["x"]), Demand(one(mean), one(mean / given["p"])))[0]}


def lot_curve(given: dict[str, Any]) -> Curve:
    """Cost curve of continuous review: demand over the lead time, costs per unit of time."""
    demand = poisson(given["demand_mean"] * given["lead_time"])
    return Curve(demand, one(given["holding_cost"]), one(given["stockout_cost"]))


def lot_rule_cost(given: dict[str, Any]) -> Answer:
    """Cost of a given (r,Q) under Poisson demand."""
    lot, curve = one(given["order_quantity"]), lot_curve(given)
    ordering = one(given["fixed_cost"] / given["lead_time"])
    return {"cost": average_cost(curve, one(given["reorder_point"]), lot, ordering)[0]}


def best_lot_rule(given: dict[str, Any]) -> Answer:
    """Best (r,Q) under Poisson demand: the best r of every lot, and of these the best."""
    lots = np.arange(1.0, 60.0)
    many = lots.shape
    demand = Demand(*(np.full(many, given["demand_mean"] * given["lead_time"]) for _ in range(2)))
    curve = Curve(demand, np.full(many, given["holding_cost"]), np.full(many, given["stockout_cost"]))
    point = best_reorder_point(curve, lots)
    cost = average_cost(curve, point, lots, np.full(many, given["fixed_cost"] / given["lead_time"]))
    best = int(np.argmin(cost))
    return {"reorder_point": point[best], "order_quantity": lots[best], "cost": cost[best]}


SOLVED: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "EOQ": economic,
    "EOQ cost of a given Q": economic_cost,
    "EOQ all-units discounts": all_units,
    "Newsvendor, Poisson demand": newsvendor_poisson,
    "Newsvendor, Poisson demand, lead time": newsvendor_poisson,
    "Newsvendor profit form, Poisson": newsvendor_profit,
    "Standard normal loss, first and second order": normal_loss,
    "Poisson loss E[(D-x)+]": poisson_loss,
    "Gamma loss E[(X-x)+]": gamma_loss,
    "Negative binomial loss E[(X-x)+], X = failures before r successes": clumped_loss,
    "(r,Q) cost, Poisson": lot_rule_cost,
    "(r,Q) exact, Poisson (Federgruen-Zheng 1992)": best_lot_rule,
}
CONCERNED = [case for case in CASES if case["topic"] in SOLVED]


@pytest.mark.skipif(not CASES, reason="textbook_cases.json is not beside the repository")
def test_there_are_cases_for_every_kernel() -> None:
    assert {case["topic"] for case in CONCERNED} == set(SOLVED)


@pytest.mark.parametrize("case", CONCERNED, ids=lambda case: case["id"])
def test_book_is_reproduced(case: dict[str, Any]) -> None:
    found = SOLVED[case["topic"]](case["inputs"])
    for name in found:
        assert found[name] == pytest.approx(case["expected"][name], rel=case["rel_tol"]), name
