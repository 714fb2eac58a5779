import numpy as np
import pytest

from core.replenishment.demand import Velocity
from core.replenishment.lead_time import STATED_WEIGHT, lead_time_demand, learnt
from tests.core.replenishment.shelf import pace


def test_single_unit_demand_over_a_certain_time_is_the_gamma_poisson_predictive() -> None:
    known = Velocity(np.array([12.0]), np.array([4.0]), np.array([1.0]))
    demand = lead_time_demand(known, np.array([10.0]), np.array([0.0]), np.array([5.0]))
    draw = np.random.default_rng(11)
    sample = draw.poisson(draw.gamma(12.0, 1 / 4.0, 400_000) * 15.0)
    assert demand.mean[0] == pytest.approx(sample.mean(), rel=0.005)
    assert demand.variance[0] == pytest.approx(sample.var(), rel=0.02)
    assert demand.lead.mean[0] == pytest.approx(30.0)


def test_unsteady_lead_time_adds_what_a_simulation_finds() -> None:
    known = Velocity(np.array([4e9]), np.array([1e9]), np.array([1.0]))
    demand = lead_time_demand(known, np.array([20.0]), np.array([5.0]), np.array([0.0]))
    draw = np.random.default_rng(12)
    days = draw.gamma(16.0, 20.0 / 16.0, 400_000)
    sample = draw.poisson(4.0 * days)
    assert demand.variance[0] == pytest.approx(sample.var(), rel=0.02)


def test_longer_lead_time_never_means_less_demand_or_doubt() -> None:
    known = pace(np.full(50, 3.0), 50)
    days = np.linspace(0, 100, 50)
    demand = lead_time_demand(known, days, np.ones(50), np.full(50, 7.0))
    assert np.all(np.diff(demand.mean) > 0)
    assert np.all(np.diff(demand.variance) > 0)
    assert np.all(demand.lead.mean < demand.mean)


def test_stated_lead_time_holds_until_receipts_say_otherwise() -> None:
    stated, spread = np.array([10.0, 10.0, 10.0]), np.array([2.0, 2.0, 2.0])
    mean, sd = learnt(stated, spread, [np.array([]), np.array([20.0]), np.full(400, 20.0)])
    assert mean[0] == 10.0
    assert sd[0] == 2.0
    assert mean[1] == pytest.approx((STATED_WEIGHT * 10 + 20) / (STATED_WEIGHT + 1))
    assert mean[2] == pytest.approx(20.0, abs=0.2)
    assert sd[1] > 2.0


def test_spread_of_receipts_is_learnt() -> None:
    receipts = np.random.default_rng(3).gamma(25.0, 0.8, 500)
    mean, sd = learnt(np.array([20.0]), np.array([0.0]), [receipts])
    assert mean[0] == pytest.approx(receipts.mean(), rel=0.01)
    assert sd[0] == pytest.approx(receipts.std(), rel=0.02)


def test_impossible_times_are_refused() -> None:
    one = np.array([1.0])
    for wrong in (np.array([-1.0]), np.array([np.nan])):
        with pytest.raises(ValueError, match="not negative"):
            lead_time_demand(pace(1.0), wrong, one, one)
        with pytest.raises(ValueError, match="not negative"):
            learnt(one, one, [wrong])
    with pytest.raises(ValueError, match="lists of receipts"):
        learnt(one, one, [])
