"""Advice on a message that was not understood: when it is asked for, and what of it is believed."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from core.conversation.intents import INTENTS
from core.conversation.ports import Advice
from core.conversation.understanding import Understanding
from core.conversation.understanding.understood import Intent, Slot

SLOTS = ("order_number", "invoice_number", "return_number", "ticket_number", "quantity", "product", "variant")
_IN_DIGITS = frozenset({"order_number", "invoice_number", "return_number", "ticket_number"})
_HARDLY = 0.5  # less than a wording that was understood: what is offered is asked about sooner
_FEWEST_WORDS = 3  # what is shorter answers a question, or nothing
_MOST_INTENTS = 3


def is_wanted(understood: Understanding) -> bool:
    """Whether a message is worth asking about: nothing was understood, and it says something."""
    return not understood.intents and len(understood.text.split()) >= _FEWEST_WORDS


def intents_for(audience: str) -> list[str]:
    """What somebody of an audience may ask for."""
    return [name for name, intent in INTENTS.items() if audience in intent.AUDIENCE]


def advised(understood: Understanding, advice: Advice, audience: str) -> Understanding:
    """The understanding with as much of the advice as holds: intents there are, and details the message has itself."""
    known = frozenset(intents_for(audience))
    names = [name for name in dict.fromkeys(advice.intents) if name in known][:_MOST_INTENTS]
    if understood.intents or not names:
        return understood
    told = {slot.name for slot in understood.slots}
    more = tuple(_found(understood.text, advice, told))
    return replace(
        understood, intents=tuple(Intent(name, _HARDLY) for name in names), slots=(*understood.slots, *more), parts=()
    )


def _found(text: str, advice: Advice, told: Collection[str]) -> Iterator[Slot]:
    """The details that stand in the message as they were given, where none of their kind was read from it."""
    for name, said in dict(advice.slots).items():
        match = re.search(rf"(?<!\w){re.escape(said)}(?!\w)", text, re.IGNORECASE) if said.strip() else None
        if match is not None and name not in told and _may_be(name, said):
            typed = match.group()
            yield Slot(name, typed.upper() if name in _IN_DIGITS else typed, typed, match.start(), match.end())


def _may_be(name: str, said: str) -> bool:
    if name == "quantity":
        return said.isascii() and said.isdigit()
    return name in SLOTS and (name not in _IN_DIGITS or any(letter.isdigit() for letter in said))
