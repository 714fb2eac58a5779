"""Orders are cancelled, changed, sent elsewhere and paid another way, and goods exchanged: by talking, after a yes."""

import pytest

from core.billing import settlement
from core.catalog.service import products
from core.chat import Incoming
from core.database.engine import Database
from core.inventory.service import on_hand
from core.money import Money
from core.orders.model import Order
from core.orders.service import order_of, reserved
from core.portal import Portal
from tests.flows.talking import Talk, customer
from tests.flows.wardrobe import GIFT, PAYPAL, VISA, open_wardrobe, order
from tests.shop import ADA, GRACE

ONCE = {"item_changes": 1, "closed_by_item_change": True, "change_quantity": False, "cancel_lines": False,
        "cancel_reasons": ["no longer needed", "ordered by mistake"]}  # fmt: skip


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_wardrobe(portal)
    return customer(portal, ADA)


def the_order(database: Database, number: str) -> Order:
    with database.reading() as session:
        return order_of(session, ADA, number)


def kept(database: Database, number: str) -> dict[str | None, int]:
    """What each way of paying has paid for an order and not got back."""
    with database.reading() as session:
        found = settlement.kept_by_method(session, order_of(session, ADA, number))
        return {method: one.amount.minor for method, one in found.items()}


def test_a_cancelled_order_gives_its_money_and_its_stock_back(ada: Talk, database: Database) -> None:
    shown = ada.say("please cancel order W44001")
    assert shown.asks == "confirm"
    for part in ("W44001", "Linen Shirt", "Tea Kettle", "£50.00", "Visa"):
        assert part in shown.text
    done = ada.say("yes")
    assert [action.name for action in done.actions] == ["cancel_order"]
    assert done.actions[0].result["refunds"][0]["payment_method"] == VISA
    assert the_order(database, "W44001").status.value == "cancelled"
    assert kept(database, "W44001") == {}
    with database.reading() as session:
        assert reserved(session, ["K-STEEL"]) == {}
        assert on_hand(session, ["K-STEEL"]) == {"K-STEEL": 20}
    assert "is cancelled" in ada.say("cancel order W44001").text


def test_a_reason_that_the_policy_wants_is_asked_for_and_understood(ada: Talk, portal: Portal) -> None:
    portal.adopt_policy("elsewhere", {"orders": ONCE})
    asked = ada.say("cancel order W44001")
    assert asked.asks == "reason"
    assert [button.label for button in asked.buttons] == ["No longer needed", "Ordered by mistake"]
    assert ada.say("it was an accident").asks == "confirm"
    assert ada.say("yes").actions[0].arguments["reason"] == "ordered by mistake"


def test_what_is_packed_cannot_be_cancelled_or_changed(ada: Talk, database: Database) -> None:
    for words in (
        "cancel order W44004",
        "change order W44004, the kettle to steel",
        "send order W44004 to 5 High Street, Leeds LS1 1AA",
    ):
        reply = ada.say(words)
        assert "packed already" in reply.text, words
        assert reply.actions == ()
        assert reply.asks is None
    assert the_order(database, "W44004").status.value == "packed"


def test_one_line_is_cancelled_and_the_rest_stays(ada: Talk, database: Database) -> None:
    shown = ada.say("cancel only the kettle from my order W44001")
    assert "Tea Kettle" in shown.text
    assert "Linen Shirt" not in shown.text
    ada.say("yes")
    assert [line.sku for line in the_order(database, "W44001").lines] == ["S-BLUE-M"]
    assert kept(database, "W44001") == {VISA: 2000}


def test_another_variant_costs_its_difference(ada: Talk, database: Database) -> None:
    asked = ada.say("in order W44001 please change the kettle to the glass one with 1 litre")
    assert asked.asks == "payment_method"
    shown = ada.say("my paypal")
    for part in ("steel, 1 litre", "glass, 1 litre", "£15.00", "PayPal", "£65.00"):
        assert part in shown.text
    done = ada.say("yes")
    assert done.actions[0].arguments["lines"] == [{"line": 2, "sku": "K-STEEL", "quantity": 1, "new_sku": "K-GLASS"}]
    assert the_order(database, "W44001").total == Money(6500, "GBP")
    assert kept(database, "W44001") == {VISA: 5000, PAYPAL: 1500}


def test_a_cheaper_variant_gives_money_back(ada: Talk, database: Database) -> None:
    ada.say("change the shirt in order W44001 to red, money back to my visa")
    ada.say("yes")
    assert the_order(database, "W44001").lines[0].sku == "S-RED-M"
    assert kept(database, "W44001") == {VISA: 4800}


