"""What is called best beside every other answer there is, on small random instances: python -m benchmarks.exactness.

A gap is how much dearer ours is than the cheapest found by trying all, or by scipy: 0 but for rounding.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import optimize

from benchmarks.machine import machine
from core.replenishment import Vector, discounts
from core.replenishment.allocation import Places, allocated
from core.replenishment.continuous_review import Review, best_poisson_rule, poisson_rule_cost
from core.replenishment.joint import Cycle, Family, best_cycle, best_power_of_two
from core.replenishment.loss import Demand, expected_excess, expected_shortage
from core.replenishment.periodic_review import Shelves, best_refill, counted_pmf, refill_cost
from core.replenishment.storage import lots_within
from core.replenishment.whole_lots import best_lot_rule

Row = Callable[[int], tuple[Vector, Vector]]
"""From how many instances to their cost by ours and the least there is."""


@dataclass(frozen=True)
class Gap:
    """How far ours is above the least: the worst of all instances, and the mean, as shares."""

    instances: int
    worst: float
    mean: float
    seconds: float


def _draw(seed: int, low: float, high: float, count: int) -> Vector:
    return np.random.default_rng(seed).uniform(low, high, count)


def _shelves(count: int) -> Shelves:
    """Items of small demand, so that the best rule lies among the few that are tried."""
    mean = _draw(1, 0.3, 5.0, count)
    pmf = counted_pmf(Demand(mean, mean * _draw(2, 1.0, 4.0, count)))
    return Shelves(_draw(3, 0.0, 8.0, count), _draw(4, 0.5, 2.0, count), _draw(5, 2.0, 12.0, count), pmf, pmf)


def refills(count: int) -> tuple[Vector, Vector]:
    """(s, S): every point and level."""
    shelves, lowest = _shelves(count), np.full(count, np.inf)
    for point, gap in product(range(-5, 26), range(1, 26)):
        cost = refill_cost(shelves, np.full(count, float(point)), np.full(count, float(point + gap)))
        lowest = np.minimum(lowest, cost)
    return best_refill(shelves).cost, lowest


def fixed_lots(count: int) -> tuple[Vector, Vector]:
    """(r, Q): every point and lot."""
    order_cost, holding, stockout, rate = (
        _draw(10 + at, low, high, count) for at, (low, high) in enumerate(((0.5, 12), (0.5, 2), (2, 12), (0.3, 3)))
    )
    review = Review(order_cost, holding, stockout, rate, rate * _draw(14, 0.2, 2.0, count), np.zeros(count))
    lowest = np.full(count, np.inf)
    for point, lot in product(range(-4, 14), range(1, 22)):
        cost = poisson_rule_cost(review, np.full(count, float(point)), np.full(count, float(lot)))
        lowest = np.minimum(lowest, cost)
    return best_poisson_rule(review).cost, lowest


def whole_lots(count: int) -> tuple[Vector, Vector]:
    """(R, s, nQ): every point and lot, each by where stock position is in the long run."""
    shelves, lowest = _shelves(count), np.full(count, np.inf)
    low, high = -6, 60
    curve, chance = shelves.curve(low, high), 1.0 - np.cumsum(shelves.period, axis=1)
    for point, lot in product(range(-5, 26), range(1, 26)):
        levels = range(point + 1, point + lot + 1)
        held = sum(curve[:, level - low] for level in levels) / lot
        reached = [level - point - 1 for level in levels if level - point - 1 < chance.shape[1]]
        ordering = shelves.order_cost * sum(chance[:, far] for far in reached) / lot
        lowest = np.minimum(lowest, held + ordering)
    return best_lot_rule(shelves).cost, lowest


def _tiers(count: int) -> tuple[Vector, ...]:
    start = np.column_stack([np.zeros(count), _draw(15, 5, 40, count), _draw(16, 41, 90, count)])
    price = np.column_stack([_draw(17, 8, 10, count), _draw(18, 6, 8, count), _draw(19, 4, 6, count)])
    return _draw(20, 1, 40, count), _draw(21, 0.1, 0.5, count), _draw(22, 10, 100, count), start, price


def _priced(is_incremental: bool, count: int) -> tuple[Vector, Vector]:
    """Each tier's stretch searched by scipy's bounded minimiser, and its ends."""
    ordering, rate_held, rate, start, price = _tiers(count)
    rule = discounts.incremental if is_incremental else discounts.all_units
    lowest = np.full(count, np.inf)
    for row in range(count):
        ends = np.append(start[row], 1000.0)
        for tier in range(3):
            dearer = float(np.sum((price[row, :-1] - price[row, 1:])[:tier] * start[row, 1 : tier + 1]))
            extra = dearer if is_incremental else 0.0

            def cost(quantity: float, row: int = row, tier: int = tier, extra: float = extra) -> float:
                mean = price[row, tier] + extra / quantity
                return float(
                    mean * rate[row] + ordering[row] * rate[row] / quantity + rate_held[row] * mean * quantity / 2.0
                )

            low, high = max(float(ends[tier]), 0.01), float(ends[tier + 1])
            found = optimize.minimize_scalar(cost, bounds=(low, high), method="bounded", options={"xatol": 1e-9})
            lowest[row] = min(lowest[row], float(found.fun), cost(low))
    return rule(ordering, rate_held, rate, start, price).cost, lowest


def all_units(count: int) -> tuple[Vector, Vector]:
    """All-units discounts."""
    return _priced(False, count)


def incremental(count: int) -> tuple[Vector, Vector]:
    """Incremental discounts."""
    return _priced(True, count)


def _families(count: int, solve: Callable[[Family], Cycle], multiples: tuple[int, ...]) -> tuple[Vector, Vector]:
    chance, ours, lowest = np.random.default_rng(23), np.empty(count), np.empty(count)
    for row in range(count):
        costs = chance.uniform(0.5, 20, 3), chance.uniform(0.5, 2, 3), chance.uniform(1, 9, 3)
        family = Family(chance.uniform(5, 20), *costs)
        tried = [family.cycle(np.array(many, dtype=float)) for many in product(multiples, repeat=3) if min(many) == 1]
        ours[row], lowest[row] = solve(family).cost, min(cycle.cost for cycle in tried)
    return ours, lowest


def cycles(count: int) -> tuple[Vector, Vector]:
    """Joint replenishment in whole multiples: every one up to 8."""
    return _families(count, best_cycle, tuple(range(1, 9)))


def doublings(count: int) -> tuple[Vector, Vector]:
    """Joint replenishment in powers of two: every one up to 16."""
    return _families(count, best_power_of_two, (1, 2, 4, 8, 16))


def storage(count: int) -> tuple[Vector, Vector]:
    """Lots that share a room: scipy.optimize.milp chooses for each of three items one of 160 lots around ours."""
    ours, least, chance = np.empty(count), np.empty(count), np.random.default_rng(24)
    for row in range(count):
        costs = chance.uniform(1, 50, 3), chance.uniform(0.5, 4, 3), chance.uniform(10, 900, 3)
        size = chance.uniform(0.1, 3, 3)
        free = np.sqrt(2.0 * costs[0] * costs[2] / costs[1])
        room = float(size @ free) * chance.uniform(0.3, 0.95)
        lots = lots_within(*costs, size, np.zeros(3, dtype=np.intp), np.array([room])).quantity
        scale = lots[:, None] * np.linspace(0.6, 1.4, 161)
        spent = costs[0][:, None] * costs[2][:, None] / scale + costs[1][:, None] * scale / 2.0
        one = np.kron(np.eye(3), np.ones(161))
        rules = [optimize.LinearConstraint(one, 1, 1),
                 optimize.LinearConstraint((size[:, None] * scale).ravel()[None, :], 0, room * (1 + 1e-9))]  # fmt: skip
        solved = optimize.milp(
            spent.ravel(),
            constraints=rules,
            integrality=np.ones(spent.size, dtype=np.intp),
            bounds=optimize.Bounds(0, 1),
        )
        ours[row] = float(np.sum(costs[0] * costs[2] / lots + costs[1] * lots / 2.0))
        least[row] = np.inf if solved.fun is None else solved.fun
    return ours, least


def shares(count: int) -> tuple[Vector, Vector]:
    """Scarce stock over three places: every way to share it."""
    ours, least, chance = np.empty(count), np.empty(count), np.random.default_rng(25)
    for row in range(count):
        mean = chance.uniform(0.3, 6.0, 3)
        demand = Demand(mean, mean * chance.uniform(1.0, 4.0, 3))
        places = Places(demand, chance.uniform(0.5, 2.0, 3), chance.uniform(2.0, 12.0, 3))
        stock = int(chance.integers(0, 13))
        table = np.array([places.holding * expected_excess(np.full(3, float(level)), demand)
                          + places.stockout * expected_shortage(np.full(3, float(level)), demand)
                          for level in range(stock + 1)])  # fmt: skip
        tried = [many for many in product(range(stock + 1), repeat=3) if sum(many) <= stock]
        least[row] = min(float(sum(table[many[at], at] for at in range(3))) for many in tried)
        units = allocated(places, float(stock))[0].astype(int)
        ours[row] = float(sum(table[units[at], at] for at in range(3)))
    return ours, least


ROWS: dict[str, tuple[Row, int]] = {
    "(s, S), every point and level": (refills, 1),
    "(r, Q), every point and lot": (fixed_lots, 1),
    "(R, s, nQ), every point and lot": (whole_lots, 1),
    "all-units discounts, scipy by tier": (all_units, 1),
    "incremental discounts, scipy by tier": (incremental, 1),
    "joint replenishment, multiples to 8": (cycles, 1),
    "joint replenishment, powers of two": (doublings, 1),
    "storage, scipy.optimize.milp": (storage, 5),
    "scarce stock, every way to share it": (shares, 5),
}
"""What is compared, and of how many instances it takes one, for some take long to try."""


def gap(name: str, count: int) -> Gap:
    """Compare one row of the table on `count` instances, or the part of them it takes."""
    row, part = ROWS[name]
    began = time.perf_counter()
    ours, least = row(max(count // part, 1))
    above = (ours - least) / np.maximum(np.abs(least), 1e-9)
    return Gap(len(ours), float(above.max()), float(above.mean()), time.perf_counter() - began)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=1000)
    count = asked.parse_args().count
    print(machine())
    print(f"\n{'':40}{'instances':>10}{'worst gap':>12}{'mean gap':>12}{'seconds':>9}")
    for name in ROWS:
        one = gap(name, count)
        print(f"{name:40}{one.instances:>10,}{one.worst:>12.1e}{one.mean:>12.1e}{one.seconds:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
