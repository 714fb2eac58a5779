from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.demand import Velocity
from core.replenishment.plan import Items, Proposed, propose, quantity_fault, recost
from tests.core.replenishment.shelf import LAW, assortment, assortments, items, pace

Shelf = tuple[Items, Velocity]


def parts(proposed: Proposed) -> np.ndarray:
    """The parts a quantity is made of, added up."""
    return (
        proposed.need
        + proposed.rounding
        + proposed.to_minimum
        + proposed.to_maximum
        + proposed.to_life
        + proposed.to_level
        + proposed.to_break
        + proposed.to_order_value
        + proposed.to_load
        + proposed.to_supply
        + proposed.to_room
        + proposed.to_budget
    )


def with_stock(shelf: Items, units: float) -> Items:
    """The same items with that much more on hand."""
    return replace(shelf, on_hand=shelf.on_hand + units)


@LAW
@given(assortments())
def test_parts_add_up_to_the_quantity_exactly(shelf: Shelf) -> None:
    proposed = propose(*shelf)
    assert np.array_equal(parts(proposed), proposed.quantity)
    assert np.all(proposed.to_minimum >= 0)
    assert np.all(proposed.to_break >= 0)
    assert np.all(proposed.to_maximum <= 0)


@LAW
@given(assortments())
def test_no_proposal_breaks_pack_minimum_or_maximum(shelf: Shelf) -> None:
    proposed = propose(*shelf)
    for row, quantity in enumerate(proposed.quantity):
        assert quantity_fault(shelf[0], row, quantity) == ""


@LAW
@given(assortments())
def test_cost_lines_add_up_and_recosting_gives_the_same_costs(shelf: Shelf) -> None:
    proposed = propose(*shelf)
    again = recost(*shelf, proposed.quantity)
    for field in fields(again):
        assert np.array_equal(getattr(again, field.name), getattr(proposed.costed, field.name)), field.name
    assert np.array_equal(again.total, again.purchase + again.ordering + again.holding + again.stockout)
    for line in (again.purchase, again.ordering, again.holding, again.stockout, again.risk, again.expected_short):
        assert np.all(line >= 0)
        assert np.all(np.isfinite(line))


@LAW
@given(assortments(), st.integers(1, 300))
def test_more_stock_never_orders_more(shelf: Shelf, units: int) -> None:
    less, more = propose(*shelf), propose(with_stock(shelf[0], units), shelf[1])
    assert np.all(more.quantity <= less.quantity)


@LAW
@given(assortments(), st.floats(1.01, 5.0))
def test_more_demand_never_orders_less(shelf: Shelf, factor: float) -> None:
    stock, calm = shelf
    brisk = Velocity(calm.shape * factor, calm.exposure, calm.dispersion)
    assert np.all(propose(stock, brisk).quantity >= propose(stock, calm).quantity)


@LAW
@given(assortments())
def test_higher_quantity_never_means_more_risk(shelf: Shelf) -> None:
    none = recost(*shelf, np.zeros(20))
    some = recost(*shelf, np.full(20, 48.0))
    assert np.all(some.risk <= none.risk)


@LAW
@given(assortments())
def test_no_price_break_left_out_would_have_been_clearly_cheaper(shelf: Shelf) -> None:
    stock, velocity = shelf
    proposed = propose(stock, velocity)
    base = proposed.quantity - proposed.to_break
    for start in stock.break_quantity.T:
        in_reach = (base > 0) & np.isfinite(start) & (start > base) & (start <= stock.limits.most)
        other = np.where(in_reach, stock.limits.up(np.where(in_reach, start, 1)), base)
        assert np.all(proposed.costed.total <= 1.002 * recost(stock, velocity, other).total)


@LAW
@given(assortments())
def test_saving_of_a_price_break_is_the_difference_it_makes(shelf: Shelf) -> None:
    proposed = propose(*shelf)
    unraised = recost(*shelf, proposed.quantity - proposed.to_break).total
    np.testing.assert_allclose(proposed.saving, unraised - proposed.costed.total, atol=1e-9)


def test_every_item_alone_gets_what_it_gets_among_others() -> None:
    stock, velocity = assortment(30, seed=8)
    together = propose(stock, velocity)
    for row in range(30):
        alone = propose(stock.row(row), Velocity(*(part[[row]] for part in vars(velocity).values())))
        assert alone.quantity[0] == together.quantity[row]


def test_quantity_is_near_the_best_of_all_quantities() -> None:
    stock, velocity = assortment(60, seed=3)
    proposed = propose(stock, velocity)
    cheapest = proposed.costed_without.total
    due = (proposed.quantity > 0) & (velocity.mean > 0.5)
    for share in np.linspace(0.0, 3.0, 60):
        packs = np.round(share * proposed.quantity / stock.pack) * stock.pack
        tried = np.minimum(np.maximum(packs, stock.limits.least), stock.limits.most)
        cheapest = np.minimum(cheapest, recost(stock, velocity, tried).total)
    assert due.sum() > 10
    assert np.all(proposed.costed.total[due] <= 1.01 * cheapest[due])


def test_rounding_is_to_the_nearest_pack_that_lifts_stock_above_the_reorder_point() -> None:
    proposed = propose(items(40, on_hand=np.arange(40.0), pack=12), pace(2.0, 40))
    assert np.all(np.abs(proposed.rounding) <= 6)
    assert np.all((proposed.position + proposed.quantity)[proposed.quantity > 0] > proposed.reorder_point[0])


