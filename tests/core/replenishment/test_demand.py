import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replenishment.demand import ENQUIRY_WEIGHT, Velocity, usual_sizes, velocity
from tests.core.replenishment.shelf import LAW


def poisson_sales(rates: list[float], days: int, seed: int) -> np.ndarray:
    """Daily sales of single units at those rates."""
    return np.random.default_rng(seed).poisson(np.array(rates)[:, None], (len(rates), days)).astype(float)


def test_steady_sales_give_their_own_rate() -> None:
    assert velocity(np.full((1, 400), 3.0), np.ones((1, 400))).mean[0] == pytest.approx(3.0, rel=1e-6)


def test_rate_is_found_within_what_it_says_of_its_own_doubt() -> None:
    rates = np.random.default_rng(5).lognormal(0.0, 1.0, 300)
    learnt = velocity(poisson_sales(list(rates), 200, seed=6), np.ones((300, 200)), half_life_days=1e6)
    off = (learnt.mean - rates) / learnt.sd_of_mean
    assert abs(off.mean()) < 0.2
    assert 0.8 < off.std() < 1.2


def test_empty_shelf_does_not_pass_for_lack_of_demand() -> None:
    sales = poisson_sales([4.0], 300, seed=1)
    in_stock = np.ones((1, 300))
    in_stock[:, 100:250] = 0.0
    censored = sales * in_stock
    seen = velocity(censored, in_stock, half_life_days=1e6)
    blind = velocity(censored, np.ones((1, 300)), half_life_days=1e6)
    assert seen.mean[0] == pytest.approx(4.0, rel=0.1)
    assert blind.mean[0] < 2.5
    assert seen.sd_of_mean[0] > velocity(sales, np.ones((1, 300)), half_life_days=1e6).sd_of_mean[0]


def test_days_before_the_first_sale_do_not_count() -> None:
    sales = np.zeros((1, 300))
    sales[:, 280:] = 2.0
    assert velocity(sales, np.ones((1, 300))).mean[0] == pytest.approx(2.0, rel=1e-6)


def test_one_sale_yesterday_is_not_a_daily_one() -> None:
    sales = np.zeros((1, 300))
    sales[:, -1] = 28.0
    assert velocity(sales, np.ones((1, 300))).mean[0] == pytest.approx(2.0, rel=0.25)


def test_product_that_never_sold_is_slow_not_average() -> None:
    sales = poisson_sales([5.0] * 20 + [0.0], 200, seed=2)
    learnt = velocity(sales, np.ones((21, 200)))
    assert learnt.mean[-1] < 0.05 * learnt.mean[:-1].mean()


def test_little_history_leans_on_the_group() -> None:
    sales = poisson_sales([5.0] * 20, 200, seed=3)
    sales[-1, :] = 0.0
    sales[-1, -1] = 280.0
    alone = velocity(sales[-1:], np.ones((1, 200)))
    within = velocity(sales, np.ones((20, 200)))
    assert alone.mean[0] > 18
    assert within.mean[-1] < 0.95 * alone.mean[0]
    assert within.mean[:-1] == pytest.approx(np.full(19, 5.0), rel=0.2)


def test_groups_are_learnt_apart() -> None:
    sales = poisson_sales([1.0] * 10 + [50.0] * 10, 100, seed=4)
    group = np.repeat([0.0, 1.0], 10)
    together = velocity(sales, np.ones((20, 100)), group=group)
    np.testing.assert_allclose(together.mean[:10], velocity(sales[:10], np.ones((10, 100))).mean)


def test_recent_days_weigh_more() -> None:
    sales = np.concatenate([np.full((1, 200), 1.0), np.full((1, 60), 5.0)], axis=1)
    quick, slow = (velocity(sales, np.ones((1, 260)), half_life_days=half).mean[0] for half in (20.0, 1e6))
    assert slow < 2.1
    assert quick > 4.0


def test_clumped_orders_are_seen_as_clumped() -> None:
    draw = np.random.default_rng(7)
    clumps = draw.poisson(0.5, (60, 300)).astype(np.float64) * 12.0
    assert velocity(clumps, np.ones((60, 300)), half_life_days=1e6).dispersion == pytest.approx(
        np.full(60, 12.0), rel=0.25
    )
    single = velocity(poisson_sales([2.0] * 60, 300, seed=8), np.ones((60, 300)), half_life_days=1e6)
    assert single.dispersion == pytest.approx(np.ones(60), rel=0.3)


