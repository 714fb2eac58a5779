"""Rules compared by what they would have spent over real history, each seeing only what its own shelf could sell."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector
from core.replenishment.cost_curve import Curve
from core.replenishment.forecast import Forecaster
from core.replenishment.policies.cost_based import levels
from core.replenishment.rules_of_thumb import NAMES, ThumbRule, least_cost, safety_factor
from core.replenishment.simulate import Ledger, Terms, Week, simulate

OURS = "storekeeper"
CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
PROTECTIONS = (0.7, 1.0, 1.4)
"""Factors on the cost of a unit short that are tried beforehand."""

LOST_SALES_PROTECTION = 0.5
"""And where sales are lost: who did not wait draws nothing from the order that comes after, so less stock protects."""

_DOUBT = 0.02
"""A factor other than 1 has to save that share before the replay to be taken: a short trial proves little."""

_RESAMPLES = 1000
_TRIED_SHARE = 0.5

Ticks = Callable[[str], None]

Classes: TypeAlias = NDArray[np.intp]
"""Class of each item, shape (n,), an index into `CLASSES`."""


@dataclass(frozen=True)
class History:
    """Demand of n items by week and day, shape (n, weeks, days), and how many weeks of it are only learnt from.

    Args:
        demand: asked for [units].
        learnt_weeks: weeks before the replay begins.
        known: what a shop knows of a week beforehand, such as its promotions, shape (n, weeks, k).
        cycle: weeks of a year; 0: no season is looked for.

    Raises:
        ValueError: fewer than 8 weeks to learn from, or none to replay.
    """

    demand: Table
    learnt_weeks: int
    known: Table | None = None
    cycle: int = 0

    def __post_init__(self) -> None:
        if not 8 <= self.learnt_weeks < self.demand.shape[1]:
            raise ValueError("a backtest needs at least 8 weeks to learn from and one to replay")

    @property
    def weekly(self) -> Table:
        """Units by week, shape (n, weeks)."""
        weekly: Table = self.demand.sum(axis=2)
        return weekly


@dataclass(frozen=True)
class Ingredients:
    """What our rule is made of; one left out shows what it is worth."""

    censored: bool = True
    pooled: bool = True
    combined: bool = True
    lifted: bool = True
    seasonal: bool = True
    exact: bool = True
    """False: a normal safety stock over the same forecast."""


class OurRule:
    """Reorder point and lot by cost, from the forecast of the lead time and the week after it."""

    def __init__(
        self, terms: Terms, classes: Classes, protection: Vector, parts: Ingredients, history: History
    ) -> None:
        usual = np.where(terms.lost_sales > 0, LOST_SALES_PROTECTION, 1.0)
        self.terms, self.stockout, self.parts = terms, terms.stockout * usual * protection, parts
        self.forecast = Forecaster(
            terms.lead_weeks + 1.0, classes, censored=parts.censored, pooled=parts.pooled, combined=parts.combined,
            known=history.known if parts.lifted else None, cycle=history.cycle if parts.seasonal else 0,
        )  # fmt: skip

    def learn(self, week: Week) -> None:
        """Take in a week that is over."""
        self.forecast.learn(week)

    def wanted(self, position: Vector) -> Vector:
        """Units to order at this stock position, shape (n,)."""
        terms = self.terms
        lead, protected = self.forecast.over(terms.lead_weeks), self.forecast.over(terms.lead_weeks + 1.0)
        pace = protected.mean - lead.mean
        economic = np.sqrt(2.0 * terms.order_cost * pace / np.maximum(terms.holding, 1e-12))
        lot = np.maximum(np.round(economic), 1.0)
        if self.parts.exact:
            found = levels(Curve(protected, terms.holding, self.stockout, lead), lot)
            return np.where(position <= found.reorder_point, found.order_up_to - position, 0.0)
        z = safety_factor(terms.holding, self.stockout, lot, pace)
        point = np.ceil(protected.mean + z * protected.sd)
        return np.where(position <= point, point + lot - position, 0.0)


@dataclass(frozen=True)
class Compared:
    """The ledger of every rule, the clairvoyant's cost, and the class of each item."""

    ledgers: dict[str, Ledger]
    clairvoyant: Vector
    classes: Classes

    def best_rule_of_thumb(self, rows: Any = slice(None)) -> str:
        """The cheapest of the other rules over these items."""
        others = {name: ledger.total[rows].sum() for name, ledger in self.ledgers.items() if name in NAMES}
        return min(others, key=lambda name: float(others[name]))


