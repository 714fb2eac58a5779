"""Text is counted in UTF-16 units and cut only between characters, and no mark is cut in two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.letters import Mark, entities, pieces, units

FAMILY, FLAGS = "👩‍👩‍👧‍👦", "🇩🇪🇬🇧"


def test_a_text_of_the_longest_length_is_one_message() -> None:
    assert len(pieces("😀" * 2048)) == 1
    assert len(pieces("😀" * 2048 + "!")) == 2


@pytest.mark.parametrize("character", [FAMILY, "👍🏽", "é", "각", "🏴\U000e0067\U000e0062\U000e007f"])
def test_a_character_of_several_parts_stays_whole(character: str) -> None:
    for longest in range(units(character), 3 * units(character)):
        assert {piece.text.replace(character, "") for piece in pieces(character * 5, longest=longest)} == {""}


def test_flags_stay_pairs() -> None:
    assert [piece.text for piece in pieces(FLAGS, longest=7)] == ["🇩🇪", "🇬🇧"]


def test_paragraphs_lines_and_words_are_better_places_to_cut() -> None:
    assert [piece.text for piece in pieces("one two\n\nthree four", longest=15)] == ["one two", "three four"]
    assert [piece.text for piece in pieces("one two three", longest=10)] == ["one two", "three"]


def test_a_mark_is_moved_to_the_next_message_rather_than_cut() -> None:
    found = pieces("the number R-000001", (Mark("code", 11, 19),), longest=14)
    assert [piece.text for piece in found] == ["the number", "R-000001"]
    assert entities(found[1]) == [{"type": "code", "offset": 0, "length": 8}]


def test_entities_are_counted_as_telegram_counts() -> None:
    text = "😀 R-000001"
    assert entities(pieces(text, (Mark("code", 2, 10),))[0]) == [{"type": "code", "offset": 3, "length": 8}]


@given(st.text(alphabet=st.sampled_from(["a", " ", "\n", "😀", "́", "\u200d", "🇩", "x"]), max_size=60),
       st.integers(4, 30))  # fmt: skip
def test_nothing_but_space_is_lost_and_no_message_is_too_long(text: str, longest: int) -> None:
    found = pieces(text, longest=longest)
    assert all(0 < units(piece.text) <= longest for piece in found)
    assert "".join("".join(piece.text.split()) for piece in found) == "".join(text.split())


def test_a_tower_of_accents_longer_than_a_message_is_cut_all_the_same() -> None:
    assert unicodedata.combining("́")
    assert [len(piece.text) for piece in pieces("a" + "́" * 20, longest=10)] == [10, 10, 1]
