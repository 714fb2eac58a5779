import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.lot_size import Limits, Prices, best_lot, eoq, lot_cost
from tests.core.replenishment.shelf import LAW, assortments


def one(*values: float) -> list[np.ndarray]:
    """Each value as an array of one item."""
    return [np.array([value]) for value in values]


def limits(minimum: float = 1.0, pack: float = 1.0, maximum: float = np.inf) -> Limits:
    """What a supplier accepts of one item."""
    return Limits(*one(minimum, pack, maximum))


def test_economic_quantity_costs_least() -> None:
    best = eoq(*one(8.0, 0.225, 1300.0))
    costs = [lot_cost(best * factor, *one(1.0, 8.0, 0.225, 1300.0))[0] for factor in (0.9, 1.0, 1.1)]
    assert min(costs) == costs[1]


def test_free_ordering_or_no_demand_wants_no_lot() -> None:
    assert eoq(*one(0.0, 0.225, 1300.0))[0] == 0.0
    assert eoq(*one(8.0, 0.225, 0.0))[0] == 0.0


@LAW
@given(assortments())
def test_best_lot_is_the_best_of_all_accepted_ones(shelf: tuple) -> None:  # type: ignore[type-arg]  # items, velocity
    items, pace = shelf
    yearly, order_cost = pace.mean * 365, items.order_cost + items.line_cost
    lot = best_lot(items.prices, order_cost, items.holding_rate, yearly, items.limits)
    most = np.maximum(np.minimum(items.limits.most, items.limits.up(yearly)), items.limits.least)
    for row in range(len(items)):
        quantity = np.arange(items.limits.least[row], most[row] + 1, items.pack[row])
        alone = items.row(row)
        many = Prices(
            np.repeat(alone.unit_cost, len(quantity)),
            np.repeat(alone.break_quantity, len(quantity), axis=0),
            np.repeat(alone.break_cost, len(quantity), axis=0),
        )
        cost = lot_cost(quantity, many.at(quantity), order_cost[row], items.holding_rate[row], yearly[row])
        assert lot.cost[row] == pytest.approx(cost.min(), rel=1e-12)
        assert lot.quantity[row] in quantity


def test_minimum_counts_in_whole_packs_and_maximum_holds() -> None:
    assert limits(minimum=10, pack=12).least[0] == 12
    assert limits(minimum=13, pack=12, maximum=40).most[0] == 36
    assert limits(minimum=13, pack=12, maximum=40).up(np.array([1.0]))[0] == 24
    assert limits(minimum=13, pack=12, maximum=40).up(np.array([99.0]))[0] == 36


def test_no_lot_lasts_longer_than_a_year_unless_it_must() -> None:
    plain = Prices(np.array([1.0]), np.empty((1, 0)), np.empty((1, 0)))
    dear, rate = np.array([1e6]), np.array([50.0])
    assert best_lot(plain, dear, np.array([0.1]), rate, limits()).quantity[0] == 50
    assert best_lot(plain, dear, np.array([0.0]), rate, limits()).quantity[0] == 50
    assert best_lot(plain, dear, np.array([0.1]), rate, limits(minimum=80)).quantity[0] == 80


def test_price_of_a_quantity_is_the_last_break_it_reaches() -> None:
    prices = Prices(np.array([5.0] * 4), np.array([[10.0, 20.0]] * 4), np.array([[4.0, 3.0]] * 4))
    assert prices.at(np.array([9.0, 10.0, 19.0, 400.0])).tolist() == [5.0, 4.0, 4.0, 3.0]


@LAW
@given(st.floats(1.0, 1e6), st.floats(1.0, 10.0))
def test_more_demand_never_wants_a_smaller_economic_quantity(rate: float, factor: float) -> None:
    assert eoq(*one(8.0, 0.2, rate * factor))[0] >= eoq(*one(8.0, 0.2, rate))[0]


def test_impossible_costs_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        eoq(*one(-1.0, 0.2, 10.0))
    with pytest.raises(ValueError, match="finite"):
        eoq(*one(np.nan, 0.2, 10.0))
    with pytest.raises(ValueError, match="no best quantity"):
        eoq(*one(1.0, 0.0, 10.0))
