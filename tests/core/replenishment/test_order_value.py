import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.demand import Velocity
from core.replenishment.plan import Items, propose, quantity_fault, reason, recost, to_minimum_value
from tests.core.replenishment.shelf import LAW, assortments, items, pace

Shelf = tuple[Items, Velocity]


@LAW
@given(assortments(), st.floats(0.0, 20_000.0))
def test_order_reaches_the_minimum_value_or_is_dropped_and_still_adds_up(shelf: Shelf, minimum: float) -> None:
    proposed = propose(*shelf)
    result = to_minimum_value(*shelf, proposed, minimum)
    value = float(np.sum(result.quantity * result.costed.unit_cost))
    assert value == 0 or value >= minimum
    before = result.need + result.rounding + result.to_minimum + result.to_maximum + result.to_break
    assert np.array_equal(before + result.to_order_value, result.quantity)
    assert np.array_equal(recost(*shelf, result.quantity).total, result.costed.total)
    for row, quantity in enumerate(result.quantity):
        assert quantity_fault(shelf[0], row, quantity) == ""


@LAW
@given(assortments(), st.floats(0.0, 20_000.0))
def test_a_raised_order_never_costs_more_than_none(shelf: Shelf, minimum: float) -> None:
    result = to_minimum_value(*shelf, propose(*shelf), minimum)
    if result.order_value == "raised":
        assert result.costed.total.sum() <= result.costed_without.total.sum()
        assert np.all(result.to_order_value >= 0)


def test_order_above_the_minimum_stays_as_it_is() -> None:
    stock, known = items(2, on_hand=0), pace(3.0, 2)
    proposed = propose(stock, known)
    assert to_minimum_value(stock, known, proposed, 10.0) is proposed
    assert to_minimum_value(stock, known, proposed, 0.0) is proposed


def test_small_shortfall_is_filled_up_and_said() -> None:
    stock, known = items(2, on_hand=[0, 400]), pace(3.0, 2)
    proposed = propose(stock, known)
    value = float(np.sum(proposed.quantity * proposed.costed.unit_cost))
    result = to_minimum_value(stock, known, proposed, value + 20.0)
    assert result.order_value == "raised"
    assert result.to_order_value.sum() >= 10
    assert reason(result, 0)["order_value"] == "raised"


def test_huge_minimum_for_little_need_drops_the_order_and_says_so() -> None:
    stock, known = items(2, on_hand=[12, 400]), pace(0.3, 2)
    proposed = propose(stock, known)
    assert proposed.quantity[0] > 0
    result = to_minimum_value(stock, known, proposed, 50_000.0)
    assert result.order_value == "dropped"
    assert not result.quantity.any()
    assert result.to_order_value[0] == -proposed.quantity[0]


def test_minimum_that_maximums_forbid_drops_the_order_and_says_so() -> None:
    stock, known = items(1, on_hand=0, maximum=60), pace(3.0)
    result = to_minimum_value(stock, known, propose(stock, known), 1000.0)
    assert result.order_value == "out of reach"
    assert result.quantity[0] == 0


def test_nothing_proposed_stays_nothing() -> None:
    stock, known = items(1, on_hand=5000), pace(3.0)
    assert to_minimum_value(stock, known, propose(stock, known), 1000.0).quantity[0] == 0


def test_impossible_minimum_or_another_proposal_is_refused() -> None:
    stock, known = items(), pace(3.0)
    proposed = propose(stock, known)
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="minimum order value"):
            to_minimum_value(stock, known, proposed, wrong)
    with pytest.raises(ValueError, match="other items"):
        to_minimum_value(items(), known, proposed, 10.0)
