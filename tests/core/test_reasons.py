"""A reason is said in words."""

import pytest

from core.reasons import LONGEST, reason_in

BLANK = ("", " ", "\n\t", "\u200b", "\u2060\ufeff", "\u3164", "\u2800", "…", "-", " ? ! ", "\u0301")
"""What somebody may send who says nothing."""


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_what_says_nothing_is_no_reason(text: str) -> None:
    assert reason_in(text) == ""


@pytest.mark.parametrize("text", ["too early", "zu früh", "早すぎる", "7", "x"])
def test_words_of_any_script_are_one(text: str) -> None:
    assert reason_in(f"  {text}\n") == text


def test_of_a_long_one_the_head_is_kept() -> None:
    assert reason_in("no " * 1000) == ("no " * 1000)[:LONGEST]
    assert reason_in("." * LONGEST + "no") == ""
