"""People where documents are asked for, towns and countries where a delivery is."""

import pytest

from tests.core.conversation.understanding.conftest import Read


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("do you ship to Norway?", "country", "NO"),
        ("do you deliver to the united states", "country", "US"),
        ("may people from the USA order", "country", "US"),
        ("can you send it to Bergen", "city", "Bergen"),
        ("do you deliver to madrid", "city", "Madrid"),
        ("send me the invoice of Mrs. Carter", "person_name", "Mrs. Carter"),
        ("i need the bill from Jane Doe please", "person_name", "Jane Doe"),
        ("get the invoice for dr. watson", "person_name", "dr. watson"),
    ],
)
def test_who_and_where_are_found(read: Read, text: str, slot: str, value: str) -> None:
    found = {one.name: one for one in read(text).slots}
    assert found[slot].value == value
    assert text[found[slot].start : found[slot].end] == found[slot].text


@pytest.mark.parametrize("text", ["where is my order", "send the lamp back", "is the blue lamp in stock", "go to hell"])
def test_nobody_is_found_where_nobody_is_named(read: Read, text: str) -> None:
    assert not {"city", "country", "person_name"} & {one.name for one in read(text).slots}
