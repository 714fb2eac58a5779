"""Every intent found keeps what the conversation expects of one."""

import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.conversation import wording
from core.conversation.intents import INTENTS
from core.conversation.turn import Turn
from core.portal import Portal
from tests.flows.talking import Talk, customer, guest, staff
from tests.shop import ADA, BOSS, open_shop

NAMES = sorted(path.stem for path in Path(wording.FOLDER).glob("*.py") if path.stem != "__init__")
WORDS = wording.load("en_GB")
# what moves neither money nor stock nor a status, and is taken back by saying so
WITHOUT_A_YES = {
    "note_enquiry", "open_ticket", "feedback", "back_in_stock_alert", "notification_settings", "change_language",
}  # fmt: skip


def test_every_file_is_an_intent_and_every_intent_has_its_words() -> None:
    assert sorted(INTENTS) == NAMES
    assert sorted(path.stem for path in Path(wording.FOLDER).glob("*.toml")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_intent_answers_a_turn_and_nothing_else(name: str) -> None:
    intent: ModuleType = INTENTS[name]
    assert list(inspect.signature(intent.answer).parameters) == ["turn"]
    assert inspect.get_annotations(intent.answer, eval_str=True)["turn"] is Turn
    if hasattr(intent, "act"):
        assert list(inspect.signature(intent.act).parameters) == ["turn", "plan"]
    assert (intent.__doc__ or "").strip()


@pytest.mark.parametrize("name", NAMES)
def test_an_intent_that_reads_a_customers_records_asks_for_proof(name: str) -> None:
    source = inspect.getsource(INTENTS[name])
    if "turn.customer_id" in source or "named_order" in source or "planner(turn)" in source:
        assert INTENTS[name].PROOF >= 2 or (INTENTS[name].PROOF == 1 and hasattr(INTENTS[name], "identify"))
    if hasattr(INTENTS[name], "act"):
        assert INTENTS[name].PROOF >= 2


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    """What people say for each intent, a few of them."""
    import tomllib

    found: dict[str, list[str]] = {}
    for name in NAMES:
        written: dict[str, Any] = tomllib.loads((wording.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        found[name] = [str(one) for one in written["examples"]["en"][:4]]
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_example_of_any_intent_breaks_the_conversation_or_acts_without_a_yes(
    portal: Portal, examples: dict[str, list[str]]
) -> None:
    open_shop(portal)
    portal.plan(run="contract")
    said = [text for texts in examples.values() for text in texts]
    speakers: list[Talk] = [customer(portal, ADA), customer(portal, ADA, proof=0), staff(portal, BOSS), guest(portal)]
    broken = WORDS.say("en", "", "broken", reference="").split(".")[0]
    for talk in speakers:
        for text in said:
            reply = talk.say(text)
            assert reply.text, text
            assert broken not in reply.text, text
            assert {action.name for action in reply.actions} <= WITHOUT_A_YES, text
            if reply.handed_off:
                talk.chat += "'"
