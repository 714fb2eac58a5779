"""Money by rule over real history that no rule knows beforehand, and what each part of ours is worth.

python -m benchmarks.backtests [--data FOLDER] [--only "M5 foods"] [--json FILE] [--picture FILE]
"""

import argparse
import json
import time
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.histories import DEFAULT, SETS, Series
from benchmarks.machine import machine
from core.replenishment.backtest import CLASSES, OURS, Compared, Ingredients, compare, gap_closed
from core.replenishment.rules_of_thumb import NAMES
from core.replenishment.simulate import Terms

GRID = {"base": ((0.5, 5.0), 2.0), "cheap orders": ((0.02, 0.3), 2.0), "long lead time": ((0.5, 5.0), 6.0)}
"""Cost of an order line, log-uniform, and lead time in periods. Unit cost is lognormal(2, 0.8), holding 25 % of it a
year, and a unit short costs 4 to 49 periods of holding it, log-uniform."""
LEFT_OUT = {"censoring": "censored", "pooling": "pooled", "combination": "combined", "promotions, prices": "lifted",
            "season": "seasonal", "exact policy": "exact"}  # fmt: skip
_WIDE, _BAR, _LABEL = 760, 13, 230


def terms_of(series: Series, setting: str) -> Terms:
    """Costs drawn from the grid with a fixed seed; every shelf begins with what it sold over lead time and a period."""
    demand, learnt = series.history.demand, series.history.learnt_weeks
    count, chance = len(demand), np.random.default_rng(1)
    (low, high), lead = GRID[setting]
    cost = chance.lognormal(2.0, 0.8, count)
    holding = 0.25 * cost / series.year
    stockout = holding * np.exp(chance.uniform(np.log(4.0), np.log(49.0), count))
    order = np.exp(chance.uniform(np.log(low), np.log(high), count))
    one, pace = np.ones(count), demand[:, :learnt].sum(axis=(1, 2)) / learnt
    on_hand = np.ceil((lead + 1.0) * pace)
    return Terms(cost, order, holding, stockout, lead * one, on_hand, 0.0 * one, one, np.inf * one, one)


def figures(compared: Compared) -> dict[str, Any]:
    """Money, fill rate and stock of every rule, and the share of the gap that ours closes, by class and in all."""
    best, (share, low, high) = compared.best_rule_of_thumb(), gap_closed(compared)
    ours, theirs = (float(compared.ledgers[name].total.sum()) for name in (OURS, best))
    rules = {
        name: {
            **{part: float(getattr(one, part).sum()) for part in ("total", "holding", "stockout", "ordering", "stock")},
            "fill": 1.0 - float(one.short.sum() / one.demand.sum()),
        }
        for name, one in compared.ledgers.items()
    }
    classes = {}
    for at, name in enumerate(CLASSES):
        if np.any(rows := compared.classes == at):
            mine, other = (
                float(compared.ledgers[rule].total[rows].sum()) for rule in (OURS, compared.best_rule_of_thumb(rows))
            )
            classes[name] = {"items": int(rows.sum()), "less": 1.0 - mine / other,
                             "gap_closed": gap_closed(compared, rows=rows)}  # fmt: skip
    return {"rules": rules, "clairvoyant": float(compared.clairvoyant.sum()), "best_baseline": best,
            "less": 1.0 - ours / theirs, "gap_closed": [share, low, high], "classes": classes}  # fmt: skip


def show(found: dict[str, Any]) -> None:
    """Print one comparison."""
    for name, one in found["rules"].items():
        print(
            f"  {name:<26} total {one['total']:>12,.0f}  holding {one['holding']:>11,.0f}  stockout "
            f"{one['stockout']:>11,.0f}  ordering {one['ordering']:>9,.0f}  fill {one['fill']:6.1%}  "
            f"stock {one['stock']:>11,.0f}"
        )
    share, low, high = found["gap_closed"]
    print(f"  {'clairvoyant':<26} total {found['clairvoyant']:>12,.0f}")
    print(f"  {found['less']:+.1%} below {found['best_baseline']}; gap closed {share:.1%} ({low:.1%} to {high:.1%})")
    for name, one in found["classes"].items():
        share, low, high = one["gap_closed"]
        print(f"    {name:<13}{one['items']:>6,} items {one['less']:+7.1%} below the best there; gap {share:.1%} "
              f"({low:.1%} to {high:.1%})", flush=True)  # fmt: skip


