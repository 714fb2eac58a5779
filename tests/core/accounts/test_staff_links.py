"""Users of a channel who speak for people of the shop."""

import pytest

from core.chat import Incoming, Reply, Speaker
from core.portal import Portal
from tests.shop import PLANNER, bring, open_shop

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
USER = "U1PAT"


def say(portal: Portal, text: str, number: int, sender: str = USER, chat: str = "D1PAT") -> Reply:
    return portal.converse(Incoming("slack", chat, f"said-{number}", text, Speaker(), sender=sender))


def code_for(portal: Portal, address: str) -> str:
    letter = next(one for one in portal.letters() if one.to == address)
    return next(word for word in letter.text.split() if word.isdigit() and len(word) == 8)


@pytest.fixture
def linked(portal: Portal) -> Portal:
    open_shop(portal)
    say(portal, "link my account", 1)
    say(portal, PLANNER, 2)
    say(portal, code_for(portal, PLANNER), 3)
    return portal


def test_a_code_from_the_mailbox_makes_a_user_somebody_of_the_shop(linked: Portal) -> None:
    staff = linked.staff_in("slack", USER)
    assert staff is not None
    assert staff.email == PLANNER


def test_whoever_is_linked_is_heard_as_somebody_of_the_shop(linked: Portal) -> None:
    linked.plan(run="now")
    assert "Acme" in say(linked, "which proposals are open?", 4).text


def test_others_in_the_same_chat_are_not(linked: Portal) -> None:
    linked.plan(run="now")
    assert "Acme" not in say(linked, "which proposals are open?", 4, sender="U2EVE").text


def test_the_mailbox_is_told(linked: Portal) -> None:
    assert any("speaks for you" in letter.subject for letter in linked.letters() if letter.to == PLANNER)


def test_rights_are_those_of_the_moment(linked: Portal) -> None:
    bring(linked, "staff", {"email": PLANNER, "name": "Pat", "role": "support"})
    staff = linked.staff_in("slack", USER)
    assert staff is not None
    assert not staff.may_plan


def test_an_ended_link_is_worth_nothing(linked: Portal) -> None:
    assert linked.unlink_staff("slack", USER)
    assert linked.staff_in("slack", USER) is None
    assert not linked.unlink_staff("slack", USER)


def test_an_unknown_user_is_nobody(linked: Portal) -> None:
    assert linked.staff_in("slack", "U2EVE") is None
    assert linked.staff_in("telegram", USER) is None
    assert linked.staff_in("slack", "") is None
