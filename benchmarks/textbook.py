"""Scores a file of the books' cases, one line each: python -m benchmarks.textbook FILE; exit code 1 on any miss."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import textbook_lots
from benchmarks.textbook_lots import Answer, Given, costs_of, one
from core.replenishment import Vector, continuous_review, loss, newsvendor, whole_lots
from core.replenishment import periodic_review as periodic
from core.replenishment.loss import Demand

_TOLERANCE = 1e-6


def _poisson(mean: float) -> Demand:
    return Demand(one(mean), one(mean))


def _covered(given: Given) -> float:
    return float(given.get("lead_time", 0)) + 1.0


def _levelled(given: Given, best: Vector, cost: Callable[[Vector], Vector]) -> Answer:
    """The best level and its cost, or the cost of the level that is given."""
    level = one(given["base_stock_level"]) if "base_stock_level" in given else best
    return {"base_stock_level": level[0], "cost": cost(level)[0]}


def _newsvendor_normal(given: Given) -> Answer:
    many, costs = _covered(given), costs_of(given, "holding_cost", "stockout_cost")
    demand = one(given["demand_mean"] * many), one(given["demand_sd"] * many**0.5)
    best = newsvendor.normal_level(costs[0], costs[1], *demand)[0]
    return _levelled(given, best, lambda level: newsvendor.normal_cost(level, costs[0], costs[1], *demand))


def _newsvendor_poisson(given: Given) -> Answer:
    demand = _poisson(given["demand_mean"] * _covered(given))
    over, short = costs_of(given, "holding_cost", "stockout_cost")

    def cost(level: Vector) -> Vector:
        return np.asarray(over * loss.expected_excess(level, demand) + short * loss.expected_shortage(level, demand))

    return _levelled(given, newsvendor.counted_level(over, short, demand)[0], cost)


def _table(given: Given) -> tuple[np.ndarray, np.ndarray]:
    """Values and their probabilities, written as an object or as a list from 0 on."""
    written = given["demand_pmf"]
    pairs = written.items() if isinstance(written, dict) else enumerate(written)
    ordered = sorted((float(value), float(chance)) for value, chance in pairs)
    return np.array([[value for value, _ in ordered]]), np.array([[chance for _, chance in ordered]])


def _covered_table(given: Given) -> tuple[np.ndarray, np.ndarray]:
    """Values and probabilities of the demand of the lead time and one period more."""
    values, chance = _table(given)
    if _covered(given) == 1:
        return values, chance
    period = np.zeros(int(values.max()) + 1)
    period[values[0].astype(int)] = chance[0]
    covered = period
    for _ in range(int(_covered(given)) - 1):
        covered = np.convolve(covered, period)
    return np.arange(float(len(covered)))[None, :], covered[None, :]


def _newsvendor_table(given: Given) -> Answer:
    values, chance = _covered_table(given)
    over, short = costs_of(given, "holding_cost", "stockout_cost")

    def cost(level: Vector) -> Vector:
        missed = newsvendor.table_shortage(level, values, chance)
        return np.asarray(over * (level - np.sum(values * chance, axis=1) + missed) + short * missed)

    return _levelled(given, newsvendor.table_level(over, short, values, chance)[0], cost)


def _newsvendor_lognormal(given: Given) -> Answer:
    over, short, mu, sigma = costs_of(given, "holding_cost", "stockout_cost", "mu", "sigma")

    def spent(level: Vector) -> Vector:
        missed = loss.lognormal_shortage(level, mu, sigma)
        cost: Vector = over * (level - np.exp(mu + sigma**2 / 2.0) + missed) + short * missed
        return cost

    return _levelled(given, newsvendor.lognormal_level(over, short, mu, sigma)[0], spent)


def _profit(given: Given) -> Answer:
    price, paid = costs_of(given, "revenue", "purchase_cost")
    over, short = newsvendor.margins(price, paid, one(given.get("salvage_value", 0)))
    costs = {
        **given,
        "holding_cost": over[0] + given.get("holding_cost", 0),
        "stockout_cost": short[0] + given.get("stockout_cost", 0),
    }
    if "demand_pmf" in given:
        found, (values, chance) = _newsvendor_table(costs), _covered_table(given)
        mean = float(np.sum(values * chance))
    else:
        found = (_newsvendor_normal if "demand_sd" in given else _newsvendor_poisson)(costs)
        mean = given["demand_mean"] * _covered(given)
    return {"base_stock_level": found["base_stock_level"], "profit": (price - paid)[0] * mean - found["cost"]}


def _normal_loss(given: Given) -> Answer:
    standard = one(given["z"] if "z" in given else given["x"]), one(given.get("mean", 0)), one(given.get("sd", 1))
    return {"loss": loss.normal_shortage(*standard)[0], "second_loss": loss.normal_second_shortage(*standard)[0]}


def _counted_loss(given: Given, demand: Demand) -> Answer:
    """Between two whole numbers the loss is straight."""
    at = float(given["x"])
    whole = np.floor(at)
    share = loss.survival(one(whole), demand)[0]
    return {"loss": loss.expected_shortage(one(whole), demand)[0] - (at - whole) * share}


def _poisson_loss(given: Given) -> Answer:
    return _counted_loss(given, _poisson(given["mean"]))


def _gamma_loss(given: Given) -> Answer:
    return {"loss": loss.gamma_shortage(*costs_of(given, "x", "shape", "scale"))[0]}


def _clumped_loss(given: Given) -> Answer:
    mean = given["r"] * (1 - given["p"]) / given["p"]
    return _counted_loss(given, Demand(one(mean), one(mean / given["p"])))


def _lognormal_loss(given: Given) -> Answer:
    return {"loss": loss.lognormal_shortage(*costs_of(given, "x", "mu", "sigma"))[0]}


def _review(given: Given) -> continuous_review.Review:
    lead_time = float(given["lead_time"])
    lead = one(given["demand_mean"] * lead_time), one(given.get("demand_sd", 0) * lead_time**0.5)
    return continuous_review.Review(
        *[*costs_of(given, "fixed_cost", "holding_cost", "stockout_cost", "demand_mean"), *lead]
    )


def _rule(solve: Callable[[continuous_review.Review], continuous_review.Rule]) -> Callable[[Given], Answer]:
    def answer(given: Given) -> Answer:
        rule = solve(_review(given))
        return {"reorder_point": rule.point[0], "order_quantity": rule.lot[0], "cost": rule.cost[0]}

    return answer


def _rule_cost(cost: Callable[..., Vector]) -> Callable[[Given], Answer]:
    def answer(given: Given) -> Answer:
        return {"cost": cost(_review(given), *costs_of(given, "reorder_point", "order_quantity"))[0]}

    return answer


def _dense(values: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Probabilities of 0, 1, … units."""
    dense = np.zeros((1, int(values.max()) + 1))
    dense[0, values[0].astype(int)] = chance[0]
    return dense


