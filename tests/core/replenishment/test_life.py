"""What spoils or is phased out: the newsvendor's quantity, the least order where it is worth it, or nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.demand import Velocity
from core.replenishment.lead_time import lead_time_demand
from core.replenishment.life import life_cap
from core.replenishment.loss import expected_excess
from core.replenishment.plan import Items, propose, quantity_fault
from tests.core.replenishment.shelf import LAW, assortments, items, pace

Shelf = tuple[Items, Velocity]


def profit(one: Shelf, until: float, salvage: float, quantity: float) -> float:
    """What averted shortages are worth less what is left over, of one item, by adding it up."""
    shelf, known = one
    demand = lead_time_demand(known, np.zeros(1), shelf.lead_sd, np.array([until])).protected
    level = shelf.position + quantity
    sold = level - expected_excess(level, demand) - (shelf.position - expected_excess(shelf.position, demand))
    left = quantity - sold
    return float((shelf.stockout_cost * sold - (shelf.unit_cost - salvage) * left)[0])


@pytest.mark.parametrize("minimum", [1.0, 60.0, 300.0])
@pytest.mark.parametrize("until", [20.0, 40.0, 90.0])
def test_no_accepted_quantity_is_worth_more_than_the_cap(minimum: float, until: float) -> None:
    one = items(on_hand=20, pack=6, minimum=minimum), pace(2.0)
    cap = float(life_cap(*one, np.array([until]), np.array([0.4]))[0])
    options = [0.0, *np.arange(np.ceil(minimum / 6) * 6, 900.0, 6.0)]
    best = max(options, key=lambda quantity: profit(one, until, 0.4, quantity))
    assert cap == best or abs(cap - best) <= 6


@LAW
@given(assortments(), st.floats(0.0, 300.0))
def test_a_proposal_never_exceeds_its_cap_and_keeps_the_suppliers_limits(found: Shelf, until: float) -> None:
    count = len(found[0])
    cap = life_cap(*found, np.full(count, until), np.zeros(count))
    proposed = propose(replace(found[0], life_cap=cap), found[1])
    assert np.all(proposed.quantity <= np.maximum(cap, 0.0))
    assert all(quantity_fault(found[0], row, quantity) == "" for row, quantity in enumerate(proposed.quantity))
    assert np.all(proposed.to_life <= 0)


@LAW
@given(assortments(), st.floats(1.0, 300.0))
def test_longer_life_never_means_a_smaller_cap(found: Shelf, until: float) -> None:
    count = len(found[0])
    none = np.zeros(count)
    assert np.all(
        life_cap(*found, np.full(count, until), none) <= life_cap(*found, np.full(count, 1.5 * until + 40.0), none)
    )


def test_no_end_is_no_cap_and_impossible_numbers_are_refused() -> None:
    one = items(), pace(2.0)
    assert np.isinf(life_cap(*one, np.array([np.inf]), np.zeros(1))[0])
    with pytest.raises(ValueError, match="number"):
        life_cap(*one, np.array([np.nan]), np.zeros(1))
    with pytest.raises(ValueError, match="salvage"):
        life_cap(*one, np.array([9.0]), np.array([-1.0]))
