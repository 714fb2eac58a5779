from typing import Any

import numpy as np
import pytest

from core.replenishment.plan import Items, faults, quantity_fault
from tests.core.replenishment.shelf import columns, items

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"unit_cost": np.nan}, "unit cost is not a number"),
    ({"on_hand": np.inf}, "on hand is not a number"),
    ({"lead_days": -1}, "lead days is -1, below 0"),
    ({"lead_days": 1e6}, "at most 1825 days"),
    ({"holding_rate": 900}, "holding rate is 900 a year"),
    ({"stockout_cost": -2}, "stockout cost is -2, below 0"),
    ({"on_hand": -4}, "on hand is -4, below 0"),
    ({"on_hand": 2.5}, "on hand is 2.5, not whole units"),
    ({"pack": 0}, "pack is 0; give at least 1"),
    ({"pack": 48, "maximum": 40}, "pack of 48 is above its maximum of 40"),
    ({"minimum": 30, "pack": 12, "maximum": 35}, "minimum of 30 in packs of 12 is above its maximum of 35"),
    ({"maximum": np.nan}, "maximum is not a number"),
]
WRONG_BREAKS = [
    (((48.0, 2.5),), "costs more"),
    (((48.0, 1.9), (96.0, 1.95)), "costs more"),
    (((48.0, 1.9), (24.0, 1.8)), "do not rise"),
    (((0.0, 1.9),), "not a number above 0"),
    (((48.0, np.nan),), "price of a price break is not a number"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_impossible_row_is_named_and_the_others_are_not(change: dict[str, Any], said: str) -> None:
    given = columns(3)
    for name, value in change.items():
        given[name][1] = value
    found = faults(given)
    assert list(found) == [1]
    assert said in found[1]
    with pytest.raises(ValueError, match="1 of 3 rows cannot be planned: row 1"):
        Items(**given)


@pytest.mark.parametrize(("breaks", "said"), WRONG_BREAKS)
def test_price_breaks_that_make_no_sense_are_named(breaks: tuple[tuple[float, float], ...], said: str) -> None:
    assert said in faults(columns(1, breaks))[0]


def test_good_rows_have_no_faults() -> None:
    assert faults(columns(5, ((24.0, 1.9), (np.inf, np.nan)))) == {}


def test_columns_of_different_lengths_are_refused() -> None:
    given = {**columns(3), "pack": np.ones(2)}
    with pytest.raises(ValueError, match="one value for each of the 3 items"):
        faults(given)
    with pytest.raises(ValueError, match="same shape"):
        faults({**columns(3), "break_cost": np.ones((3, 4))})


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (0, ""),
        (24, ""),
        (96, ""),
        (12, "below the minimum of 20; order 24"),
        (108, "above the maximum of 100; order at most 96"),
        (30, "not in whole packs of 12; order 24 or 36"),
        (99, "not in whole packs of 12; order 96"),
        (-3, "is not a number of units"),
        (2.5, "is not a number of units"),
        (np.nan, "is not a number of units"),
    ],
)
def test_a_quantity_is_told_what_the_supplier_would_object_to(quantity: float, said: str) -> None:
    found = quantity_fault(items(minimum=20, pack=12, maximum=100), 0, quantity)
    assert said in found
    assert bool(found) == bool(said)
    if "order 96" in said:
        assert " or " not in found


def test_position_is_what_is_here_and_coming_less_what_is_promised() -> None:
    assert items(on_hand=10, on_order=5, backordered=7).position.tolist() == [8.0]
