"""What planners say of stock that is in the wrong place, or lies too long."""

from datetime import timedelta

import pytest

from core.portal import Portal
from core.purchasing.model import MoveStatus
from core.purchasing.moves import Move
from tests import shop
from tests.core.purchasing.conftest import person
from tests.core.purchasing.test_moves import two_places
from tests.core.test_reasons import BLANK
from tests.flows.talking import Talk, customer, staff

BOSS = person(shop.BOSS)


@pytest.fixture
def rebalanced(portal: Portal) -> Portal:
    two_places(portal)
    portal.plan(run="test")
    return portal


@pytest.fixture
def boss(rebalanced: Portal) -> Talk:
    return staff(rebalanced, shop.BOSS)


def the_move(portal: Portal) -> Move:
    (found,) = portal.moves(BOSS)
    return found


def test_moves_are_listed_with_what_they_save(rebalanced: Portal, boss: Talk) -> None:
    one = the_move(rebalanced)
    told = boss.say("which moves are open?").text
    assert f"Move {one.move_id}: {one.units} × Red Polka Dot Mug from North depot to Main warehouse" in told
    assert f"saves {one.saving} a year. It waits for a decision." in told
    assert boss.say(f"show move {one.move_id}").text.startswith(f"Move {one.move_id}:")


@pytest.mark.parametrize("words", ["approve move {}", "approve the move of the red mugs", "go ahead with the move"])
def test_a_move_is_approved_after_a_yes_and_once(rebalanced: Portal, boss: Talk, words: str) -> None:
    number = the_move(rebalanced).move_id
    shown = boss.say(words.format(number))
    assert shown.asks == "confirm"
    assert "This would be sent from one place to the other" in shown.text
    assert the_move(rebalanced).status is MoveStatus.OPEN
    done = boss.say("yes")
    assert [(one.name, one.result["status"]) for one in done.actions] == [("approve_move", "approved")]
    assert f"{shop.BOSS} approved it; it has not been sent yet." in done.text
    again = boss.say(f"approve move {number}")
    assert (again.asks, again.actions) == (None, ())
    assert "approved it" in again.text


def test_what_was_listed_is_what_is_decided(boss: Talk) -> None:
    boss.say("which moves are open?")
    assert "sent from one place" in boss.say("approve it").text
    boss.say("no")
    boss.say("which moves are open?")
    assert "Acme" in boss.say("approve the Acme proposal").text


def test_a_move_is_rejected_with_a_reason(rebalanced: Portal, boss: Talk) -> None:
    boss.say("which moves are open?")
    boss.press("1")
    boss.press("Reject")
    shown = boss.say("the van is broken")
    assert "Reason: the van is broken" in shown.text
    boss.say("yes")
    assert (the_move(rebalanced).status, the_move(rebalanced).reason) == (MoveStatus.REJECTED, "the van is broken")


def test_a_move_is_not_rejected_for_no_reason(rebalanced: Portal, boss: Talk) -> None:
    for blank in BLANK:
        boss.say("which moves are open?")
        boss.press("1")
        boss.press("Reject")
        assert boss.say(blank).asks != "confirm"
        boss.say("cancel")
    assert the_move(rebalanced).status is MoveStatus.OPEN


def test_a_reason_may_be_said_at_once(rebalanced: Portal, boss: Talk) -> None:
    number = the_move(rebalanced).move_id
    assert "Reason: we need them there" in boss.say(f"reject move {number} because we need them there").text


def test_goods_that_are_gone_are_not_moved(rebalanced: Portal, boss: Talk) -> None:
    boss.say("approve the move")
    counted = {"sku": shop.MUG, "location": "north", "on_hand": 1, "counted_at": shop.OPENED + timedelta(hours=1)}
    shop.bring(rebalanced, "stock", counted)
    refused = boss.say("yes")
    assert "Only 1 units of MUG-1 are left" in refused.text
    assert refused.actions == ()
    assert the_move(rebalanced).status is MoveStatus.OPEN


@pytest.mark.parametrize("words", ["which moves are open?", "approve move 1", "what lies too long?"])
def test_nobody_but_planners_hears_of_it(rebalanced: Portal, words: str) -> None:
    for talk in (customer(rebalanced, shop.ADA), staff(rebalanced, shop.SUPPORT)):
        told = talk.say(words)
        assert "North depot" not in told.text
        assert talk.say("yes").actions == ()
    assert the_move(rebalanced).status is MoveStatus.OPEN


def test_an_unknown_move_is_said_to_be_unknown(boss: Talk) -> None:
    assert "There is no move 4711" in boss.say("approve move 4711").text


def test_what_lies_too_long_is_told_with_its_cost(rebalanced: Portal, boss: Talk) -> None:
    found = rebalanced.overstock(BOSS)
    told = boss.say("what lies too long?").text
    assert f"{len(found)} products lie too long" in told
    assert all(f"{one.surplus} of {one.on_hand} too many, {one.worth}" in told for one in found)
    assert "North depot" not in boss.say("dead stock in the main warehouse").text


def test_moves_and_overstock_are_spoken_of_in_german(rebalanced: Portal, boss: Talk) -> None:
    boss.say("auf Deutsch bitte")
    number = the_move(rebalanced).move_id
    assert "Sie wartet auf eine Entscheidung" in boss.say("welche Umlagerungen sind offen").text
    assert "Das würde von einem Ort an den anderen geschickt" in boss.say(f"Umlagerung {number} freigeben").text
    boss.say("nein")
    assert "Grund: der Wagen kaputt ist" in boss.say(f"Umlagerung {number} ablehnen, weil der Wagen kaputt ist").text
    boss.say("nein")
    assert "liegen zu lange" in boss.say("was liegt zu lange?").text
