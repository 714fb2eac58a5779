"""The season of a shop's own years in its plan: in the quantity, its reason, what an edit costs and the picture."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from core.portal import Portal
from core.purchasing.known import Known
from core.purchasing.model import ProposalLine, SupplierItem
from tests import shop
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
SPADES = [f"SPADE-{number}" for number in range(8)]
TODAY = shop.OPENED.date()


def sold(peak: float, weeks: int) -> list[dict[str, Any]]:
    """Spades of a week at a time: as many more than usual in the weeks after today's day of the year."""
    chance = np.random.default_rng(2)
    rows = []
    for week in range(1, weeks):
        mean = 14.0 * (1.0 + peak * np.cos(2 * np.pi * (week + 8) / 52.18))
        for sku, units in zip(SPADES, chance.poisson(mean, len(SPADES)).tolist(), strict=True):
            rows.append({"sku": sku, "location": "main", "sold_on": TODAY - timedelta(days=7 * week), "units": units})
    return rows


def spades(portal: Portal, peak: float, weeks: int = 130, *events: dict[str, Any]) -> list[ProposalLine]:
    """The lines of the spades after so many weeks."""
    shop.open_shop(portal)
    each = [{"sku": sku, "name": sku, "price": 900, "tax_rate": 0.2, "category": "garden"} for sku in SPADES]
    shop.bring(portal, "products", *each)
    shop.bring(portal, "supplier_items", *({"supplier": "ACME", "sku": sku, "unit_cost": 500} for sku in SPADES))
    shop.bring(portal, "sales", *sold(peak, weeks))
    if events:
        shop.bring(portal, "events", *events)
    portal.plan(run="with seasons")
    found = portal.proposal(BOSS, portal.proposals(BOSS)[0].proposal_id)
    return [line for line in found.lines if line.sku in SPADES]


def test_what_is_sold_most_in_the_coming_weeks_is_ordered_for_and_said(portal: Portal) -> None:
    lines = spades(portal, 0.7)
    assert len(lines) == len(SPADES)
    for line in lines:
        demand = line.reason["demand"]
        assert demand["season"] > 1.3
        assert demand["per_day"] * demand["days"] * demand["season"] == pytest.approx(demand["mean"], rel=0.01)
        assert "% more, as in the years before" in line.explanation


def test_a_change_of_the_line_is_costed_with_the_same_season(portal: Portal) -> None:
    line = spades(portal, 0.7)[0]
    found = portal.proposals(BOSS)[0]
    same = portal.recost(BOSS, found.proposal_id, {line.line: line.quantity}).lines[0]
    assert str(same.before.expected_cost.major) == f"{line.reason['cost']['total']:.2f}"


def test_the_picture_has_the_season(portal: Portal) -> None:
    line = spades(portal, 0.7)[0]
    day, without = np.array(line.ahead["day"]), np.array(line.ahead["without"])
    fallen = (without[0] - without[day == 28][0]) / 28.0
    assert fallen > 1.3 * line.reason["demand"]["per_day"]


@pytest.mark.parametrize(("peak", "weeks"), [(0.0, 130), (0.7, 55)])
def test_what_has_none_or_too_few_years_gets_none(portal: Portal, peak: float, weeks: int) -> None:
    for line in spades(portal, peak, weeks):
        assert "season" not in line.reason["demand"]
        assert "years before" not in line.explanation


def test_weeks_of_a_promotion_are_not_taken_for_a_season(portal: Portal) -> None:
    every_spring = {"event": "E1", "name": "Garden weeks", "kind": "promotion", "category": "garden"}
    days = {"first_on": TODAY - timedelta(days=7 * 130), "last_on": TODAY - timedelta(days=1)}
    for line in spades(portal, 0.7, 130, {**every_spring, **days}):
        assert "season" not in line.reason["demand"]


def test_a_season_is_kept_with_the_line() -> None:
    item = SupplierItem("A", "B", 1, "GBP")
    kept = Known(item, 0.2, 1.0, 1.0, 1, 7.0, 1.0, 7.0, 1, 0, 0, 1.0, 1.0, 1.0, season=(1.25, 0.75))
    assert Known.from_json(kept.as_json()) == kept
    old = {name: value for name, value in kept.as_json().items() if name != "season"}
    assert Known.from_json(old).season == ()
