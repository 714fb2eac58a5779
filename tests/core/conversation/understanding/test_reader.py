"""Which intents an utterance has, what has none, and what no utterance can do."""

import json
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.conversation import wording
from core.conversation.intents import INTENTS
from core.conversation.understanding import Reader
from tests.core.conversation.understanding.conftest import TODAY, Read

SAID = {
    "track_order": [
        "where is my order",
        "wheres my ordr 581475",
        "has my parcel left yet?",
        "Any news about purchase 581475?",
        "when's my stuff getting here",
        "could you possibly tell me where my lamp has got to",
        "Hello! Where's my order? Thanks",
        "order 581475",
        "where is 1001",
        "track １００１",
        "where is order 2001?",
        "wismo",
        "ETA?",
        "tracking??",
        "my parcel is late",
        "parcel says delivered but nothing here",
        "item missing from my parcel",
        "order before last",
        "why is it late",
        "why is my parcel so late",
        "track PP70060273GB",
        "PP70060273GB",
    ],
    "order_history": [
        "my orders in march",
        "what did I order on monday?",
        "list everything i bought this year",
        "how much did I spend this year",
        "orders since October",
    ],
    "get_invoice": [
        "and the invoice?",
        "send me teh invoise",
        "can i have the bill for order 581475",
        "i need a vat receipt",
        "invoice pls",
        "need invoce for 558194",
        "its invoice please",
    ],
    "stock_level": [
        "is the blue lamp in stock?",
        "got any cake tins?",
        "how many of 22423 do we have",
        "how much is the teapot",
        "u got any cake stands",
        "got lunch bags?",
        "price of regency cakestand",
        "how much is the cakestand",
        "do you have the invoice book",
        "do you hav 500 of them?",
    ],
    "restock_date": [
        "when is the teapot back in stock",
        "when do you get more lunch bags in",
        "can you tell me when the lamp is back",
        "tell me when the lamp is back?",
        "is 85123A being restocked",
        "is it back",
        "are they back yet",
        "is it back in stock",
    ],
    "return_item": [
        "i want to return the lamp",
        "can i send the mugs back",
        "retrun my order please",
        "return the return address labels of order 1002",
        "return 1 address book from 555841",
        "return 2 woodland charlotte bags from 558194",
        "send back the cat sign from 555841",
    ],
    "return_status": ["where is my return", "did you get the lamp i sent back", "R-000123"],
    "refund_status": ["refund status", "where is my refund", "has my refund been done", "i want my money back"],
    "cancel_order": ["cancel my order 581475", "please cancel the order i placed today"],
    "change_order": [
        "add two mugs to order 581475",
        "change the quantity of my order",
        "swap the lamp in my open order",
    ],
    "change_address": ["change my delivery address", "i have moved, send it to my new address"],
    "change_payment": ["pay order 581475 with paypal instead", "use my other card for the open order"],
    "undo": ["please undo that", "oops, take that back", "revert the last change"],
    "reorder": ["reordr 1002", "place order 581475 a second time", "i would like the same order as last time"],
    "exchange_item": ["exchange the lamp for the blue one", "can i swap the shirt i got for a bigger size"],
    "claim_item": ["it came broken", "the lamp is faulty", "wrong item received"],
    "withdraw": ["i withdraw from the contract for order 581475", "use my right of withdrawal"],
    "delete_my_data": ["delete my account", "delete my data", "please erase all about me"],
    "export_my_data": ["send me a copy of my data", "what do you store about me"],
    "return_policy": ["what is your return policy", "is there a cancellation fee"],
    "payment_options": ["which payment methods do you take", "is paypal accepted"],
    "payment_methods": ["which of my cards are on file", "how much is left on my gift card"],
    "balance": ["what do i owe you", "which invoices are unpaid"],
    "delivery_options": ["do you ship to norway", "delivery options", "how much is delivery"],
    "delivery_time": ["how many days does your delivery need", "how soon would it get here if i order now"],
    "opening_hours": ["opening hours", "are you open on saturday"],
    "link_account": ["i forgot my password", "sign me in"],
    "unlink_account": ["log me out", "unlink this chat"],
    "who_has_access": ["who can see my orders", "where am i signed in"],
    "notification_settings": ["subscribe me to the newsletter", "newsletter", "stop sending me mails"],
    "complaint": ["i want to complain about your driver", "complaint"],
    "feedback": ["feedback", "i want to leave a review"],
    "attach_file": ["how would i send you a picture", "can i attach a pdf"],
    "reply_ticket": ["i would like to add a remark to ticket T-000031", "reopen ticket T-000031 please"],
    "close_ticket": ["ticket T-000031 is done, close it", "you may close my ticket"],
    "open_ticket": ["my card was declined", "open a ticket about the invoice"],
    "ticket_status": ["what is the status of my ticket", "show my tickets"],
    "back_in_stock_alert": [
        "tell me when the lamp is back",
        "put me on the waiting list",
        "remind me when it is available",
        "notify me when the lamp is back",
        "put me on the waiting list for the mug",
    ],
    "change_language": ["german please", "switch to english"],
    "talk_to_human": [
        "i want to talk to a person",
        "get me a human",
        "put me through to customer support",
        "speek to a humen",
        "human pls",
        "agent",
    ],
    "help": ["help", "what can you do?", "how does this work"],
    "greeting": ["hello", "good morning", "hi there, how are you"],
    "goodbye": ["bye", "see you later"],
    "thanks": ["thanks", "thank you so much", "cheers"],
    "list_proposals": [
        "what needs my approval",
        "show me the open proposals",
        "anything to sign off?",
        "show me proposal 3",
    ],
    "decide_proposal": [
        "approve proposal 12",
        "reject the acme one",
        "approve all Acme under 500",
        "approve 3 and 6",
        "reject 3 or 6",
    ],
    "edit_proposal": [
        "change the blue lamp to 480",
        "order 480 lamps instead of 500",
        "reduce the mugs in proposal 12 to 200",
        "only 48 of the mugs",
        "order 480 red mugs instead",
        "set of 6 paper cups to 48",
        "pack of 12 tissues: 480",
        "set 22423 to five hundred",
        "change the cakestand to 1 000",
    ],
    "explain_quantity": [
        "why 480?",
        "why so many lamps",
        "how did you get to 480 of the teapot",
        "why the cakestand in proposal 1",
        "why the fridge magnets",
    ],
    "snooze_proposal": [
        "hold the mugs until friday",
        "snooze proposal 3 until monday",
        "put the acme proposal off for a week",
    ],
    "what_if": ["what if it takes three weeks?", "suppose demand doubles", "what if acme needs 30 days"],
    "receive_goods": [
        "received 40 of the blue lamp on PO-12",
        "acme delivered 24 mugs",
        "po-000012 has arrived",
    ],
    "list_moves": ["which moves are open?", "any moves between the warehouses?", "what is worth moving before we buy"],
    "decide_move": ["approve move 3", "reject move 3, the lorry is full", "approve the move of the red mugs"],
    "overstock": [
        "what lies too long?",
        "dead stock",
        "what do we have too much of?",
        "which slow movers are at north?",
    ],
    "stand_in": ["jo decides for me until friday", "who decides while pat is away?", "I'm back, I decide myself again"],
    "confirm_purchase_order": ["acme confirmed PO-7 for 14 march, 90 of the mugs", "has acme confirmed po-12?"],
    "split_proposal": ["split order 7: 144 of the mugs now, the rest in 2 weeks", "split off the lamps"],
    "supplier_scorecard": ["how reliable is acme?", "show me the supplier scorecard", "lead time of acme"],
    "confirm": ["yes", "yes please", "ok do it", "👍", "sounds good", "yes go ahead", "yes please do"],
    "deny": ["no", "no thanks", "rather not", "nope"],
    "cancel_flow": ["cancel", "never mind", "stop", "forget it", "start over"],
    "correct": [
        "no, 3 not 2",
        "no, the second one",
        "sorry, i meant order 581476",
        "actually three of them",
        "yes but make it 3",
        "no the first",
        "actually 2",
    ],
    "repeat": ["say that again", "kindly repeat that for me once more", "what did you say"],
    "back_to_bot": ["back to the bot", "i don't need a person any more"],
}
# What the shop does not serve, some of it near to what it does.
OUT_OF_SCOPE = (
    "book me a flight to rome",
    "what's the weather like",
    "set an alarm for seven",
    "turn the heating up to 21 degrees",
    "transfer 100 pounds to my sister",
    "who wrote hamlet",
    "tell me a joke",
    "what is 15 percent of 80",
    "asdf qwer",
    "reject the meeting with tom",
    "was my holiday approved",
    "return flight to boston",
    "do you sell gift cards",
    "any vouchers?",
    "do you have any discount codes",
    "do you have any pets",
    "the machine paid me out too little cash",
    "change the font size to 12",
    "注文はどこですか",
    "",
    " ",
    "...",
)
WRITES = {name for name, module in INTENTS.items() if hasattr(module, "act")}
HOSTILE = {
    "a megabyte": "x" * 1_000_000,
    "a megabyte of requests": "where is my order? " * 60_000,
    "right to left": "\u202ewhere is my order\u202c",
    "emoji": "👨‍👩‍👧‍👦" * 400,
    "towers of marks": "".join(f"{letter}{'̖́' * 40}" for letter in "where is my order"),
    "endless marks": "\u0316\u0301" * 300_000,
    "control characters": "".join(map(chr, range(0x20))) * 100,
    "surrogates": "\ud800where is my order\udfff",
    "numbers": "1,234," * 600,
    "sums": "£1,111 " * 570,
    "spaces": " " * 4_000,
    "quotes": '"' * 4_000,
    "counters": "invoice number no nr id " * 170,
    "months": "in march " * 440,
    "almost a mailbox": "a.b-c'" * 700,
}


