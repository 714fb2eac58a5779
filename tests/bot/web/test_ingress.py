"""What is sent, made safe to read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.ingress import plain, read_form, read_json, whole_number
from core.errors import InvalidInput


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (read_json, read_form):
        with suppress(InvalidInput):
            assert isinstance(read(body), dict)


@given(st.text(alphabet=st.characters()))
def test_plain_text_is_plain_however_often_it_is_made_so(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert "\x00" not in once
    assert "\r" not in once
    once.encode()  # no half of a character is left


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "1e3", "x", "１２", "1 2", "9999999999"])
def test_a_whole_number_is_only_digits(typed: str) -> None:
    with pytest.raises(InvalidInput, match="Lamps"):
        whole_number(typed, "Lamps")


def test_spaces_around_a_number_do_not_matter() -> None:
    assert whole_number(" 48 ", "Lamps") == 48
