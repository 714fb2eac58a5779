"""Several requests in one message, each with what belongs to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.understanding import Reader
from tests.core.conversation.understanding.conftest import TODAY, Read

PARTS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "is the woodland charlotte bag in stock and when are the party candles back?": [
        ("stock_level", {"product": "woodland charlotte bag"}),
        ("restock_date", {"product": "party candles"}),
    ],
    "is the cakestand in stock and the woodland charlotte bag?": [
        ("stock_level", {"product": "cakestand"}),
        ("stock_level", {"product": "woodland charlotte bag"}),
    ],
    "where is order 1001 and send me the invoice for 1002": [
        ("track_order", {"order_number": "1001"}),
        ("get_invoice", {"order_number": "1002"}),
    ],
    "where is order 1001 and where is order 1002": [
        ("track_order", {"order_number": "1001"}),
        ("track_order", {"order_number": "1002"}),
    ],
    "where is order 1001, i said where is order 1001": [("track_order", {"order_number": "1001"})],
    "return 2 mugs, they are broken, and where is my other parcel": [
        ("return_item", {"quantity": "2", "product": "mugs", "reason": "damaged"}),
        ("track_order", {}),
    ],
    "about order 1001. hello! where is my parcel and send me the invoice": [
        ("track_order", {"order_number": "1001"}),
        ("get_invoice", {"order_number": "1001"}),
    ],
    "approve proposal 3 and reject proposal 6": [
        ("decide_proposal", {"decision": "approve", "proposal": "3"}),
        ("decide_proposal", {"decision": "reject", "proposal": "6"}),
    ],
    "approve 3 and reject 6 because too dear": [
        ("decide_proposal", {"decision": "approve", "proposal": "3"}),
        ("decide_proposal", {"decision": "reject", "proposal": "6", "why": "too dear"}),
    ],
    "where is order 1001 and cancel 1002": [
        ("track_order", {"order_number": "1001"}),
        ("cancel_order", {"order_number": "1002"}),
    ],
    "cancel 1001 and 1002": [
        ("cancel_order", {"order_number": "1001"}),
        ("cancel_order", {"order_number": "1002"}),
    ],
    "track 1001, reorder 1003 and cancel 1002": [
        ("track_order", {"order_number": "1001"}),
        ("reorder", {"order_number": "1003"}),
        ("cancel_order", {"order_number": "1002"}),
    ],
    "return the mug of 1002 and change the address of 1003": [
        ("return_item", {"product": "mug", "order_number": "1002"}),
        ("change_address", {"order_number": "1003"}),
    ],
    "where is order 1001": [("track_order", {"order_number": "1001"})],
    "the blue one": [],
}


@pytest.mark.parametrize(("text", "parts"), PARTS.items())
def test_each_part_has_the_slots_of_its_own_stretch(
    read: Read, text: str, parts: list[tuple[str, dict[str, str]]]
) -> None:
    got = [(part.intent, {slot.name: slot.value for slot in part.slots}) for part in read(text).parts]
    assert got == parts


@given(st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=3).map(" and ".join))
def test_parts_tell_what_the_whole_tells(reader: Reader, text: str) -> None:
    said = reader.read(text, today=TODAY)
    assert list(dict.fromkeys(part.intent for part in said.parts)) == [intent.name for intent in said.intents]
    assert all(slot in said.slots for part in said.parts for slot in part.slots)
