import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.plan import ahead
from tests.core.replenishment.shelf import LAW, items, pace


def test_stock_falls_by_demand_and_rises_when_the_order_arrives() -> None:
    stock = items(on_hand=50, on_order=10, backordered=5, lead_days=7)
    seen = ahead(stock, pace(2.0), 0, 30, 20, due=[(3.0, 10.0)])
    assert seen["day"] == list(range(21))
    assert seen["without"][:5] == [45.0, 43.0, 41.0, 49.0, 47.0]
    assert seen["with"][6] == seen["without"][6]
    assert seen["with"][7] == seen["without"][7] + 30


def test_what_is_on_order_comes_with_the_lead_time_when_nobody_says_when() -> None:
    seen = ahead(items(on_hand=50, on_order=10, lead_days=7), pace(2.0), 0, 0, 20)
    assert seen["without"][7] - seen["without"][6] == pytest.approx(8.0)


def test_days_of_a_sale_fall_as_steeply_as_they_sell() -> None:
    seen = ahead(items(on_hand=100), pace(2.0), 0, 0, 20, otherwise=[(5, 8, 4.0)])
    falls = -np.diff(seen["without"])
    assert falls.tolist() == [2.0] * 5 + [8.0] * 3 + [2.0] * 12


@LAW
@given(st.integers(1, 900), st.integers(0, 500), st.floats(0.0, 50.0))
def test_picture_is_small_and_the_band_holds_the_line(days: int, quantity: int, rate: float) -> None:
    seen = ahead(items(3), pace(rate, 3), 1, quantity, days)
    assert json.loads(json.dumps(seen, allow_nan=False)) == seen
    assert {len(points) for points in seen.values()} == {len(seen["day"])}
    assert 1 <= len(seen["day"]) <= 60
    low, line, high = (np.array(seen[name]) for name in ("low", "with", "high"))
    assert np.all(low <= line)
    assert np.all(line <= high)


def test_band_holds_eight_of_ten_simulated_paths() -> None:
    known = pace(2.0, exposure=30.0, dispersion=1.0)
    seen = ahead(items(on_hand=200), known, 0, 0, 30)
    draw = np.random.default_rng(4)
    left = 200 - draw.poisson(draw.gamma(known.shape, 1 / known.exposure, 100_000) * 30)
    within = np.mean((left >= seen["low"][30]) & (left <= seen["high"][30]))
    assert 0.8 - 0.01 < within < 0.86


def test_impossible_pictures_are_refused() -> None:
    for quantity, days in ((5, 0), (-1, 10), (np.nan, 10)):
        with pytest.raises(ValueError, match="at least one day"):
            ahead(items(), pace(1.0), 0, quantity, days)
