"""Several suppliers of a product: the cheapest over the year is asked, not the one with the lowest price."""

from datetime import timedelta
from typing import Any

from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.purchasing.test_scarcity import ACME

BOSS = person(shop.BOSS)
LATER = timedelta(days=4)
"""When what was rejected is proposed again."""
BETA: dict[str, Any] = {
    "supplier": "BETA",
    "name": "Beta Wares",
    "email": "orders@beta.example.org",
    "lead_time_days": 9.0,
    "lead_time_sd_days": 2.0,
    "order_cost": 2500,
    "line_cost": 150,
}
LAMP: dict[str, Any] = {"supplier": "BETA", "sku": shop.LAMP, "unit_cost": 1190, "pack": 4, "minimum": 4}


def planned(portal: Portal, supplier: dict[str, Any], item: dict[str, Any]) -> dict[str, Proposal]:
    """Proposals by supplier, with a second one for the lamp."""
    shop.open_shop(portal)
    shop.bring(portal, "suppliers", {**BETA, **supplier})
    shop.bring(portal, "supplier_items", {**LAMP, **item})
    portal.plan(run=f"with {supplier} {item}")
    waiting = [one for one in portal.proposals(BOSS) if one.status is ProposalStatus.OPEN]
    return {one.supplier: portal.proposal(BOSS, one.proposal_id) for one in waiting}


def skus(proposal: Proposal) -> set[str]:
    return {line.sku for line in proposal.lines}


def test_the_cheaper_offer_is_taken_where_nothing_else_differs_and_the_line_says_so(portal: Portal) -> None:
    found = planned(portal, {}, {"unit_cost": 900})
    assert skus(found["BETA"]) == {shop.LAMP}
    assert shop.LAMP not in skus(found["ACME"])
    line = found["BETA"].lines[0]
    costs = [one["cost"] for one in line.reason["sources"]]
    assert [one["supplier"] for one in line.reason["sources"]] == ["BETA", "ACME"]
    assert costs == sorted(costs)
    assert "from BETA and" in line.explanation


def test_a_lower_price_does_not_win_against_a_dear_order_a_huge_lot_or_a_long_wait(
    portal: Portal, clock: SettableClock
) -> None:
    for supplier, item in (
        ({"order_cost": 90_000}, {}),
        ({}, {"minimum": 4000}),
        ({"lead_time_days": 90.0, "lead_time_sd_days": 30.0}, {}),
    ):
        fresh = planned(portal, supplier, item)
        assert shop.LAMP in skus(fresh["ACME"])
        for one in fresh.values():
            portal.reject(BOSS, one.proposal_id, one.content_hash, "next case")
        clock.forward(LATER)


def test_a_plan_for_one_supplier_has_nothing_of_another(portal: Portal) -> None:
    shop.open_shop(portal)
    shop.bring(portal, "suppliers", BETA)
    shop.bring(portal, "supplier_items", {**LAMP, "unit_cost": 900})
    assert portal.plan(run="acme", supplier="ACME").proposals == 1
    assert skus(portal.proposal(BOSS, portal.proposals(BOSS)[0].proposal_id)) == {shop.MUG}


def test_an_order_is_raised_to_where_freight_is_free_if_that_costs_less(portal: Portal, clock: SettableClock) -> None:
    usual = planned(portal, {}, {"unit_cost": 5000})["ACME"]
    portal.reject(BOSS, usual.proposal_id, usual.content_hash, "to compare")
    value = usual.total.minor
    clock.forward(LATER)
    shop.bring(portal, "suppliers", {**ACME, "freight_cost": 9000, "free_freight_from": int(value * 1.15)})
    portal.plan(run="freight")
    found = next(one for one in portal.proposals(BOSS) if one.status is ProposalStatus.OPEN)
    assert found.total.minor >= int(value * 1.15)


def test_freight_that_is_never_free_makes_lots_larger(portal: Portal, clock: SettableClock) -> None:
    usual = planned(portal, {}, {"unit_cost": 5000})["ACME"]
    portal.reject(BOSS, usual.proposal_id, usual.content_hash, "to compare")
    clock.forward(LATER)
    shop.bring(portal, "suppliers", {**ACME, "freight_cost": 50_000})
    portal.plan(run="freight")
    found = next(one for one in portal.proposals(BOSS) if one.status is ProposalStatus.OPEN)
    assert found.total.minor > usual.total.minor