def test_a_difference_goes_to_no_way_that_paid_nothing(ada: Talk, database: Database) -> None:
    refused = ada.say("change the shirt in order W44001 to red, money back to my paypal")
    assert refused.asks == "payment_method"
    assert "Nothing was paid for order W44001 with PayPal" in refused.text
    assert [button.label.split(" · ")[0] for button in refused.buttons] == ["Visa ending in 9001", "gift card"]
    shown = ada.say("then on my gift card")
    assert "£2.00, to gift card" in shown.text
    ada.say("yes")
    with database.reading() as session:
        assert settlement.method_of(session, ADA, GIFT).balance == Money(700, "GBP")
    assert kept(database, "W44001") == {VISA: 4800}


def test_a_difference_goes_to_no_way_that_paid_nothing_in_german_too(ada: Talk) -> None:
    ada.say("Deutsch bitte")
    refused = ada.say("in Bestellung W44001 das Linen Shirt bitte auf red ändern, Geld zurück auf PayPal")
    assert "Mit PayPal wurde für Bestellung W44001 nichts bezahlt" in refused.text
    assert "2,00\xa0£, auf Visa ending in 9001" in ada.say("Visa").text


def test_where_the_policy_leaves_the_choice_a_difference_goes_where_the_customer_says(
    ada: Talk, portal: Portal, database: Database
) -> None:
    portal.adopt_policy("elsewhere", {"orders": {"difference_anywhere": True}})
    shown = ada.say("change the shirt in order W44001 to red, money back to my paypal")
    assert "£2.00, to PayPal" in shown.text
    done = ada.say("yes")
    assert "PayPal" in done.text
    assert kept(database, "W44001") == {VISA: 4800}


def test_a_difference_larger_than_its_way_paid_is_split_and_shown_so(
    ada: Talk, portal: Portal, database: Database
) -> None:
    order(portal, "W44005", ADA, ["K-STEEL"], paid_with=PAYPAL)
    for words in ("change the kettle in order W44005 to glass 1 litre, pay with my visa", "yes"):
        ada.say(words)
    assert kept(database, "W44005") == {PAYPAL: 3000, VISA: 1500}
    ada.say("change the kettle in order W44005 to glass 2 litres, pay with my paypal")
    ada.say("yes")
    shown = ada.say("change the kettle in order W44005 to steel, money back to my visa")
    assert "£15.00, to Visa ending in 9001" in shown.text
    assert "£15.00, to PayPal" in shown.text
    done = ada.say("yes")
    assert "£15.00 goes back to PayPal" in done.text
    assert kept(database, "W44005") == {PAYPAL: 3000}


def test_a_variant_that_is_promised_to_others_is_not_given(ada: Talk) -> None:
    reply = ada.say("change the shirt in order W44001 to blue size L")
    assert reply.asks == "variant"
    assert "not on the shelf" in reply.text
    assert [button.label.split(" · ")[0] for button in reply.buttons] == ["red, M"]


def test_a_gift_card_that_is_too_low_is_said_and_another_way_asked_for(ada: Talk, database: Database) -> None:
    reply = ada.say("change the kettle of order W44001 to glass, 2 litres, and use my gift card")
    assert reply.asks == "payment_method"
    assert "£5.00" in reply.text
    assert all(GIFT not in button.label for button in reply.buttons)
    ada.press("Visa")
    ada.say("yes")
    assert kept(database, "W44001") == {VISA: 8000}


def test_two_lines_at_once_and_a_correction_before_the_yes(ada: Talk, database: Database) -> None:
    ada.say("in order W44001 change the kettle to glass with 2 litres and the shirt to red, pay with visa")
    shown = ada.say("no, the kettle to glass with 1 litre")
    assert "glass, 1 litre" in shown.text
    assert "red, M" in shown.text
    ada.say("yes")
    assert [line.sku for line in the_order(database, "W44001").lines] == ["S-RED-M", "K-GLASS"]


def test_where_the_policy_says_once_a_changed_order_is_closed(ada: Talk, portal: Portal) -> None:
    portal.adopt_policy("elsewhere", {"orders": ONCE})
    assert "only once" in ada.say("change the shirt in order W44001 to red, paid with visa").text
    ada.say("yes")
    for words in ("change the kettle in order W44001 to glass 1 litre", "cancel order W44001, I no longer need it"):
        reply = ada.say(words)
        assert "changed already" in reply.text
        assert reply.asks is None


def test_more_units_are_given_as_far_as_there_are_any(ada: Talk, database: Database) -> None:
    ada.say("make it 3 kettles in order W44001, pay with visa")
    ada.say("yes")
    assert the_order(database, "W44001").lines[1].quantity == 3
    assert "not enough" in ada.say("make it 300 kettles in order W44001").text