def _shelves(given: Given) -> periodic.Shelves:
    many = _covered(given)
    if "demand_pmf" in given:
        period, covered = (_dense(*table) for table in (_table(given), _covered_table(given)))
    elif "demand_sd" in given:
        period = periodic.normal_pmf(one(given["demand_mean"]), one(given["demand_sd"]))
        covered = periodic.normal_pmf(one(given["demand_mean"] * many), one(given["demand_sd"] * many**0.5))
    else:
        period, covered = (periodic.counted_pmf(_poisson(given["demand_mean"] * times)) for times in (1.0, many))
    return periodic.Shelves(*[*costs_of(given, "fixed_cost", "holding_cost", "stockout_cost"), period, covered])


def _refill(given: Given) -> Answer:
    rule = periodic.best_refill(_shelves(given))
    return {"s": rule.point[0], "S": rule.level[0], "cost": rule.cost[0]}


def _refill_cost(given: Given) -> Answer:
    return {"cost": periodic.refill_cost(_shelves(given), *costs_of(given, "s", "S"))[0]}


def _lots(given: Given) -> Answer:
    rule = whole_lots.best_lot_rule(_shelves(given))
    return {"reorder_point": rule.point[0], "s": rule.point[0], "order_quantity": rule.lot[0], "Q": rule.lot[0],
            "cost": rule.cost[0]}  # fmt: skip


def _power(given: Given) -> tuple[float, float, float]:
    names = ("fixed_cost", "holding_cost", "stockout_cost", "demand_mean", "demand_sd")
    point, lot, most = periodic.power_rule(*[*costs_of(given, *names), one(given.get("lead_time", 0))])
    return float(point[0]), float(point[0] + lot[0]), float(most[0])


def _power_plain(given: Given) -> Answer:
    point, level, _ = _power(given)
    return {"s": point, "S": level}


