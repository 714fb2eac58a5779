"""What customers ask, answered from the records, and done only after a yes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.chat import Incoming, Reply, Speaker
from core.database.engine import Database
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from core.returns.rows import ReturnLineRow, ReturnRow
from tests import shop
from tests.conftest import SettableClock
from tests.flows.talking import Talk, customer, guest


@pytest.fixture
def open_shop(portal: Portal) -> Portal:
    shop.open_shop(portal)
    return portal


@pytest.fixture
def ada(open_shop: Portal) -> Talk:
    return customer(open_shop, shop.ADA)


def returns(database: Database) -> list[tuple[str, int, int, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(ReturnRow.order_number, ReturnLineRow.line, ReturnLineRow.quantity, ReturnLineRow.reason).join(
                ReturnLineRow, ReturnLineRow.return_number == ReturnRow.return_number
            )
        )
        return [(order, line, quantity, reason) for order, line, quantity, reason in rows]


def test_the_order_under_way_is_told_parcel_by_parcel(ada: Talk) -> None:
    reply = ada.say("where is my order?")
    assert reply.intents == ("track_order",)
    for part in ("1002", "Parcel 1 of 2", "TRK-1002A", "12 × Red Polka Dot Mug", "TRK-1002B", "2 × Brass Door Bell"):
        assert part in reply.text
    assert "Part of it has been delivered" in reply.text


def test_a_follow_up_is_about_the_order_just_told(ada: Talk) -> None:
    ada.say("where is order 1001?")
    reply = ada.say("and the invoice?")
    assert "51001" in reply.text
    assert "£61.20" in reply.text  # (6 x 4.50 + 24.00) and 20 % of it
    assert [attachment.name for attachment in reply.attachments] == ["invoice-51001.pdf"]


@pytest.mark.parametrize("typed", ["#1001", "order no. 001001", "Order 1001", "１００１", "1001"])
def test_an_order_number_is_recognised_however_it_is_typed(ada: Talk, typed: str) -> None:
    assert "Order 1001" in ada.say(f"where is {typed}").text


def test_an_ok_behind_an_answer_takes_note_of_it(ada: Talk) -> None:
    ada.say("where is order 1001?")
    assert ada.say("ok").text.startswith("All right.")


def test_each_of_two_requests_is_about_its_own_order(ada: Talk) -> None:
    text = ada.say("where is order 1001 and the invoice for 1002").text
    assert "Order 1001" in text
    assert "Order 1002" not in text


def test_a_foreign_order_and_a_missing_one_look_the_same(ada: Talk) -> None:
    foreign, missing = ada.say("where is order 2001?").text, ada.say("where is order 9009?").text
    assert foreign.replace("2001", "N") == missing.replace("9009", "N")
    assert "Lamp" not in foreign


def test_a_foreign_invoice_and_a_missing_one_look_the_same(ada: Talk) -> None:
    foreign, missing = ada.say("send me invoice 52001"), ada.say("send me invoice 59009")
    assert foreign.text.replace("52001", "N") == missing.text.replace("59009", "N")
    assert foreign.attachments == ()


def test_orders_are_listed_with_their_sum_and_can_be_picked_by_place(ada: Talk) -> None:
    listed = ada.say("show me my orders")
    assert "2 orders" in listed.text
    assert "TRK-1001" in ada.say("the second one").text


def test_two_requests_in_one_message_are_both_answered(ada: Talk) -> None:
    reply = ada.say("where is order 1001 and send me the invoice for it")
    assert set(reply.intents) == {"track_order", "get_invoice"}
    assert "TRK-1001" in reply.text
    assert reply.attachments


def test_stock_is_what_can_be_promised_and_an_empty_shelf_names_the_days(ada: Talk) -> None:
    assert "500" in ada.say("is the brass door bell in stock?").text
    reply = ada.say("do you have blue glass lamps?")
    assert "out of stock" in reply.text
    assert "June" in reply.text


def test_a_follow_up_asks_for_the_same_product(ada: Talk) -> None:
    ada.say("do you have blue glass lamps?")
    assert "Blue Glass Lamp should be back" in ada.say("when is it back?").text


def test_a_return_is_written_down_only_after_a_yes_to_all_of_it(ada: Talk, database: Database) -> None:
    assert ada.say("I want to return the red mug of order 1001").asks == "quantity"
    assert ada.say("2").asks == "reason"
    shown = ada.press("I no longer want it")
    assert shown.asks == "confirm"
    for part in ("2 × Red Polka Dot Mug", "1001", "£10.80", "no longer want"):
        assert part in shown.text
    assert returns(database) == []
    done = ada.press("Yes")
    assert [action.name for action in done.actions] == ["return_item"]
    assert returns(database) == [("1001", 1, 2, "no_longer_wanted")]
    assert done.actions[0].result["return_number"] in done.text


def test_a_return_is_confirmed_by_mail_once(ada: Talk, database: Database) -> None:
    for words in ("return 1 red mug of order 1001, I do not want it any more", "yes"):
        ada.say(words)
    with database.reading() as session:
        letters = session.scalars(select(OutboxRow).where(OutboxRow.kind == "notice")).all()
    assert [(letter.content["to"], "R-000001" in letter.content["text"]) for letter in letters] == [
        ("ada@example.org", True)
    ]


def test_the_same_yes_delivered_twice_makes_one_return(ada: Talk, open_shop: Portal, database: Database) -> None:
    shown = ada.say("return 1 red mug of order 1001, I do not want it any more")
    yes = Incoming("web", ada.chat, "the-yes", "Yes", ada.speaker, shown.buttons[0].value)
    first, repeat = open_shop.converse(yes), open_shop.converse(yes)
    assert first == repeat
    assert len(returns(database)) == 1


def test_a_button_pressed_again_does_nothing_twice(ada: Talk, open_shop: Portal, database: Database) -> None:
    shown = ada.say("return 1 red mug of order 1001, I do not want it any more")
    for delivery in ("press-1", "press-2"):
        last = open_shop.converse(Incoming("web", ada.chat, delivery, "Yes", ada.speaker, shown.buttons[0].value))
    assert "pressed already" in last.text
    assert len(returns(database)) == 1


def test_yesterdays_button_says_so(ada: Talk, open_shop: Portal, clock: SettableClock, database: Database) -> None:
    shown = ada.say("return 1 red mug of order 1001, I do not want it any more")
    clock.forward(timedelta(hours=25))
    late = open_shop.converse(Incoming("web", ada.chat, "late", "Yes", ada.speaker, shown.buttons[0].value))
    assert "earlier day" in late.text
    assert returns(database) == []


def test_somebody_elses_button_is_none_of_mine(ada: Talk, open_shop: Portal, database: Database) -> None:
    shown = ada.say("return 1 red mug of order 1001, I do not want it any more")
    grace = Speaker(customer_id=shop.GRACE, proof=3)
    stolen = open_shop.converse(Incoming("web", "customer:c-grace", "1", "Yes", grace, shown.buttons[0].value))
    assert "does not belong" in stolen.text
    assert returns(database) == []


def test_no_leaves_everything_as_it_was(ada: Talk, database: Database) -> None:
    ada.say("return 1 red mug of order 1001, I do not want it any more")
    assert "Nothing was changed" in ada.say("no").text
    assert returns(database) == []
    assert "nothing open" in ada.say("yes").text


def test_a_correction_before_the_yes_changes_the_plan(ada: Talk, database: Database) -> None:
    ada.say("return 2 red mugs of order 1001, I do not want them any more")
    assert "3 × Red Polka" in ada.say("no, 3 not 2").text
    ada.say("yes")
    assert returns(database) == [("1001", 1, 3, "no_longer_wanted")]


def test_something_else_in_between_is_answered_and_the_return_goes_on(ada: Talk, database: Database) -> None:
    ada.say("I want to return the red mug of order 1001")
    between = ada.say("is the brass door bell in stock?")
    assert "500" in between.text
    assert "How many" in between.text
    ada.say("1")
    ada.say("i no longer want it")
    ada.say("yes")
    assert returns(database) == [("1001", 1, 1, "no_longer_wanted")]


def test_a_question_left_twice_is_not_pressed_again(ada: Talk) -> None:
    ada.say("I want to return the red mug of order 1001")
    ada.say("is the brass door bell in stock?")
    assert "How many" not in ada.say("where is order 1001?").text


def test_more_than_was_delivered_does_not_come_back(ada: Talk, database: Database) -> None:
    assert "at most 6" in ada.say("return 60 red mugs of order 1001, I do not want them any more").text
    assert returns(database) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("return the brass door bell of order 1002", "final sale"),
        ("return the red mug of order 1002", "not been delivered"),
    ],
)
def test_what_cannot_come_back_is_told_with_the_reason(ada: Talk, words: str, why: str) -> None:
    reply = ada.say(words)
    assert why in reply.text
    assert reply.actions == ()


def test_the_window_closes_after_its_last_day(ada: Talk, clock: SettableClock, database: Database) -> None:
    clock.forward(timedelta(days=20))  # delivered ten days before: the 30th day
    ada.say("return 1 red mug of order 1001, I do not want it any more")
    clock.forward(timedelta(days=1))
    assert "ended on" in ada.say("return 1 red mug of order 1001, I do not want it any more").text
    assert returns(database) == []


def test_an_account_question_of_a_guest_leads_to_signing_in(open_shop: Portal) -> None:
    for words in ("send me the invoice of order 1001", "what do I owe you?", "show my orders"):
        reply = guest(open_shop, words).say(words)
        assert "sign in" in reply.text
        assert "Mug" not in reply.text


def test_a_return_wants_fresh_proof(open_shop: Portal, database: Database) -> None:
    reply = customer(open_shop, shop.ADA, proof=2).say("return 1 red mug of order 1001, I do not want it any more")
    assert "sign in again" in reply.text
    assert returns(database) == []


def test_anybody_may_ask_about_stock(open_shop: Portal) -> None:
    assert "500" in guest(open_shop).say("how many brass door bells do you have?").text


def test_what_is_out_of_scope_is_said_and_starts_nothing(ada: Talk, database: Database) -> None:
    for words in ("what is the capital of France?", "please cancel my gym membership", "lol"):
        reply = ada.say(words)
        assert reply.actions == ()
        assert reply.asks is None
    assert returns(database) == []


def test_after_the_second_miss_a_person_is_offered(ada: Talk) -> None:
    ada.say("what is the capital of France?")
    assert "person" in ada.say("and of Italy?").text


def test_a_person_takes_over_in_one_step_and_gives_back(ada: Talk, open_shop: Portal) -> None:
    from tests.core.purchasing.conftest import person

    handed = ada.say("I want to talk to a human")
    assert handed.handed_off
    assert "passed that on" in ada.say("where is order 1001?").text
    sam = person(shop.SUPPORT)
    ticket = open_shop.tickets(sam)[0]
    open_shop.answer_ticket(sam, ticket.ticket_number, "Hello, this is Sam.")
    open_shop.answer_ticket(sam, ticket.ticket_number, "Hello, this is Sam.")
    heard = open_shop.transcript("web", ada.chat, "customer:c-ada")
    assert [said.reply.text for said in heard if said.speaker == "staff"] == ["Hello, this is Sam."]
    open_shop.close_ticket(sam, ticket.ticket_number)
    assert "Order 1001" in ada.say("where is order 1001?").text


def test_the_same_question_gets_the_same_answer(open_shop: Portal) -> None:
    answers = {customer(open_shop, shop.ADA).say("where is order 1001?").text for _ in range(3)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "\x00\x01\x02",
        "\u202edrowssap",
        "👩‍👩‍👧‍👦" * 500,
        "\ud800",
        "'; DROP TABLE orders; --",
        "{order}",
        "%s%n",
        " ",
    ],
)
def test_hostile_words_get_an_answer_and_change_nothing(ada: Talk, database: Database, text: str) -> None:
    reply = ada.say(text)
    assert reply.text
    assert reply.actions == ()
    assert returns(database) == []
    assert "Order 1001" in ada.say("where is order 1001?").text


def test_a_reply_survives_being_stored(ada: Talk) -> None:
    reply = ada.say("where is order 1001?")
    assert Reply.from_dict(reply.as_dict()) == reply


def test_an_enquiry_is_counted_once_a_day_however_often_it_is_asked(open_shop: Portal, database: Database) -> None:
    from core.inventory.rows import EnquiryRow

    asking = guest(open_shop)
    for _ in range(3):
        asking.say("do you have blue glass lamps?")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EnquiryRow)) == 1


def test_another_request_about_another_order_is_not_the_last_one_again(ada: Talk) -> None:
    ada.say("send me the invoice for order 1001")
    for words in ("please cancel order 1002", "order 1002 should go to my neighbour instead"):
        reply = ada.say(words)
        assert reply.attachments == ()
        assert "51001" not in reply.text
    ada.say("thanks")
    assert "welcome" not in ada.say("order 1001 smells odd").text


@pytest.mark.parametrize("words", ["and order 1002?", "what about 1002", "1002"])
def test_only_a_number_after_a_request_repeats_it_for_that_order(ada: Talk, words: str) -> None:
    ada.say("where is order 1001?")
    assert "Order 1002" in ada.say(words).text


def test_words_about_orders_pick_no_reason(ada: Talk) -> None:
    ada.say("return 2 red mugs of order 1001")
    assert ada.say("my last order").asks != "confirm"


def test_invoices_of_a_time_are_those_of_that_time(ada: Talk) -> None:
    assert "51001" in ada.say("send me my invoices from June").text
    none = ada.say("send me my invoices from February")
    assert "no invoice of that time" in none.text
    assert none.attachments == ()


def test_a_credit_note_there_is_not_is_not_an_invoice(ada: Talk) -> None:
    reply = ada.say("send me the credit note please")
    assert "no credit note" in reply.text
    assert reply.attachments == ()


def test_an_invoice_past_its_day_was_due(ada: Talk, clock: SettableClock) -> None:
    assert "is due on 4 July" in ada.say("send me invoice 51001").text
    clock.forward(timedelta(days=30))
    assert "was due on 4 July" in ada.say("send me invoice 51001").text


def test_a_return_that_is_none_of_mine_is_not_found(ada: Talk) -> None:
    ada.say("return 1 red mug of order 1001, I do not want it any more")
    ada.say("yes")
    assert "R-000001" in ada.say("what is the status of my return R-000001?").text
    other = ada.say("what is the status of my return R-000777?")
    assert "no return R-000777" in other.text


def test_a_place_beyond_the_list_is_said(ada: Talk) -> None:
    ada.say("show me my orders")
    assert "only 2 orders" in ada.say("where is the fifth one?").text


def test_the_order_just_told_is_not_quietly_exchanged_for_another(ada: Talk) -> None:
    ada.say("where is order 1002?")
    reply = ada.say("I want to return it")
    assert "Nothing of order 1002" in reply.text
    assert [button.label[:4] for button in reply.buttons] == ["1001"]


def test_more_units_than_there_are_is_said_even_of_one(ada: Talk) -> None:
    ada.say("I want to return the blue lamp of order 1001")
    ada.say("I no longer want it")
    assert "at most 1" in ada.say("no, 3 not 1").text


def test_an_enquiry_is_an_action_once(ada: Talk) -> None:
    first, again = ada.say("do you have blue glass lamps?"), ada.say("do you have blue glass lamps?")
    assert [action.name for action in first.actions] == ["note_enquiry"]
    assert again.actions == ()


def test_a_long_message_about_nothing_gets_help_as_well(ada: Talk) -> None:
    reply = ada.say("bla " * 2000)
    assert "4,000 characters" in reply.text
    assert reply.buttons


def test_a_person_is_offered_once(ada: Talk) -> None:
    ada.say("what is the capital of France?")
    labels = [button.label for button in ada.say("and of Italy?").buttons]
    assert len(labels) == len(set(labels))


def test_people_at_the_desk_are_not_offered_what_planners_do(open_shop: Portal) -> None:
    from tests.flows.talking import staff

    assert "approve" in staff(open_shop, shop.BOSS).say("hello").text
    assert "approve" not in staff(open_shop, shop.SUPPORT).say("hello").text


def test_the_oldest_order_is_the_oldest(ada: Talk) -> None:
    ada.say("show me my orders")
    assert "TRK-1001" in ada.say("where is the oldest one?").text


def test_a_product_that_no_order_has_is_not_replaced_by_another_order(ada: Talk) -> None:
    ada.say("where is order 1001?")
    reply = ada.say("send me the invoice for the teapot")
    assert "teapot" in reply.text
    assert reply.attachments == ()


def test_a_credit_note_of_an_order_is_not_its_invoice(ada: Talk) -> None:
    reply = ada.say("send me the credit note for order 1001")
    assert "no credit note for order 1001" in reply.text
    assert reply.attachments == ()


def test_what_is_unpaid_is_what_is_unpaid(ada: Talk) -> None:
    ada.say("where is order 1002?")
    assert "51001" in ada.say("which of my invoices are unpaid?").text


def test_two_questions_in_one_message_keep_their_own_products(ada: Talk) -> None:
    told = ada.say("is the brass door bell in stock and when are the blue glass lamps back?").text
    assert "Brass Door Bell is in stock" in told
    assert "Blue Glass Lamp should be back" in told


def test_a_question_without_effect_that_was_left_does_not_come_back(ada: Talk) -> None:
    ada.say("is it in stock?")
    assert "Which product" not in ada.say("where is order 1001?").text


def test_a_parcel_is_found_by_its_own_number_and_only_by_its_owner(ada: Talk, open_shop: Portal) -> None:
    long_ago = shop.OPENED - timedelta(days=2)
    shop.parcel(open_shop, "PP70060273GB", "1001", {1: 6}, {long_ago: "picked_up"})
    assert "Order 1001" in ada.say("track PP70060273GB").text
    other = customer(open_shop, shop.GRACE).say("track PP70060273GB").text
    assert "no parcel PP70060273GB" in other


def test_a_return_begun_anew_keeps_nothing_of_the_one_before(ada: Talk, database: Database) -> None:
    ada.say("return 2 red mugs of order 1001, I do not want them any more")
    ada.say("return the blue glass lamp")
    ada.press("I no longer want it")
    ada.say("yes")
    assert returns(database) == [("1001", 2, 1, "no_longer_wanted")]
