"""The text gate, and the folded copy that leads back to what was typed."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.conversation.understanding import clean
from core.conversation.understanding.text import LONGEST, fold

anything = st.text(st.characters(codec=None), max_size=300)


@given(anything)
def test_what_passed_the_gate_passes_it_again_unchanged(text: str) -> None:
    once = clean(text).text
    assert clean(once).text == once


@given(anything)
def test_nothing_that_cannot_be_stored_or_shown_passes(text: str) -> None:
    passed = clean(text).text
    passed.encode("utf-8")
    assert unicodedata.is_normalized("NFC", passed)
    assert not [c for c in passed if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]


def test_newlines_tabs_and_emoji_are_kept() -> None:
    family = "one\ntwo\t👨‍👩‍👧"
    assert clean(family).text == family


def test_the_head_of_a_long_message_is_kept_and_said_to_be_cut() -> None:
    cut = clean("x" * 1_000_000)
    assert (cut.text, cut.was_cut) == ("x" * LONGEST, True)


def test_a_message_of_just_the_longest_length_is_whole() -> None:
    assert not clean("x" * LONGEST).was_cut
    assert clean("x" * (LONGEST + 1)).was_cut


def test_control_characters_do_not_count_for_the_length() -> None:
    assert clean("\x00" * 100 + "x" * LONGEST).text == "x" * LONGEST


def test_a_tower_of_marks_is_cut_down() -> None:
    assert len(clean("a" + "\u0316\u0301" * 5_000).text) < 50


@given(anything)
def test_every_stretch_of_the_folded_copy_leads_back_into_the_original(text: str) -> None:
    folded = fold(clean(text).text)
    for start in range(len(folded.text)):
        begin, end = folded.span(start, start + 1)
        assert 0 <= begin < end <= len(folded.original)
        assert fold(folded.original[begin:end]).text.startswith(folded.text[start]) or len(folded.text) > 1


def test_folding_levels_width_case_digits_quotes_and_the_invisible() -> None:
    assert fold("ＯＲＤＥＲ no. ٥٨١٤٧٥ i\u200bs “late” – it’s ﬁne").text == 'order no. 581475 is "late" - it\'s fine'


def test_a_letter_that_folds_into_two_leads_back_to_the_one() -> None:
    folded = fold("Straße 12")
    at = folded.text.index("12")
    assert folded.original[slice(*folded.span(at, at + 2))] == "12"
