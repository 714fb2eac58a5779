"""What was just done is taken back: shown whole, after a yes, once, and refused with the reason where it cannot be."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.accounts.model import Role, Staff
from core.billing import settlement
from core.chat import Incoming, Speaker
from core.database.engine import Database
from core.inventory import alerts
from core.inventory.service import on_hand
from core.notifications.service import choices
from core.orders.model import Order
from core.orders.rows import OrderRow
from core.orders.service import order_of, reserved
from core.portal import Portal
from core.returns.model import ReturnStatus
from core.returns.service import returns_of
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.talking import Talk, customer
from tests.flows.wardrobe import GIFT, PAYPAL, VISA, open_wardrobe
from tests.shop import ADA, GRACE, OPENED, SUPPORT, bring


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_wardrobe(portal)
    return customer(portal, ADA)


def the_order(database: Database, number: str, owner: str = ADA) -> Order:
    with database.reading() as session:
        return order_of(session, owner, number)


def kept(database: Database, number: str) -> dict[str | None, int]:
    """What each way of paying has paid for an order and not got back."""
    with database.reading() as session:
        found = settlement.kept_by_method(session, order_of(session, ADA, number))
        return {method: one.amount.minor for method, one in found.items()}


def lines(order: Order) -> list[tuple[str, int, int]]:
    return [(line.sku, line.quantity, line.unit_price.minor) for line in order.lines]


def move(database: Database, number: str, status: str) -> None:
    with database.unit_of_work() as session:
        session.execute(update(OrderRow).where(OrderRow.order_number == number).values(status=status))


def test_a_cancelled_order_is_open_again_and_paid_as_before(ada: Talk, database: Database) -> None:
    before = the_order(database, "W44001")
    ada.say("please cancel order W44001")
    ada.say("yes")
    assert kept(database, "W44001") == {}
    shown = ada.say("undo that")
    assert shown.asks == "confirm"
    for part in ("Cancel an order", "W44001", "1 × Linen Shirt", "£50.00 would be taken from Visa"):
        assert part in shown.text
    assert shown.actions == ()
    done = ada.say("yes")
    assert [(action.name, action.arguments["intent"]) for action in done.actions] == [("undo", "cancel_order")]
    assert "reference" in done.text
    assert the_order(database, "W44001") == before
    assert kept(database, "W44001") == {VISA: 5000}
    with database.reading() as session:
        assert reserved(session, ["K-STEEL"]) == {"K-STEEL": 1}
    ada.say("please cancel order W44001")  # and it can be cancelled once more, with its money
    ada.say("yes")
    assert the_order(database, "W44001").status.value == "cancelled"
    assert kept(database, "W44001") == {}


@ON_SQLITE
def test_lines_that_were_cancelled_come_back(ada: Talk, database: Database) -> None:
    before = lines(the_order(database, "W44001"))
    ada.say("cancel only the kettle of order W44001")
    ada.say("yes")
    assert len(the_order(database, "W44001").lines) == 1
    assert "1 × Tea Kettle (" in ada.say("undo").text
    ada.say("yes")
    assert lines(the_order(database, "W44001")) == before
    assert kept(database, "W44001") == {VISA: 5000}


@ON_SQLITE
def test_a_changed_quantity_is_as_before_with_its_money(ada: Talk, database: Database) -> None:
    ada.say("make it 3 linen shirts in order W44001")
    ada.say("visa")
    ada.say("yes")
    assert lines(the_order(database, "W44001"))[0][1] == 3
    ada.say("change it back")
    ada.say("yes")
    assert lines(the_order(database, "W44001"))[0][1] == 1
    assert kept(database, "W44001") == {VISA: 5000}


@ON_SQLITE
def test_an_address_goes_back_unless_it_was_changed_again(ada: Talk, database: Database) -> None:
    for street in ("7 Long Street, Leeds LS1 4DY", "9 Short Street, Leeds LS1 4DY"):
        ada.say(f"send order W44001 to {street}")
        ada.say("yes")
    shown = ada.say("undo")
    assert "From: " in shown.text
    assert "7 Long Street" in shown.text
    ada.say("yes")
    assert the_order(database, "W44001").ship_to.line1 == "7 Long Street"
    ada.say("undo")
    ada.say("yes")
    assert the_order(database, "W44001").ship_to.line1 == "1 Mill Lane"


@ON_SQLITE
def test_a_way_of_paying_is_turned_back(ada: Talk, database: Database) -> None:
    ada.say("pay order W44001 with PayPal")
    ada.say("yes")
    assert kept(database, "W44001") == {PAYPAL: 5000}
    assert "£50.00 would go back to PayPal" in ada.say("take that back").text
    ada.say("yes")
    assert kept(database, "W44001") == {VISA: 5000}


@ON_SQLITE
def test_a_return_just_asked_for_is_called_off(ada: Talk, database: Database) -> None:
    ada.say("I want to return the kettle of order W44002, no longer wanted")
    while ada.said[-1].asks not in {"confirm", None}:
        ada.press(ada.said[-1].buttons[0].label)
    ada.say("yes")
    assert "you keep" in ada.say("undo").text
    ada.say("yes")
    with database.reading() as session:
        assert [one.status for one in returns_of(session, the_order(database, "W44002"))] == [ReturnStatus.CANCELLED]


@ON_SQLITE
def test_an_order_placed_again_by_mistake_is_cancelled_and_paid_back(ada: Talk, database: Database) -> None:
    ada.say("order W44002 again")
    ada.say("Visa")
    placed = ada.say("yes").actions[0].result["order_number"]
    assert "would be cancelled" in ada.say("undo").text
    ada.say("yes")
    assert the_order(database, placed).status.value == "cancelled"
    assert kept(database, placed) == {}
    with database.reading() as session:
        assert on_hand(session, ["K-GLASS"]) == {"K-GLASS": 20}


@ON_SQLITE
def test_wishes_and_notices_are_as_before(ada: Talk, database: Database, clock: SettableClock) -> None:
    bring(ada.portal, "products", {"sku": "BELL-1", "name": "Brass Door Bell", "price": 900})
    ada.say("let me know when the brass door bell is back in stock")
    asked_at = clock.now
    clock.forward(timedelta(minutes=5))
    ada.say("cancel my back in stock alert")
    ada.say("undo")
    ada.say("yes")
    with database.reading() as session:
        assert alerts.wishes_of(session, ADA) == [("BELL-1", 1, asked_at)]
    ada.say("undo")
    ada.say("yes")
    ada.say("no more notices about returns")
    ada.say("undo")
    ada.say("yes")
    with database.reading() as session:
        assert alerts.wishes_of(session, ADA) == []
        assert choices(session, ADA)["returns"] is True


@ON_SQLITE
def test_after_the_time_for_it_nothing_is_taken_back(ada: Talk, database: Database, clock: SettableClock) -> None:
    ada.say("please cancel order W44001")
    ada.say("yes")
    clock.forward(timedelta(minutes=61))
    told = ada.say("undo")
    assert told.asks is None
    assert "60 minutes only" in told.text
    assert the_order(database, "W44001").status.value == "cancelled"


@ON_SQLITE
def test_a_plan_shown_in_time_may_be_said_yes_to_a_little_later(
    ada: Talk, database: Database, clock: SettableClock
) -> None:
    ada.say("please cancel order W44001")
    ada.say("yes")
    clock.forward(timedelta(minutes=59))
    ada.say("undo")
    clock.forward(timedelta(minutes=2))
    ada.say("yes")
    assert the_order(database, "W44001").status.value == "open"


@ON_SQLITE
@pytest.mark.parametrize("asked_first", [True, False])
def test_what_has_left_meanwhile_is_refused_with_the_reason(ada: Talk, database: Database, asked_first: bool) -> None:
    ada.say("make it 3 linen shirts in order W44001")
    ada.say("visa")
    ada.say("yes")
    if asked_first:
        ada.say("undo")
    move(database, "W44001", "packed")
    told = ada.say("yes" if asked_first else "undo")
    assert told.actions == ()
    assert "no longer open" in told.text
    assert lines(the_order(database, "W44001"))[0][1] == 3


@ON_SQLITE
def test_goods_that_somebody_else_has_meanwhile_do_not_come_back(ada: Talk, database: Database) -> None:
    ada.say("please cancel order W44001")
    ada.say("yes")
    bring(ada.portal, "stock", {"sku": "K-STEEL", "location": "main", "on_hand": 0, "counted_at": OPENED})
    assert "not enough of Tea Kettle" in ada.say("undo").text
    assert the_order(database, "W44001").status.value == "cancelled"


@ON_SQLITE
def test_money_that_is_gone_is_not_taken_again(ada: Talk, database: Database) -> None:
    card = {"method_id": GIFT, "customer_id": ADA, "kind": "gift_card", "label": "gift card"}
    bring(ada.portal, "payment_methods", {**card, "balance": 5000})
    ada.say("pay order W44001 with the gift card")
    ada.say("yes")
    ada.say("please cancel order W44001")
    ada.say("yes")
    bring(ada.portal, "payment_methods", {**card, "balance": 100})
    ada.say("undo")
    told = ada.say("yes")
    assert told.actions == ()
    assert the_order(database, "W44001").status.value == "cancelled"
    assert kept(database, "W44001") == {}


@ON_SQLITE
def test_two_yeses_take_it_back_once_and_nobody_takes_back_for_others(ada: Talk, database: Database) -> None:
    ada.say("please cancel order W44001")
    ada.say("yes")
    other = customer(ada.portal, ADA)
    other.chat = "another tab"
    for talk in (ada, other):
        talk.say("undo")
    assert len(ada.say("yes").actions) == 1
    late = other.say("yes")
    assert late.actions == ()
    assert "taken back already" in late.text
    assert kept(database, "W44001") == {VISA: 5000}
    assert "nothing you had done" in customer(ada.portal, GRACE).say("undo").text


@ON_SQLITE
def test_what_cannot_be_taken_back_says_so(ada: Talk) -> None:
    ada.portal.converse(Incoming("web", "customer:c-ada", "1", "undo", Speaker(customer_id=ADA, proof=3)))
    assert "nothing you had done" in ada.say("undo").text
    assert "sign in" in customer(ada.portal, ADA, proof=0).say("undo that").text.casefold()


@ON_SQLITE
def test_while_a_plan_waits_undo_leaves_it(ada: Talk, database: Database) -> None:
    ada.say("please cancel order W44001")
    assert "Nothing was changed" in ada.say("undo").text
    assert the_order(database, "W44001").status.value == "open"


@ON_SQLITE
def test_in_german_too(ada: Talk, database: Database) -> None:
    ada.say("Bitte stornieren Sie Bestellung W44001")
    ada.say("ja")
    shown = ada.say("mach das rückgängig")
    assert "wäre wieder offen" in shown.text
    assert "eingezogen" in shown.text
    ada.say("ja")
    assert the_order(database, "W44001").status.value == "open"


@ON_SQLITE
def test_a_language_is_spoken_again(ada: Talk) -> None:
    ada.say("auf Deutsch bitte")
    assert "wieder diese Sprache mit Ihnen: English" in ada.say("mach das rückgängig").text
    assert [one.name for one in ada.say("ja").actions] == ["undo"]
    assert "orders" in ada.say("show my orders").text


@ON_SQLITE
def test_an_opened_ticket_is_taken_back_until_somebody_works_on_it(ada: Talk) -> None:
    bring(ada.portal, "staff", {"email": SUPPORT, "name": "Sam", "role": "support"})
    opened = ada.say("open a ticket about the website crashing at checkout")
    number = opened.actions[0].result["ticket_number"]
    assert f"Ticket {number} would be closed" in ada.say("undo that").text
    assert ada.say("yes").actions[0].arguments == {"intent": "open_ticket", "ticket_number": number}
    assert [one.state for one in ada.portal.tickets(staff_member()) if one.ticket_number == number] == ["closed"]
    again = ada.say("open a ticket about the website crashing at checkout").actions[0].result["ticket_number"]
    ada.portal.claim_ticket(staff_member(), again)
    elsewhere = Talk(ada.portal, ada.speaker, chat="elsewhere")
    assert "somebody works on it already" in elsewhere.say("undo that").text


def staff_member() -> Staff:
    return Staff(SUPPORT, "Sam", Role.SUPPORT, None, "GBP")
