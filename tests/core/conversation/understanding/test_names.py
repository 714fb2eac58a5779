"""Finding names by words with typos, in another order, or missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.understanding.names import NameIndex

NAMES = (
    "WHITE HANGING HEART T-LIGHT HOLDER",
    "RED WOOLLY HOTTIE WHITE HEART",
    "SET OF 3 CAKE TINS PANTRY DESIGN",
    "SET OF 6 CAKE TINS PANTRY DESIGN",
    "REGENCY CAKESTAND 3 TIER",
    "JUMBO BAG RED RETROSPOT",
    "LUNCH BAG RED RETROSPOT",
    "BLUE DESK LAMP",
    "DOORMAT HOME SWEET HOME",
    "HOT WATER BOTTLE KEEP CALM",
    "PAPER CHAIN KIT 50'S CHRISTMAS",
    "Türkranz klein",
    "日本の湯呑み",
)
INDEX = NameIndex(NAMES)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("white hanging heart holder", "WHITE HANGING HEART T-LIGHT HOLDER"),
        ("heart hanging white", "WHITE HANGING HEART T-LIGHT HOLDER"),
        ("regency cake stand", "REGENCY CAKESTAND 3 TIER"),
        ("regancy cakestnad", "REGENCY CAKESTAND 3 TIER"),
        ("lunch bags red", "LUNCH BAG RED RETROSPOT"),
        ("retrospot red jumbo bags", "JUMBO BAG RED RETROSPOT"),
        ("blue lamp", "BLUE DESK LAMP"),
        ("bleu lamps", "BLUE DESK LAMP"),
        ("home sweet home", "DOORMAT HOME SWEET HOME"),
        ("set of 6 cake tins", "SET OF 6 CAKE TINS PANTRY DESIGN"),
        ("türkranz", "Türkranz klein"),
        ("湯呑み", "日本の湯呑み"),
    ],
)
def test_a_name_is_found_however_it_is_typed(words: str, name: str) -> None:
    assert NAMES[INDEX.search(words, 3)[0].index] == name


@pytest.mark.parametrize("index", range(len(NAMES)))
def test_a_name_finds_itself_first_and_wholly(index: int) -> None:
    best = INDEX.search(NAMES[index], 1)[0]
    assert (best.index, best.score) == (index, 100)


@given(st.text(max_size=40), st.integers(0, 5))
def test_matches_come_best_first_each_once_and_no_more_than_asked(words: str, most: int) -> None:
    matches = INDEX.search(words, most)
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert len({match.index for match in matches}) == len(matches) <= most
    assert all(0 < score <= 100 for score in scores)


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=12))
def test_any_names_can_be_indexed_and_searched(names: list[str], words: str) -> None:
    assert all(0 <= match.index < len(names) for match in NameIndex(names).search(words, 3))


def test_words_like_no_name_find_nothing() -> None:
    assert INDEX.search("qqqq", 3) == []
    assert INDEX.search("", 3) == []
    assert NameIndex(()).search("lamp", 3) == []


def test_of_equally_good_names_the_first_comes_first() -> None:
    assert [match.index for match in NameIndex(("BLUE MUG", "BLUE MUG")).search("blue mug", 2)] == [0, 1]


def test_a_name_is_found_among_very_many() -> None:
    many = [
        f"{colour} {thing} {number}"
        for colour in ("RED", "BLUE", "GREEN")
        for thing in ("LAMP", "MUG")
        for number in range(2000)
    ]
    index = NameIndex([*many, "VINTAGE UNION JACK BUNTING"])
    assert index.search("union jack vintge bunting", 1)[0].index == len(many)
