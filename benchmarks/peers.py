"""The same order quantities beside stockpyl and statsforecast in one run, and the floors of each kernel on one core.

pip install -e ".[bench]"; python -m benchmarks.peers

Times are processor seconds of this process, so that a busy machine changes them little; a ratio compares items a
second of both in this run. What a peer computes is checked against ours before it is timed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.machine import machine
from core.replenishment import Vector
from core.replenishment.continuous_review import Review, best_poisson_rule
from core.replenishment.demand import velocity
from core.replenishment.discounts import all_units
from core.replenishment.forecast import Forecaster
from core.replenishment.items import Items
from core.replenishment.loss import Demand, quantile
from core.replenishment.newsvendor import normal_level
from core.replenishment.periodic_review import best_refills
from core.replenishment.plan import propose, recost
from core.replenishment.simulate import Week
from core.replenishment.storage import lots_within
from core.replenishment.wagner_whitin import wagner_whitin

_REPEATS = 3


@dataclass(frozen=True)
class Row:
    """What was timed: items a second of ours and of the peer, and how far the results lie apart, relatively."""

    what: str
    ours: float
    peer: float
    apart: float


def seconds(work: Callable[[], Any]) -> float:
    """Processor time of the quickest of a few runs."""
    taken = []
    for _ in range(_REPEATS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def beside(what: str, count: int, few: int, ours: Callable[[int], Vector], peer: Callable[[int], float]) -> Row:
    """Time ours on `count` items and the peer on the first `few`; each returns a cost or level to compare."""
    found = ours(few)
    began = time.process_time()
    theirs = np.array([peer(at) for at in range(few)])
    their_rate = few / (time.process_time() - began)
    apart = float(np.max(np.abs(found - theirs) / np.maximum(np.abs(theirs), 1e-9)))
    return Row(what, count / seconds(lambda: ours(count)), their_rate, apart)


def discounts(chance: np.random.Generator) -> Row:
    """EOQ with three all-units price tiers."""
    from stockpyl.eoq import economic_order_quantity_with_all_units_discounts as peer

    count = 200_000
    order, rate, cost = (chance.uniform(low, high, count) for low, high in ((5, 50), (50, 2000), (1, 20)))
    start = np.tile([0.0, 100.0, 400.0], (count, 1))
    price = cost[:, None] * np.array([1.0, 0.97, 0.93])

    def ours(n: int) -> Vector:
        return all_units(order[:n], np.full(n, 0.25), rate[:n], start[:n], price[:n]).cost

    def theirs(at: int) -> float:
        tiers = (start[at].tolist(), price[at].tolist())
        return float(peer(float(order[at]), 0.25, float(rate[at]), *tiers)[2])

    return beside("EOQ, three price tiers", count, 3000, ours, theirs)


def newsvendor(chance: np.random.Generator) -> Row:
    """The newsvendor with normal demand."""
    from stockpyl.newsvendor import newsvendor_normal as peer

    count = 200_000
    mean = chance.uniform(20, 200, count)
    holding, stockout = chance.uniform(0.1, 2, count), chance.uniform(2, 30, count)

    def theirs(at: int) -> float:
        return float(peer(float(holding[at]), float(stockout[at]), float(mean[at]), float(0.3 * mean[at]))[0])

    def ours(n: int) -> Vector:
        return normal_level(holding[:n], stockout[:n], mean[:n], 0.3 * mean[:n])[0]

    return beside("newsvendor, normal", count, 2000, ours, theirs)


def dynamic(chance: np.random.Generator) -> Row:
    """Wagner-Whitin over 52 weeks."""
    from stockpyl.wagner_whitin import wagner_whitin as peer

    count, weeks = 3000, 52
    demand = chance.poisson(8, (count, weeks)).astype(float)
    order = chance.uniform(20, 200, count)
    ones = np.ones((count, weeks))

    def ours(n: int) -> Vector:
        return wagner_whitin(demand[:n], order[:n, None] * ones[:n], ones[:n], 0.0 * ones[:n])[1]

    def theirs(at: int) -> float:
        return float(peer(weeks, 1.0, float(order[at]), demand[at].tolist())[1])

    return beside("Wagner-Whitin, 52 periods", count, 100, ours, theirs)


def refill(chance: np.random.Generator) -> Row:
    """The exact (s, S) of Poisson demand."""
    from stockpyl.ss import s_s_discrete_exact as peer

    count = 2000
    mean = np.exp(chance.uniform(np.log(0.5), np.log(30), count)).round(2)
    order, stockout = chance.uniform(5, 60, count), chance.uniform(4, 20, count)

    def ours(n: int) -> Vector:
        week = Demand(mean[:n], mean[:n])
        return best_refills(order[:n], np.ones(n), stockout[:n], week, week).cost

    def theirs(at: int) -> float:
        return float(peer(1.0, float(stockout[at]), float(order[at]), True, float(mean[at]))[2])

    return beside("(s, S) exact, Poisson 0.5-30", count, 40, ours, theirs)


def reorder(chance: np.random.Generator) -> Row:
    """The exact (r, Q) of Poisson demand."""
    from stockpyl.rq import r_q_poisson_exact as peer

    count = 2000
    rate = np.exp(chance.uniform(np.log(2), np.log(60), count)).round(2)
    order, stockout = chance.uniform(5, 60, count), chance.uniform(10, 60, count)

    def ours(n: int) -> Vector:
        mean = 0.5 * rate[:n]
        return best_poisson_rule(Review(order[:n], np.full(n, 2.0), stockout[:n], rate[:n], mean, np.sqrt(mean))).cost

    def theirs(at: int) -> float:
        return float(peer(2.0, float(stockout[at]), float(order[at]), float(rate[at]), 0.5)[2])

    return beside("(r, Q) exact, Poisson", count, 20, ours, theirs)


def smoothing(chance: np.random.Generator) -> list[tuple[str, float]]:
    """Series a second: weekly demand of 104 weeks learnt by ours, and by statsforecast's TSB and Croston-SBA."""
    from statsforecast.models import TSB, CrostonSBA

    count, weeks = 100_000, 104
    sold = chance.poisson(chance.lognormal(0, 1, count)[:, None], (count, weeks)).astype(float)
    ones = np.ones_like(sold)
    found = [("velocity, censored and pooled", count / seconds(lambda: velocity(sold, ones, 8.0)))]

    def learnt() -> Vector:
        forecaster = Forecaster(np.full(count, 3.0), np.zeros(count, dtype=np.intp))
        for week in range(weeks):
            forecaster.learn(Week(sold[:, week], ones[:, week]))
        return forecaster.over(np.full(count, 3.0)).variance

    began = time.process_time()
    learnt()
    found.append(("three paces and their errors", count / (time.process_time() - began)))
    for model in (TSB(alpha_d=0.2, alpha_p=0.2), CrostonSBA()):
        model.forecast(sold[0], h=3)
        began = time.process_time()
        for one in sold[:2000]:
            model.forecast(one, h=3)
        found.append((f"statsforecast {type(model).__name__}", 2000 / (time.process_time() - began)))
    return found


