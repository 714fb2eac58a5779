"""Moves between places in Slack: a card each, decided there once, and changed in place to what became of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from core.config import Config
from core.database.engine import Database
from core.purchasing.model import MoveStatus
from core.purchasing.moves import Move
from tests import shop
from tests.bot.channels.slack.test_planners_day import deliver, whispers, words
from tests.bot.channels.slack.web_api import WebApi
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, Workspace, opened
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.purchasing.test_moves import two_places
from tests.core.test_reasons import BLANK

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BO, PAT, SAM, EVE = "U1BOSS", "U1PAT", "U1SAM", "U1EVE"
BOSS = person(shop.BOSS)
BROKEN = {"why": {"why": {"type": "plain_text_input", "value": "the van is broken"}}}


@pytest.fixture
def day(database: Database, config: Config, clock: SettableClock, api: WebApi) -> Workspace:
    """A shop whose plan would move mugs from one place to the other."""
    made = opened(database, config, clock, api, staff={BO: shop.BOSS, PAT: shop.PLANNER, SAM: shop.SUPPORT})
    two_places(made.portal)
    made.portal.plan(run="night")
    deliver(made)
    return made


def card(day: Workspace) -> dict[str, Any]:
    (found,) = [one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith("Move ")]
    return found


def the_move(day: Workspace) -> Move:
    (found,) = day.portal.moves(BOSS)
    return found


def test_a_move_has_a_card_that_says_why(day: Workspace) -> None:
    one, shown = the_move(day), words(card(day))
    assert f"{one.units} × Red Polka Dot Mug from North depot to Main warehouse, saves {one.saving} a year" in shown
    assert f"North depot has {one.spare} more than it needs" in shown
    assert "Can be decided until 22 June, 10:30" in shown


def test_of_two_who_approve_one_wins_and_the_card_says_who(day: Workspace) -> None:
    shown = card(day)
    day.press(PAT, shown, "Approve")
    day.press(BO, shown, "Approve")
    assert "is approved" in whispers(day)[-2]
    assert "approved by planner@shop.example.org already" in whispers(day)[-1]
    assert "Approved by Pat on 15 June at 10:30. It has not been sent yet." in words(card(day))
    assert "Reject" not in words(card(day))
    day.portal.send_move(BOSS, the_move(day).move_id)
    deliver(day)
    assert "It is under way, expected on" in words(card(day))
    day.portal.receive_move(BOSS, the_move(day).move_id, the_move(day).units - 2)
    deliver(day)
    assert "2 are missing" in words(card(day))


def test_a_rejection_asks_why_and_the_card_says_it(day: Workspace) -> None:
    day.press(PAT, card(day), "Reject")
    assert the_move(day).status is MoveStatus.OPEN
    day.submit(PAT, day.api.views[-1], BROKEN)
    assert "the next plan buys instead" in words(day.api.views[-1])
    assert "Rejected by Pat on 15 June at 10:30: the van is broken" in words(card(day))
    assert the_move(day).reason == "the van is broken"


def test_a_rejection_without_a_reason_is_told_beside_the_field(day: Workspace) -> None:
    day.press(PAT, card(day), "Reject")
    for value in (None, *BLANK):
        answer = day.submit(PAT, day.api.views[-1], {"why": {"why": {"value": value}}})
        assert json.loads(bytes(answer.body))["errors"]["why"].startswith("Say why")
    assert the_move(day).status is MoveStatus.OPEN


def test_nobody_but_planners_decides(day: Workspace) -> None:
    for user in (SAM, EVE):
        day.press(user, card(day), "Approve")
        assert "is approved" not in whispers(day)[-1]
        day.press(user, card(day), "Reject")
        day.submit(user, day.api.views[-1], BROKEN)
        assert "Proposals are for planners" in words(day.api.views[-1])
    assert the_move(day).status is MoveStatus.OPEN


def test_what_was_decided_in_words_is_on_the_card(day: Workspace) -> None:
    day.command(PAT, "approve the move")
    day.write(PAT, "yes")
    deliver(day)
    assert "Approved by Pat" in words(card(day))


def test_the_home_tab_lists_moves_to_decide_there(day: Workspace) -> None:
    day.event({"type": "app_home_opened", "tab": "home", "user": PAT})
    home = day.api.homes[PAT]
    assert "1 move between places can be decided." in words(home)
    assert "from North depot to Main warehouse" in words(home)
    day.portal.approve_move(BOSS, the_move(day).move_id)
    day.event({"type": "app_home_opened", "tab": "home", "user": PAT})
    assert "between places" not in words(day.api.homes[PAT])


def test_what_nobody_decided_in_time_says_so(day: Workspace, clock: SettableClock) -> None:

    clock.forward(timedelta(days=8))
    day.portal.plan(run="later")
    deliver(day)
    first = next(one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith("Move 1"))
    assert "Nobody decided in time" in words(first)
