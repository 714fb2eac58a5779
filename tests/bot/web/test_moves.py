"""The page of moves between places."""

from datetime import date, timedelta

import pytest

from core.portal import Portal
from core.purchasing.moves import Move
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.shop import HOSTILE, NOW, PLANNER, SUPPORT, bring
from tests.core.test_reasons import BLANK
from tests.flows.talking import staff

pytestmark = ON_SQLITE
PAGE = "/planner/moves"


@pytest.fixture
def move(shop: Portal) -> Move:
    bring(shop, "locations", {"location": "north", "name": f"North {HOSTILE}"})
    counted_at = NOW - timedelta(days=1)
    bring(shop, "stock", {"sku": "MUG", "location": "north", "on_hand": 4000, "counted_at": counted_at})
    bring(shop, "sales", {"sku": "MUG", "location": "north", "sold_on": date(2026, 5, 4), "units": 1})
    assert len(shop.plan(run="test").moves) == 1
    return the_move(shop)


def the_move(shop: Portal) -> Move:
    person = shop.staff_by_email(PLANNER)
    assert person
    (found,) = shop.moves(person)
    return found


def test_a_move_is_approved_sent_and_received_on_its_page(planner: Browser, shop: Portal, move: Move) -> None:
    for step, said in (("approve", "Send it off"), ("send", "off the shelf"), ("receive", "onto the other shelf")):
        answer = planner.send_form(PAGE, f"{PAGE}/{move.move_id}/{step}")
        assert answer.status_code == 303
        assert said in planner.get(answer.headers["location"]).text
    assert the_move(shop).received == move.units
    assert HOSTILE not in planner.get(PAGE).text


def test_pressing_twice_and_units_that_cannot_be_are_told_on_the_page(planner: Browser, move: Move) -> None:
    path = f"{PAGE}/{move.move_id}"
    first = planner.get(PAGE)
    assert "would have ordered" in first.text
    assert planner.send_form(PAGE, f"{path}/approve").status_code == 303
    planner.send_form(PAGE, f"{path}/send")
    for units, status in (("many", 422), ("", 422), (str(move.units + 1), 422)):
        answer = planner.send_form(PAGE, f"{path}/receive", units=units)
        assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert planner.send_form(PAGE, f"{path}/receive", units=str(move.units - 1)).status_code == 303
    assert "1 did not arrive" in planner.get(PAGE).text


def test_a_move_is_rejected_with_a_reason(planner: Browser, shop: Portal, move: Move) -> None:
    path = f"{PAGE}/{move.move_id}/reject"
    for why in BLANK:
        assert planner.send_form(PAGE, path, why=why).status_code == 422
    assert planner.send_form(PAGE, path, why=f"the van is broken {HOSTILE}").status_code == 303
    assert the_move(shop).status.value == "rejected"
    assert HOSTILE not in planner.get(PAGE).text


def test_only_planners_see_moves(arrive: Arrive, zoe: Browser, move: Move) -> None:
    assert arrive(SUPPORT).get(PAGE).status_code in {403, 404}
    assert zoe.get(PAGE).status_code in {403, 404}
    assert move.name not in zoe.get(PAGE).text


def test_a_planner_hears_of_moves_in_the_chat(shop: Portal, move: Move) -> None:
    del move
    assert "1 move between places" in staff(shop, PLANNER).say("what needs approving?").text
