"""A slip of the tongue is put right by a word: what is shown next has what was meant, and nothing is done meanwhile."""

import pytest

from core.portal import Portal
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.talking import Talk, customer
from tests.flows.wardrobe import PAYPAL, VISA, open_wardrobe, order
from tests.shop import ADA

CANCEL, CHANGE = "please cancel order 1002", "change the shirt of order 1002 to size L"
MORE = "make it 3 shirts in order 1002"
MOVE = "send order 1002 to 5 Hill Road, York YO1 7BB, United Kingdom"
PAY = "I want to pay order 1002 with my visa instead"
BACK = "I want to return the shirt of order 1005"
STORNO, ADRESSE = "bitte storniere Bestellung 1002", "schick Bestellung 1002 an Gartenweg 5, 10115 Berlin, Deutschland"
ZURUECK = "ich möchte das Linen Shirt aus Bestellung 1005 zurückschicken"

# what was begun, what is said next, what is shown then and what no longer is
CORRECTIONS = [
    (CANCEL, "no, not 1002 but 1003", "1003", "1002"),
    (CANCEL, "not 1002, 1003", "1003", "1002"),
    (CANCEL, "no, 1003 not 1002", "1003", "1002"),
    (CANCEL, "I meant order 1003", "1003", "1002"),
    (CANCEL, "sorry, 1003", "1003", "1002"),
    (CANCEL, "no, order 1003 instead of 1002", "1003", "1002"),
    (CANCEL, "not order 1002, order 1003", "1003", "1002"),
    (CANCEL, "wrong number, it's 1003", "1003", "1002"),
    (MORE, "no, 2 not 3", "£20.00", "£40.00"),
    (MORE, "not 3 but 2", "£20.00", "£40.00"),
    (MORE, "sorry, only 2", "£20.00", "£40.00"),
    (MORE, "we make it 2 instead of 3", "£20.00", "£40.00"),
    (MORE, "2 instead of 3 please", "£20.00", "£40.00"),
    (MORE, "let's make it 2 rather than 3", "£20.00", "£40.00"),
    (MORE, "make that 2", "£20.00", "£40.00"),
    (MORE, "2, not 3", "£20.00", "£40.00"),
    (MORE, "lieber 2 statt 3", "20,00", "40,00"),
    (MORE, "wir machen 2 statt 3 daraus", "20,00", "40,00"),
    (BACK, "no, it does not fit, it is not damaged", "Linen Shirt", "amaged"),
    (BACK, "no, not the shirt but the kettle", "Tea Kettle", "Linen Shirt"),
    (BACK, "I meant the kettle, not the shirt", "Tea Kettle", "Linen Shirt"),
    (MOVE, "no, 7 Hill Road, not 5 Hill Road", "7 Hill Road", "5 Hill Road"),
    (MOVE, "sorry, number 7, not 5", "7 Hill Road", "5 Hill Road"),
    (MOVE, "the postcode is YO1 7BC, not YO1 7BB", "YO1 7BC", "YO1 7BB"),
    (PAY, "no, with paypal, not visa", "PayPal", "to Visa"),
    (STORNO, "nein, nicht 1002, sondern 1003", "1003", "1002"),
    (STORNO, "nicht 1002 sondern 1003", "1003", "1002"),
    (STORNO, "nein, 1003 statt 1002", "1003", "1002"),
    (STORNO, "ich meinte 1003", "1003", "1002"),
    (STORNO, "nein, die Bestellung 1003", "1003", "1002"),
    (STORNO, "falsche Nummer, es ist die 1003", "1003", "1002"),
    (ZURUECK, "nein, den Tea Kettle", "Tea Kettle", "Linen Shirt"),
    (ADRESSE, "nicht Berlin, sondern Potsdam", "Potsdam", "Berlin"),
    (ZURUECK, "nein, nicht das Shirt, sondern den Kettle", "Tea Kettle", "Linen Shirt"),
    (ZURUECK, "ich meinte den Tea Kettle, nicht das Shirt", "Tea Kettle", "Linen Shirt"),
    (ADRESSE, "nein, Gartenweg 7, nicht Gartenweg 5", "Gartenweg 7", "Gartenweg 5"),
    (ADRESSE, "Entschuldigung, die Postleitzahl ist 10117", "10117", "10115"),
]


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_wardrobe(portal)
    for number, paid_with, status in (("1002", PAYPAL, "open"), ("1003", VISA, "open"), ("1005", PAYPAL, "delivered")):
        order(portal, number, ADA, ["S-BLUE-M", "K-STEEL"], paid_with=paid_with, status=status)
    return customer(portal, ADA)


@ON_SQLITE
@pytest.mark.parametrize(("begun", "said", "shown", "gone"), CORRECTIONS)
def test_a_correction_is_understood_as_one(ada: Talk, begun: str, said: str, shown: str, gone: str) -> None:
    first = ada.say(begun)
    assert first.asks, first.text
    reply = ada.say(said)
    assert shown in reply.text
    assert gone not in reply.text
    assert reply.asks, reply.text
    assert all(not one.actions for one in ada.said)
