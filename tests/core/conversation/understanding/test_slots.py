"""The slots of an utterance, through the reader, as a table for each kind."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.conversation.intents.return_item import REASONS
from core.conversation.understanding import Reader
from core.conversation.understanding.choices import reasons
from tests.core.conversation.understanding.conftest import TODAY, Read

ORDER_NUMBERS = {
    "where is order 581475": "581475",
    "where is 1001": "1001",
    "reordr 1002": "1002",
    "bitte 1002 stornieren": "1002",
    "return the mug of 1002": "1002",
    "status of １００１": "1001",
    "where is order 2001?": "2001",
    "order no. 2026": "2026",
    "send me the invoice for order 2024": "2024",
    "order 1999 please": "1999",
    "where is my order #581475?": "581475",
    "order no. 00581475": "00581475",
    "order number is 581475": "581475",
    "nr 581475": "581475",
    "# 581475": "581475",
    "581475": "581475",
    "my order 58 14 75 is late": "581475",
    "where is the order ending 1475": "1475",
    "the one that ends in 1475": "1475",
    "last four are 1475": "1475",
    "1475": "1475",
    "track SO-1001": "SO-1001",
    "status of so-1001 please": "SO-1001",
    "W5442520": "W5442520",
    "order ٥٨١٤٧٥": "581475",
    "order ५८१४७५": "581475",
    "ｏｒｄｅｒ ５８１４７５": "581475",
    "wheres my ordr 581475": "581475",
    "i want to return the cake tins from order 581475": "581475",
    "invoice for order 581475": "581475",
    "cancel my order 581475": "581475",
    "return 1 address book from 555841": "555841",
    "return 2 woodland charlotte bags from 558194": "558194",
    "send back the cat sign from 555841": "555841",
    "return 2 mugs from 1002": "1002",
    "invoice for 1002": "1002",
}
INVOICE_NUMBERS = {
    "invoice 581475": "581475",
    "bill #581475": "581475",
    "send me invoice 2024": "2024",
    "invoice 52001": "52001",
    "INV-581475": "INV-581475",
    "invoice number 581475 please": "581475",
    "credit note CN-1001": "CN-1001",
}
QUANTITIES = {
    "3": "3",
    "three": "3",
    "a dozen": "12",
    "half a dozen": "6",
    "two dozen please": "24",
    "no, 3 not 2": "3",
    "3 not 2": "3",
    "not 2 but 3": "3",
    "no, only one": "1",
    "make it 480": "480",
    "change the blue lamp to 480": "480",
    "make the red mugs 480": "480",
    "order 480 red mugs instead": "480",
    "order 1200 red mugs instead": "1200",
    "change the set of 6 paper cups to 48": "48",
    "pack of 12 tissues: 480": "480",
    "make the french blue metal door sign 3 96": "96",
    "change the lamp from 500 to 480": "480",
    "order 480 of the blue lamp instead of 500": "480",
    "i want to return 3 of the cake tins": "3",
    "i want to return two mugs": "2",
    "return both lamps": "2",
    "do you have 12 of the lunch bags": "12",
    "can i get 1,200 of the paper chains": "1200",
    "change the cakestand to 1 000": "1000",
    "change the cakestand to 1,000": "1000",
    "change the cakestand to 1.000": "1000",
    "change the cakestand to 1 500": "1500",
    "1 000": "1000",
    "do you have 1 500 of the cakestand": "1500",
    "change the mugs to a hundred and twenty": "120",
    "set 22423 to five hundred": "500",
    "make it two hundred and fifty": "250",
    "two thousand five hundred": "2500",
    "seventy-two": "72",
    "12 dozen": "144",
    "three dozen": "36",
    "make it 12 dozen": "144",
    "2 of the second thing": "2",
    "return 1 address book from 555841": "1",
    "return 2 woodland charlotte bags from 558194": "2",
    "return one hundred and one mugs from 1002": "101",
    "5 cat signs": "5",
    "five lamps please": "5",
    "do you hav 500 of them?": "500",
    "why 480 of the cakestand in proposal 3": "480",
}
WITHOUT_QUANTITY = (
    "is the set of 3 cake tins in stock",
    "when will the regency cakestand 3 tier be back in stock",
    "the one with the blue lamp",
    "where is order 581475",
    "is the 15 cm planter available",
    "1.5",
    "make it 1.5",
    "1.5 of the first item",
    "return 1.5 of the lamps",
    "one and a half dozen",
    "3 days",
    "send back the cat sign from 555841",
)
REFERENCES = {
    "where is my last order?": "last",
    "the latest one": "last",
    "my most recent purchase": "last",
    "the first one": "first",
    "my first order": "first",
    "first one": "first",
    "the first": "first",
    "the oldest one": "oldest",
    "my oldest order": "oldest",
    "the very first order": "oldest",
    "oldest": "oldest",
    "invoice for the oldest one": "oldest",
    "my newest order": "last",
    "the second one": "2",
    "and the second one?": "2",
    "second": "2",
    "the third one": "3",
    "no, the 3rd one": "3",
    "option 4": "4",
    "last but one": "-2",
    "the second last order": "-2",
}
WITHOUT_REFERENCE = (
    "what did i buy last week",
    "last month",
    "first class post",
    "orders of the last 3 months",
    "one second",
    "2 of the second thing",
    "1.5 of the first item",
    "return the second item",
    "the first product",
)
PRODUCTS = {
    "is the blue lamp in stock?": "blue lamp",
    "do you have 12 of the Lunch Bag Red Retrospot": "Lunch Bag Red Retrospot",
    "is 85123A available": "85123A",
    "is 22423 in stock": "22423",
    "when will the set of 3 cake tins be back in stock": "set of 3 cake tins",
    "when is the home sweet home sign back?": "home sweet home sign",
    "how much is the teapot": "teapot",
    "i need 36 lunch boxes, do you have them": "lunch boxes",
    "return the blue lamp because it arrived smashed": "blue lamp",
    "I don't want the lamp, can I send it back?": "lamp",
    "you sent me the wrong colour, i want to send the cushion back": "cushion",
    "the one with the blue lamp": "blue lamp",
    "what about the red teapot": "red teapot",
    "where is my blue lamp?": "blue lamp",
    "orders with the blue lamp": "blue lamp",
    "when did i buy the red teapot": "red teapot",
    "invoice for the blue lamp": "blue lamp",
    "no, the blue lamp": "blue lamp",
    "why 480 of the blue lamp": "blue lamp",
    "change the blue lamp to 480": "blue lamp",
    "set 22423 to 96": "22423",
    "set 22423 to five hundred": "22423",
    "change the cakestand to 1 000": "cakestand",
    "change the cakestand to 1.000": "cakestand",
    "return 1 address book from 555841": "address book",
    "return 2 woodland charlotte bags from 558194": "woodland charlotte bags",
    "send back the cat sign from 555841": "cat sign",
    "return 1.5 of the lamps": "lamps",
    "5 cat signs": "cat signs",
    "5 of the cat signs please": "cat signs",
    "why the cakestand in proposal 1": "cakestand",
    "explain the cakestand in proposal 1": "cakestand",
    "why 480 of the cakestand in proposal 3": "cakestand",
    "why the fridge magnets": "fridge magnets",
    "are the mugs in stock and the others?": "mugs",
    'have you got the "KEEP CALM AND CARRY ON" sign?': "KEEP CALM AND CARRY ON",
}
WITHOUT_PRODUCT = (
    "where is my order",
    "send me the invoice",
    "where the hell is my damn order",
    "yes please",
    "cancel",
    "invoice for the oldest one",
    "do you hav 500 of them?",
    "2 of the second thing",
    "12 people",
    "increase my credit limit to 4000",
)
REASON_WORDS = {
    "it arrived broken": "damaged",
    "smashed to bits": "damaged",
    "it does not work": "damaged",
    "you sent the wrong colour": "wrong_item",
    "that is not what i ordered": "wrong_item",
    "it looks nothing like the picture": "not_as_described",
    "it came too late": "arrived_late",
    "i ordered too many": "too_many",
    "i changed my mind": "no_longer_wanted",
    "I no longer want it": "no_longer_wanted",
    "it does not fit": "no_longer_wanted",
}
DECISIONS = {
    "approve all Acme under 500": {"decision": "approve", "supplier": "Acme", "amount": "500"},
    "reject the proposal from Nordwind because we have enough stock": {
        "decision": "reject",
        "supplier": "Nordwind",
        "why": "we have enough stock",
    },
    "approve proposal 12": {"decision": "approve", "proposal": "12"},
    "approve 12": {"decision": "approve", "proposal": "12"},
    "reject #12, too expensive": {"decision": "reject", "proposal": "12", "why": "too expensive"},
    "don't approve the acme proposal": {"decision": "reject", "supplier": "acme"},
    "please approve the order to Smith & Sons": {"decision": "approve", "supplier": "Smith & Sons"},
    "approve everything from Nordwind up to £1,200.50": {
        "decision": "approve",
        "supplier": "Nordwind",
        "amount": "1200.50",
        "currency": "GBP",
    },
    "approve all": {"decision": "approve"},
    "reject everything over 1000": {"decision": "reject"},
}
SUMS = {
    "i paid £49.90 for it": ("49.90", "GBP"),
    "it was 49,90 euros": ("49.90", "EUR"),
    "$1,234.50": ("1234.50", "USD"),
    "500 gbp": ("500", "GBP"),
    "EUR 20": ("20", "EUR"),
    "£2k": ("2000", "GBP"),
}
OTHERS = {
    ("where is my return R-000123", "return_number"): "R-000123",
    ("r 123456", "return_number"): "R-123456",
    ("return number 123", "return_number"): "R-000123",
    ("T-000123", "ticket_number"): "T-000123",
    ("ticket 123", "ticket_number"): "T-000123",
    ("i am Jane.Doe+shop@example.co.uk", "email"): "jane.doe+shop@example.co.uk",
    ("my postcode is sw1a1aa", "postcode"): "SW1A 1AA",
    ("zip 90210", "postcode"): "90210",
    ("my orders in march", "period"): "2026-03-01/2026-03-31",
    ("my order from 2 june", "date"): "2026-06-02",
    ("invoice of july 6", "date"): "2026-07-06",
    ("my order from november 2", "date"): "2026-11-02",
    ("my orders in july", "period"): "2026-07-01/2026-07-31",
    ("track PP70060273GB", "tracking_number"): "PP70060273GB",
    ("why is pp70060273gb late", "tracking_number"): "PP70060273GB",
    ("why the cakestand in proposal 1", "proposal"): "1",
    ("show me proposal 3", "proposal"): "3",
    ("reject 3, too dear and approve 6", "why"): "too dear",
}


def values(read: Read, text: str, name: str) -> list[str]:
    """The values of the slots of that name."""
    return [slot.value for slot in read(text).slots if slot.name == name]


@pytest.mark.parametrize(("text", "value"), ORDER_NUMBERS.items())
def test_an_order_number_is_recognised_however_it_is_typed(read: Read, text: str, value: str) -> None:
    assert values(read, text, "order_number") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "my visa ending 1199",
        "pay with the card, last four digits 1199",
        "call +44 20 7946 0958",
        "2026-03-01",
        "£581475",
        "in 2011",
        "R-000123",
        "order 12 mugs",
    ],
)
def test_other_numbers_are_no_order_number(read: Read, text: str) -> None:
    assert values(read, text, "order_number") == []


@pytest.mark.parametrize(("text", "value"), INVOICE_NUMBERS.items())
def test_an_invoice_number_is_recognised(read: Read, text: str, value: str) -> None:
    assert values(read, text, "invoice_number") == [value]


@pytest.mark.parametrize(("text", "value"), QUANTITIES.items())
def test_a_quantity_is_what_is_wanted_in_the_end(read: Read, text: str, value: str) -> None:
    assert values(read, text, "quantity") == [value]


@pytest.mark.parametrize("text", WITHOUT_QUANTITY)
def test_a_number_inside_a_name_is_no_quantity(read: Read, text: str) -> None:
    assert values(read, text, "quantity") == []


@pytest.mark.parametrize(("text", "value"), REFERENCES.items())
def test_a_place_in_a_list_is_a_reference(read: Read, text: str, value: str) -> None:
    assert values(read, text, "reference") == [value]


@pytest.mark.parametrize("text", WITHOUT_REFERENCE)
def test_a_place_in_time_is_no_reference(read: Read, text: str) -> None:
    assert values(read, text, "reference") == []


@pytest.mark.parametrize(("text", "value"), PRODUCTS.items())
def test_a_product_is_what_is_left_of_a_request(read: Read, text: str, value: str) -> None:
    assert values(read, text, "product") == [value]


@pytest.mark.parametrize("text", WITHOUT_PRODUCT)
def test_a_request_about_no_product_names_none(read: Read, text: str) -> None:
    assert values(read, text, "product") == []


@pytest.mark.parametrize(("text", "value"), REASON_WORDS.items())
def test_a_reason_is_one_that_a_return_knows(read: Read, text: str, value: str) -> None:
    assert values(read, text, "reason") == [value]


def test_every_reason_of_a_return_can_be_said() -> None:
    said = {found.value for text in REASON_WORDS for found in reasons(text.lower())}
    assert said == set(REASONS)


@pytest.mark.parametrize(("text", "slots"), DECISIONS.items())
def test_a_decision_says_what_which_and_why(read: Read, text: str, slots: dict[str, str]) -> None:
    assert {slot.name: slot.value for slot in read(text).slots} == slots


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("approve 3 and 6", ["3", "6"]),
        ("approve both 3 and 6", ["3", "6"]),
        ("approve proposal 3, 6 and 7", ["3", "6", "7"]),
        ("reject proposals 3 and 6 because too dear", ["3", "6"]),
        ("change the lamp in proposal 3, 480 pieces", ["3"]),
    ],
)
def test_each_proposal_that_is_listed_is_a_slot(read: Read, text: str, numbers: list[str]) -> None:
    assert values(read, text, "proposal") == numbers


@pytest.mark.parametrize(("text", "value"), SUMS.items())
def test_a_sum_has_its_currency_beside_it(read: Read, text: str, value: tuple[str, str]) -> None:
    assert (values(read, text, "amount"), values(read, text, "currency")) == ([value[0]], [value[1]])


@pytest.mark.parametrize(("asked", "value"), OTHERS.items())
def test_other_details_are_recognised(read: Read, asked: tuple[str, str], value: str) -> None:
    assert values(read, *asked) == [value]


@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.sampled_from(sorted({*PRODUCTS, *DECISIONS, *QUANTITIES, *SUMS})), max_size=4).map(" ".join),
    )
)
@example("Straße ﬁ order ٥٨١٤٧٥")
@example("e\u0301e\u0301 order 581475")
def test_a_slot_is_a_stretch_of_the_utterance(reader: Reader, text: str) -> None:
    understood = reader.read(text, today=TODAY)
    for slot in understood.slots:
        assert slot.text
        assert understood.text[slot.start : slot.end] == slot.text


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_days_are_counted_from_the_day_that_is_given(reader: Reader, today: date) -> None:
    found = {slot.name: slot.value for slot in reader.read("where is the order from today", today=today).slots}
    assert found["date"] == today.isoformat()
