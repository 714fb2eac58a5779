"""Room, money, vehicles and time to sell: no plan exceeds them, and what could not be met says what would help."""

from datetime import date
from typing import Any

import pytest

from core.config import Config
from core.portal import Portal
from core.portal.stockroom import PlanOutcome
from core.purchasing.model import Proposal
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MUG: dict[str, Any] = {"sku": shop.MUG, "name": "Red Polka Dot Mug", "price": 450, "tax_rate": 0.2}
LAMP: dict[str, Any] = {"sku": shop.LAMP, "name": "Blue Glass Lamp", "price": 2400, "tax_rate": 0.2}
ACME: dict[str, Any] = {
    "supplier": "ACME",
    "name": "Acme Ceramics",
    "email": "orders@acme.example.org",
    "lead_time_days": 10.0,
    "lead_time_sd_days": 2.0,
    "order_cost": 2500,
    "line_cost": 150,
}


def opened(portal: Portal, **tables: dict[str, Any]) -> tuple[PlanOutcome, list[Proposal]]:
    """The shop with some rows changed, and its plan."""
    shop.open_shop(portal)
    for table, row in tables.items():
        shop.bring(portal, table.rstrip("_"), row)
    outcome = portal.plan(run="limited")
    return outcome, [portal.proposal(BOSS, one.proposal_id) for one in portal.proposals(BOSS)]


def planned(portal: Portal, **tables: dict[str, Any]) -> Proposal:
    found = opened(portal, **tables)[1]
    assert len(found) == 1
    return found[0]


def line(proposal: Proposal, sku: str) -> dict[str, Any]:
    return next(one.reason for one in proposal.lines if one.sku == sku)


ORDERED_ALREADY = 8 * 1200
"""What the purchase order under way, of this month, comes to."""
MAIN = {"location": "main", "name": "Main warehouse", "country": "GB"}


def test_a_place_gets_no_more_than_it_has_room_for_and_says_what_more_would_save(portal: Portal) -> None:
    found = planned(portal, products={**MUG, "volume_m3": 0.01}, locations={**MAIN, "storage_m3": 0.6})
    mugs = next(one for one in found.lines if one.sku == shop.MUG)
    assert 0 < mugs.quantity * 0.01 <= 0.6 - 0.06
    assert mugs.reason["parts"]["to_room"] < 0
    assert "because of the room there is" in mugs.explanation
    assert "one cubic metre more would save" in found.scarce[0]
    assert found.load is not None
    assert found.load.volume_m3 == pytest.approx(mugs.quantity * 0.01)


def test_a_place_that_is_full_says_how_much_room_would_do(portal: Portal) -> None:
    outcome, found = opened(portal, products={**MUG, "volume_m3": 0.01}, locations={**MAIN, "storage_m3": 0.05})
    assert shop.MUG not in {one.sku for proposal in found for one in proposal.lines}
    assert any("m³ for all that is due" in one.sentence for one in outcome.skipped)


def test_a_month_orders_no_more_than_its_budget_open_proposals_included(
    portal: Portal, config: Config, clock: SettableClock
) -> None:
    found = planned(portal, suppliers={**ACME, "budget": 20_000})
    assert 0 < found.total.minor <= 20_000 - ORDERED_ALREADY
    assert sum(one.reason["parts"]["to_budget"] for one in found.lines) < 0
    assert "The budget of ACME is spent" in found.scarce[0]
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"budget": 1})})
    again = Portal(portal._database, strict, clock).plan(run="again")
    assert again.proposals == 0


def test_the_whole_shop_and_a_place_have_budgets_as_well(portal: Portal, config: Config, clock: SettableClock) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"budget": 250})})
    careful = Portal(portal._database, strict, clock)
    assert planned(careful).total.minor <= 25_000 - ORDERED_ALREADY


@ON_SQLITE
def test_a_place_keeps_to_its_budget(portal: Portal) -> None:
    assert planned(portal, locations={**MAIN, "budget": 20_000}).total.minor <= 20_000 - ORDERED_ALREADY


