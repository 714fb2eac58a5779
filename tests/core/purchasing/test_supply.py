"""What a supplier has too little of is shared among the places that ask, and no unit is asked for twice."""

from datetime import timedelta

import pytest

from core.canonical import BY_NAME
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalLine
from tests import shop
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MUGS = {"supplier": "ACME", "sku": shop.MUG, "unit_cost": 200, "pack": 12, "minimum": 12}
HAS = 120


def open_two(portal: Portal, available: int | None = HAS) -> None:
    """The usual shop and a second place that sells as many mugs and has none."""
    shop.open_shop(portal)
    shop.bring(portal, "locations", {"location": "south", "name": "South shop", "country": "GB"})
    days = [(shop.OPENED - timedelta(days=day)).date() for day in range(1, 120)]
    shop.bring(portal, "sales", *({"sku": shop.MUG, "location": "south", "sold_on": day, "units": 3} for day in days))
    shop.bring(portal, "supplier_items", {**MUGS, "available": available})


def mugs(portal: Portal) -> dict[str, tuple[Proposal, ProposalLine]]:
    """The lines of mugs by place, with their proposals."""
    found = [portal.proposal(BOSS, one.proposal_id) for one in portal.proposals(BOSS) if one.status.value == "open"]
    return {one.location: (one, line) for one in found for line in one.lines if line.sku == shop.MUG}


def test_places_share_what_the_supplier_has_and_say_so(portal: Portal) -> None:
    open_two(portal)
    told = portal.plan(run="first").as_text()
    found = mugs(portal)
    assert set(found) == {"main", "south"}
    assert sum(line.quantity for _, line in found.values()) == HAS
    for proposal, line in found.values():
        supply = line.reason["supply"]
        assert (supply["there"], supply["yours"]) == (HAS, line.quantity)
        assert line.reason["parts"]["to_supply"] < 0
        assert f"of {HAS} there, {line.quantity} are yours" in line.explanation
        assert any("The supplier has too little of Red Polka Dot Mug" in one for one in proposal.scarce)
    assert "The supplier has too little of Red Polka Dot Mug" in told


def test_the_next_plan_asks_for_none_of_it_again(portal: Portal) -> None:
    open_two(portal, 48)
    portal.plan(run="first")
    before = {place: line.quantity for place, (_, line) in mugs(portal).items()}
    assert sum(before.values()) == 48
    proposal, line = next(iter(mugs(portal).values()))
    portal.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    assert before.pop(proposal.location) == line.quantity
    outcome = portal.plan(run="second")
    assert {place: line.quantity for place, (_, line) in mugs(portal).items()} == before
    assert any("asked for already; nothing is ordered unless it has" in one.sentence for one in outcome.skipped)


@ON_SQLITE
def test_an_edit_beyond_what_the_supplier_has_is_told(portal: Portal) -> None:
    open_two(portal)
    portal.plan(run="first")
    main, line = mugs(portal)["main"]
    notes = portal.recost(BOSS, main.proposal_id, {line.line: line.quantity + 12}).notes
    others = HAS - line.quantity
    assert any(f"the supplier has {HAS}, of which {others} are asked for elsewhere" in one for one in notes)
    fewer = portal.recost(BOSS, main.proposal_id, {line.line: line.quantity - 12}).notes
    assert not any("the supplier has" in one for one in fewer)


@ON_SQLITE
def test_another_number_of_units_there_is_no_change_of_terms(portal: Portal) -> None:
    open_two(portal)
    portal.plan(run="first")
    main, line = mugs(portal)["main"]
    shop.bring(portal, "supplier_items", {**MUGS, "available": 500})
    approved = portal.approve(BOSS, main.proposal_id, main.content_hash)
    assert approved.status.value == "approved"
    assert next(one for one in approved.lines if one.sku == shop.MUG).quantity == line.quantity


@ON_SQLITE
def test_a_supplier_that_has_enough_changes_nothing(portal: Portal) -> None:
    open_two(portal, None)
    portal.plan(run="first")
    loose = {place: line.quantity for place, (_, line) in mugs(portal).items()}
    assert sum(loose.values()) > HAS
    assert all("supply" not in line.reason for _, line in mugs(portal).values())
    column = BY_NAME["supplier_items"].column("available")
    assert column is not None
    assert column.default is None