def names(read: Read, text: str) -> list[str]:
    """The names of the intents."""
    return [intent.name for intent in read(text).intents]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in SAID.items() for text in texts])
def test_a_request_is_understood_however_it_is_put(read: Read, name: str, text: str) -> None:
    assert names(read, text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "don't cancel my order",
        "please don't cancel order 1002!",
        "no, I do not want to return the lamp",
        "dont change my address",
        "I didn't ask you to delete my account.",
    ],
)
def test_what_is_not_to_be_done_is_a_no(read: Read, text: str) -> None:
    assert names(read, text) == ["deny"]


def test_a_no_with_a_wish_behind_it_is_the_wish(read: Read) -> None:
    assert names(read, "don't cancel order 1002, just change the delivery address") != ["cancel_order"]


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("nein, doch die Tasse", "product", "Tasse"),
        ("nicht die Lampe, sondern die Tasse", "product", "Tasse"),
        ("nicht 2, sondern 3", "quantity", "3"),
        ("nein, lieber drei", "quantity", "3"),
        ("no, just the mug", "product", "mug"),
    ],
)
def test_a_correction_names_what_stands_instead(read: Read, text: str, slot: str, value: str) -> None:
    understood = read(text)
    assert [intent.name for intent in understood.intents] == ["correct"]
    assert [(one.name, one.value) for one in understood.slots] == [(slot, value)]