def demand_classes(weekly: Table) -> Classes:
    """Class of each item, an index into `CLASSES`, from the weeks since it first sold.

    Source:
        Syntetos, Boylan & Croston (2005): mean weeks between sales 1.32, squared coefficient of variation 0.49.

    >>> demand_classes(np.array([[5.0, 5.0, 5.0, 5.0], [0.0, 9.0, 0.0, 0.0]])).tolist()
    [0, 2]
    """
    sells = weekly > 0
    started = np.logical_or.accumulate(sells, axis=1).sum(axis=1)
    times = np.maximum(sells.sum(axis=1), 1)
    mean = weekly.sum(axis=1) / times
    square = np.where(sells, (weekly - mean[:, None]) ** 2, 0.0).sum(axis=1) / times
    varied = np.divide(square, mean**2, out=np.zeros_like(mean), where=mean > 0) > 0.49
    found: Classes = 2 * (started / times > 1.32).astype(np.intp) + varied
    return found


def compare(
    terms: Terms, history: History, names: tuple[str, ...], tick: Ticks, parts: Ingredients | None = None
) -> Compared:
    """Replay every rule over the weeks that are not only learnt from.

    Each rule's settings are those that would have cost least over the last half of the weeks learnt from, class by
    class, so that none is set with hindsight. From then on a rule sees what its own simulated shelf could sell.

    Args:
        terms: of n items; every rule begins with the same stock.
        history: their demand.
        names: rules to compare: `OURS` and keys of `NAMES`.
        tick: told the name of each rule when it is done.
        parts: what our forecast is made of; all of it where not given.
    """
    weeks = history.learnt_weeks
    classes = demand_classes(history.weekly[:, :weeks])
    ledgers = {}
    for name in names:
        rule = _settled(terms, history, classes, name, parts or Ingredients())
        _teach(rule, history.demand[:, :weeks])
        ledgers[name] = _replay(terms, history.demand[:, weeks:], rule)
        tick(name)
    return Compared(ledgers, least_cost(terms, history.weekly[:, weeks:]), classes)


def gap_closed(compared: Compared, seed: int = 0, rows: Any = slice(None)) -> tuple[float, float, float]:
    """Share of the gap from the best rule of thumb to the clairvoyant that ours closes, with its 95 % interval.

    Items are drawn anew, with replacement, all rules on the same draw; the best rule stays the one of all the items.
    """
    ours = compared.ledgers[OURS].total[rows]
    best = compared.ledgers[compared.best_rule_of_thumb(rows)].total[rows]
    bound = compared.clairvoyant[rows]
    drawn = np.random.default_rng(seed).multinomial(len(ours), np.full(len(ours), 1.0 / len(ours)), _RESAMPLES)
    won, gap = best - ours, best - bound
    shares = drawn @ won / np.maximum(drawn @ gap, 1e-12)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(won.sum() / max(gap.sum(), 1e-12)), float(low), float(high)


Rule = OurRule | ThumbRule


def _settled(terms: Terms, history: History, classes: Classes, name: str, parts: Ingredients) -> Rule:
    """The rule with the settings that cost its classes least before the replay begins."""
    tried = [(factor, 0.0) for factor in PROTECTIONS] if name == OURS else list(NAMES[name])

    def made(knobs: tuple[Vector, Vector]) -> Rule:
        return OurRule(terms, classes, knobs[0], parts, history) if name == OURS else ThumbRule(terms, name, knobs)

    begin = int(history.learnt_weeks * _TRIED_SHARE)
    ones = np.ones(len(terms))
    costs = []
    for first, second in tried:
        rule = made((first * ones, second * ones))
        _teach(rule, history.demand[:, :begin])
        ledger = _replay(terms, history.demand[:, begin : history.learnt_weeks], rule)
        doubt = _DOUBT if name == OURS and first != 1.0 else 0.0
        costs.append(np.bincount(classes, ledger.total, len(CLASSES)) * (1.0 + doubt))
    best = np.argmin(np.array(costs), axis=0)[classes]
    firsts, seconds = np.array(tried).T
    return made((firsts[best], seconds[best]))


def _teach(rule: Rule, demand: Table) -> None:
    """Let the rule see weeks that were sold in full."""
    for week in range(demand.shape[1]):
        sold = demand[:, week].sum(axis=1)
        rule.learn(Week(sold, np.ones_like(sold)))


def _replay(terms: Terms, demand: Table, rule: Rule) -> Ledger:
    own = deepcopy(rule)
    return simulate(terms, demand, lambda _, position: own.wanted(position), lambda _, week: own.learn(week))