def ablation(terms: Terms, series: Series, whole: float) -> dict[str, float]:
    """How much dearer ours is with each part left out."""
    dearer = {}
    for said, part in LEFT_OUT.items():
        if part == "lifted" and series.history.known is None:
            continue
        parts: Any = replace(Ingredients(), **{part: False})
        total = compare(terms, series.history, (OURS,), lambda _: None, parts).ledgers[OURS].total.sum()
        dearer[said] = float(total) / whole - 1.0
        print(f"  without {said:<18} {dearer[said]:+.1%}", flush=True)
    return dearer


def drawn(found: dict[str, dict[str, Any]]) -> str:
    """Cost of ours and of every other rule as a share of the best of the others, and of the clairvoyant: SVG."""
    shapes, top = [], 20
    scale = (_WIDE - _LABEL - 60) / 1.8
    for title, one in found.items():
        best = one["rules"][one["best_baseline"]]["total"]
        shapes.append(f'<text x="8" y="{top + _BAR * 2}" font-weight="bold">{escape(title)}</text>')
        costs = {name: rule["total"] for name, rule in one["rules"].items()} | {"clairvoyant": one["clairvoyant"]}
        for name, cost in costs.items():
            colour = {OURS: "#e4572e", "clairvoyant": "#222"}.get(name, "#9db4c8")
            wide = min(cost / best, 1.8) * scale
            shapes.append(f'<rect x="{_LABEL}" y="{top}" width="{wide:.1f}" height="{_BAR - 2}" fill="{colour}"/>')
            shapes.append(f'<text x="{_LABEL + wide + 4:.1f}" y="{top + 10}" font-size="9">{name} '
                          f"{cost / best:.0%}</text>")  # fmt: skip
            top += _BAR
        top += 8
    line = _LABEL + scale
    shapes.append(f'<path d="M{line:.1f} 14V{top}" stroke="#222" stroke-dasharray="4 3"/>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {top + 8}" font-family="sans-serif" '
    return f'{head}font-size="12">{"".join(shapes)}</svg>\n'


def main() -> None:
    """Print every set there is under every setting of the grid, and what the whole comes to."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, default=DEFAULT)
    asked.add_argument("--only", choices=tuple(SETS))
    asked.add_argument("--json", type=Path)
    asked.add_argument("--picture", type=Path)
    told = asked.parse_args()
    print(machine())
    found: dict[str, dict[str, Any]] = {}
    for name in [told.only] if told.only else SETS:
        try:
            series = SETS[name](told.data)
        except FileNotFoundError as error:
            print(f"\n{name}: {error.filename} is not there; left out")
            continue
        for setting in GRID:
            began, terms = time.perf_counter(), terms_of(series, setting)
            one = figures(compare(terms, series.history, (OURS, *NAMES), lambda _: None))
            items, periods, _ = series.history.demand.shape
            print(f"\n{name}, {setting}: {items:,} items, {periods - series.history.learnt_weeks} periods replayed "
                  f"in {time.perf_counter() - began:.0f} s")  # fmt: skip
            show(one)
            if setting == "base":
                one["dearer_without"] = ablation(terms, series, one["rules"][OURS]["total"])
            found[f"{name}, {setting}"] = one
    less = [one["less"] for one in found.values()]
    print(f"\n{sum(part > 0 for part in less)} of {len(less)} comparisons cheapest; on the mean {np.mean(less):+.1%} "
          "below the best of the others")  # fmt: skip
    if told.json:
        told.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if told.picture:
        told.picture.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
