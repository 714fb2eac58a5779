"""A plan proposes what is missing, once, with numbers that add up."""

import itertools
from datetime import date, timedelta

import pytest

from core.errors import InvalidInput
from core.portal import Portal
from core.purchasing.model import Proposal
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person


def test_what_runs_out_is_proposed_and_what_is_plenty_is_not(proposal: Proposal) -> None:
    proposed = {line.sku: line for line in proposal.lines}
    assert set(proposed) == {shop.MUG, shop.LAMP}
    assert proposed[shop.MUG].quantity % 12 == 0
    assert proposed[shop.MUG].quantity >= 24
    assert proposed[shop.LAMP].quantity % 4 == 0


def test_a_proposal_states_total_arrival_and_who_waits(proposal: Proposal) -> None:
    assert proposal.total == sum((line.total for line in proposal.lines[1:]), proposal.lines[0].total)
    assert proposal.supplier_name == "Acme Ceramics"
    assert proposal.expected_on == date(2026, 6, 25)
    assert {line.sku: line.waiting for line in proposal.lines}[shop.LAMP] == 1


def test_every_line_says_why_in_words_and_draws_the_stock_ahead(proposal: Proposal) -> None:
    for line in proposal.lines:
        assert str(line.quantity) in line.explanation.replace(",", "")
        picture = line.ahead
        assert len(picture["day"]) == len(picture["without"]) == len(picture["with"]) == len(picture["low"])
        assert all(low <= high for low, high in zip(picture["low"], picture["high"], strict=True))


def test_the_same_records_plan_nothing_new(planned: Portal, proposal: Proposal) -> None:
    again = planned.plan(run="again")
    assert again.proposals == 0
    assert [one.proposal_id for one in planned.proposals(person(shop.BOSS))] == [proposal.proposal_id]


def test_a_purchase_order_under_way_counts_as_supply(planned: Portal, proposal: Proposal) -> None:
    planned.approve(person(shop.BOSS), proposal.proposal_id, proposal.content_hash)
    assert planned.plan(run="after").proposals == 0


def test_a_run_that_is_repeated_after_a_crash_writes_nothing_twice(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    planned.reject(person(shop.BOSS), proposal.proposal_id, proposal.content_hash, "not now")
    clock.forward(timedelta(days=4))
    assert planned.plan(run="test").proposals == 0
    assert planned.plan(run="another").proposals == 1


def test_what_was_rejected_rests_before_it_is_proposed_again(
    planned: Portal, proposal: Proposal, clock: SettableClock
) -> None:
    planned.reject(person(shop.BOSS), proposal.proposal_id, proposal.content_hash, "not now")
    assert planned.plan(run="at once").proposals == 0
    clock.forward(timedelta(days=2, hours=23))
    assert planned.plan(run="still resting").proposals == 0
    clock.forward(timedelta(hours=2))
    assert planned.plan(run="rested").proposals == 1


def test_two_plans_at_once_do_not_order_the_same_twice(portal: Portal) -> None:
    from concurrent.futures import ThreadPoolExecutor

    shop.open_shop(portal)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda run: portal.plan(run=f"run {run}"), range(4)))
    assert sum(outcome.proposals for outcome in outcomes) == 1


def test_enquiries_for_an_empty_shelf_raise_what_is_ordered(portal: Portal, clock: SettableClock) -> None:
    shop.open_shop(portal)
    quiet = portal.plan(run="quiet")
    lamp = {line["sku"]: line["quantity"] for line in portal.proposed_lines()}[shop.LAMP]
    found = portal.proposals(person(shop.BOSS))[0]
    portal.reject(person(shop.BOSS), found.proposal_id, found.content_hash, "to see what enquiries do")
    assert quiet.proposals == 1
    from core.chat import Incoming, Speaker

    numbers = itertools.count()
    for _ in range(12):
        for asker in range(15):
            portal.converse(
                Incoming(
                    "web", f"guest-{asker}", str(next(numbers)), "20 blue glass lamps, are they in stock?", Speaker()
                )
            )
        clock.forward(timedelta(days=1))
    portal.plan(run="asked for")
    after = {line["sku"]: line["quantity"] for line in portal.proposed_lines()}[shop.LAMP]
    assert after > lamp


def test_a_supplier_nobody_knows_is_refused_with_those_there_are(portal: Portal) -> None:
    shop.open_shop(portal)
    with pytest.raises(InvalidInput, match="ACME"):
        portal.plan(supplier="NOBODY")


def test_products_that_cannot_be_planned_are_named_and_the_rest_is_planned(portal: Portal) -> None:
    shop.open_shop(portal)
    shop.bring(portal, "products", {"sku": shop.LAMP, "name": "Blue Glass Lamp", "price": 2400, "currency": "EUR"})
    outcome = portal.plan(run="mixed")
    assert [(one.sku, "currencies" in one.sentence) for one in outcome.skipped] == [(shop.LAMP, True)]
    assert {line["sku"] for line in portal.proposed_lines()} == {shop.MUG}


def test_a_product_no_longer_sold_is_not_proposed(portal: Portal) -> None:
    shop.open_shop(portal)
    shop.bring(portal, "products", {"sku": shop.MUG, "name": "Red Polka Dot Mug", "price": 450, "active": False})
    assert portal.plan(run="without").skipped == ()
    assert shop.MUG not in {line["sku"] for line in portal.proposed_lines()}


def test_a_shop_without_records_plans_nothing(portal: Portal) -> None:
    assert portal.plan(run="empty").proposals == 0
