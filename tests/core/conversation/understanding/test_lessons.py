"""What is read from the files of the intents, and what an intent is believed on."""

from pathlib import Path

import pytest

from core.conversation import wording
from core.conversation.understanding import Reader, lessons
from core.conversation.understanding.lessons import LEAST, Proviso
from core.conversation.understanding.linear import words_of
from core.conversation.understanding.provisos import holds
from tests.core.conversation.understanding.conftest import TODAY

WRITTEN = """
[examples]
en = ["cancel my order", "cancel order 581475", "call my order off", "cancel what i ordered", "cancel the purchase"]

[proviso]
least_confidence = 0.5
en = [["cancel", "call"], ["order", "purchase", "ordered"]]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cancel_order.toml").write_text(WRITTEN, encoding="utf-8")
    return tmp_path


def test_a_new_intent_is_understood_by_its_file_alone(folder: Path) -> None:
    understood = Reader.load(folder).read("could you cancel the order", today=TODAY)
    assert [intent.name for intent in understood.intents] == ["cancel_order"]


def test_what_has_become_an_intent_is_no_longer_background(folder: Path) -> None:
    taught = lessons.load(folder)
    assert "cancel_order" in taught.served
    assert taught.examples["en"]["cancel_order"][0] == "cancel my order"
    assert "place_order" not in taught.served
    assert taught.examples["en"]["place_order"]


def test_another_language_is_another_table(folder: Path) -> None:
    (folder / "cancel_order.toml").write_text(
        WRITTEN.replace("[proviso]", 'de = ["bestellung stornieren", "ich will stornieren"]\n\n[proviso]'),
        encoding="utf-8",
    )
    reader = Reader.load(folder)
    assert reader.read("bitte die bestellung stornieren", today=TODAY, language="de").language == "de"


def test_an_intent_has_the_usual_least_confidence_unless_it_says_otherwise(folder: Path) -> None:
    (folder / "thanks.toml").write_text('[examples]\nen = ["thanks"]\n', encoding="utf-8")
    provisos = lessons.load(folder).provisos
    assert provisos["en", "cancel_order"].least == 0.5
    assert provisos["en", "thanks"] == Proviso(LEAST)


@pytest.mark.parametrize("words", [["return", "it"], ["retrun", "it"], ["send", "it", "back"], ["i", "returnd", "it"]])
def test_needed_words_may_be_misspelt(words: list[str]) -> None:
    assert holds(Proviso(words=(("return", "back"),)), words)


@pytest.mark.parametrize("words", [["flight", "to", "rome"], ["bck"], ["turn", "it"], []])
def test_without_the_needed_words_an_intent_is_not_believed(words: list[str]) -> None:
    assert not holds(Proviso(words=(("return", "back"),)), words)


def test_words_of_every_group_are_needed_and_phrases_whole() -> None:
    proviso = Proviso(words=(("sign off", "approve"), ("proposal",)))
    assert holds(proviso, ["sign", "off", "the", "proposal"])
    assert not holds(proviso, ["sign", "the", "proposal", "off"])
    assert not holds(proviso, ["sign", "off"])


def test_a_word_that_is_never_said_rules_an_intent_out() -> None:
    proviso = Proviso(words=(("cancel*",),), never=("gym member*",))
    assert holds(proviso, ["cancelling", "my", "order"])
    assert not holds(proviso, ["cancel", "my", "gym", "membership"])


def test_every_example_meets_the_proviso_of_its_intent(reader: Reader) -> None:
    taught = lessons.load(wording.FOLDER)
    failing = [
        said
        for (language, name), proviso in taught.provisos.items()
        for said in taught.examples[language].get(name, [])
        if not holds(proviso, words_of(reader.worded(language, said)))
    ]
    assert failing == []
