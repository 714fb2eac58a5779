"""Every language says all that English says, in its own words, and understands what its people say."""

import ast
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.conversation import wording
from core.conversation.intents import INTENTS
from core.errors import Conflict, InvalidInput, NotFound, Refused, TooMany
from core.money import Money

WORDS = wording.load("en_GB")
OTHERS = [language for language in WORDS.languages if language != wording.DEFAULT]
ENGLISH = {(intent, key): said for (language, intent, key), said in WORDS.sentences.items() if language == "en"}
COMMON = (
    *("track_order", "cancel_order", "order_history", "get_invoice", "stock_level", "return_item", "restock_date"),
    "talk_to_human",
)
# keys that only say a refusal or a rule, which English has in the words it is raised with
RAISED = ("refusal_", "rule_")
ROOMS_OF_CUSTOMERS = [
    path
    for room in ("orders", "billing", "shipments", "returns", "accounts", "conversation")
    for path in (Path(wording.FOLDER).parents[1] / room).rglob("*.py")
    if path.stem not in {"planner", "decide_proposal", "edit_proposal"}
]


def written(language: str) -> dict[str, Any]:
    """A language's own file."""
    return tomllib.loads((wording.LANGUAGES / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing_in_a_language(language: str) -> None:
    assert [where for where in ENGLISH if (language, *where) not in WORDS.sentences] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_language_has_a_sentence_that_nobody_says(language: str) -> None:
    said = [(intent, key) for spoken, intent, key in WORDS.sentences if spoken == language]
    assert [where for where in said if where not in ENGLISH and not where[1].startswith(RAISED)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_has_the_same_blanks_in_every_language(language: str) -> None:
    other = {where: wording.blanks(WORDS.sentences[language, *where]) for where in ENGLISH}
    assert [where for where, said in ENGLISH.items() if other[where] != wording.blanks(said)] == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_an_intent_has_examples_in_every_language(language: str, intent: str) -> None:
    examples = written(language)["examples"].get(intent, [])
    assert len(examples) >= (55 if intent in COMMON else 30)
    assert len(set(examples)) == len(examples)


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_refused_to_a_customer_is_said_in_every_language(language: str) -> None:
    raised = {key for path in ROOMS_OF_CUSTOMERS for key in _keys_raised(path)}
    assert len(raised) > 15
    assert [key for key in sorted(raised) if not WORDS.has(language, f"refusal_{key.replace('-', '_')}")] == []


def _keys_raised(path: Path) -> set[str]:
    """The keys that a module gives the refusals it raises, where they are written out."""
    kinds = {kind.__name__ for kind in (Refused, NotFound, Conflict, TooMany, InvalidInput)}
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    raised = [call for call in calls if ast.unparse(call.func) in kinds and len(call.args) > 1]
    given = [call.args[1] for call in raised if not ast.unparse(call.args[0]).startswith("turn.say")]
    return {str(key.value) for key in given if isinstance(key, ast.Constant)}


def test_days_amounts_and_numbers_are_written_as_the_language_writes_them() -> None:
    assert WORDS.show(date(2026, 3, 3), "de") == "3. März"
    assert WORDS.show(Money(123450, "EUR"), "de") == "1.234,50\u00a0€"
    assert WORDS.say("de", "order_history", "heading", count=1200, total="").startswith("1.200 Bestellungen")
    assert WORDS.say("en", "order_history", "heading", count=1200, total="").startswith("1,200 orders")


def test_the_shops_own_locale_is_kept_for_its_language() -> None:
    assert wording.load("de_AT").locale_of("de") == "de_AT"
    assert wording.load("de_AT").locale_of("en") == "en_GB"


def test_a_refusal_is_said_in_the_language_of_whoever_meets_it() -> None:
    refusal = NotFound("I find no order 7 of yours.", "no-order", number="7")
    assert WORDS.refusal("de", refusal) == "Ich finde keine Bestellung 7 von Ihnen."
    assert WORDS.refusal("en", refusal) == "I find no order 7 of yours."
