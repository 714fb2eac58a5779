"""Accuracy of our forecast beside those in use, over real demand: python -m benchmarks.forecasts [--series 300].

pip install -e ".[bench]". From six origins each forecasts the sum of the three periods ahead, which is what a lead time
of two and a review period have to be covered for. Errors are root mean squares over the origins, scaled by the root
mean square change from period to period of the history, and weighted by units sold, as in the M5 competition; bias is
the sum of all forecasts over what came, less one. Every forecast sees all of the demand, nothing cut off by stock.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.histories import DEFAULT, SETS, Series
from benchmarks.machine import machine
from core.replenishment import Table, Vector
from core.replenishment.backtest import History, demand_classes
from core.replenishment.forecast import Forecaster
from core.replenishment.simulate import Week

AHEAD = 3
ORIGINS = 6


@dataclass(frozen=True)
class Score:
    """Weighted scaled error and bias of a forecast, and series a second of processor time."""

    error: float
    bias: float
    rate: float


def some(series: Series, count: int) -> Series:
    """A fixed random sample of the items."""
    history = series.history
    rows = np.sort(np.random.default_rng(1).permutation(len(history.demand))[:count])
    known = None if history.known is None else history.known[rows]
    return replace(series, history=History(history.demand[rows], history.learnt_weeks, known, history.cycle))


def origins(series: Series) -> list[int]:
    """Periods before which forecasts are made, evenly over the replay."""
    last = series.history.demand.shape[1] - AHEAD
    return [int(at) for at in np.linspace(series.history.learnt_weeks, last, ORIGINS)]


def ours(series: Series, begins: list[int], *, is_plain: bool = False) -> Table:
    """What our forecaster expects, shape (n, origins); plain: without season and what is known beforehand."""
    history = series.history
    weekly, count = history.weekly, len(history.demand)
    forecaster = Forecaster(
        np.full(count, float(AHEAD)), demand_classes(weekly[:, : history.learnt_weeks]),
        known=None if is_plain else history.known, cycle=0 if is_plain else history.cycle,
    )  # fmt: skip
    found = []
    for week in range(max(begins) + 1):
        if week in begins:
            found.append(forecaster.over(np.full(count, float(AHEAD))).mean)
        forecaster.learn(Week(weekly[:, week], np.ones(count)))
    return np.stack(found, axis=1)


def theirs(model: Any, series: Series, begins: list[int]) -> Table:
    """What a model of statsforecast expects, shape (n, origins)."""
    weekly = series.history.weekly
    return np.array([[float(model.forecast(one[:at], h=AHEAD)["mean"].sum()) for at in begins] for one in weekly])


def score(series: Series, begins: list[int], forecast: Callable[[], Table]) -> Score:
    """Time a forecast and compare it with what came."""
    weekly, learnt = series.history.weekly, series.history.learnt_weeks
    began = time.process_time()
    expected = np.maximum(forecast(), 0.0)
    taken = time.process_time() - began
    came = np.stack([weekly[:, at : at + AHEAD].sum(axis=1) for at in begins], axis=1)
    scale = AHEAD * np.sqrt(np.mean(np.diff(weekly[:, :learnt], axis=1) ** 2, axis=1))
    weight: Vector = np.where(scale > 0, weekly[:, :learnt].sum(axis=1), 0.0)
    error = np.sqrt(np.mean((expected - came) ** 2, axis=1)) / np.maximum(scale, 1e-9)
    return Score(
        float(np.average(error, weights=weight)),
        float(expected.sum() / came.sum() - 1.0),
        len(weekly) * len(begins) / max(taken, 1e-9),
    )


def models(year: int) -> dict[str, Any]:
    """The forecasts in use."""
    from statsforecast.models import TSB, AutoETS, CrostonSBA, SeasonalNaive, SimpleExponentialSmoothingOptimized

    return {
        "seasonal naive": SeasonalNaive(season_length=year),
        "SES": SimpleExponentialSmoothingOptimized(),
        "Croston-SBA": CrostonSBA(),
        "TSB": TSB(alpha_d=0.2, alpha_p=0.2),
        "AutoETS": AutoETS(season_length=1),
    }


def main() -> None:
    """Print a table for every set there is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=300)
    count = asked.parse_args().series
    print(machine(), f"statsforecast {version('statsforecast')}")
    warnings.simplefilter("ignore")  # statsforecast tells of every series it cannot fit
    for name, load in SETS.items():
        try:
            series = some(load(DEFAULT), count)
        except FileNotFoundError as error:
            print(f"\n{name}: {error.filename} is not there; left out")
            continue
        begins = origins(series)
        print(f"\n{name}: {len(series.history.demand)} series\n  {'':28}{'error':>8}{'bias':>9}{'series a second':>18}")
        tried: dict[str, Callable[[], Table]] = {
            "storekeeper": lambda series=series, begins=begins: ours(series, begins),  # type: ignore[misc]
            "  without season, known weeks": lambda series=series, begins=begins: ours(series, begins, is_plain=True),  # type: ignore[misc]
        }
        for title, model in models(series.year).items():
            tried[title] = lambda model=model, series=series, begins=begins: theirs(model, series, begins)  # type: ignore[misc]
        for title, forecast in tried.items():
            one = score(series, begins, forecast)
            print(f"  {title:28}{one.error:>8.3f}{one.bias:>+9.1%}{one.rate:>18,.0f}", flush=True)


if __name__ == "__main__":
    main()