def test_every_intent_and_control_is_tried_here() -> None:
    assert set(INTENTS) <= set(SAID)


@pytest.mark.parametrize(
    "text",
    [
        "cancel my hotel reservation for friday",
        "cancel the pizza order",
        "change my flight in order to arrive on sunday",
        "change the oil of my car",
        "change the name you address me with",
        "exchange fifty euros for dollars",
        "what will the exchange rate be",
        "return to the settings",
        "withdraw 200 dollars from my savings",
        "close out my savings account",
        "shut down my account for a month",
        "the chip of my card is damaged",
        "order the same song again",
        "log out of netflix",
        "terminate the account",
        "return it to the original settings",
    ],
)
def test_what_is_to_be_changed_elsewhere_changes_nothing_here(read: Read, text: str) -> None:
    assert not WRITES & set(names(read, text))


@pytest.mark.parametrize("text", OUT_OF_SCOPE)
def test_what_is_not_served_is_out_of_scope(read: Read, text: str) -> None:
    assert names(read, text) == []


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("where is my order and send me the invoice", ["track_order", "get_invoice"]),
        ("send me the invoice and tell me where my order is", ["get_invoice", "track_order"]),
        ("can i return 2 mugs and where is my other parcel", ["return_item", "track_order"]),
        ("Is the teapot in stock? I also want to talk to a person.", ["stock_level", "talk_to_human"]),
    ],
)
def test_two_requests_in_one_message_come_in_their_order(read: Read, text: str, both: list[str]) -> None:
    assert names(read, text) == both


def test_each_of_two_requests_finds_its_own_slots(read: Read) -> None:
    slots = [(slot.name, slot.value) for slot in read("where is order 581475 and is the blue lamp in stock").slots]
    assert slots == [("order_number", "581475"), ("product", "blue lamp")]


@pytest.mark.parametrize(
    "text", ["yes but not the lamp", "yes, no, wait", "yes if it is free", "i would not say yes", "why yes?"]
)
def test_a_yes_with_a_but_sets_nothing_in_motion(read: Read, text: str) -> None:
    assert "confirm" not in names(read, text)


