import numpy as np
import pytest

from core.replenishment.cost_curve import Curve
from core.replenishment.loss import Demand
from core.replenishment.policies.cost_based import average_cost
from core.replenishment.simulate import Terms, Week, simulate


def shelves(count: int, **changed: object) -> Terms:
    one = np.ones(count)
    usual: dict[str, object] = {
        "unit_cost": one, "order_cost": 5 * one, "holding": one, "stockout": 9 * one, "lead_weeks": 0 * one,
        "on_hand": 0 * one, "minimum": 0 * one, "pack": one, "maximum": np.inf * one, "lost_sales": one,
    }  # fmt: skip
    return Terms(**{**usual, **changed})  # type: ignore[arg-type]


def test_a_week_costs_what_it_costs_by_hand() -> None:
    ledger = simulate(shelves(1), np.array([[[3.0], [4.0]]]), lambda week, _: np.array([5.0 if week == 0 else 0.0]))
    assert ledger.holding[0] == (5 + 2) / 2 + (2 + 0) / 2
    assert (ledger.short[0], ledger.stockout[0], ledger.ordering[0], ledger.orders[0]) == (2.0, 18.0, 5.0, 1.0)


def test_goods_come_after_the_lead_time() -> None:
    seen: list[float] = []
    simulate(
        shelves(1, lead_weeks=np.array([2.0])),
        np.ones((1, 4, 1)),
        lambda week, _: np.array([10.0 if week == 0 else 0.0]),
        lambda _, week: seen.append(float(week.sold[0])),
    )
    assert seen == [0.0, 0.0, 1.0, 1.0]


def test_customers_who_wait_are_served_from_the_next_delivery() -> None:
    positions: list[float] = []

    def wanted(week: int, position: np.ndarray) -> np.ndarray:
        positions.append(float(position[0]))
        return np.array([0.0 if week == 0 else 8.0])

    simulate(shelves(1, lost_sales=np.array([0.0])), np.full((1, 3, 1), 3.0), wanted)
    assert positions == [0.0, -3.0, 2.0]


def test_a_shop_sees_the_days_without_stock_but_not_who_came() -> None:
    seen: list[Week] = []
    simulate(
        shelves(1, on_hand=np.array([2.0])),
        np.array([[[1.0, 1.0, 5.0, 0.0, 0.0, 5.0, 1.0]]]),
        lambda _week, _position: np.zeros(1),
        lambda _, week: seen.append(week),
    )
    assert seen[0].sold[0] == 2.0
    assert seen[0].on_sale[0] == pytest.approx(2 / 7)


def test_no_order_is_one_the_supplier_refuses() -> None:
    terms = shelves(
        4, minimum=np.array([0.0, 10, 0, 7]), pack=np.array([1.0, 1, 6, 6]), maximum=np.array([4, 99, 99, 99.0])
    )
    bought = simulate(terms, np.zeros((4, 1, 1)), lambda _week, _position: np.full(4, 5.0)).purchase
    assert bought.tolist() == [4.0, 10.0, 6.0, 12.0]


def test_predicted_cost_is_the_simulated_within_three_standard_errors_over_ten_thousand_items() -> None:
    count, weeks, chance = 10_000, 60, np.random.default_rng(7)
    mean = chance.uniform(1.0, 10.0, count)
    lead, lot = chance.integers(0, 4, count).astype(float), np.ceil(3 * mean)
    point = np.ceil((lead + 1) * mean)
    terms = shelves(
        count, lead_weeks=lead, on_hand=point + 1 + np.floor(chance.random(count) * lot), lost_sales=np.zeros(count)
    )
    demand = chance.poisson(mean[:, None, None], (count, weeks, 1)).astype(float)

    def wanted(_: int, position: np.ndarray) -> np.ndarray:
        lots: np.ndarray = np.maximum(np.ceil((point + 1 - position) / lot), 0.0) * lot
        return lots

    from_start, rest = (simulate(terms, demand[:, :end], wanted).total for end in (20, weeks))
    curve = Curve(
        Demand((lead + 1) * mean, (lead + 1) * mean), terms.holding, terms.stockout, Demand(lead * mean, lead * mean)
    )
    off = (rest - from_start) / (weeks - 20) - average_cost(curve, point, lot, terms.order_cost)
    assert abs(off.mean()) < 3 * off.std() / np.sqrt(count)


@pytest.mark.parametrize("wrong", [{"stockout": -np.ones(1)}, {"pack": np.zeros(1)}, {"lead_weeks": np.array([1.5])}])
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        shelves(1, **wrong)