def floors(chance: np.random.Generator) -> list[tuple[str, float, str]]:
    """Seconds of each kernel at its stated size, and its floor and aim."""
    million = 1_000_000
    rate, order, cost = (chance.uniform(low, high, million) for low, high in ((50, 2000), (5, 50), (1, 20)))
    start, price = np.tile([0.0, 100.0, 400.0], (million, 1)), cost[:, None] * np.array([1.0, 0.97, 0.93])
    mean = np.exp(chance.uniform(np.log(0.2), np.log(50), million))
    demand, share = Demand(mean, mean * chance.uniform(1, 6, million)), chance.uniform(0.8, 0.99, million)
    quarter = np.full(million, 0.25)
    place, room = chance.integers(0, 1000, million), chance.uniform(0.001, 0.1, million)
    wanted = np.bincount(place, room * np.sqrt(2.0 * order * rate / (quarter * cost))).astype(np.float64)
    few = 20_000
    week = Demand(mean[:few], demand.variance[:few])
    covered = Demand(3.0 * mean[:few], 3.0 * demand.variance[:few])
    ones = np.ones(few)

    def tiers() -> Any:
        return all_units(order, quarter, rate, start, price)

    def rooms() -> Any:
        return lots_within(order, quarter * cost, rate, room, place, wanted * 0.7)

    def refills() -> Any:
        return best_refills(order[:few], ones, 9.0 * ones, week, covered)

    found = [
        ("EOQ with three price tiers, 1e6", seconds(tiers), "0.15 / 0.07"),
        ("order-up-to, negative binomial, 1e6", seconds(lambda: quantile(share, demand)), "1 / 0.4"),
        ("storage of 1,000 places, 1e6", seconds(rooms), "0.2 / 0.1"),
        ("(s, S) exact, means 0.2-50, 1e4", seconds(refills) / 2.0, "1 / 0.2"),
    ]
    sold = np.random.default_rng(2).poisson(mean[:100_000, None], (100_000, 104)).astype(float)
    shares = np.ones_like(sold)
    found.append(("weekly velocity, 1e6 x 104 weeks", 10 * seconds(lambda: velocity(sold, shares, 8.0)), "4 / 2"))
    found.append(("one line costed anew, ms", 1000 * _edit(sold, shares), "50 / 5"))
    return found


def _edit(sold: Vector, shares: Vector) -> float:
    pace = velocity(sold[:1], shares[:1])
    number = {name: np.ones(1) for name in ("on_order", "backordered", "minimum", "pack", "line_cost", "lead_sd")}
    items = Items(
        **number, unit_cost=np.array([4.0]), holding_rate=np.array([0.25]), stockout_cost=np.array([2.0]),
        order_cost=np.array([9.0]), lead_days=np.array([14.0]), review_days=np.array([7.0]), on_hand=np.array([3.0]),
        maximum=np.array([np.inf]), break_quantity=np.array([[100.0]]), break_cost=np.array([[3.8]]),
    )  # fmt: skip
    propose(items, pace)
    return seconds(lambda: recost(items, pace, np.array([48.0])))


def main() -> None:
    """Print the tables."""
    print(machine(), f"stockpyl {version('stockpyl')}, statsforecast {version('statsforecast')}")
    chance = np.random.default_rng(1)
    print(f"\n{'items a second, one core':38}{'ours':>12}{'stockpyl':>12}{'ratio':>9}{'apart':>10}")
    for kind in (discounts, newsvendor, dynamic, refill, reorder):
        row = kind(chance)
        print(f"{row.what:38}{row.ours:>12,.0f}{row.peer:>12,.0f}{row.ours / row.peer:>9,.0f}{row.apart:>10.1e}")
    print(f"\n{'series of 104 weeks a second, one core':42}")
    for what, rate in smoothing(chance):
        print(f"{what:42}{rate:>12,.0f}")
    print(f"\n{'processor seconds, one core':42}{'ours':>9}  floor / aim")
    for what, taken, aim in floors(chance):
        print(f"{what:42}{taken:>9.2f}  {aim}")


if __name__ == "__main__":
    main()
