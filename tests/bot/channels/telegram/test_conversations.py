"""The counter's conversations through Telegram, over HTTP, by polling and by webhook."""

from datetime import timedelta

from sqlalchemy import select
from telegram import Message

from core.database.engine import Database
from core.returns.rows import ReturnLineRow
from core.uploads.rows import UploadRow
from tests import shop
from tests.bot.channels.telegram.world import Person, World, invitation, message, update
from tests.core.purchasing.conftest import person as staff
from tests.pictures import picture
from tests.shop import ADA, SUPPORT


def returned(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(ReturnLineRow.quantity)))


def test_a_linked_customer_hears_where_the_order_is_and_gets_the_invoice_as_a_file(ada: Person) -> None:
    assert "TRK-1001" in ada.say("where is order 1001?")
    assert "51001" in ada.say("and the invoice?")
    document = ada.messages[-1]["document"]
    assert document["file_name"] == "invoice-51001.pdf"
    assert document["file_size"] > 5000


def test_a_return_is_asked_for_shown_and_done_with_buttons(ada: Person, database: Database, world: World) -> None:
    assert "How many" in ada.say("I want to return the red mug of order 1001")
    ada.say("2")
    shown = ada.press("I no longer want it")
    assert "2 × Red Polka Dot Mug" in shown
    assert returned(database) == []
    asked = ada.messages[-1]
    assert "R-000001" in ada.press("Yes, do it")
    assert returned(database) == [2]
    world.api.wait_for(lambda: asked["reply_markup"]["inline_keyboard"][0][0]["text"] == "✓ Yes, do it")
    receipt = Message.de_json(ada.messages[-1], None)
    assert list(receipt.parse_entities(["code"]).values()) == ["R-000001"]


def test_a_button_pressed_twice_acts_once_and_is_thanked_for_each_time(
    ada: Person, database: Database, world: World
) -> None:
    ada.say("return 1 red mug of order 1001, I do not want it any more")
    query = ada.query("Yes")
    for _ in range(2):
        world.deliver(update({"callback_query": {**query, "id": f"{query['id']}-again"}}))
    assert "pressed already" in ada.news()
    assert returned(database) == [1]
    world.api.wait_for(lambda: len(world.api.given_to("answerCallbackQuery")) == 2)


def test_an_update_that_comes_again_is_answered_once(ada: Person, world: World, database: Database) -> None:
    ada.say("return 1 red mug of order 1001, I do not want it any more")
    again = update({"message": message(101, {"text": "yes"})})
    for _ in range(3):
        assert world.deliver(again) == 200
    assert ada.news().count("R-000001") == 1
    assert returned(database) == [1]


def test_an_address_is_changed_after_a_yes(ada: Person) -> None:
    shown = ada.say("send order 1002 to 5 Quay Street, Leeds LS1 4AA")
    assert "order 1002" in shown.lower()


def test_a_person_takes_over_and_is_heard_in_the_chat(ada: Person, world: World) -> None:
    assert "T-" in ada.say("I want to talk to a human")
    ticket = world.portal.tickets(staff(SUPPORT))[0]
    world.portal.answer_ticket(staff(SUPPORT), ticket.ticket_number, "Hello, this is Sam.")
    world.portal.deliver()
    assert "Hello, this is Sam." in ada.news()


def test_somebody_whose_telegram_is_german_is_answered_in_german(world: World) -> None:
    person = Person(world, 202, "de")
    assert "vorrätig" in person.say("Ist die Brass Door Bell auf Lager?")
    assert "Schaltfläche" not in person.say("/help")
    assert "Bestellung" in person.say("/help")


def test_a_stranger_shows_who_they_are_by_a_code_from_their_mailbox(world: World) -> None:
    person = Person(world, 303)
    assert "e-mail address" in person.say("/orders")
    person.say("ada@example.org")
    mailed = next(letter for letter in world.portal.letters() if letter.kind == "code")
    code = next(word for word in mailed.text.split() if word.isdigit() and len(word) == 8)
    told = person.say(code)
    assert "Thank you" in told
    assert "1002" in told


def test_a_code_can_be_typed_where_the_link_lost_it(world: World) -> None:
    person = Person(world, 404)
    person.say("/start")
    assert "Thank you, Ada" in person.say(invitation(world.portal, ADA))


def test_unlinking_makes_the_chat_a_strangers(ada: Person) -> None:
    ada.say("/unlink")
    assert "ended" in ada.press("Yes")
    assert "TRK-1001" not in ada.say("where is order 1001?")


