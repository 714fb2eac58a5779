"""When all that is awaited is there: against a simulation, at its limits, and what is refused."""

import numpy as np
import pytest

from core.replenishment.arrival import SUREST, awaited
from core.replenishment.lead_time import STATED_WEIGHT, lateness


def test_the_range_covers_what_a_simulation_says_it_does() -> None:
    mean, sd = np.array([6.0, 8.0]), np.array([2.0, 3.0])
    window = awaited(mean, sd, 0.9)
    assert window is not None
    draw = np.random.default_rng(4)
    days = np.floor(draw.normal(mean, sd, (400_000, 2)) + 0.5)
    last = days[np.all(days >= 0, axis=1)].max(axis=1)
    assert np.mean(last <= window.last) == pytest.approx(window.chance, abs=0.003)
    assert np.mean(last <= window.last - 1) < 0.9


def test_a_certain_day_is_that_day_and_still_not_called_quite_sure() -> None:
    window = awaited(np.array([4.0]), np.array([0.0]), 0.9)
    assert window is not None
    assert (window.first, window.last, window.chance) == (4, 4, SUREST)


def test_the_longer_it_has_not_come_the_later_it_is_expected_until_nobody_knows() -> None:
    windows = [awaited(np.array([day]), np.array([2.0]), 0.9) for day in (1.0, 0.0, -1.0, -2.0, -4.0)]
    last = [day + window.last - 1 for day, window in zip(range(1, 5), windows[:4], strict=True) if window]
    assert last == sorted(last)
    assert windows[-1] is None


def test_one_more_delivery_to_wait_for_never_comes_sooner() -> None:
    one = awaited(np.array([5.0]), np.array([2.0]), 0.9)
    two = awaited(np.array([5.0, 3.0]), np.array([2.0, 2.0]), 0.9)
    assert one is not None
    assert two is not None
    assert (two.first, two.last) >= (one.first, one.last)


@pytest.mark.parametrize(
    ("mean", "sd", "level"),
    [([], [], 0.9), ([1.0], [-1.0], 0.9), ([np.nan], [1.0], 0.9), ([1.0], [1.0], 1.0), ([1.0], [1.0], 0.1)],
)
def test_what_is_no_delivery_is_refused(mean: list[float], sd: list[float], level: float) -> None:
    with pytest.raises(ValueError, match=r"delivery|finite|level"):
        awaited(np.array(mean), np.array(sd), level)


def test_being_late_is_learnt_and_being_on_time_is_believed_at_first() -> None:
    mean, sd = lateness(np.array([2.0, 2.0]), [np.array([]), np.array([6.0, 6.0])])
    assert (mean[0], sd[0]) == (0.0, 2.0)
    assert mean[1] == pytest.approx(12.0 / (STATED_WEIGHT + 2))
    assert sd[1] > 2.0


def test_lateness_of_nobody_or_of_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="lists of deliveries"):
        lateness(np.array([1.0]), [])
    with pytest.raises(ValueError, match="finite"):
        lateness(np.array([1.0]), [np.array([np.inf])])
