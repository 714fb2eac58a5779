"""Cost above the exact optimum where demand is known: our rules and those in use, on four regimes of random products.

python -m benchmarks.known_demand [--items 3000]

Every product is reviewed once a week and unmet demand waits. Each rule in use gets the one setting, for the whole
regime, with which it costs least, which is more than a shop could know. Costs are exact, not simulated.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from benchmarks.machine import machine
from core.replenishment import Vector
from core.replenishment.cost_curve import Curve
from core.replenishment.loss import Demand
from core.replenishment.periodic_review import Shelves, best_refills, counted_pmf, power_rule, refill_cost
from core.replenishment.policies.cost_based import average_cost, levels

REGIMES = {
    "order cost 5-40, lead 2 weeks": (5.0, 40.0, 2.0),
    "order cost 0.5-5, lead 2 weeks": (0.5, 5.0, 2.0),
    "order cost 0.02-0.3, lead 2 weeks": (0.02, 0.3, 2.0),
    "order cost 0.5-5, lead 6 weeks": (0.5, 5.0, 6.0),
}
COVERS, LOTS = (0.0, 0.5, 1.0, 2.0, 4.0), (1.0, 2.0, 4.0, 8.0, 16.0, 26.0)
_AT_ONCE = 250


@dataclass(frozen=True)
class Products:
    """Products with known weekly demand; costs of a week [money]."""

    order_cost: Vector
    holding: Vector
    stockout: Vector
    week: Demand
    covered: Demand
    lead: float

    def __len__(self) -> int:
        """How many there are."""
        return len(self.holding)

    @property
    def curve(self) -> Curve:
        """Cost of a week by stock position."""
        return Curve(self.covered, self.holding, self.stockout)

    @property
    def economic(self) -> Vector:
        """The economic quantity, at least one unit."""
        return np.maximum(np.round(np.sqrt(2.0 * self.order_cost * self.week.mean / self.holding)), 1.0)


def drawn(low: float, high: float, lead: float, count: int, chance: np.random.Generator) -> Products:
    """Products of a regime."""
    mean = np.clip(chance.lognormal(1.2, 1.0, count), 0.2, 40.0)
    variance = mean + mean**2 / chance.uniform(0.7, 5.0, count)
    holding = 0.25 * chance.lognormal(2.0, 0.8, count) / 52.0
    stockout = holding * np.exp(chance.uniform(np.log(4.0), np.log(49.0), count))
    order_cost = np.exp(chance.uniform(np.log(low), np.log(high), count))
    periods = lead + 1.0
    return Products(
        order_cost, holding, stockout, Demand(mean, variance), Demand(mean * periods, variance * periods), lead
    )


Levels = tuple[Vector, Vector]


def refilled(products: Products, rule: Levels) -> Vector:
    """Exact cost of a week when filled up from s or below to S, shape (n,)."""
    point = np.maximum(np.round(rule[0]), -1.0)
    level = np.maximum(np.round(rule[1]), point + 1.0)
    cost, order = np.empty(len(products)), np.argsort(level - point)
    for start in range(0, len(order), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        demands = [Demand(part.mean[rows], part.variance[rows]) for part in (products.week, products.covered)]
        costs = (products.order_cost[rows], products.holding[rows], products.stockout[rows])
        cost[rows] = refill_cost(Shelves(*costs, *map(counted_pmf, demands)), point[rows], level[rows])
    return cost


def in_lots(products: Products, point: Vector, lot: Vector) -> Vector:
    """Exact cost of a week when whole lots are ordered at s or below, were every week to order at most once.

    An (R, s, nQ) rule pays for every lot by itself here, which is why the lot is at least a week's demand.
    """
    lot = np.maximum(np.round(lot), np.maximum(np.ceil(products.week.mean), 1.0))
    curve = products.curve
    drawn_weekly = np.divide(products.week.mean, curve.drawn)
    return average_cost(curve, np.maximum(np.round(point), -1.0), lot, products.order_cost * drawn_weekly)


def rules() -> Iterator[tuple[str, list[Callable[[Products], Vector]]]]:
    """Each rule with the settings it may choose from, as costs of a week."""

    def of(make: Callable[[Products], Levels]) -> Callable[[Products], Vector]:
        return lambda products: refilled(products, make(products))

    def min_max(cover: float, lot: float) -> Callable[[Products], Vector]:
        return of(
            lambda one: (one.covered.mean + cover * one.week.mean, one.covered.mean + (cover + lot) * one.week.mean)
        )

    def fixed(cover: float, lot: float) -> Callable[[Products], Vector]:
        return lambda one: in_lots(one, one.covered.mean + cover * one.week.mean, lot * one.week.mean)

    def z_sigma(factor: float) -> Callable[[Products], Vector]:
        return of(lambda one: _z_sigma(one, factor))

    grid = [(cover, lot) for cover in COVERS for lot in LOTS]
    yield "min/max by weeks of cover", [min_max(*setting) for setting in grid]
    yield "level plus fixed quantity", [fixed(*setting) for setting in grid]
    yield "EOQ plus z-sigma", [z_sigma(factor) for factor in (0.5, 0.75, 1.0, 1.25)]
    yield "filled up every week", [min_max(cover, 0.0) for cover in (0.5, 1.0, 2.0, 3.0, 4.0)]
    yield "power approximation alone", [of(lambda one: _power(one, small=False))]
    yield "power approximation", [of(lambda one: _power(one, small=True))]
    yield "ours, by cost with the economic lot", [of(_ours)]


def _z_sigma(products: Products, factor: float) -> Levels:
    z = special.ndtri(products.stockout / (products.stockout + products.holding))
    point = products.covered.mean + factor * z * products.covered.sd
    return point, point + products.economic


def _power(products: Products, *, small: bool) -> Levels:
    lead = np.full(len(products), products.lead)
    week = products.week
    point, lot, most = power_rule(products.order_cost, products.holding, products.stockout, week.mean, week.sd, lead)
    return (np.minimum(point, most), np.minimum(point + lot, most)) if small else (point, point + lot)


def _ours(products: Products) -> Levels:
    found = levels(products.curve, products.economic)
    return found.reorder_point, found.order_up_to


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--items", type=int, default=3000)
    count = asked.parse_args().items
    print(machine())
    names = [name for name, _ in rules()]
    print(f"\n{count:,} products a regime; mean cost above the exact optimum\n")
    print(f"{'':36}" + "".join(f"{name:>36}" for name in REGIMES))
    found: dict[str, list[float]] = {name: [] for name in names}
    for low, high, lead in REGIMES.values():
        products = drawn(low, high, lead, count, np.random.default_rng(1))
        best = best_refills(
            products.order_cost, products.holding, products.stockout, products.week, products.covered
        ).cost.sum()
        for name, settings in rules():
            found[name].append(min(float(cost(products).sum()) for cost in settings) / best - 1.0)
    for name, above in found.items():
        print(f"{name:36}" + "".join(f"{share:>+36.1%}" for share in above))


if __name__ == "__main__":
    main()
