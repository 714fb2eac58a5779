"""Promotions and events: what was learnt of them, what coming days sell, and that a plan orders before them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment import Table
from core.replenishment.demand import velocity
from core.replenishment.occasions import Occasion, extra_days, learn, stretches, usual_units
from core.replenishment.plan import propose, reason
from tests.core.replenishment.shelf import LAW, assortments, items, pace
from tests.core.replenishment.test_life import Shelf

DAYS, SHELVES = 210, 40
ALL = np.arange(SHELVES)
ALIKE = np.zeros(SHELVES, dtype=np.intp)


def promotion(first: int, last: int, rows: np.ndarray = ALL, stated: float = np.nan) -> Occasion:
    return Occasion(rows, first, last, np.ones((len(rows), 1)), stated)


def history(lift: float, occasions: list[Occasion], rate: float = 2.0) -> Table:
    """Poisson sales that occasions lift to so many times the usual."""
    mean = np.full((SHELVES, DAYS), rate)
    for one in occasions:
        mean[one.rows, max(one.first + DAYS, 0) : one.last + DAYS + 1] *= lift
    return np.random.default_rng(5).poisson(mean).astype(float)


@pytest.mark.parametrize("lift", [0.5, 1.0, 3.0])
def test_what_promotions_did_is_found_again(lift: float) -> None:
    past = [promotion(-150, -144), promotion(-70, -64)]
    effect = learn(history(lift, past), np.ones((SHELVES, DAYS)), past, ALIKE)
    assert effect.mean() == pytest.approx(lift - 1.0, abs=0.15)


def test_where_little_was_seen_little_is_believed_and_the_group_is_leant_on() -> None:
    past = [promotion(-70, -64, ALL[:20])]
    effect = learn(history(3.0, past), np.ones((SHELVES, DAYS)), past, ALIKE)
    assert effect[20:].min() > 1.0  # who had none is expected to answer as the others did
    lone = learn(history(3.0, past, rate=0.02), np.ones((SHELVES, DAYS)), past, ALIKE)
    assert np.abs(lone).max() < 0.5


def test_a_promotion_that_is_over_does_not_pass_for_the_usual_pace() -> None:
    past = [promotion(-14, -8)]
    sold, in_stock = history(4.0, past), np.ones((SHELVES, DAYS))
    effect = learn(sold, in_stock, past, ALIKE)
    plain, taken_for_usual = velocity(usual_units(sold, past, effect), in_stock), velocity(sold, in_stock)
    assert plain.mean.mean() == pytest.approx(2.0, rel=0.07)
    assert taken_for_usual.mean.mean() > 2.4


def test_a_shelf_that_was_empty_teaches_nothing() -> None:
    past = [promotion(-70, -64)]
    sold, in_stock = history(3.0, past), np.ones((SHELVES, DAYS))
    sold[:, -70:-63] = in_stock[:, -70:-63] = 0.0
    assert np.abs(learn(sold, in_stock, past, ALIKE)).max() < 1e-9


def test_days_are_cut_where_occasions_meet_and_what_is_expected_multiplies() -> None:
    found = list(stretches([promotion(0, 9, stated=2.0), promotion(5, 12, ALL[:1], stated=1.5)], SHELVES, 0, 400))
    assert [(one.first, one.end) for one in found] == [(0, 5), (5, 10), (10, 13)]
    factors = np.array([one.factor(np.zeros((SHELVES, 1)))[:2] for one in found])
    assert factors.tolist() == [[2.0, 2.0], [3.0, 2.0], [1.5, 1.0]]


def test_an_order_comes_before_a_spike_and_not_without_it() -> None:
    shelf, known = items(on_hand=60, lead_days=7.0, lead_sd=0.0), pace(2.0)
    assert propose(shelf, known).quantity[0] == 0
    coming = replace(shelf, lead_extra=np.zeros(1), review_extra=extra_days(10.0, 14.0, 6.0, np.array([14.0])))
    spike = propose(coming, known)
    assert spike.quantity[0] >= 20
    assert spike.costed.total[0] < spike.costed_without.total[0]
    why = reason(spike, 0)
    assert why["demand"]["extra"] == pytest.approx(40.0, abs=0.1)
    assert why["demand"]["mean"] + why["demand"]["safety"] == pytest.approx(why["levels"]["reorder_point"])


@LAW
@given(assortments(), st.floats(0.0, 60.0), st.floats(0.0, 60.0), st.floats(1.0, 3.0))
def test_more_expected_of_coming_days_never_means_a_later_order(
    found: Shelf, lead: float, review: float, more: float
) -> None:
    shelf, known = found
    every = np.ones(len(shelf))
    few = propose(replace(shelf, lead_extra=lead * every, review_extra=review * every), known)
    many = propose(replace(shelf, lead_extra=more * lead * every, review_extra=more * review * every), known)
    assert np.all(many.reorder_point >= few.reorder_point)
    assert np.all((many.quantity > 0) | (few.quantity == 0))


@LAW
@given(assortments())
def test_where_nothing_is_coming_nothing_changes(found: Shelf) -> None:
    none = np.zeros(len(found[0]))
    same = propose(replace(found[0], lead_extra=none, review_extra=none), found[1])
    assert np.array_equal(same.quantity, propose(*found).quantity)
    assert np.array_equal(same.costed.total, propose(*found).costed.total)
