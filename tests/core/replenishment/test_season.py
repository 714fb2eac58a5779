"""The time of the year: learnt where it comes every year, believed where it foretells, and ordered for before it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment import Table, Vector
from core.replenishment.demand import velocity
from core.replenishment.plan import ahead, explain, propose, reason
from core.replenishment.season import LEAST_WEEKS, SLOTS, extra_days, learnt, slots
from tests.core.replenishment.shelf import LAW, assortments, items, pace
from tests.core.replenishment.test_life import Shelf

SHELVES, WEEKS, DAY = 60, 156, 20_454  # the first day of a year
ALIKE = np.zeros(SHELVES, dtype=np.intp)


def year(peak: float | Vector, weeks: int = WEEKS) -> Table:
    """Demand of the weeks before `DAY` over that of a year, highest in spring, for each peak."""
    time = slots(DAY - 7.0 * np.arange(float(weeks), 0.0, -1.0) + 3.5)
    return 1.0 + np.atleast_1d(peak)[:, None] * np.sin(2 * np.pi * time / SLOTS)


def sales(mean: Table, rate: float = 8.0) -> Table:
    mean = np.broadcast_to(mean, (SHELVES, mean.shape[1]))
    return np.random.default_rng(3).poisson(rate * mean).astype(float)


def test_a_season_that_comes_every_year_is_found_again() -> None:
    sold = sales(year(0.6))
    found = learnt(sold, np.ones_like(sold), DAY, ALIKE)
    assert found is not None
    assert found.by_slot.mean(axis=0) == pytest.approx(np.ones(SHELVES))
    expected = 1.0 + 0.6 * np.sin(2 * np.pi * np.arange(SLOTS) / SLOTS)
    assert np.abs(found.by_slot.mean(axis=1) - expected).max() < 0.12
    assert found.ahead()[:, 13].mean() == pytest.approx(1.6, abs=0.12)  # a quarter of a year from its first day
    assert found.behind(13, 7)[:, 0].mean() == pytest.approx(0.4, abs=0.1)


def test_what_sells_alike_all_year_has_none() -> None:
    sold = sales(year(0.0))
    assert learnt(sold, np.ones_like(sold), DAY, ALIKE) is None


def test_too_little_history_has_none() -> None:
    sold = sales(year(0.6))[:, -LEAST_WEEKS + 1 :]
    assert learnt(sold, np.ones_like(sold), DAY, ALIKE) is None
    padded = np.concatenate([np.zeros((SHELVES, WEEKS)), sold], axis=1)
    assert learnt(padded, np.ones_like(padded), DAY, ALIKE) is None
    longer = sales(year(0.6))[:, -LEAST_WEEKS - 12 :]
    assert learnt(longer, np.ones_like(longer), DAY, ALIKE) is not None


def test_a_year_that_did_not_come_again_is_not_believed() -> None:
    mean = np.ones((1, WEEKS))
    mean[:, 10:30] = 3.0
    sold = sales(mean)
    found = learnt(sold, np.ones_like(sold), DAY, ALIKE)
    assert found is None or np.abs(found.by_slot - 1.0).max() < 0.1


def test_weeks_with_an_empty_shelf_teach_nothing() -> None:
    sold = sales(year(0.6))
    in_stock = np.ones_like(sold)
    peak = year(0.6)[0] > 1.3
    in_stock[0, peak], sold[0, peak] = 0.0, 0.0
    found = learnt(sold, in_stock, DAY, ALIKE)
    assert found is not None
    assert found.ahead()[0, 13] > 1.35


def test_who_feels_it_more_than_the_others_is_expected_to() -> None:
    peaks = np.where(np.arange(SHELVES) < 6, 0.9, 0.3)
    sold = sales(year(peaks), 40.0)
    found = learnt(sold, np.ones_like(sold), DAY, ALIKE)
    assert found is not None
    strong, weak = found.ahead()[:6, 13].mean(), found.ahead()[6:, 13].mean()
    assert weak == pytest.approx(1.3, abs=0.1)
    assert 1.5 < strong < 1.95


def test_what_one_group_sold_changes_nothing_in_another() -> None:
    sold = np.concatenate([sales(year(0.6)), sales(year(0.0))])
    both = learnt(sold, np.ones_like(sold), DAY, np.repeat([0, 1], SHELVES))
    alone = learnt(sold[:SHELVES], np.ones((SHELVES, WEEKS)), DAY, ALIKE)
    assert both is not None
    assert alone is not None
    assert np.array_equal(both.by_slot[:, :SHELVES], alone.by_slot)
    assert np.all(both.by_slot[:, SHELVES:] == 1.0)


def test_the_pace_is_that_of_a_plain_day() -> None:
    worth = np.repeat(year(0.6, 30), 7, axis=1)
    sold = np.random.default_rng(4).poisson(3.0 * np.tile(worth, (SHELVES, 1))).astype(float)
    found = velocity(sold, np.ones_like(sold), worth=np.tile(worth, (SHELVES, 1)))
    assert found.mean.mean() == pytest.approx(3.0, rel=0.03)
    with pytest.raises(ValueError, match="worth"):
        velocity(sold, np.ones_like(sold), worth=0.0 * sold)


@LAW
@given(st.floats(0.0, 800.0), st.floats(0.0, 800.0))
def test_days_of_a_season_add_up_and_a_year_is_a_year(first: float, more: float) -> None:
    season = np.random.default_rng(5).uniform(0.3, 2.0, (1, SLOTS))
    season /= season.mean()
    both, one = (extra_days(season, np.array([days])) for days in (first + more, first))
    daily = np.repeat(season[0], 7)
    assert one[0] == pytest.approx(np.interp(first % 364, np.arange(365), np.append(0, np.cumsum(daily - 1))), abs=1e-6)
    assert both[0] + first + more >= one[0] + first - 1e-9
    assert extra_days(season, np.array([first + 364.0]))[0] == pytest.approx(one[0], abs=1e-6)


@LAW
@given(assortments())
def test_a_season_that_changes_nothing_changes_nothing(found: Shelf) -> None:
    shelf, known = found
    plain, same = propose(shelf, known), propose(replace(shelf, season=np.ones((len(shelf), SLOTS))), known)
    assert np.array_equal(same.quantity, plain.quantity)
    assert np.array_equal(same.costed.total, plain.costed.total)


def test_more_is_ordered_before_the_season_and_less_after_it() -> None:
    season = np.ones((1, SLOTS))
    season[0, :13], season[0, 13:] = 2.2, 0.6
    shelf, known = items(on_hand=40), pace(2.0)
    before, plain = propose(replace(shelf, season=season), known), propose(shelf, known)
    after = propose(replace(shelf, season=np.roll(season, 12, axis=1)), known)
    assert before.quantity[0] > 1.4 * plain.quantity[0]
    assert after.quantity[0] < plain.quantity[0]
    assert before.costed.total[0] < before.costed_without.total[0]


def test_the_lot_at_the_end_of_a_season_is_for_the_months_after_it() -> None:
    season = np.full((1, SLOTS), 0.5)
    season[0, :3] = 52 - 49 * 0.5
    season[0, :3] /= 3
    at_its_end, plain = propose(replace(items(on_hand=0), season=season), pace(2.0)), propose(items(), pace(2.0))
    lots = [float(one.order_up_to[0] - one.reorder_point[0]) for one in (at_its_end, plain)]
    assert lots[0] == pytest.approx(0.5 * lots[1], abs=1)


def test_it_is_said_in_words_and_the_numbers_add_up() -> None:
    season = np.full((1, SLOTS), 1.33)
    one = propose(replace(items(on_hand=10), season=season), pace(2.0))
    told = reason(one, 0)
    demand, levels, cost = told["demand"], told["levels"], told["cost"]
    assert demand["season"] == 1.33
    assert demand["extra"] == pytest.approx(2.0 * 21 * 0.33, abs=0.01)
    assert demand["mean"] + demand["safety"] == pytest.approx(levels["reorder_point"])
    assert sum(cost[kind] for kind in ("purchase", "ordering", "holding", "stockout")) == pytest.approx(cost["total"])
    assert "a day over the year; in the coming weeks 33 % more, as in the years before." in explain(told, "Spade")


def test_the_picture_falls_as_fast_as_the_season_sells() -> None:
    season = np.ones((1, SLOTS))
    season[0, 2:4] = 3.0
    shelf = items(on_hand=200, lead_days=60.0)
    seasonal, plain = (ahead(one, pace(2.0), 0, 0.0, 42) for one in (replace(shelf, season=season), shelf))
    apart = np.array(plain["without"]) - np.array(seasonal["without"])
    assert apart[[0, 14, 21, 28, 42]].tolist() == pytest.approx([0.0, 0.0, 28.0, 56.0, 56.0], abs=0.2)


@pytest.mark.parametrize("rows", [slice(0, 1), slice(20, 40), slice(0, 600)])
def test_how_many_there_are_makes_no_difference_to_the_last_digit(rows: slice) -> None:
    group = np.concatenate([[0], np.repeat(np.arange(1, 31), 20)])[:600].astype(np.intp)
    sold = np.random.default_rng(8).poisson(9.0 * np.repeat(year(0.8), 600, axis=0)).astype(float)
    sold[::7, 40] = 900.0
    in_stock = np.ones_like(sold)
    in_stock[::5, ::9] = 0.0
    whole = learnt(sold, in_stock, DAY, group)
    some = np.isin(group, group[rows])
    part = learnt(sold[some], in_stock[some], DAY, np.unique(group[some], return_inverse=True)[1].astype(np.intp))
    assert whole is not None
    assert part is not None
    assert np.array_equal(part.by_slot, whole.by_slot[:, some])
