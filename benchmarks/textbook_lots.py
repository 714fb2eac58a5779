"""The books' cases of demand that is known: lots, discounts, families, and periods that are planned ahead."""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.replenishment import Vector, discounts, economic, joint
from core.replenishment.lot_size import eoq
from core.replenishment.storage import lots_within
from core.replenishment.wagner_whitin import wagner_whitin

Given = dict[str, Any]
Answer = dict[str, Any]


def one(value: float) -> Vector:
    """A number as the kernels take it."""
    return np.array([float(value)])


def costs_of(given: Given, *names: str) -> list[Vector]:
    """Numbers of a case, in turn."""
    return [one(given[name]) for name in names]


def _economic(given: Given) -> Answer:
    costs = costs_of(given, "fixed_cost", "holding_cost", "demand_rate")
    lot = eoq(*costs)
    return {"order_quantity": lot[0], "cost": economic.cycle_cost(lot, *costs)[0]}


def _economic_cost(given: Given) -> Answer:
    return {
        "cost": economic.cycle_cost(*costs_of(given, "order_quantity", "fixed_cost", "holding_cost", "demand_rate"))[0]
    }


def _discounted(rule: Callable[..., Any]) -> Callable[[Given], Answer]:
    def solve(given: Given) -> Answer:
        tiers = np.array([given["breakpoints"]], dtype=float), np.array([given["unit_costs"]], dtype=float)
        lot = rule(*costs_of(given, "fixed_cost", "holding_cost_rate", "demand_rate"), *tiers)
        return {"order_quantity": lot.quantity[0], "region": int(lot.tier[0]), "cost": lot.cost[0]}

    return solve


def _backordered(given: Given) -> Answer:
    lot, share = economic.backordered(*costs_of(given, "fixed_cost", "holding_cost", "stockout_cost", "demand_rate"))
    return {"order_quantity": lot.quantity[0], "stockout_fraction": share[0], "cost": lot.cost[0]}


def _backordered_cost(given: Given) -> Answer:
    names = ("order_quantity", "stockout_fraction", "fixed_cost", "holding_cost", "stockout_cost", "demand_rate")
    return {"cost": economic.backordered_cost(*costs_of(given, *names))[0]}


def _produced(given: Given) -> Answer:
    lot = economic.produced(*costs_of(given, "fixed_cost", "holding_cost", "demand_rate", "production_rate"))
    return {"order_quantity": lot.quantity[0], "cost": lot.cost[0]}


def _disrupted(given: Given) -> Answer:
    names = ("fixed_cost", "holding_cost", "stockout_cost", "demand_rate", "disruption_rate", "recovery_rate")
    lot = economic.disrupted(*costs_of(given, *names))
    return {"order_quantity": lot.quantity[0], "cost": lot.cost[0]}


def _power_of_two(given: Given) -> Answer:
    costs = costs_of(given, "fixed_cost", "holding_cost", "demand_rate")
    exponent, cost = economic.power_of_two(*[*costs, one(given["base_period"])])
    best = economic.cycle_cost(eoq(*costs), *costs)
    return {
        "k": exponent[0],
        "interval_periods": 2.0 ** exponent[0],
        "cost": cost[0],
        "ratio_to_eoq": (cost / best)[0],
    }


def _joint(rule: Callable[[joint.Family], joint.Cycle]) -> Callable[[Given], Answer]:
    def solve(given: Given) -> Answer:
        names = ("individual_fixed_costs", "holding_costs", "demand_rates")
        lines = [np.array(given[name], dtype=float) for name in names]
        cycle = rule(joint.Family(float(given["shared_fixed_cost"]), *lines))
        return {
            "order_quantities": cycle.quantities(lines[2]).tolist(),
            "base_cycle_time": cycle.interval,
            "order_multiples": cycle.multiples.tolist(),
            "cost": cycle.cost,
        }

    return solve


def _wagner_whitin(given: Given) -> Answer:
    periods = int(given.get("num_periods", np.size(given["demand"])))

    def spread(value: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=float), (periods,))[None, :].copy()

    tables = [spread(given[name]) for name in ("demand", "fixed_cost", "holding_cost")]
    orders, cost = wagner_whitin(*[*tables, spread(given.get("purchase_cost", 0))])
    return {"order_quantities": orders[0].tolist(), "cost": cost[0]}


def _stored(given: Given) -> Answer:
    costs = [np.array(given[name], dtype=float) for name in ("fixed_cost", "holding_cost", "demand_rate")]
    room = np.array(given["volume"], dtype=float)
    fixed, holding, rate = costs
    place = np.zeros(len(room), dtype=np.intp)
    shared = lots_within(fixed, holding, rate, room, place, one(given["capacity"]))
    cost = economic.cycle_cost(shared.quantity, *costs).sum()
    return {
        "unconstrained_volume": shared.wanted[0],
        "shadow_price": shared.price[0],
        "order_quantities": shared.quantity.tolist(),
        "cost": cost,
    }


BY_TOPIC: tuple[tuple[str, Callable[[Given], Answer]], ...] = (
    ("EOQ with shared storage capacity", _stored),
    ("EOQ with supply disruptions", _disrupted),
    ("EOQ with planned backorders", _backordered),
    ("EOQB cost of given", _backordered_cost),
    ("EOQ all-units discounts", _discounted(discounts.all_units)),
    ("EOQ incremental discounts", _discounted(discounts.incremental)),
    ("EOQ cost of a given", _economic_cost),
    ("EOQ", _economic),
    ("Economic production quantity", _produced),
    ("Power-of-two EOQ", _power_of_two),
    ("Joint replenishment, Silver", _joint(joint.silver)),
    ("Joint replenishment, optimal integer", _joint(joint.best_cycle)),
    ("Joint replenishment, optimal power-of-two", _joint(joint.best_power_of_two)),
    ("Wagner-Whitin", _wagner_whitin),
)
"""How a topic begins and what solves it; the first that fits is taken."""
