"""Naming one's own things in one's own words."""

import pytest

from core.conversation.mentions import Named, named_in, narrowed
from core.conversation.options import chosen, wanted_in

LINES = [
    Named("1", "Tea Kettle", "3312883418", "", {"material": "ceramic", "capacity": "1.5 liters"}),
    Named("2", "T-Shirt", "9612497925", "", {"color": "blue", "size": "M"}),
    Named("3", "Laptop", "1684786391", "", {"screen size": "15-inch", "color": "black", "ram": "32GB"}),
    Named("4", "Laptop", "6017636844", "", {"screen size": "17-inch", "color": "silver", "ram": "16GB"}),
    Named("5", "Action Camera", "6117189161", "", {"waterproof": "yes", "color": "silver"}),
]


def keys(text: str) -> list[tuple[str, ...]]:
    return [mention.keys for mention in named_in(text, LINES)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I want to return the tea kettle and the t-shirt", [("1",), ("2",)]),
        ("the tee kettle, tshirts", [("1",), ("2",)]),
        ("the kettle please", [("1",)]),
        ("9612497925", [("2",)]),
        ("the Tea Kettle 3312883418 and #9612497925", [("1",), ("2",)]),
        ("my laptops", [("3", "4")]),
        ("the camera", [("5",)]),
        ("nothing of the sort", []),
        ("", []),
    ],
)
def test_things_are_named_by_name_part_or_code(text: str, found: list[tuple[str, ...]]) -> None:
    assert keys(text) == found


def test_options_tell_two_of_a_kind_apart() -> None:
    text = "the silver laptop"
    (mention,) = named_in(text, LINES)
    assert narrowed(text, mention, LINES).keys == ("4",)
    assert narrowed("the laptop", mention, LINES).keys == ("3", "4")


KETTLES = {
    "a": {"material": "ceramic", "capacity": "1.5 liters", "stovetop": "induction"},
    "b": {"material": "glass", "capacity": "2 liters", "stovetop": "induction"},
    "c": {"material": "glass", "capacity": "2 liters", "stovetop": "gas"},
    "d": {"material": "glass", "capacity": "1.5 liters", "stovetop": "gas"},
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("glass, 2 liters", ["b"]),
        ("one in glass with 2 litres please", ["b"]),
        ("glass and gas", ["d"]),
        ("gas", ["d", "c"]),
        ("steel", ["a"]),
    ],
)
def test_what_is_not_said_stays_as_it_is(text: str, found: list[str]) -> None:
    wanted = wanted_in(text, list(KETTLES.values()))
    assert chosen(wanted, KETTLES["a"], KETTLES) == found if not wanted.is_empty else found == ["a"]


def test_yes_and_no_are_said_with_the_name_of_the_option() -> None:
    family = [{"waterproof": "yes", "color": "black"}, {"waterproof": "no", "color": "silver"}]
    assert dict(wanted_in("not waterproof, silver", family).options) == {"waterproof": "no", "color": "silver"}
    assert dict(wanted_in("the waterproof one", family).options) == {"waterproof": "yes"}


def test_a_value_of_two_options_goes_to_the_one_named_beside_it() -> None:
    family = [{"frame color": "black", "lens color": "brown"}, {"frame color": "brown", "lens color": "black"}]
    assert dict(wanted_in("black lens", family).options) == {"lens color": "black"}
    either = wanted_in("something in brown", family)
    assert either.fits(family[0])
    assert either.fits(family[1])


def test_a_letter_is_a_size_only_where_it_is_meant() -> None:
    family = [{"size": "S"}, {"size": "M"}]
    assert wanted_in("I'm sorry, what's the cost of that m thing you mentioned before", family).is_empty
    assert dict(wanted_in("can I have it in M instead of what I ordered", family).options) == {"size": "M"}
    assert dict(wanted_in("size s would be what I need for this one", family).options) == {"size": "S"}


def test_a_long_name_is_known_by_the_words_people_say_of_it() -> None:
    tins = [Named(key, f"Plasters in Tin {kind}") for key, kind in enumerate_as_text("Strongman", "Circus Parade")]
    assert [one.keys for one in named_in("the plasters circus parade please", tins)] == [("1",)]
    assert [one.keys for one in named_in("circus parade", tins)] == [("1",)]
    assert [one.keys for one in named_in("the plasters in tin", tins)] == [("0", "1")]


def enumerate_as_text(*kinds: str) -> list[tuple[str, str]]:
    return [(str(place), kind) for place, kind in enumerate(kinds)]
