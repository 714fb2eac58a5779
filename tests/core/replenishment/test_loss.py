import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment import loss
from core.replenishment.loss import Demand
from tests.core.replenishment.shelf import LAW

DEMANDS = Demand(np.array([0.0, 0.3, 4.0, 4.0, 30.0, 30.0]), np.array([0.0, 0.3, 4.0, 20.0, 25.0, 400.0]))
"""None, Poisson, Poisson, clumped, narrower than Poisson (read as Poisson), widely spread."""

TOP = 4000


def table(demand: Demand, kernel: object = loss.pmf) -> np.ndarray:
    """A kernel at every level 0..TOP, one row per demand."""
    levels = np.arange(TOP + 1.0)
    rows = []
    for mean, variance in zip(demand.mean, demand.variance, strict=True):
        one = Demand(np.full(levels.shape, mean), np.full(levels.shape, variance))
        rows.append(kernel(levels, one))  # type: ignore[operator]  # a kernel of loss.py
    return np.array(rows)


def test_probabilities_add_up_to_one_and_give_mean_and_variance_back() -> None:
    chances, level = table(DEMANDS), np.arange(TOP + 1.0)
    mean = chances @ level
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(mean, DEMANDS.mean, rtol=1e-9)
    np.testing.assert_allclose(chances @ level**2 - mean**2, np.maximum(DEMANDS.variance, DEMANDS.mean), rtol=1e-6)


def test_tails_and_losses_are_the_sums_they_stand_for() -> None:
    chances, level = table(DEMANDS), np.arange(TOP + 1.0)
    below = np.cumsum(chances, axis=1)
    np.testing.assert_allclose(table(DEMANDS, loss.cdf)[:, :200], below[:, :200], atol=1e-12)
    np.testing.assert_allclose(table(DEMANDS, loss.survival)[:, :200], 1 - below[:, :200], atol=1e-12)
    over = np.maximum(level[:200, None] - level, 0)
    np.testing.assert_allclose(table(DEMANDS, loss.expected_excess)[:, :200], chances @ over.T, atol=1e-9)
    short = np.maximum(level - level[:200, None], 0)
    np.testing.assert_allclose(table(DEMANDS, loss.expected_shortage)[:, :200], chances @ short.T, atol=1e-8)


def test_sum_of_excess_is_the_sum_of_excess() -> None:
    summed = np.cumsum(table(DEMANDS, loss.expected_excess)[:, :400], axis=1)
    np.testing.assert_allclose(table(DEMANDS, loss.excess_sum)[:, :400], summed, rtol=1e-9, atol=1e-7)


def test_negative_level_means_customers_wait_already() -> None:
    level = np.full(6, -3.0)
    np.testing.assert_allclose(loss.expected_shortage(level, DEMANDS), DEMANDS.mean + 3.0)
    assert not loss.expected_excess(level, DEMANDS).any()
    assert not loss.cdf(level, DEMANDS).any()
    assert loss.survival(level, DEMANDS).all()


def test_no_demand_is_never_short() -> None:
    none = Demand(np.zeros(2), np.zeros(2))
    assert loss.expected_shortage(np.array([0.0, 5.0]), none).tolist() == [0.0, 0.0]
    assert loss.quantile(np.array([0.5, 0.999]), none).tolist() == [0.0, 0.0]


@LAW
@given(
    mean=st.floats(0.001, 1e5),
    clumps=st.floats(1.0, 200.0),
    level=st.integers(-5, 100_000),
)
def test_more_stock_never_means_more_shortage(mean: float, clumps: float, level: int) -> None:
    demand = Demand(np.full(2, mean), np.full(2, mean * clumps))
    less, more = loss.expected_shortage(np.array([level, level + 1.0]), demand)
    assert less >= more - 1e-9 * mean
    assert more >= 0.0


@LAW
@given(mean=st.floats(0.001, 1e5), clumps=st.floats(1.0, 200.0), share=st.floats(0.0, 0.99999))
def test_quantile_is_the_smallest_level_that_is_enough(mean: float, clumps: float, share: float) -> None:
    demand = Demand(np.array([mean]), np.array([mean * clumps]))
    level = loss.quantile(np.array([share]), demand)
    assert loss.cdf(level, demand)[0] >= share
    assert level[0] == 0 or loss.cdf(level - 1, demand)[0] < share


def test_expected_shortage_is_what_a_simulation_finds() -> None:
    draw = np.random.default_rng(20)
    sample = draw.negative_binomial(6.0, 6.0 / (6.0 + 45.0), 200_000)
    short = np.maximum(sample - 60.0, 0.0)
    demand = Demand(np.array([45.0]), np.array([45.0 + 45.0**2 / 6.0]))
    predicted = loss.expected_shortage(np.array([60.0]), demand)[0]
    assert abs(predicted - short.mean()) < 3 * short.std() / np.sqrt(len(short))


def test_large_counted_demand_approaches_the_gamma_and_the_normal() -> None:
    demand = Demand(np.array([50_000.0]), np.array([50_000.0 * 40]))
    level, sd = np.array([51_000.0]), np.sqrt(demand.variance)
    counted = loss.expected_shortage(level, demand)
    shape = demand.mean**2 / demand.variance
    np.testing.assert_allclose(counted, loss.gamma_shortage(level, shape, demand.mean / shape), rtol=5e-3)
    np.testing.assert_allclose(counted, loss.normal_shortage(level, demand.mean, sd), rtol=0.03)


def test_certain_demand_is_short_by_exactly_what_is_missing() -> None:
    short = loss.normal_shortage(np.array([3.0, 9.0]), np.array([5.0, 5.0]), np.zeros(2))
    assert short.tolist() == [2.0, 0.0]


def test_impossible_numbers_are_refused() -> None:
    one = np.array([1.0])
    for wrong in (np.array([-1.0]), np.array([np.nan]), np.array([np.inf])):
        with pytest.raises(ValueError, match="mean and variance"):
            Demand(wrong, one)
        with pytest.raises(ValueError, match="mean and variance"):
            Demand(one, wrong)
    with pytest.raises(ValueError, match="not negative"):
        loss.normal_shortage(one, one, -one)
    with pytest.raises(ValueError, match="must be positive"):
        loss.gamma_shortage(one, 0 * one, one)
    with pytest.raises(ValueError, match="share of demand"):
        loss.quantile(one, Demand(one, one))