def _power_ruled(given: Given) -> Answer:
    point, level, most = _power(given)
    return {"s": min(point, most), "S": min(level, most)}


def _refill_beside_power(given: Given) -> Answer:
    shelves, answer = _shelves(given), _refill(given)
    for name, rule in (("cost_power", _power_plain), ("cost_power_with_rule", _power_ruled)):
        near = {key: round(value) for key, value in rule(given).items()}
        answer[name] = periodic.refill_cost(shelves, one(near["s"]), one(near["S"]))[0]
    return answer


_BY_TOPIC: tuple[tuple[str, Callable[[Given], Answer]], ...] = (
    *textbook_lots.BY_TOPIC,
    ("Newsvendor/base stock, normal", _newsvendor_normal),
    ("Newsvendor, Poisson", _newsvendor_poisson),
    ("Newsvendor, arbitrary discrete", _newsvendor_table),
    ("Newsvendor, lognormal", _newsvendor_lognormal),
    ("Newsvendor profit form", _profit),
    ("Standard normal loss", _normal_loss),
    ("Poisson loss", _poisson_loss),
    ("Gamma loss", _gamma_loss),
    ("Normal loss", _normal_loss),
    ("Lognormal loss", _lognormal_loss),
    ("Negative binomial loss", _clumped_loss),
    ("(r,Q) exact cost, normal", _rule_cost(continuous_review.normal_rule_cost)),
    ("(r,Q) EOQ+SS", _rule(continuous_review.economic_with_safety)),
    ("(r,Q) EOQB", _rule(continuous_review.backordered_rule)),
    ("(r,Q) expected-inventory-level", _rule(continuous_review.expected_level_rule)),
    ("(r,Q) loss-function", _rule(continuous_review.loss_function_rule)),
    ("(r,Q) exact, Poisson", _rule(continuous_review.best_poisson_rule)),
    ("(r,Q) exact", _rule(continuous_review.best_normal_rule)),
    ("(R,s,nQ)", _lots),
    ("(r,Q) cost, Poisson", _rule_cost(continuous_review.poisson_rule_cost)),
    ("(s,S) exact optimum for the same instance", _refill_beside_power),
    ("(s,S) exact", _refill),
    ("(s,S) cost", _refill_cost),
    ("(s,S) power approximation with the", _power_ruled),
    ("(s,S) power approximation", _power_plain),
)
"""How a topic begins and what solves it; the first that fits is taken."""


def solve(case: Given) -> Answer:
    """What the kernels answer to a case.

    Raises:
        LookupError: a topic that no kernel is known for.
    """
    for beginning, rule in _BY_TOPIC:
        if case["topic"].startswith(beginning):
            return rule(case["inputs"])
    raise LookupError(f"no kernel is known for the topic {case['topic']}")


def is_right(case: Given, got: Answer) -> bool:
    """Whether every expected value is met; orders that differ pass where plans tie, for their cost is what counts."""
    tolerance = float(case.get("rel_tol", _TOLERANCE))
    for name, wanted in case["expected"].items():
        if name not in got:
            return False
        near = np.shape(got[name]) == np.shape(wanted) and np.allclose(got[name], wanted, rtol=tolerance, atol=1e-9)
        if not near and not (case["topic"] == "Wagner-Whitin" and name == "order_quantities"):
            return False
    return True


def score(case: Given) -> tuple[bool, str]:
    """Whether a case is met, and the line that says so."""
    try:
        got = solve(case)
        right = is_right(case, got)
        shown = json.dumps({name: got.get(name) for name in case["expected"]}, default=float)
    except (LookupError, ValueError) as error:
        right, shown = False, str(error)
    parts = (case["id"], case["topic"], json.dumps(case["inputs"]), json.dumps(case["expected"]), shown)
    return right, " | ".join((*parts, "ok" if right else "MISS"))


def main() -> int:
    """Print a line for each case and the sum.

    Returns:
        0 if all are met, 1 if any is missed, 2 without a file.
    """
    if len(sys.argv) != 2:
        print("Name the file of cases: python -m benchmarks.textbook FILE")
        return 2
    cases = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["cases"]
    results = [score(case) for case in cases]
    for _, line in results:
        print(line)
    met = sum(right for right, _ in results)
    print(f"{met} of {len(cases)} met")
    return 0 if met == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
