"""What knowing promotions and prices beforehand is worth to the daily plan, replayed with its own functions.

python -m benchmarks.occasions [--data FOLDER] [--only "pasta"]

The plan reads the last 30 weeks its own shelves could sell, as it does in a shop, and orders what `propose` says.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from benchmarks.backtests import terms_of
from benchmarks.histories import DEFAULT, SETS, Series
from benchmarks.machine import machine
from core.replenishment import Vector
from core.replenishment.backtest import demand_classes
from core.replenishment.demand import velocity
from core.replenishment.items import Items
from core.replenishment.occasions import Occasion, extra_days, learn, stretches, usual_units
from core.replenishment.proposal import propose
from core.replenishment.simulate import DAYS, Terms, Week, simulate

WITH_OCCASIONS = ("M5 foods", "pasta", "Dominick's")
LISTED = {"M5 foods": 1}
"""Only so many of the things known count: M5's others are true to some degree of every week."""
_WEEKS, _HALF_LIFE, _YEAR = 30, 30.0 / DAYS, 365.0


class Plan:
    """The daily plan as a rule that is asked once a week."""

    def __init__(self, terms: Terms, series: Series, things: int, *, knows: bool) -> None:
        self.terms, self.knows = terms, knows
        known = series.history.known
        self.known = np.zeros((len(terms), 0, things)) if known is None else known[:, :, :things]
        self.group = demand_classes(series.history.weekly[:, : series.history.learnt_weeks])
        self.weeks: list[Week] = []

    def learn(self, week: Week) -> None:
        """Take in a week that is over."""
        self.weeks.append(week)

    def wanted(self, position: Vector) -> Vector:
        """Units to order at this stock position, shape (n,)."""
        recent, terms = self.weeks[-_WEEKS:], self.terms
        units = np.stack([week.sold for week in recent], axis=1)
        in_stock = np.stack([week.on_sale for week in recent], axis=1)
        lead = review = np.zeros(len(terms))
        if self.knows:
            occasions = self._occasions(len(recent))
            effect = learn(units, in_stock, occasions, self.group, int(DAYS))
            units = usual_units(units, occasions, effect)
            far = int(terms.lead_weeks.max()) + 2
            for one in stretches(occasions, len(terms), 0, far):
                factor = one.factor(effect)
                before = extra_days(one.first, one.end, factor, terms.lead_weeks) * DAYS
                lead = lead + before
                review = review + extra_days(one.first, one.end, factor, terms.lead_weeks + 1.0) * DAYS - before
        by_week = velocity(units, in_stock, _HALF_LIFE)
        pace = type(by_week)(by_week.shape, by_week.exposure * DAYS, by_week.dispersion)
        return propose(self._items(position, lead, review), pace).quantity

    def _occasions(self, back: int) -> list[Occasion]:
        now, everything = len(self.weeks), np.arange(len(self.terms))
        weeks = range(now - back, min(now + 8, self.known.shape[1]))
        return [Occasion(everything, week - now, week - now, self.known[:, week]) for week in weeks]

    def _items(self, position: Vector, lead: Vector, review: Vector) -> Items:
        terms, none = self.terms, np.zeros(len(self.terms))
        return Items(
            unit_cost=terms.unit_cost, holding_rate=terms.holding / terms.unit_cost * _YEAR / DAYS,
            stockout_cost=terms.stockout, order_cost=terms.order_cost, line_cost=none,
            lead_days=DAYS * terms.lead_weeks, lead_sd=none,
            review_days=none + DAYS, on_hand=np.maximum(position, 0.0), on_order=none,
            backordered=np.maximum(-position, 0.0), minimum=terms.minimum, pack=terms.pack, maximum=terms.maximum,
            break_quantity=np.empty((len(terms), 0)), break_cost=np.empty((len(terms), 0)),
            lead_extra=lead, review_extra=review,
        )  # fmt: skip


def cost(series: Series, things: int, *, knows: bool) -> tuple[float, float]:
    """Holding, stockout and ordering over the weeks replayed, and the share of demand that was served."""
    terms, weeks = terms_of(series, "base"), series.history.learnt_weeks
    plan = Plan(terms, series, things, knows=knows)
    for week in range(weeks):
        sold = series.history.weekly[:, week]
        plan.learn(Week(sold, np.ones_like(sold)))
    replayed = series.history.demand[:, weeks:]
    ledger = simulate(terms, replayed, lambda _, position: plan.wanted(position), lambda _, week: plan.learn(week))
    return float(ledger.total.sum()), 1.0 - float(ledger.short.sum() / ledger.demand.sum())


def main() -> None:
    """Print every set that knows of promotions or prices, with and without them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, default=DEFAULT)
    asked.add_argument("--only", choices=WITH_OCCASIONS)
    told = asked.parse_args()
    print(machine())
    for name in [told.only] if told.only else WITH_OCCASIONS:
        series, began = SETS[name](told.data), time.perf_counter()
        things = LISTED.get(name, 0 if series.history.known is None else series.history.known.shape[2])
        without, served = cost(series, things, knows=False)
        with_them, served_then = cost(series, things, knows=True)
        print(
            f"{name:<12} without {without:>12,.0f} ({served:.1%} served)  with {with_them:>12,.0f} "
            f"({served_then:.1%})  {with_them / without - 1.0:+.1%}  in {time.perf_counter() - began:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
