"""Speak another language: in this chat, and kept for the customer."""

from core.accounts.service import language_of, speak
from core.chat import Action
from core.conversation.turn import Answer, Choice, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Take the language that was named; without one offer those there are."""
    named = str(turn.slots.get("language") or "") or _named(turn)
    if named not in turn.house.wording.languages:
        offered = tuple(
            Choice(turn.house.wording.say(one, "change_language", "own_name"), {"language": one}, "change_language")
            for one in turn.house.wording.languages
        )
        return Answer(turn.say("which"), offered)
    before = turn.speaker.language
    if turn.speaker.customer_id is not None:
        before = language_of(turn.session, f"customer:{turn.speaker.customer_id}")
        speak(turn.session, turn.speaker.customer_id, named, turn.now)
    told = turn.house.wording.say(named, "change_language", "done")
    undo = {"kind": "language", "before": before} if named != before else None
    return Answer(told, actions=(Action("change_language", {"language": named}, {}),), language=named, undo=undo)


def _named(turn: Turn) -> str:
    """The language whose name is said, in any of the languages there are."""
    folded = turn.text.casefold()
    if folded.strip() in turn.house.wording.languages:
        return folded.strip()
    for language in turn.house.wording.languages:
        for spoken in turn.house.wording.languages:
            names = turn.house.wording.say(spoken, "change_language", f"names_{language}").split(", ")
            if any(name in folded for name in names):
                return language
    return ""