@pytest.mark.parametrize("text", ["581475", "#581475", "order number is 581475", "my last order"])
def test_a_bare_number_leaves_room_to_be_an_answer(read: Read, text: str) -> None:
    (intent,) = read(text).intents
    assert intent.name == "track_order"
    assert intent.confidence < 0.85


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "three",
        "the second one",
        "I no longer want it",
        "wrong item",
        "what about the red teapot",
    ],
)
def test_the_answer_to_a_question_is_no_request(read: Read, text: str) -> None:
    assert names(read, text) == []
    assert read(text).slots


@pytest.mark.parametrize(
    "text",
    [
        "reject everything over 1000",
        "approve all above £500",
        "approve everything of more than 300",
        "approve everything but 3",
        "approve all except 3 and 6",
        "approve all but not acme",
    ],
)
def test_a_lower_limit_is_not_taken_for_an_upper_one_or_for_all(read: Read, text: str) -> None:
    assert names(read, text) == []


def test_the_runner_up_is_another_intent_that_is_served(read: Read) -> None:
    understood = read("how about the set of 3 cake tins")
    assert understood.runner_up is not None
    assert understood.runner_up.name in SAID
    assert understood.runner_up.name not in {intent.name for intent in understood.intents}


def test_understanding_is_written_as_documented(read: Read) -> None:
    written = json.loads(json.dumps(read("where is order 581475").as_dict()))
    assert set(written) == {"text", "language", "intents", "slots", "runner_up"}
    assert (written["text"], written["language"]) == ("where is order 581475", "en")
    assert [set(intent) for intent in written["intents"]] == [{"name", "confidence"}]
    assert written["slots"] == [{"name": "order_number", "value": "581475", "text": "581475", "start": 15, "end": 21}]


def test_a_language_there_are_no_examples_of_is_read_as_one_there_are(reader: Reader) -> None:
    assert reader.read("where is my order", today=TODAY, language="xx").language == "en"


@given(st.text(max_size=400))
def test_any_text_is_read_without_fail_and_twice_the_same(reader: Reader, text: str) -> None:
    understood = reader.read(text, today=TODAY)
    assert understood == reader.read(text, today=TODAY)
    assert all(0 < intent.confidence <= 1 for intent in understood.intents)
    json.dumps(understood.as_dict()).encode()


@given(st.lists(st.characters(categories=["L", "N", "P", "S", "Z"]), max_size=60).map("".join))
def test_noise_never_begins_a_write(reader: Reader, text: str) -> None:
    assert not WRITES & {intent.name for intent in reader.read(text, today=TODAY).intents}


@example(["what is 15 percent of 80", "what is 15 percent of 80", "turn the heating up to 21 degrees"])
@example(["change the font size to 12", "what is 15 percent of 80", "change the font size to 12"])
@given(st.lists(st.sampled_from(OUT_OF_SCOPE), min_size=1, max_size=3))
def test_unrelated_messages_never_begin_a_write(reader: Reader, texts: list[str]) -> None:
    assert not WRITES & {intent.name for intent in reader.read(". ".join(texts), today=TODAY).intents}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_like_any_other(read: Read, text: str) -> None:
    understood = read(text)
    assert len(understood.text) <= 4_000
    assert all(understood.text[slot.start : slot.end] == slot.text for slot in understood.slots)


@pytest.mark.parametrize("kind", ["right to left", "towers of marks", "surrogates"])
def test_a_request_in_disguise_is_still_understood(read: Read, kind: str) -> None:
    assert names(read, HOSTILE[kind]) == ["track_order"]


@pytest.mark.parametrize("name", sorted(INTENTS))
def test_an_intent_understands_its_own_examples(read: Read, name: str) -> None:
    texts = tomllib.loads((wording.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["examples"]["en"]
    understood = sum(name in names(read, text) for text in texts)
    assert understood >= 0.85 * len(texts)


def test_a_reader_built_anew_understands_the_same(reader: Reader) -> None:
    again = Reader.load(wording.FOLDER)
    for texts in SAID.values():
        assert again.read(texts[0], today=TODAY) == reader.read(texts[0], today=TODAY)


@pytest.mark.parametrize("text", ["it does not fit", "they do not like it any more", "sie gefallen mir nicht mehr"])
def test_what_is_only_denied_stands_in_place_of_nothing(read: Read, text: str) -> None:
    assert read(text).instead is None
