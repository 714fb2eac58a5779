"""What customers are told in the chat about what they send back, once the shop has looked at it."""

import pytest

from core.chat import Speaker
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


@pytest.fixture
def returning(portal: Portal) -> talking.Talk:
    """Ada, whose return of a kettle waits for her yes, after she changed another order."""
    open_wardrobe(portal)
    talk = talking.customer(portal, ADA)
    talk.say("send order W44001 to 9 Elm Road, Leeds LS2 9AA")
    assert [action.name for action in talk.say("yes").actions] == ["change_address"]
    talk.say("I want to return the kettle from order W44002, I no longer want it")
    if talk.said[-1].asks == "payment_method":
        talk.say("paypal")
    assert talk.said[-1].asks == "confirm"
    return talk


def settled(talk: talking.Talk) -> dict[str, object]:
    """What was done once all that is still asked for a claim was answered."""
    for asked, answer in (("photo", "Go on"), ("resolution", "My money"), ("payment_method", "PayPal")):
        if talk.said[-1].asks == asked:
            talk.press(answer)
    (action,) = talk.say("yes").actions
    assert action.name == "claim_item"
    return action.arguments


@ON_SQLITE
@pytest.mark.parametrize(
    "said", ["it arrived broken", "the kettle arrived broken", "the kettle of order W44002 is broken"]
)
def test_that_it_is_broken_is_why_it_goes_back(returning: talking.Talk, said: str) -> None:
    assert "W44001" not in returning.say(said).text
    done = settled(returning)
    assert done["order_number"] == "W44002"
    assert done["lines"] == [{"line": 2, "sku": "K-GLASS", "quantity": 1}]
    assert done["reason"] == "damaged"
    assert returning.say("yes").actions == ()


@ON_SQLITE
def test_something_else_of_the_order_that_is_broken_is_a_claim_beside_the_return(returning: talking.Talk) -> None:
    returning.say("the red shirt arrived torn")
    done = settled(returning)
    assert (done["order_number"], done["reason"]) == ("W44002", "damaged")
    assert done["lines"] == [{"line": 1, "sku": "S-RED-M", "quantity": 1}]
    assert "Kettle" in returning.said[-1].text
    assert [action.name for action in returning.say("yes").actions] == ["return_item"]


@ON_SQLITE
def test_where_it_could_be_either_it_is_asked_which(portal: Portal) -> None:
    open_wardrobe(portal)
    talk = talking.customer(portal, ADA)
    talk.say("I want to return the kettle and the red shirt from order W44002, I no longer want them")
    if talk.said[-1].asks == "payment_method":
        talk.say("paypal")
    assert talk.said[-1].asks == "confirm"
    asked = talk.say("it arrived broken")
    assert asked.asks == "product"
    assert "W44002" in asked.text
    talk.press("Tea Kettle")
    assert settled(talk)["lines"] == [{"line": 2, "sku": "K-GLASS", "quantity": 1}]


@ON_SQLITE
@pytest.mark.parametrize("said", ["cancel order W44001", "Bestellung W44001 stornieren"])
def test_a_few_words_that_are_surely_a_request_are_no_address(portal: Portal, said: str) -> None:
    open_wardrobe(portal)
    talk = talking.customer(portal, ADA)
    assert talk.say("change my default address").asks == "address"
    assert talk.say(said).intents == ("cancel_order",)
    assert talk.said[-1].asks == "confirm"
    assert [action.name for action in talk.say("yes").actions] == ["cancel_order"]
    assert talk.said[-1].asks == "address"


@ON_SQLITE
@pytest.mark.parametrize("said", ["opening hours", "order status"])
def test_a_few_words_that_are_surely_a_question_are_no_address_of_mail(portal: Portal, said: str) -> None:
    open_wardrobe(portal)
    talk = talking.Talk(portal, Speaker(), channel="telegram")
    talk.say("cancel order W44001")
    assert talk.said[-1].asks == "email"
    assert "link_account" not in talk.say(said).intents
