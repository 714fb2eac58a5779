"""What knowing promotions, prices and the season is worth to the daily plan, replayed with its own functions.

python -m benchmarks.occasions [--data FOLDER] [--only "pasta"] [--season]

The plan reads the last 30 weeks its own shelves could sell, as it does in a shop, and orders what `propose` says. With
--season it is asked with the season of the last 156 weeks and without, on real demand and on invented seasonal shops.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.backtests import terms_of
from benchmarks.histories import DEFAULT, SETS, Series
from benchmarks.machine import machine
from core.replenishment import Vector
from core.replenishment.backtest import History, demand_classes
from core.replenishment.demand import velocity
from core.replenishment.items import Items
from core.replenishment.occasions import Occasion, extra_days, learn, plain_periods, stretches, usual_units
from core.replenishment.proposal import propose
from core.replenishment.season import Index, learnt
from core.replenishment.simulate import DAYS, Terms, Week, simulate

WITH_OCCASIONS = ("M5 foods", "pasta", "Dominick's")
LISTED = {"M5 foods": 1}
"""Only so many of the things known count: M5's others are true to some degree of every week."""
SEASONAL = ("M5 foods", "pasta", "Online Retail", "Dominick's")
INVENTED = {"peak 0 %": 0.0, "peak 15 %": 0.15, "peak 40 %": 0.4, "peak 80 %": 0.8}
"""How far the peak of the year lies above its mean, with a product in the middle of its shop."""
_WEEKS, _HALF_LIFE, _YEAR, _SEASON_WEEKS, _FIRST_DAY = 30, 30.0 / DAYS, 365.0, 156, 19_300


class Plan:
    """The daily plan as a rule that is asked once a week."""

    def __init__(self, terms: Terms, series: Series, things: int, *, knows: bool, seasonal: bool = False) -> None:
        self.terms, self.knows, self.seasonal = terms, knows, seasonal
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
        index = self._season() if self.seasonal else None
        season = np.empty((len(terms), 0)) if index is None else index.ahead()
        if self.knows:
            occasions = self._occasions(len(recent))
            effect = learn(units, in_stock, occasions, self.group, int(DAYS))
            units = usual_units(units, occasions, effect)
            far = int(terms.lead_weeks.max()) + 2
            for one in stretches(occasions, len(terms), 0, far):
                factor = one.factor(effect)
                days = DAYS * one.first, DAYS * one.end, factor
                before = extra_days(*days, DAYS * terms.lead_weeks, season)
                lead = lead + before
                review = review + extra_days(*days, DAYS * (terms.lead_weeks + 1.0), season) - before
        worth = None if index is None else index.behind(units.shape[1], int(DAYS))
        by_week = velocity(units, in_stock, _HALF_LIFE, worth=worth)
        pace = type(by_week)(by_week.shape, by_week.exposure * DAYS, by_week.dispersion)
        return propose(replace(self._items(position, lead, review), season=season), pace).quantity

    def _occasions(self, back: int) -> list[Occasion]:
        now, everything = len(self.weeks), np.arange(len(self.terms))
        weeks = range(now - back, min(now + 8, self.known.shape[1]))
        return [Occasion(everything, week - now, week - now, self.known[:, week]) for week in weeks]

    def _season(self) -> Index | None:
        """What the weeks of the last years tell, those without promotions where these are known."""
        past = self.weeks[-_SEASON_WEEKS:]
        units, in_stock = (np.stack([getattr(week, part) for week in past], axis=1) for part in ("sold", "on_sale"))
        is_plain = plain_periods(self._occasions(len(past)), units.shape) if self.knows else True
        day = _FIRST_DAY + int(DAYS) * len(self.weeks)
        return learnt(units, in_stock * is_plain, day, np.zeros(len(units), dtype=np.intp))

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


def cost(series: Series, things: int, *, knows: bool, seasonal: bool = False) -> tuple[float, float]:
    """Holding, stockout and ordering over the weeks replayed, and the share of demand that was served."""
    terms, weeks = terms_of(series, "base"), series.history.learnt_weeks
    plan = Plan(terms, series, things, knows=knows, seasonal=seasonal)
    for week in range(weeks):
        sold = series.history.weekly[:, week]
        plan.learn(Week(sold, np.ones_like(sold)))
    replayed = series.history.demand[:, weeks:]
    ledger = simulate(terms, replayed, lambda _, position: plan.wanted(position), lambda _, week: plan.learn(week))
    return float(ledger.total.sum()), 1.0 - float(ledger.short.sum() / ledger.demand.sum())


def invented(peak: float) -> Series:
    """200 products over four years that sell most in one season, some more so than others, and drift besides."""
    chance, shape = np.random.default_rng(1), (200, 208)
    rate = chance.lognormal(1.5, 1.0, shape[0])
    own, turned = peak * chance.normal(1.0, 0.3, shape[0]).clip(0.0), chance.normal(0.0, 2.0, shape[0])
    year = 1.0 + own[:, None] * np.sin(2.0 * np.pi * (np.arange(shape[1]) + turned[:, None]) / 52.0)
    mean = rate[:, None] * year.clip(0.05) * np.exp(np.cumsum(chance.normal(0.0, 0.04, shape), axis=1))
    return Series(History(chance.negative_binomial(2.0 * mean, 2.0 / 3.0).astype(float)[:, :, None], 104), 52)


def compare_seasons(only: str | None, folder: Path) -> None:
    """Print every set and the invented shops with the season and without, promotions known where there are any."""
    names = (only,) if only else (*SEASONAL, *INVENTED)
    for name in names:
        series, began = invented(INVENTED[name]) if name in INVENTED else SETS[name](folder), time.perf_counter()
        things = LISTED.get(name, 0 if series.history.known is None else series.history.known.shape[2])
        told = [cost(series, things, knows=things > 0, seasonal=seasonal) for seasonal in (False, True)]
        (before, served), (after, served_then) = told
        print(
            f"{name:<14} without {before:>12,.0f} ({served:.1%} served)  with the season {after:>12,.0f} "
            f"({served_then:.1%})  {after / before - 1.0:+.1%}  in {time.perf_counter() - began:.0f} s",
            flush=True,
        )


def main() -> None:
    """Print every set that knows of promotions or prices, with and without them; or with the season and without."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, default=DEFAULT)
    asked.add_argument("--only", choices=sorted({*WITH_OCCASIONS, *SEASONAL, *INVENTED}))
    asked.add_argument("--season", action="store_true")
    told = asked.parse_args()
    print(machine())
    if told.season:
        compare_seasons(told.only, told.data)
        return
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
