"""Packs within packs: from the supplier's terms to the plan, a planner's edit, and the papers of the order."""

import csv
import io
import json
from typing import Any

import pytest

from core.canonical import BY_NAME
from core.portal import Portal
from core.purchasing.known import Known
from core.purchasing.model import PACKS, Pack, Proposal, ProposalLine, SupplierItem
from tests import shop
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LEVELS: list[list[Any]] = [[12, 60, "inner"], [60, 100, "carton"], [600, 200, "pallet"]]
MUGS = {"supplier": "ACME", "sku": shop.MUG, "unit_cost": 200, "minimum": 24}


@pytest.fixture
def proposal(portal: Portal) -> Proposal:
    shop.open_shop(portal)
    shop.bring(portal, "supplier_items", {**MUGS, "packs": LEVELS})
    portal.plan(run="in packs")
    return portal.proposal(BOSS, portal.proposals(BOSS)[0].proposal_id)


def mugs(proposal: Proposal) -> ProposalLine:
    return next(line for line in proposal.lines if line.sku == shop.MUG)


def test_the_plan_fills_cartons_and_says_so(proposal: Proposal) -> None:
    line = mugs(proposal)
    assert line.quantity % 60 == 0
    assert line.reason["parts"]["to_level"] != 0
    assert line.packed == SupplierItem("", "", 0, "GBP", packs=tuple(Pack(*one) for one in LEVELS)).in_packs(
        line.quantity
    )
    assert "carton" in line.packed
    assert "for full packs that cost less to handle" in line.explanation


@ON_SQLITE
def test_an_edit_keeps_to_the_smallest_pack_and_is_offered_full_ones(portal: Portal, proposal: Proposal) -> None:
    line = mugs(proposal)
    told = portal.recost(BOSS, proposal.proposal_id, {line.line: 156}).lines[0]
    offered = {one.quantity for one in told.alternatives}
    assert {120, 180, 600} <= offered
    assert told.after.quantity == 156
    fault = portal.recost(BOSS, proposal.proposal_id, {line.line: 150}).lines[0].fault
    assert "whole packs of 12; order 144 or 156" in fault


@ON_SQLITE
def test_the_papers_of_the_order_say_how_it_is_packed(portal: Portal, proposal: Proposal) -> None:
    line = mugs(proposal)
    edited = portal.edit(BOSS, proposal.proposal_id, proposal.content_hash, {line.line: 828})
    order = portal.approve(BOSS, proposal.proposal_id, edited.content_hash)
    number = order.purchase_order_number
    pdf, table, whole = portal.order_papers(BOSS, number or "")
    rows = {row["sku"]: row["packed"] for row in csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))}
    assert rows[shop.MUG] == "1 pallet + 3 cartons + 4 inners"
    assert rows[shop.LAMP] == ""
    lines = {one["sku"]: one.get("packed") for one in json.loads(whole.content)["lines"]}
    assert lines == {shop.MUG: "1 pallet + 3 cartons + 4 inners", shop.LAMP: None}
    assert pdf.content.startswith(b"%PDF")


def test_what_was_known_of_a_line_keeps_its_packs_and_older_lines_have_none() -> None:
    one = Known(
        SupplierItem("A", "B", 100, "GBP", pack=12, packs=(Pack(12, 60, "inner"), Pack(72))),
        0.25, 1.0, 1.0, 1, 7.0, 1.0, 7.0, 0, 0, 0, 1.0, 1.0, 1.0,
    )  # fmt: skip
    kept = json.loads(json.dumps(one.as_json()))
    assert Known.from_json(kept) == one
    del kept["item"]["packs"]
    assert Known.from_json(kept).item.packs == ()


def test_what_packs_may_be_called_is_in_the_guide() -> None:
    column = BY_NAME["supplier_items"].column("packs")
    assert column is not None
    assert all(name in column.meaning for name in PACKS)
