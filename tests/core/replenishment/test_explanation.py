import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from core.replenishment.demand import Velocity
from core.replenishment.plan import Items, explain, propose, reason, recost
from tests.core.replenishment.shelf import LAW, assortments, items, pace

PARTS = ("need", "rounding", "to_minimum", "to_maximum", "to_life", "to_level", "to_break", "to_order_value", "to_load",
         "to_supply", "to_room", "to_budget", "by_planner")  # fmt: skip


def check(found: dict[str, Any]) -> None:
    """Everything in a reason that is said to add up does, to the digits shown."""
    stock, demand, levels = found["stock"], found["demand"], found["levels"]
    assert stock["on_hand"] + stock["on_order"] - stock["backordered"] == stock["position"]
    assert round(demand["mean"] + demand["safety"], 2) == levels["reorder_point"]
    assert round(demand["lead_days"] + demand["review_days"], 1) == demand["days"]
    assert set(found["parts"]) == set(PARTS)
    assert sum(found["parts"].values()) == found["quantity"]
    if found["parts"]["need"]:
        assert found["parts"]["need"] == levels["order_up_to"] - stock["position"]
    for column in (found["cost"], found["cost_without"]):
        lines = [amount for name, amount in column.items() if name != "total"]
        assert round(sum(lines), 2) == column["total"]
        assert len(lines) == 4


@LAW
@given(assortments(6))
def test_numbers_of_a_reason_add_up_and_survive_json(shelf: tuple[Items, Velocity]) -> None:
    proposed = propose(*shelf)
    for row in range(6):
        found = reason(proposed, row)
        check(found)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        assert found["quantity"] == proposed.quantity[row]


def test_planners_quantity_is_a_part_of_its_own_with_its_own_costs() -> None:
    stock, known = items(3, on_hand=[0, 30, 600], pack=6), pace(3.0, 3)
    proposed = propose(stock, known)
    for row, wanted in ((0, 60), (1, 0), (2, 12)):
        found = reason(proposed, row, quantity=wanted)
        check(found)
        assert found["parts"]["by_planner"] == wanted - proposed.quantity[row]
        costed = recost(stock, known, np.where(np.arange(3) == row, float(wanted), 0.0))
        assert found["cost"]["total"] == pytest.approx(costed.total[row], abs=0.03)
        assert found["risk"] == pytest.approx(costed.risk[row], abs=1e-4)


def test_the_proposed_quantity_given_by_hand_changes_nothing() -> None:
    proposed = propose(items(on_hand=0), pace(3.0))
    assert reason(proposed, 0, quantity=int(proposed.quantity[0])) == reason(proposed, 0)


def test_words_carry_the_numbers_of_the_reason() -> None:
    stock = items(on_hand=40, on_order=12, backordered=5, pack=12, breaks=((360.0, 1.8),))
    found = reason(propose(stock, pace(4.0)), 0)
    words = explain(found, "Blue lantern")
    assert words.startswith("Blue lantern: 40 on hand, 12 on order and 5 promised to customers, so 47 to count on.")
    assert f"time to order once {found['levels']['reorder_point']} or fewer are left" in words
    assert f"takes {found['parts']['need']}" in words
    assert f": {found['quantity']} at 1.80 each." in words
    assert "to reach a better price, which saves" in words
    assert f"{found['cost']['total']:,.2f}" in words
    numbers = [int(one) for one in re.findall(r"(?:takes|plus|less) (\d+)", words.split("Filling up from")[1])]
    assert len(numbers) >= 2


def test_words_of_every_kind_of_line_are_sentences() -> None:
    stock = items(4, on_hand=[0, 900, 3, 0], minimum=[1, 1, 90, 1], maximum=[np.inf, np.inf, np.inf, 20])
    proposed = propose(stock, pace(np.array([3.0, 3.0, 0.5, 5.0]), 4))
    said = [explain(reason(proposed, row), "Lamp") for row in range(4)]
    assert "900 is enough for today: nothing is ordered." in said[1]
    assert "to the minimum of 90" in said[2]
    assert "because of the maximum of 20" in said[3]
    for words in said:
        assert words.endswith(".")
        assert not re.search(r"nan|inf\b|\{|\}|None", words)
    dropped = explain(reason(proposed, 0, quantity=0), "Lamp")
    assert "by the planner: nothing is ordered." in dropped


def test_cheap_shortage_is_explained_as_such() -> None:
    found = reason(propose(items(on_hand=0, stockout_cost=0.05), pace(5.0)), 0)
    assert found["demand"]["safety"] < 0
    assert "running short is cheap here" in explain(found, "Lamp")


def test_order_that_is_as_good_as_waiting_is_said_to_be() -> None:
    stock = items(60, on_hand=np.arange(60.0, 120.0))
    proposed = propose(stock, pace(3.0, 60))
    last = int(np.flatnonzero(proposed.quantity)[-1])
    assert proposed.position[last] == proposed.reorder_point[last]
    gain = proposed.costed_without.total[last] - proposed.costed.total[last]
    assert abs(gain) < 0.001 * proposed.costed.total[last]
    found = reason(proposed, last)
    found["cost"] = {**found["cost"], "total": round(found["cost_without"]["total"] + 0.04, 2)}
    assert "practically as much as without this order (0.04 more)." in explain(found, "Lamp")