def test_vehicles_leave_full_and_the_load_is_told(portal: Portal) -> None:
    vehicle = {"vehicle_weight_kg": 100.0, "trip_cost": 4000}
    found = planned(portal, products={**MUG, "weight_kg": 0.5}, suppliers={**ACME, **vehicle})
    assert found.load is not None
    assert found.load.weight_kg <= 100.0 * found.load.trips
    assert found.load.fill > 0.7
    assert "trip" in str(found.load)
    assert "a trip pays best" in str(found.load)
    assert all(one.reason["load"]["trips"] == found.load.trips for one in found.lines)


def test_pallets_limit_a_trip_too(portal: Portal) -> None:
    item = {"supplier": "ACME", "sku": shop.MUG, "unit_cost": 200, "pack": 12, "minimum": 24, "units_per_pallet": 48}
    vehicle = {"vehicle_pallets": 2.0, "trip_cost": 3000}
    found = planned(portal, supplier_items=item, suppliers={**ACME, **vehicle})
    assert found.load is not None
    assert found.load.pallets <= 2 * found.load.trips


def test_what_no_vehicle_carries_is_named(portal: Portal) -> None:
    outcome, found = opened(portal, products={**MUG, "weight_kg": 80.0}, suppliers={**ACME, "vehicle_weight_kg": 50.0})
    assert [one.sku for one in found[0].lines] == [shop.LAMP]
    assert any(one.sku == shop.MUG and "a vehicle 50.00" in one.sentence for one in outcome.skipped)


def test_what_is_phased_out_is_ordered_for_the_time_left_and_dearer_lots_are_left_out(portal: Portal) -> None:
    usual = planned(portal)
    portal.reject(BOSS, usual.proposal_id, usual.content_hash, "to see what phasing out does")
    shop.bring(portal, "products", {**MUG, "phase_out_on": date(2026, 7, 6)})
    clock = portal._clock
    assert isinstance(clock, SettableClock)
    clock.now = clock.now.replace(day=19)
    portal.plan(run="phased out")
    found = next(one for one in portal.proposals(BOSS) if one.status.value == "open")
    whole = portal.proposal(BOSS, found.proposal_id)
    before, then = line(usual, shop.MUG), line(whole, shop.MUG)
    assert then["quantity"] < before["quantity"]
    assert then["quantity"] <= then["terms"]["life_cap"]
    assert then["price"]["beyond_life"] == [144]
    told = next(one.explanation for one in whole.lines if one.sku == shop.MUG)
    assert "The price from 144 on is left out" in told


@ON_SQLITE
def test_what_arrives_after_it_is_phased_out_is_not_ordered(portal: Portal) -> None:
    found = opened(portal, products={**MUG, "phase_out_on": date(2026, 6, 20)})[1]
    assert shop.MUG not in {one.sku for proposal in found for one in proposal.lines}


@ON_SQLITE
def test_what_goes_out_of_use_is_ordered_in_smaller_lots(portal: Portal) -> None:
    usual = planned(portal)
    portal.reject(BOSS, usual.proposal_id, usual.content_hash, "to compare")
    shop.bring(portal, "products", {**LAMP, "obsolescence_rate": 1.0})
    clock = portal._clock
    assert isinstance(clock, SettableClock)
    clock.now = clock.now.replace(day=19)
    portal.plan(run="fashion")
    found = next(one for one in portal.proposals(BOSS) if one.status.value == "open")
    assert (
        line(portal.proposal(BOSS, found.proposal_id), shop.LAMP)["levels"]["order_up_to"]
        < line(usual, shop.LAMP)["levels"]["order_up_to"]
    )


def test_an_edit_says_which_limits_it_would_break(portal: Portal) -> None:
    found = planned(
        portal,
        products={**MUG, "volume_m3": 0.01, "weight_kg": 1.0, "phase_out_on": date(2026, 12, 1)},
        locations={**MAIN, "storage_m3": 8.0, "budget": 100_000},
        suppliers={**ACME, "vehicle_weight_kg": 900.0, "trip_cost": 100, "budget": 120_000},
    )
    number = next(one.line for one in found.lines if one.sku == shop.MUG)
    notes = "\n".join(portal.recost(BOSS, found.proposal_id, {number: 1200}).notes)
    for words in (
        "8.00 m³",
        "The budget of Acme Ceramics",
        "The budget of Main warehouse",
        "2 trips instead",
        "not sell",
    ):
        assert words in notes, words
    assert portal.recost(BOSS, found.proposal_id, {}).notes == ()
