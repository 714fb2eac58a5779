"""What planners say of colleagues who are away, and of what suppliers confirm."""

from datetime import date

import pytest

from core.errors import Refused
from core.portal import Portal
from core.purchasing.model import Proposal, PurchaseOrder
from core.purchasing.standing_in import Away
from tests import shop
from tests.core.purchasing.conftest import person, planned, proposal
from tests.flows.talking import Talk, customer, staff

__all__ = ["planned", "proposal"]
BOSS, PLANNER = person(shop.BOSS), person(shop.PLANNER)
FRIDAY = date(2026, 6, 19)


@pytest.fixture
def boss(planned: Portal) -> Talk:
    return staff(planned, shop.BOSS)


@pytest.fixture
def order(planned: Portal, proposal: Proposal) -> PurchaseOrder:
    number = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number
    return planned.purchase_order(BOSS, number or "")


def mugs(order: PurchaseOrder) -> int:
    return next(line.line for line in order.lines if line.sku == shop.MUG)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("Jo decides for me until Friday", date(2026, 6, 15), FRIDAY),
        ("I am away from Wednesday until Friday, Jo decides", date(2026, 6, 17), FRIDAY),
        ("Jo stands in for me next week", date(2026, 6, 22), date(2026, 6, 28)),
        ("I'm on holiday from 3 to 14 August, Jo decides", date(2026, 8, 3), date(2026, 8, 14)),
        ("Jo decides for me for two weeks", date(2026, 6, 15), date(2026, 6, 28)),
    ],
)
def test_somebody_decides_while_one_is_away(planned: Portal, words: str, first: date, last: date) -> None:
    pat = staff(planned, shop.PLANNER)
    shown = pat.say(words)
    assert shown.asks == "confirm"
    assert "Jo decides in place of Pat" in shown.text
    assert planned.delegations(PLANNER) == []
    done = pat.say("yes")
    assert [action.name for action in done.actions] == ["delegate"]
    (agreed,) = planned.delegations(PLANNER)
    assert (agreed.absent, agreed.deputy) == (shop.PLANNER, shop.JUNIOR)
    assert (agreed.first_on, agreed.last_on) == (first, last)
    assert "Jo decides in place of Pat" in pat.say("who decides for me?").text


def test_who_and_until_when_are_asked(planned: Portal) -> None:
    pat = staff(planned, shop.PLANNER)
    assert pat.say("I want to name a deputy").asks == "deputy"
    assert pat.press("Jo").asks == "away"
    assert "until 19 June" in pat.say("Friday").text
    pat.say("yes")
    assert planned.delegations(PLANNER)[0].last_on == FRIDAY


def test_whoever_is_back_decides_again(planned: Portal) -> None:
    pat = staff(planned, shop.PLANNER)
    assert "Nobody stands in for you" in pat.say("I decide myself again").text
    planned.delegate(PLANNER, shop.JUNIOR, Away(date(2026, 6, 15), FRIDAY))
    assert pat.say("I am back, I decide myself again").asks == "confirm"
    assert [action.name for action in pat.say("yes").actions] == ["end_delegation"]
    assert planned.delegations(PLANNER) == []


def test_only_an_admin_names_a_deputy_for_somebody_else(planned: Portal, boss: Talk) -> None:
    pat = staff(planned, shop.PLANNER)
    pat.say("Jo decides for Bo until Friday")
    refused = pat.say("yes")
    assert refused.actions == ()
    assert "Only an admin" in refused.text
    assert "in place of Pat" in boss.say("Jo decides for Pat until Friday").text
    assert boss.say("yes").actions[0].name == "delegate"
    with pytest.raises(Refused, match="is away then"):
        planned.delegate(person(shop.JUNIOR), shop.PLANNER, Away(date(2026, 6, 15), FRIDAY))


def test_what_a_supplier_confirms_is_written_down_after_a_yes(
    planned: Portal, boss: Talk, order: PurchaseOrder
) -> None:
    number = order.purchase_order_number
    shown = boss.say(f"Acme confirmed PO-{int(number[3:])} for 14 July, 90 of the mugs")
    assert shown.asks == "confirm"
    assert "Tuesday, 14 July" in shown.text
    assert "Red Polka Dot Mug: 90 instead of" in shown.text
    assert "Blue Glass Lamp: all" in shown.text
    assert planned.purchase_order(BOSS, number).confirmed_at is None
    done = boss.say("yes")
    assert [action.name for action in done.actions] == ["confirm_purchase_order"]
    after = planned.purchase_order(BOSS, number)
    assert (after.expected_on, after.status.value) == (date(2026, 7, 14), "confirmed")
    assert next(line.wanted for line in after.lines if line.line == mugs(after)) == 90
    assert "was confirmed on 15 June" in boss.say(f"has Acme confirmed {number}?").text


def test_the_day_that_is_confirmed_is_asked_for(planned: Portal, boss: Talk, order: PurchaseOrder) -> None:
    number = order.purchase_order_number
    assert "is not confirmed yet" in boss.say(f"has Acme confirmed {number}?").text
    assert boss.say(f"the supplier confirmed {number}").asks == "day"
    assert boss.press("For").asks == "confirm"
    boss.say("yes")
    assert planned.purchase_order(BOSS, number).confirmed_at is not None


def test_more_than_was_ordered_is_no_confirmation(planned: Portal, boss: Talk, order: PurchaseOrder) -> None:
    boss.say(f"Acme confirmed {order.purchase_order_number}, 9000 of the mugs")
    refused = boss.say("yes")
    assert refused.actions == ()
    assert "More is a new order" in refused.text
    assert planned.purchase_order(BOSS, order.purchase_order_number).confirmed_at is None


def test_a_promise_that_slips_by_it_is_corrected(planned: Portal, boss: Talk) -> None:
    ada = customer(planned, shop.ADA)
    assert "back" in ada.say("when is the blue glass lamp back?").text
    boss.say("Acme confirmed PO-OLD-1 for 14 August")
    boss.say("yes")
    assert any("told you" in letter.text for letter in planned.letters())


@pytest.mark.parametrize("words", ["Jo decides for Pat until Friday", "Acme confirmed PO-OLD-1 for Friday"])
def test_nobody_but_planners_may(planned: Portal, words: str) -> None:
    for talk in (customer(planned, shop.ADA), staff(planned, shop.SUPPORT)):
        assert "Acme Ceramics" not in talk.say(words).text
        assert talk.say("yes").actions == ()
    assert planned.delegations(BOSS) == []


def test_it_is_understood_in_german(boss: Talk, order: PurchaseOrder) -> None:
    boss.say("auf Deutsch bitte")
    assert "Jo entscheidet für Bo vom 15. Juni bis 19. Juni" in boss.say("Jo vertritt mich bis Freitag").text
    boss.say("nein")
    told = boss.say(f"Acme hat {order.purchase_order_number} für den 14. Juli bestätigt, 90 von den Red Polka Dot Mug")
    assert "Dienstag, 14. Juli" in told.text
    assert "Red Polka Dot Mug: 90 statt" in told.text
