"""What was said, as the dialogue takes it: flows to begin, a word about an open flow, or the answer it waits for."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from core.conversation.intents import INTENTS
from core.conversation.standing import Frame
from core.conversation.understanding import Understanding
from core.conversation.understanding.settling import corrects
from core.conversation.understanding.understood import Slot

_SURE = 0.85
_STEERING = frozenset({"confirm", "deny", "cancel_flow", "correct", "repeat", "back_to_bot", "undo"})
_FREE = frozenset(
    [
        "payment_method",
        "variant",
        "product",
        "address",
        "reason",
        "postcode",
        "city",
        "region",
        "country",
        "line1",
        "email",
        "code",
    ]
)
_SHORT = 3
_KIN = {
    "payment_method": frozenset({"change_payment", "get_invoice", "payment_methods", "payment_options"}),
    "product": frozenset({"change_order", "claim_item", "exchange_item", "return_item", "stock_level"}),
    "reason": frozenset({"claim_item", "complaint"}),
    "variant": frozenset({"change_order", "exchange_item", "stock_level"}),
}
"""Requests that a word or two may sound like which answer what is asked: “my visa card”, “on invoice”, “wrong item”."""
_SAID_WITH_IT = frozenset({"payment_options", "payment_methods"})  # “…, pay with visa” is how, not what
_OF_THINGS = frozenset({"change_order", "change_address", "change_payment", "exchange_item", "return_item"})
_REFERENCES = frozenset({"order_number", "reference", "product", "invoice_number", "return_number"})


@dataclass
class Heard:
    """What the person wants: flows to begin, or a control word (yes, no, stop) for the flow that is open.

    `is_for_others` where all that was asked for is for somebody else: a customer's request from a planner's mouth.
    """

    begin: list[Frame] = field(default_factory=list)
    control: str | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    understood: Understanding | None = None
    confidence: float = 1.0
    is_for_others: bool = False


def heard(understood: Understanding, text: str, audience: str) -> Heard:
    """Sort out what was understood, for a customer (or guest) or somebody of the shop."""
    known = [intent for intent in understood.intents if _is_for(audience, intent.name)]
    slots = _values(understood.slots)
    control = next((intent.name for intent in known if intent.name not in INTENTS), None)
    begin = [] if control else _frames(understood, audience, slots)
    confidence = known[0].confidence if known else 0.0
    return Heard(begin, control, slots, text, understood, confidence, bool(understood.intents) and not known)


def filling(top: Frame, said: Heard) -> dict[str, Any]:
    """What the words tell the flow that is waiting; empty where they are about something else."""
    if said.control == "fill":
        return said.slots
    if said.control in {"repeat", "confirm", "back_to_bot"} or (said.begin and not _answers(top, said)):
        return {}
    chosen = _chosen(top, said)
    if chosen is not said.slots:
        return chosen
    told = {name: value for name, value in chosen.items() if _belongs(name, top, said)}
    is_read_again = hasattr(INTENTS.get(top.intent), "act")
    if said.control in {None, "correct"} and (is_read_again or (top.asks and top.asks not in told)):
        is_unmarked = (said.control == "correct" or _is_other_count(said)) and not corrects(said.text)
        return {**told, "text": f"no, {said.text}" if is_unmarked else said.text}
    return told


def swapped(top: Frame, said: Heard) -> dict[str, Any] | None:
    """What “not 1002 but 1003” tells the flow that is waiting; None where it says no such thing, or begins another."""
    understood = said.understood
    is_other = any(frame.intent != top.intent for frame in said.begin) and said.confidence >= _SURE
    if understood is None or understood.instead is None or is_other:
        return None
    old, new = understood.instead
    if new.isdigit() and not any(_is_same(top.slots.get(name), old) for name in _REFERENCES) and not _is_part(top, old):
        return None  # so many, instead of so many
    told = {name: new for name in _REFERENCES if _is_same(top.slots.get(name), old)}
    return told if told.keys() - {"product"} else {**told, "instead_of": old, "text": f"no, {new}"}


def _is_other_count(said: Heard) -> bool:
    """Whether it says so many instead of so many, whatever the words around and the language."""
    instead = said.understood.instead if said.understood is not None else None
    return instead is not None and all(one.isdigit() for one in instead)


def _is_part(top: Frame, said: str) -> bool:
    """Whether it stands in the address that is being changed."""
    address = top.slots.get("address")
    return isinstance(address, dict) and any(
        said.casefold() in str(part).casefold().split() for part in address.values()
    )


def _is_same(known: Any, said: str) -> bool:
    return isinstance(known, str) and known.casefold().lstrip("#0") == said.casefold().lstrip("#0")


def _belongs(slot: str, top: Frame, said: Heard) -> bool:
    """Whether a slot tells the flow something: the number of a thing that is asked for is not that of an order."""
    if slot != "order_number" or top.asks in {None, "order_number"}:
        return True
    return said.control == "correct" or top.intent not in _OF_THINGS


def is_only_a_reference(said: Heard, small_words: Collection[str]) -> bool:
    """Whether nothing was said but which record is meant, and small words around it."""
    slots = [slot for slot in said.understood.slots if slot.name in _REFERENCES] if said.understood else []
    if not slots or said.understood is None:
        return False
    left = said.understood.text
    for slot in sorted(slots, key=lambda slot: -slot.start):
        left = f"{left[: slot.start]} {left[slot.end :]}"
    return all(word in small_words for word in re.findall(r"\w+", left.casefold()))


def _frames(understood: Understanding, audience: str, slots: dict[str, Any]) -> list[Frame]:
    """A flow for each request, with what was said in its own part of the message."""
    parts = [part for part in understood.parts if _is_for(audience, part.intent)]
    changing = [part for part in parts if hasattr(INTENTS.get(part.intent), "act")]
    if len(changing) == 1 and all(part in changing or part.intent in _SAID_WITH_IT for part in parts):
        return [Frame(changing[0].intent, {**slots, **_words(changing[0].intent, understood.text)})]
    if len(parts) > 1:
        return [Frame(part.intent, {**_values(part.slots), **_words(part.intent, part.text)}) for part in parts]
    return [
        Frame(intent.name, {**slots, **_words(intent.name, understood.text)})
        for intent in understood.intents
        if _is_for(audience, intent.name)
    ]


def _words(intent: str, text: str) -> dict[str, Any]:
    """What was said when a flow began, for those that change something: they read it again as they learn more."""
    return {"heard": text} if hasattr(INTENTS.get(intent), "act") else {}


def _values(slots: Collection[Slot]) -> dict[str, Any]:
    """Values by name, the first of each; of proposals all."""
    values: dict[str, Any] = {slot.name: slot.value for slot in reversed(list(slots))}
    proposals = [slot.value for slot in slots if slot.name == "proposal"]
    return {**values, "proposals": proposals} if len(proposals) > 1 else values


def _is_for(audience: str, name: str) -> bool:
    return name in _STEERING or (name in INTENTS and audience in INTENTS[name].AUDIENCE)


def _answers(top: Frame, said: Heard) -> bool:
    """Whether words that sound like a new request are the awaited answer: the same flow again, or just the slot."""
    if any(frame.intent == top.intent for frame in said.begin):
        return True
    if top.asks in _FREE and len(said.text.split()) <= _SHORT and not _is_another(top, said):
        return True
    understood = said.understood
    unsure = understood is not None and understood.intents[0].confidence < _SURE
    return unsure and (top.asks in said.slots or top.asks in _FREE or _chosen(top, said) is not said.slots)


def _is_another(top: Frame, said: Heard) -> bool:
    """Whether a few words are surely a request of their own: “cancel order 1003” is no address, and no reason."""
    kin = _KIN.get(top.asks or "", frozenset()) if "order_number" not in said.slots else frozenset[str]()
    return said.confidence >= _SURE and all(frame.intent not in kin for frame in said.begin)


def _chosen(top: Frame, said: Heard) -> dict[str, Any]:
    reference = said.slots.get("reference")
    if top.choices and reference is not None and not _is_about_orders(top, said):
        picked = _pick(top.choices, str(reference))
        if picked is not None:
            return dict(picked["slots"])
    typed = said.text.strip().casefold()
    for choice in top.choices:
        if typed and choice["label"].casefold() == typed:
            return dict(choice["slots"])
    if top.asks != "quantity" and typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= len(top.choices):
        return dict(top.choices[int(typed[:9]) - 1]["slots"])
    return said.slots


def _is_about_orders(top: Frame, said: Heard) -> bool:
    """“Last order” picks none of the products or reasons that are offered."""
    return bool(said.begin) and "order_number" not in top.choices[0]["slots"]


def _pick(choices: list[dict[str, Any]], reference: str) -> dict[str, Any] | None:
    """The choice at a place; the oldest order is perhaps not among those offered, and is looked up instead."""
    latest_first = bool(choices) and "order_number" in choices[0]["slots"]
    place = {"last": 1 if latest_first else -1, "first": 1}.get(reference)
    if place is None:
        place = int(reference) if reference.lstrip("-").isdigit() else 0
    index = place - 1 if place > 0 else place
    return choices[index] if place and -len(choices) <= index < len(choices) else None
