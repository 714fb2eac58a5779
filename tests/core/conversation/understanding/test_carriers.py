"""Whatever a product is called, a clear request stays what it is."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.understanding import Reader
from core.conversation.understanding.names import NameIndex
from tests.core.conversation.understanding.conftest import TODAY, Read

CATALOGUE = Path(__file__).parents[4] / "integrations" / "demo" / "data" / "products.csv"
AWKWARD = (
    "do not touch my stuff door hanger",
    "brass door bell",
    "heart of wicker",
    "wood black board ant white finish",
    "set/6 red spotty paper cups",
    "party invites football",
    "money bank",
    "birthday card",
    "gift voucher box",
    "track suit",
    "invoice book",
    "return address labels",
    "order pad with pencil",
    "world war 2 gliders",
)
SENTENCES = {
    "is the {} in stock?": ("stock_level", {}),
    "do you have the {}?": ("stock_level", {}),
    "how much is the {}": ("stock_level", {}),
    "when will the {} be back in stock": ("restock_date", {}),
    "return the {} of order 1002": ("return_item", {"order_number": "1002"}),
    "hello, i want to return 2 of the {} from order 1002, they are broken": (
        "return_item",
        {"order_number": "1002", "quantity": "2", "reason": "damaged"},
    ),
    "where is the order with the {}?": ("track_order", {}),
    "send me the invoice for the {} please": ("get_invoice", {}),
    "the one with the {}": ("", {}),
    "why 480 of the {}?": ("explain_quantity", {"quantity": "480"}),
    "make the {} 480": ("edit_proposal", {"quantity": "480"}),
    "change the {} from 96 to 480 units": ("edit_proposal", {"quantity": "480"}),
}


def understood(read: Read, text: str) -> tuple[str, dict[str, str]]:
    """The intents joined, and the slots by name."""
    said = read(text)
    return "+".join(intent.name for intent in said.intents), {slot.name: slot.value for slot in said.slots}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_name_full_of_other_requests_words_changes_nothing(read: Read, sentence: str, name: str) -> None:
    intent, slots = SENTENCES[sentence]
    assert understood(read, sentence.format(name)) == (intent, {**slots, "product": name})


def test_nearly_every_name_of_the_demo_shop_is_understood_and_found(read: Read) -> None:
    with CATALOGUE.open(encoding="utf-8") as file:
        called = [row["name"] for row in csv.DictReader(file)][::6]
    index = NameIndex(called)
    missed = []
    for sentence, (intent, slots) in SENTENCES.items():
        for name in called:
            got, said = understood(read, sentence.format(name.lower()))
            nearest = index.search(said.get("product", ""), 1)
            is_found = bool(nearest) and called[nearest[0].index] == name
            if got != intent or not slots.items() <= said.items() or not is_found:
                missed.append(sentence.format(name))
    assert len(missed) <= 0.01 * len(called) * len(SENTENCES), missed


@pytest.mark.parametrize(
    ("text", "intents", "product"),
    [
        ("do you have the lamp and where is my order", ["stock_level", "track_order"], "lamp"),
        (
            "is the money bank in stock and send me the invoice of order 1002",
            ["stock_level", "get_invoice"],
            "money bank",
        ),
        ("return the lamp and where is my other parcel", ["return_item", "track_order"], "lamp"),
    ],
)
def test_a_name_ends_where_the_next_request_begins(read: Read, text: str, intents: list[str], product: str) -> None:
    said = read(text)
    assert [intent.name for intent in said.intents] == intents
    assert [slot.value for slot in said.slots if slot.name == "product"] == [product]


@pytest.mark.parametrize(
    "text",
    [
        "do you have the invoice",
        "do you have it in stock",
        "do you have any news on my order",
        "how much is it",
        "return it please",
        "where is the one with it",
        "make it 480",
        "do you have a list of hotels",
        "how much is the delivery",
    ],
)
def test_what_is_no_name_is_not_taken_for_one(read: Read, text: str) -> None:
    assert understood(read, text)[1].get("product") is None


@pytest.mark.parametrize(
    ("text", "intent", "name"),
    [
        ("return the passport cover of order 1002", "return_item", "passport cover"),
        ("return the song book of order 1002", "return_item", "song book"),
        (
            "the airline bag world champion arrived broken, I want to return it",
            "return_item",
            "airline bag world champion",
        ),
        ("make the pizza dish 480", "edit_proposal", "pizza dish"),
    ],
)
def test_goods_are_what_their_last_word_says_however_foreign_the_others(
    read: Read, text: str, intent: str, name: str
) -> None:
    got, slots = understood(read, text)
    assert (got, slots["product"]) == (intent, name)


@pytest.mark.parametrize(
    "text",
    [
        "set the volume to 5",
        "make the volume set to 4",
        "turn the heating up to 21 degrees",
        "change my pin to 1234",
        "change the font size to 12",
        "please raise the spending limit to two thousand",
        "raise my spending limit up to four thousand",
        "i'd like to raise my spending limit up to four thousand",
    ],
)
def test_settings_are_no_quantities_of_products(read: Read, text: str) -> None:
    assert understood(read, text)[0] == ""


@given(st.lists(st.sampled_from([*SENTENCES, *AWKWARD, "the ", " of ", ", ", "480"]), max_size=5).map(" ".join))
def test_a_product_is_a_stretch_of_what_was_typed(reader: Reader, text: str) -> None:
    said = reader.read(text, today=TODAY)
    assert all(said.text[slot.start : slot.end] == slot.text for slot in said.slots)
