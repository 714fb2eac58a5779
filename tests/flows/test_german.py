"""Customers who speak German are answered in German, and whoever changes the language is followed."""

import pytest
from sqlalchemy import select

from core.accounts.rows import CustomerRow
from core.chat import Speaker
from core.database.engine import Database
from core.portal import Portal
from tests import shop
from tests.flows.talking import Talk, customer, guest


@pytest.fixture
def open_shop(portal: Portal) -> Portal:
    shop.open_shop(portal)
    return portal


@pytest.fixture
def ada(open_shop: Portal) -> Talk:
    return customer(open_shop, shop.ADA)


def language_of(database: Database, customer_id: str) -> str:
    with database.reading() as session:
        found = session.scalar(select(CustomerRow.language).where(CustomerRow.customer_id == customer_id))
    return found or ""


def test_an_order_is_told_in_german_with_its_days_and_amounts(ada: Talk) -> None:
    reply = ada.say("Wo ist meine Bestellung?")
    assert reply.intents == ("track_order",)
    for part in ("Bestellung 1002 vom 12. Juni", "86,40\u00a0£", "Sendungsnummer TRK-1002A", "Ein Teil ist zugestellt"):
        assert part in reply.text
    assert [button.label for button in reply.buttons] == ["Mir die Rechnung schicken", "Etwas zurückschicken"]


def test_a_chat_stays_german_where_words_tell_nothing(ada: Talk) -> None:
    ada.say("Guten Tag")
    assert "Bestellung 1001" in ada.say("1001").text
    assert "Rechnung 51001" in ada.say("und die Rechnung?").text


def test_a_chat_follows_whoever_changes_the_language(ada: Talk) -> None:
    assert "Guten Tag" in ada.say("Guten Tag").text
    assert "Order 1001" in ada.say("where is my order 1001?").text
    assert "Bestellung 1001" in ada.say("und wo ist die Bestellung 1001 bitte?").text


def test_a_language_chosen_in_words_stays_and_is_kept(ada: Talk, database: Database) -> None:
    assert ada.say("speak german please").text == "Ab jetzt sprechen wir Deutsch."
    assert "Bestellung 1001" in ada.say("where is my order 1001?").text
    assert language_of(database, shop.ADA) == "de"
    assert ada.say("auf Englisch bitte").text == "We speak English from now on."
    assert language_of(database, shop.ADA) == "en"


def test_a_return_is_begun_shown_and_written_down_in_german(ada: Talk) -> None:
    ada.say("Ich möchte zwei Red Polka Dot Mug aus Bestellung 1001 zurückgeben")
    shown = ada.say("gefällt mir nicht")
    assert "2 × Red Polka Dot Mug" in shown.text
    assert "Ich möchte es nicht mehr" in shown.text
    assert shown.asks == "confirm"
    assert [button.label for button in shown.buttons] == ["Ja, bitte", "Nein, lassen"]
    done = ada.say("ja, machen Sie das")
    assert [action.name for action in done.actions] == ["return_item"]
    assert "Rücksendung hat die Nummer R-" in done.text


def test_a_german_no_changes_nothing(ada: Talk) -> None:
    ada.say("Ich möchte zwei Red Polka Dot Mug aus Bestellung 1001 zurückgeben, sie gefallen mir nicht mehr")
    reply = ada.say("nein, lieber nicht")
    assert "Es wurde nichts geändert" in reply.text
    assert reply.actions == ()


def test_a_refusal_is_german_too(ada: Talk) -> None:
    assert ada.say("Wo ist Bestellung 4711?").text == "Ich finde keine Bestellung 4711 von Ihnen."


def test_two_requests_in_one_german_message_are_both_answered(ada: Talk) -> None:
    reply = ada.say("Wo ist Bestellung 1001 und wann haben Sie geöffnet?")
    assert set(reply.intents) == {"track_order", "opening_hours"}
    assert "Bestellung 1001" in reply.text
    assert "Montag: 09:00-17:30" in reply.text


def test_a_guest_finds_a_parcel_in_german(open_shop: Portal) -> None:
    talk = guest(open_shop)
    talk.say("Wo bleibt mein Paket?")
    talk.say("1002")
    assert "Bestellung 1002: unterwegs." in talk.say("ada@example.org").text


def test_the_customers_own_language_is_where_a_chat_begins(open_shop: Portal) -> None:
    speaker = Speaker(customer_id=shop.ADA, proof=3, language="de")
    assert "Bestellung 1001" in Talk(open_shop, speaker, chat="new").say("1001").text


def test_german_names_what_is_sold_by_its_name(ada: Talk) -> None:
    assert "Blue Glass Lamp ist zurzeit nicht vorrätig" in ada.say("Haben Sie die Blue Glass Lamp auf Lager?").text
