"""Customers choose what they hear, where and when: by word, in the chat and on their page."""

from collections.abc import Sequence

import pytest

from core.accounts import links
from core.database.engine import Database
from core.notifications.service import choices, consents, wishes
from core.portal import Portal
from tests.conftest import SQLITE, SettableClock
from tests.flows.talking import Talk, customer, guest
from tests.shop import ADA, open_shop

pytestmark = pytest.mark.parametrize("database_url", [SQLITE], indirect=True)
ALL_OFF = dict.fromkeys(("orders", "returns", "tickets", "back_in_stock", "offers"), False)


@pytest.fixture
def ada(portal: Portal, database: Database, clock: SettableClock) -> Talk:
    open_shop(portal)
    with database.unit_of_work() as session:
        links.link(session, ("telegram", "77"), ADA, clock.now)
    return customer(portal, ADA)


def wanted(database: Database) -> dict[str, bool]:
    with database.reading() as session:
        return choices(session, ADA)


@pytest.mark.parametrize(
    ("said", "off", "on"),
    [("STOP", True, "START"), ("stop", True, "start"), ("Abmelden", True, "anmelden"), ("stopp!", True, "START"),
     ("stop it", False, "")],
)  # fmt: skip
def test_one_word_switches_all_notices(ada: Talk, database: Database, said: str, off: bool, on: str) -> None:
    ada.say(said)
    assert (wanted(database) == ALL_OFF) == off
    if on:
        ada.say(on)
        assert wanted(database) == {**dict.fromkeys(ALL_OFF, True), "offers": False}


def test_while_a_question_is_open_stop_ends_it_and_in_capitals_switches_off(ada: Talk, database: Database) -> None:
    ada.say("cancel order 1002")
    ada.say("I want to return something")
    ada.say("stop")
    assert wanted(database) != ALL_OFF
    ada.say("I want to return something")
    ada.say("STOP")
    assert wanted(database) == ALL_OFF


def test_stop_counts_while_a_person_of_the_shop_has_the_chat(ada: Talk, database: Database) -> None:
    ada.say("I want to talk to a person")
    ada.say("STOP")
    assert wanted(database) == ALL_OFF


def test_a_stranger_who_says_stop_changes_nothing_of_anybody(ada: Talk, database: Database) -> None:
    guest(ada.portal).say("STOP")
    assert wanted(database) != ALL_OFF


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("turn off telegram notifications about my orders", ["email"]),
        ("don't notify me by email about my orders", ["slack", "telegram"]),
    ],
)
def test_a_channel_that_is_named_is_switched_alone(
    ada: Talk, database: Database, said: str, left: Sequence[str]
) -> None:
    ada.say(said)
    with database.reading() as session:
        on = sorted(channel for channel, is_on in wishes(session, ADA)["orders"].items() if is_on)
    assert set(left) <= set(on)
    assert len(on) == 2


def test_taking_it_back_switches_nothing_on_that_was_off(ada: Talk, database: Database) -> None:
    ada.say("turn off telegram notifications")
    with database.reading() as session:
        before = wishes(session, ADA)
    ada.say("STOP")
    ada.say("undo that")
    ada.say("yes")
    with database.reading() as session:
        assert wishes(session, ADA) == before
        assert len(consents(session, ADA)) >= 3
