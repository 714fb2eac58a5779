"""The picture of stock ahead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.stock_picture import picture

LEVELS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)


def ahead(**changed: list[float]) -> dict[str, list[float]]:
    stock: dict[str, list[float]] = {
        "day": [0, 1, 2, 3], "without": [6, 2, 0, 0], "with": [6, 2, 24, 20],
        "low": [6, 1, 20, 14], "high": [6, 4, 27, 25],
    }  # fmt: skip
    return {**stock, **changed}


def test_the_day_it_runs_out_and_the_day_it_arrives_are_told() -> None:
    drawn = picture(ahead())
    assert drawn
    assert drawn.runs_out_on == 2
    assert drawn.arrival
    assert drawn.arrival.label == "2"


def test_an_order_that_makes_no_difference_arrives_nowhere() -> None:
    drawn = picture({**ahead(), "with": [6.0, 2.0, 0.0, 0.0]})
    assert drawn
    assert drawn.arrival is None


@pytest.mark.parametrize("wrong", [{}, {"day": [0]}, ahead(low=[1.0])])
def test_what_cannot_be_drawn_is_not(wrong: dict[str, list[float]]) -> None:
    assert picture(wrong) is None


@given(LEVELS, st.floats(0, 1e6))
def test_everything_lies_inside_the_drawing(levels: list[float], width: float) -> None:
    drawn = picture(
        {"day": list(map(float, range(len(levels)))), "without": levels, "with": levels,
         "low": [level - width for level in levels], "high": [level + width for level in levels]}
    )  # fmt: skip
    assert drawn
    points = [point.split(",") for point in f"{drawn.band} {drawn.without} {drawn.with_order}".split()]
    assert all(drawn.left <= float(x) <= drawn.right and drawn.top <= float(y) <= drawn.bottom for x, y in points)
    assert drawn.top <= drawn.zero <= drawn.bottom
    assert 2 <= len(drawn.up) <= 7
    assert all(drawn.top <= tick.at <= drawn.bottom for tick in drawn.up)