def test_lone_huge_order_does_not_set_the_pace_but_two_are_business() -> None:
    once = np.tile([2.0, 0.0, 3.0, 0.0, 2.0, 0.0, 4.0], 20)[None, :]
    once[0, 50] = 1440.0
    twice = once.copy()
    twice[0, 90] = 1440.0
    everything = np.ones_like(once)
    usual = velocity(np.where(once > 100, 0.0, once), everything, half_life_days=1e6).mean[0]
    assert velocity(once, everything, half_life_days=1e6).mean[0] < 1.1 * usual
    assert velocity(twice, everything, half_life_days=1e6).mean[0] > 10 * usual
    assert usual_sizes(twice).max() == 1440.0


def test_enquiries_for_an_empty_shelf_count_where_they_say_more_than_sales_did() -> None:
    sales, in_stock, asked = np.full((1, 100), 1.0), np.ones((1, 100)), np.zeros((1, 100))
    in_stock[:, 50:] = sales[:, 50:] = 0.0
    asked[:, 60] = 300.0
    without = velocity(sales, in_stock, half_life_days=1e6)
    with_asked = velocity(sales, in_stock, half_life_days=1e6, enquiries=asked)
    assert without.mean[0] == pytest.approx(1.0, rel=0.01)
    assert with_asked.mean[0] == pytest.approx((50 + 300 * ENQUIRY_WEIGHT) / 100, rel=0.01)
    switched_off = velocity(sales, in_stock, half_life_days=1e6, enquiries=asked, enquiry_weight=0.0)
    assert switched_off.mean[0] == without.mean[0]


def test_enquiries_that_sales_explain_or_for_a_full_shelf_change_nothing() -> None:
    sales, in_stock, asked = np.full((1, 100), 1.0), np.ones((1, 100)), np.zeros((1, 100))
    asked[:, 60] = 300.0
    assert velocity(sales, in_stock, enquiries=asked).mean[0] == velocity(sales, in_stock).mean[0]
    in_stock[:, 50:] = sales[:, 50:] = 0.0
    asked[:, 60] = 10.0
    assert velocity(sales, in_stock, enquiries=asked).mean[0] == velocity(sales, in_stock).mean[0]


@LAW
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 60))
def test_any_history_gives_a_usable_rate(seed: int, count: int, days: int) -> None:
    draw = np.random.default_rng(seed)
    sales = draw.poisson(draw.lognormal(-1, 2, count)[:, None], (count, days)) * draw.choice(
        [0.0, 1.0, 144.0], (count, days)
    )
    in_stock = draw.choice([0.0, 0.4, 1.0], (count, days))
    learnt = velocity(sales, in_stock, enquiries=draw.choice([0.0, 3.0], (count, days)))
    assert np.all(np.isfinite(learnt.mean))
    assert np.all(learnt.mean >= 0)
    assert np.all(learnt.dispersion >= 1)


def test_what_never_sold_and_is_asked_for_has_a_rate() -> None:
    asked = np.zeros((1, 50))
    asked[:, 40:] = 2.0
    learnt = velocity(np.zeros((1, 50)), np.zeros((1, 50)), half_life_days=1e6, enquiries=asked)
    assert learnt.mean[0] == pytest.approx(20 * ENQUIRY_WEIGHT / 50, rel=0.05)


def test_nothing_sold_anywhere_is_a_rate_of_zero() -> None:
    assert velocity(np.zeros((3, 50)), np.ones((3, 50))).mean.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("units", "in_stock", "half_life", "said"),
    [
        (np.ones((2, 3)), np.ones((2, 4)), 30.0, "same shape"),
        (np.full((1, 3), -1.0), np.ones((1, 3)), 30.0, "not negative"),
        (np.full((1, 3), np.nan), np.ones((1, 3)), 30.0, "finite"),
        (np.ones((1, 3)), np.full((1, 3), 1.5), 30.0, "share of the day"),
        (np.ones((1, 3)), np.ones((1, 3)), 0.0, "half-life"),
    ],
)
def test_impossible_histories_are_refused(units: np.ndarray, in_stock: np.ndarray, half_life: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        velocity(units, in_stock, half_life)


def test_impossible_rates_are_refused() -> None:
    one = np.array([1.0])
    for shape, exposure, dispersion in (
        (-one, one, one),
        (one, 0 * one, one),
        (one, one, one / 2),
        (one * np.nan, one, one),
    ):
        with pytest.raises(ValueError, match="a demand rate"):
            Velocity(shape, exposure, dispersion)
