"""What parts of a text come to after a look at its slots: a request, a correction, or an answer to a question."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.conversation.understanding import amounts, phrases
from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.stretches import Stretch
from core.conversation.understanding.text import fold
from core.conversation.understanding.understood import Intent

_ONLY_A_NUMBER = 0.6  # a number alone may as well be the answer to a question
_CORRECTED = 0.95
_REPORTED = 0.7
_CLEARLY = 0.85
_NOES = frozenset({"deny", "cancel_flow"})
SURE_NO = 0.9
STEERING = frozenset({"confirm", "deny", "cancel_flow", "correct", "repeat", "back_to_bot"})
_BY_NUMBER = {
    "order_number": "track_order",
    "tracking_number": "track_order",
    "invoice_number": "get_invoice",
    "return_number": "return_status",
}
CORRECTS = re.compile(
    r"\W{0,3}(?:no|nope|sorry|actually|wait|not|rather|i meant|i mean|i said|correction|oops|typo"
    r"|(?:(?:we|let'?s|let us|we'?ll) )?make (?:it|that)"
    r"|change (?:it|that) to|yes,? but)(?!\w)"
)
_HEDGED = re.compile(
    r"(?<!\w)(?:but|not|no|don'?t|except|however|unless|if|maybe|without|instead|wait|why|when|how|never)(?!\w)|\d"
)
_OWN_ORDER = re.compile(r"(?<!\w)my (?:last )?(?:order|purchase)(?!\w)")
_FAULTS = frozenset({"damaged", "wrong_item", "not_as_described"})
_ARRIVED = re.compile(
    r"(?<!\w)(?:came|arrived?|turned up|got here|was delivered|were delivered|rec(?:ei|ie)ved?"
    r"|(?:sent|delivered|shipped) (?:me|us)|you (?:sent|shipped|delivered)|got (?:a|an|the|some) "
    r"|in (?:my|the) (?:parcel|order|box))"
)
_NO_GOODS = re.compile(
    r"(?<!\w)(?:cards?|cash|atm|amounts?|money|payments?|transfers?|account|rates?|bank|app|machine|pin|luggage|address|street|house)(?!\w)|\?"
)
_NAMES_ORDER = re.compile(r"(?<!\w)(?:order|purchase|parcel|package|delivery|shipment)(?!\w)")
_TAKEN_FOR_NUMBERS = frozenset({"track_order", "order_history", "edit_proposal", "explain_quantity"})
_EXCEPTS = re.compile(
    r"(?<!\w)(?:except(?:ing)?|excluding|apart from|aside from|other than|besides|not counting|leave out|skip"
    r"|but (?:not|for|no|numbers?|proposals?|the|#|\d))(?!\w)|(?<!\w)but #?\d"
)
_SLOTS_TO_CORRECT = frozenset(
    {"quantity", "order_number", "invoice_number", "reference", "reason", "product", "date", "period"}
)


def corrects(text: str) -> bool:
    """Whether words begin as a correction of what is under way: “no, the blue one”."""
    return CORRECTS.match(fold(text).text) is not None


def settled(text: str, claims: Claims, told: Sequence[Stretch], found: Sequence[Found]) -> list[Stretch]:
    """The parts after a look at the slots: a correction corrects something, a bare number is hardly a request."""
    told = [replace(part, intent=None) if _is_beyond_limits(text, part, found) else part for part in told]
    if len(told) > 1 or told[0].found:
        return told
    return [replace(told[0], intent=_alone(text, claims, told[0].intent, found))]


def _alone(text: str, claims: Claims, intent: Intent | None, found: Sequence[Found]) -> Intent | None:
    """The one intent of a text, where it may as well be an answer to what the shop asked."""
    name = intent.name if intent else ""
    if intent is not None and name in _NOES and intent.confidence >= SURE_NO:
        return intent
    if intent is not None and name not in STEERING | _TAKEN_FOR_NUMBERS:
        return intent
    kinds = {one.name for one in found}
    if CORRECTS.match(text) and kinds & _SLOTS_TO_CORRECT and name not in _TAKEN_FOR_NUMBERS:
        return Intent("correct", _CORRECTED)
    if kinds - {"date", "period", "reason"} and not phrases.rest(text, Claims([*claims.found, *found])):
        return _by_number(text, kinds)
    if intent is None or _is_answer(text, intent, kinds):
        return Intent("claim_item", _REPORTED) if _is_report(text, found) else None
    return None if name == "edit_proposal" and _is_no_proposal(text, found) else intent


def _is_no_proposal(text: str, found: Sequence[Found]) -> bool:
    """Whether it changes what a customer ordered, or what no supplier sells: a limit, a volume."""
    sold = all(phrases.may_be_sold(one.value) for one in found if one.name == "product")
    return not sold or any(one.name == "order_number" for one in found) or _OWN_ORDER.search(text) is not None


def _is_report(text: str, found: Sequence[Found]) -> bool:
    """“The lamp came broken”, “you sent me the wrong mug”: told without being asked, it begs to be put right."""
    has_fault = any(one.name == "reason" and one.value in _FAULTS for one in found)
    return has_fault and _ARRIVED.search(text) is not None and _NO_GOODS.search(text) is None


def _is_answer(text: str, intent: Intent, kinds: set[str]) -> bool:
    """Whether it only sounds like steering: a yes with a “but”, a correction of nothing, a no that gives a reason."""
    if intent.name == "confirm":
        return _HEDGED.search(text) is not None
    if intent.name == "correct":
        return not kinds & _SLOTS_TO_CORRECT
    return "reason" in kinds and intent.confidence < _CLEARLY


def _by_number(text: str, kinds: set[str]) -> Intent | None:
    """What a text asks for that is a number or a place in a list and nothing else; “I don't want order 7” is more."""
    if "reason" in kinds:
        return None
    if "reference" in kinds and _NAMES_ORDER.search(text):
        return Intent("track_order", _ONLY_A_NUMBER)
    name = next((name for kind, name in _BY_NUMBER.items() if kind in kinds), None)
    return Intent(name, _ONLY_A_NUMBER) if name else None


def _is_beyond_limits(text: str, part: Stretch, found: Sequence[Found]) -> bool:
    """“Reject everything over 1000”, “approve all but 3”: a decision knows upper limits only, and this is not all."""
    decides = part.intent is not None and part.intent.name == "decide_proposal"
    end = min((one.start for one in found if one.name == "why"), default=part.end)
    said = text[part.start : end]
    return decides and (amounts.has_lower_limit(said) or _EXCEPTS.search(said) is not None)