def test_an_open_order_goes_elsewhere(ada: Talk, database: Database) -> None:
    shown = ada.say("send order W44001 to 12 Canal Wharf, Leeds LS11 5PS please")
    for part in ("1 Mill Lane", "12 Canal Wharf", "LS11 5PS"):
        assert part in shown.text
    ada.say("yes")
    assert the_order(database, "W44001").ship_to.lines == ("Ada Löwe", "12 Canal Wharf", "Leeds LS11 5PS", "GB")
    assert the_order(database, "W44004").ship_to.line1 == "1 Mill Lane"


def test_what_an_address_lacks_is_asked_for(ada: Talk, database: Database) -> None:
    assert ada.say("send order W44001 to 12 Canal Wharf, Leeds").asks == "postcode"
    assert "not a postcode" in ada.say("99999").text
    assert ada.say("LS11 5PS").asks == "confirm"
    ada.say("yes")
    assert the_order(database, "W44001").ship_to.postcode == "LS11 5PS"


def test_the_default_address_changes_and_open_orders_keep_theirs(ada: Talk, database: Database) -> None:
    done = [ada.say("save 9 Elm Road, Leeds LS2 9AA as my default address"), ada.say("yes")][-1]
    assert done.actions[0].arguments["order_number"] is None
    assert the_order(database, "W44001").ship_to.line1 == "1 Mill Lane"
    assert "9 Elm Road" in ada.say("send order W44001 to my default address").text


def test_an_order_is_paid_another_way(ada: Talk, database: Database) -> None:
    shown = ada.say("I'd rather pay order W44001 with paypal")
    assert "£50.00" in shown.text
    ada.say("yes")
    assert kept(database, "W44001") == {PAYPAL: 5000}
    assert (
        "covers" in ada.say("pay order W44001 with my gift card instead").text or ada.said[-1].asks == "payment_method"
    )


def test_goods_are_exchanged_for_another_kind(ada: Talk, database: Database) -> None:
    shown = ada.say("I'd like to exchange the kettle of order W44002 for the steel one, money to my paypal")
    for part in ("glass, 1 litre", "steel, 1 litre", "£15.00", "PayPal"):
        assert part in shown.text
    done = ada.say("yes")
    assert done.actions[0].name == "exchange_item"
    assert kept(database, "W44002") == {PAYPAL: 6800}


def test_two_of_a_kind_are_told_apart_by_what_differs(ada: Talk) -> None:
    reply = ada.say("return the shirt of order W44002, I no longer want it")
    assert reply.asks == "product"
    assert [button.label for button in reply.buttons] == [
        "Linen Shirt · red, M · S-RED-M",
        "Linen Shirt · blue, M · S-BLUE-M",
    ]
    shown = ada.say("the red one")
    assert shown.asks in {"payment_method", "confirm"}
    ada.say("no")
    assert "red" not in ada.say("return the blue shirt of order W44002, I no longer want it, money to paypal").text


def test_what_was_meant_for_an_open_order_is_a_change_and_for_a_delivered_one_an_exchange(ada: Talk) -> None:
    assert ada.say("exchange the kettle of order W44001 for glass, 1 litre, by visa").intents == ("change_order",)
    ada.say("no")
    assert ada.say("change the kettle of order W44002 to steel, money to paypal").intents == ("exchange_item",)


def test_two_requests_in_one_message_are_done_one_after_the_other(ada: Talk) -> None:
    shown = ada.say("Cancel order W44001. Return the kettle of order W44002, I no longer want it, money to paypal.")
    assert shown.asks == "confirm"
    while ada.said[-1].asks == "confirm":
        ada.say("yes")
    done = [action.name for reply in ada.said for action in reply.actions]
    assert sorted(done) == ["cancel_order", "return_item"]


@pytest.mark.usefixtures("ada")
def test_nobody_touches_a_strangers_order(portal: Portal, database: Database) -> None:
    grace = customer(portal, GRACE)
    for words in ("cancel order W44001", "change the kettle in order W44001 to glass",
                  "send order W44001 to 1 High Street, Leeds LS1 1AA", "pay order W44001 with my visa instead",
                  "return the kettle of order W44002"):  # fmt: skip
        reply = grace.say(words)
        assert "W44001" not in reply.text.replace("order W44001 of yours", "")
        assert "Kettle" not in reply.text
        assert not reply.actions
        grace.say("no")
    assert the_order(database, "W44001").status.value == "open"


def test_a_yes_that_is_sent_twice_cancels_once(ada: Talk, portal: Portal, database: Database) -> None:
    shown = ada.say("cancel order W44001")
    yes = Incoming("web", ada.chat, "the-yes", "Yes", ada.speaker, shown.buttons[0].value)
    assert portal.converse(yes) == portal.converse(yes)
    with database.reading() as session:
        assert settlement.refunded(session, order_of(session, ADA, "W44001")) == Money(5000, "GBP")
        assert set(products(session, ["K-STEEL"])) == {"K-STEEL"}
