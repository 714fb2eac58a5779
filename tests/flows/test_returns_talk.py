"""What customers are told in the chat about what they send back, once the shop has looked at it."""

import pytest

from core.portal import Portal
from core.returns.handling import Checked
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows import talking
from tests.flows.wardrobe import open_wardrobe
from tests.shop import ADA, bring


@pytest.fixture
def ada(portal: Portal) -> talking.Talk:
    open_wardrobe(portal)
    bring(portal, "staff", {"email": "sam@shop.example.org", "name": "Sam", "role": "support"})
    talk = talking.customer(portal, ADA)
    talk.say("I want to return the kettle from order W44002, I no longer want it")
    if talk.said[-1].asks == "payment_method":
        talk.say("paypal")
    assert "£45.00" in talk.said[-1].text
    assert [action.name for action in talk.say("yes").actions] == ["return_item"]
    return talk


@ON_SQLITE
def test_a_return_that_waits_to_be_sent_comes_with_its_label(ada: talking.Talk) -> None:
    assert "/returns/R-000001/label" in ada.say("where is my return R-000001").text


@ON_SQLITE
def test_the_money_that_was_shown_is_the_money_that_comes(ada: talking.Talk, portal: Portal) -> None:
    sam = portal.staff_by_email("sam@shop.example.org")
    assert sam is not None
    portal.receive_return(sam, "R-000001", {2: Checked(1, 1)})
    assert [str(one.amount) for one in portal.settle_return(sam, "R-000001")] == ["£45.00"]
    told = ada.say("where is my return R-000001").text
    assert "given back" in told
    assert "label" not in told


@ON_SQLITE
def test_a_rejection_is_told_with_its_reason(ada: talking.Talk, portal: Portal) -> None:
    sam = portal.staff_by_email("sam@shop.example.org")
    assert sam is not None
    portal.reject_return(sam, "R-000001", "The kettle was used.")
    assert "The kettle was used." in ada.say("where is my return R-000001").text


@ON_SQLITE
def test_a_correction_names_what_goes_back_instead(portal: Portal) -> None:
    open_wardrobe(portal)
    talk = talking.customer(portal, ADA)
    assert talk.say("I want to return the kettle from order W44002").asks == "reason"
    corrected = talk.say("no wait, the red shirt")
    assert "Shirt" in corrected.text
    assert "Kettle" not in corrected.text


@ON_SQLITE
def test_what_is_named_as_well_goes_back_too(portal: Portal) -> None:
    open_wardrobe(portal)
    talk = talking.customer(portal, ADA)
    talk.say("I want to return the kettle from order W44002")
    more = talk.say("no, the red shirt as well")
    assert "Shirt" in more.text
    assert "Kettle" in more.text