def test_a_group_hears_nothing_personal_and_only_what_it_asked_us(world: World) -> None:
    group = {"id": -77, "type": "supergroup", "title": "Friends"}

    def say(text: str) -> list[dict[str, object]]:
        before = len(world.api.in_chat(-77))
        world.deliver(update({"message": message(101, {"text": text}, chat=group)}))
        return world.api.in_chat(-77)[before:]

    world.api.wait_for(lambda: world.telegram.door.ear.me.name)
    assert say("shall we meet at eight?") == []
    refused = say("/orders@lantern_bot")
    assert "Others read along" in str(refused[0]["text"])
    assert say("/orders@another_bot") == []
    told = say("@lantern_bot is the brass door bell in stock?")
    assert "500" in str(told[0]["text"])
    assert "reply_markup" not in told[0]


def test_hostile_words_are_answered_and_the_next_message_is_as_good_as_ever(ada: Person) -> None:
    for text in (
        "'; DROP TABLE orders; --",
        "<b>*_[x](http://a)_*</b>",
        "\u202edrowssap",
        "👩‍👩‍👧‍👦" * 300,
        "/",
        "{order}",
        " . ",
    ):
        assert ada.say(text)
    assert "TRK-1001" in ada.say("where is order 1001?")


def test_what_is_edited_or_forwarded_may_ask_and_never_says_yes(ada: Person, database: Database) -> None:
    assert "TRK-1001" in ada.send({"text": "where is order 1001?", "edit_date": 1_780_000_001}, "edited_message")
    ada.say("return 1 red mug of order 1001, I do not want it any more")
    ada.send({"text": "yes", "edit_date": 1_780_000_001}, "edited_message")
    origin = {"type": "hidden_user", "sender_user_name": "X", "date": 1_780_000_000}
    assert "Nothing was changed" in ada.say("yes", forward_origin=origin)
    assert returned(database) == []


def test_a_photo_comes_with_a_claim(ada: Person, world: World, database: Database) -> None:
    world.api.files["lamp"] = picture("PNG")
    photo = [{"file_id": name, "file_unique_id": name, "width": wide, "height": wide, "file_size": 20}
             for name, wide in (("thumb", 90), ("lamp", 800))]  # fmt: skip
    ada.send({"photo": photo, "caption": "the blue glass lamp of order 1001 arrived broken"})
    with database.reading() as session:
        kept = [(row.customer_id, row.content) for row in session.scalars(select(UploadRow))]
    assert kept == [(ADA, world.api.files["lamp"])]
    assert "lost" not in ada.say("thanks")


def test_a_file_that_cannot_be_fetched_or_is_a_strangers_is_said(ada: Person, world: World) -> None:
    document = {"document": {"file_id": "gone", "file_unique_id": "g", "file_name": "bill.pdf", "file_size": 9}}
    assert "could not be fetched" in ada.send(document)
    assert "did not keep" in Person(world, 707).send(document)
    large = {"document": {**document["document"], "file_size": 30_000_000}}
    assert "too large" in ada.send(large)
    assert len(world.api.given_to("getFile")) == 1


def test_a_customer_hears_of_a_delivery_and_asks_on_with_its_button(ada: Person, world: World) -> None:
    world.portal.announce()
    shop.parcel(world.portal, "TRK-1002A", "1002", {1: 12}, {world.clock(): "delivered"})
    world.clock.forward(timedelta(minutes=1))
    world.portal.announce()
    world.portal.deliver()
    assert "1002" in ada.news()
    assert "send back" in ada.press("Return something")


def test_the_chat_that_was_linked_before_hears_of_another(ada: Person, world: World) -> None:
    Person(world, 808).say(f"/start {invitation(world.portal, ADA)}")
    world.portal.deliver()
    assert "If that was not you" in ada.news()


def test_another_bot_is_not_answered(world: World) -> None:
    said = message(505, {"text": "hello"})
    world.deliver(update({"message": {**said, "from": {**said["from"], "is_bot": True}}}))
    assert world.api.in_chat(505) == []


def test_notices_are_stopped_by_a_command(ada: Person) -> None:
    assert "no more messages about" in ada.say("/stop")
    assert "Orders and deliveries: no" in ada.say("/notices")
    ada.say("/language")
    assert "Deutsch" in ada.press("Deutsch")