def test_cheaper_price_in_reach_is_taken_and_a_far_one_is_not() -> None:
    near = propose(items(breaks=((260.0, 1.8),)), pace(2.0))
    assert near.to_break[0] > 0
    assert near.quantity[0] == 260
    assert near.tier[0] == 0
    assert near.saving[0] > 0
    far = propose(items(breaks=((26_000.0, 1.8),)), pace(2.0))
    assert far.to_break[0] == 0
    assert far.tier[0] == -1
    assert far.saving[0] == 0


def test_no_demand_orders_nothing_but_for_customers_who_wait() -> None:
    assert propose(items(), pace(0.0)).quantity[0] == 0
    assert propose(items(on_hand=0), pace(0.0)).quantity[0] == 0
    assert propose(items(on_hand=2, backordered=5), pace(0.0)).quantity[0] == 3


def test_shortage_that_costs_nothing_orders_nothing() -> None:
    assert propose(items(stockout_cost=0, on_hand=0), pace(5.0)).quantity[0] == 0


def test_free_holding_or_free_goods_order_at_most_a_year_and_its_protection() -> None:
    for free in (items(on_hand=0, holding_rate=0), items(on_hand=0, unit_cost=0)):
        proposed = propose(free, pace(5.0))
        assert 5 * 365 <= proposed.quantity[0] <= 5 * 365 + proposed.demand_mean[0] + 8 * proposed.demand_sd[0]


def test_maximum_cuts_the_order_and_says_so() -> None:
    proposed = propose(items(on_hand=0, pack=12, maximum=50), pace(5.0))
    assert proposed.quantity[0] == 48
    assert proposed.to_maximum[0] < 0


def test_review_of_less_than_a_day_counts_as_a_day() -> None:
    assert propose(items(review_days=0), pace(2.0)).quantity == propose(items(review_days=1), pace(2.0)).quantity


@pytest.mark.parametrize("seed", range(3))
def test_risk_and_expected_shortage_are_what_a_simulation_finds(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count, samples = 8, 40_000
    rate = draw.uniform(0.2, 5.0, count)
    stock = items(count, lead_sd=0, on_hand=np.floor(rate * draw.uniform(5, 30, count)))
    known = pace(rate, count, exposure=20.0, dispersion=1.0)
    quantity = np.floor(draw.uniform(0, 12, count) * rate)
    costed = recost(stock, known, quantity)
    daily = draw.gamma(known.shape, 1 / known.exposure, (samples, count))
    before, within = draw.poisson(daily * 14), draw.poisson(daily * 7)
    level = stock.position + quantity
    short = np.maximum(before + within - level, 0) - np.maximum(before - level, 0)
    is_short = before + within > level
    for predicted, found in ((costed.expected_short, short), (costed.risk, is_short)):
        error = found.std(axis=0) / np.sqrt(samples)
        assert np.all(np.abs(predicted - found.mean(axis=0)) <= 3 * error + 1e-4)


def test_year_of_orders_costs_what_a_simulation_of_the_plan_costs() -> None:
    """Order what is proposed, review by review, for a year; the rate is known, so no other doubt blurs the sum."""
    draw = np.random.default_rng(40)
    chains, reviews, lead = 300, 52, 2
    rate, clumps = 3.0, 2.0
    stock = items(lead_sd=0, on_hand=30, review_days=7, lead_days=14)
    known = Velocity(np.array([rate * 1e9]), np.array([1e9]), np.array([clumps]))
    first = propose(stock, known)
    asked = draw.negative_binomial(7 * rate / (clumps - 1), 1 / clumps, (chains, reviews + lead + 1)).astype(float)
    point, up_to = first.reorder_point[0], first.order_up_to[0]
    position, spent = np.full(chains, stock.position[0]), np.zeros(chains)
    held_cost = 0.25 * 2.0 * 7 / 365
    for at in range(reviews):
        ordered = np.where(position <= point, up_to - position, 0.0)
        position = position + ordered
        before = asked[:, at : at + lead].sum(axis=1)
        after = before + asked[:, at + lead]
        held = (np.maximum(position - before, 0) + np.maximum(position - after, 0)) / 2
        short = np.maximum(after - position, 0) - np.maximum(before - position, 0)
        spent += 5.0 * (ordered > 0) + held_cost * held + 1.5 * short
        position = position - asked[:, at]
    running = first.costed.ordering + first.costed.holding + first.costed.stockout
    assert running[0] == pytest.approx(spent.mean() * 365 / (7 * reviews), rel=0.05)


def test_another_number_of_rates_or_quantities_is_refused() -> None:
    with pytest.raises(ValueError, match="3 items but 2 demand rates"):
        propose(items(3), pace(1.0, 2))
    for wrong in (np.zeros(2), np.array([np.nan]), np.array([-1.0])):
        with pytest.raises(ValueError, match="give 1 quantities"):
            recost(items(), pace(1.0), wrong)


@LAW
@given(assortments())
def test_nothing_planned_now_is_needed_again_once_it_is_on_order(shelf: Shelf) -> None:
    stock, velocity = shelf
    first = propose(stock, velocity)
    ordered = replace(stock, on_order=stock.on_order + first.quantity)
    second = propose(ordered, velocity)
    lifted = first.to_maximum == 0
    assert not second.quantity[lifted].any()
