"""The slots of an utterance: what stands for itself, and what each request looks for."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from core.conversation.understanding import amounts, choices, phrases
from core.conversation.understanding.codes import add_codes
from core.conversation.understanding.dates import dates
from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.stretches import Stretch

_PLANNING = frozenset(
    {
        "decide_proposal",
        "edit_proposal",
        "explain_quantity",
        "list_proposals",
        "snooze_proposal",
        "split_proposal",
        "what_if",
    }
)
_PRODUCT_CODES = frozenset({"stock_level", "restock_date", "edit_proposal", "explain_quantity"})
_COUNTED = frozenset({"stock_level", "restock_date", "return_item", "edit_proposal", "correct"})
_DECIDING = frozenset({"decide_proposal", "decide_move"})
_WITH_SUPPLIER = frozenset({"decide_proposal", "list_proposals"})
_NO_SLOTS = frozenset({"phone", "card"})
_NAMELESS = frozenset(
    {
        "deny",
        "change_language",
        "greeting",
        "goodbye",
        "thanks",
        "help",
        "confirm",
        "cancel_flow",
        "repeat",
        "back_to_bot",
        "talk_to_human",
    }
)
_ALSO = re.compile(
    r" ?(?:,|and\b|&|plus\b|or\b)(?: and)? ?(?:proposals? |number |no\.? )?#?(\d{1,6})"
    r"(?![\w%]|[.,]\d| (?:of|units?|pieces?|pcs)\b)"
)
_PROPOSAL = re.compile(r"(?<!\w)(?P<many>proposals?) {0,2}(?:no\.?|number|nr)? {0,2}#? {0,2}(\d{1,9})(?![\w%])")
_NAMED_ALONE = re.compile(
    r"(?<!\w)(?:approved?|aprove|approv|reject(?:ed)?|rejct|accept|decline|refuse|release|number|no\.?|#)"
    r"(?: both| numbers?)? ?#?(\d{1,6})(?![\w%]|[.,]\d)"
)
_FOUR_DIGITS = re.compile(r"\W*(\d{4})\W*")


def claimed(text: str, today: date) -> Claims:
    """What means the same whatever is asked: numbers of records, mailboxes, days, sums of money."""
    claims = Claims()
    for match in _PROPOSAL.finditer(text):
        claims.add([Found("proposal", match[2], match.start(), match.end())])
        if match["many"] == "proposals":
            claims.add(_also(text, match.end()))
    add_codes(text, claims)
    claims.add(dates(text, today))
    amounts.add_money(text, claims)
    return claims


def details(text: str, claims: Claims, part: Stretch) -> Iterator[Found]:
    """The slots of one part of a text."""
    intent = part.intent.name if part.intent else ""
    own = _as_meant(claims.cut(part.start, part.end), intent)
    own.add(Claims(list(part.found)).cut(part.start, part.end).found)
    stretch = text[part.start : part.end]
    _add(stretch, own, intent)
    money = [one for one in own.found if one.name == "amount"]
    currencies = [currency for amount in money for currency in amounts.currencies(stretch, amount)]
    for found in [*own.found, *currencies, *_four_digits(stretch, own)]:
        if found.name not in _NO_SLOTS:
            yield replace(found, start=found.start + part.start, end=found.end + part.start)


def _add(text: str, own: Claims, intent: str) -> None:
    """Claim what the intent looks for, the plainest first, so that names are what is left."""
    if intent in _PLANNING:
        own.add(Found("proposal", match[1], match.start(1), match.end()) for match in _NAMED_ALONE.finditer(text))
        own.add(amounts.limits(text))
    if intent in _DECIDING:
        _decide(text, own)
    if intent == "change_language":
        own.add(choices.languages(text))
    own.add(choices.references(text))
    if intent not in _PLANNING:
        own.add(choices.reasons(text))
    pair = amounts.counted(text) if not intent else None
    if pair is not None and phrases.is_name(pair[1].value) and phrases.may_be_sold(pair[1].value):
        own.add(pair)
    if not _has(own, "quantity"):
        own.add(amounts.quantities(text, own, leading=intent in _COUNTED))
    if _has(own, "product"):
        return
    if intent in _WITH_SUPPLIER:
        own.add(phrases.suppliers(text, own))
    elif intent not in _NAMELESS:
        own.add(phrases.products(text, own, intent))


def _also(text: str, at: int) -> Iterator[Found]:
    """The proposals listed behind one that ends at a place: “3, 6 and 7”."""
    while (match := _ALSO.match(text, at)) is not None:
        yield Found("proposal", match[1], match.start(1), match.end())
        at = match.end()


def _has(own: Claims, name: str) -> bool:
    return any(one.name == name for one in own.found)


def _decide(text: str, own: Claims) -> None:
    for proposal in [one for one in own.found if one.name == "proposal"]:
        own.add(_also(text, proposal.end))
    own.add(choices.decisions(text))
    decision = next((one for one in own.found if one.name == "decision"), None)
    own.add(choices.becauses(text, decision.end if decision else 0))


def _as_meant(claims: Claims, intent: str) -> Claims:
    """A number that nothing explains is a product's code where products are talked about."""
    return Claims(
        [replace(one, name="product") if one.is_bare and _is_code(one, intent) else one for one in claims.found]
    )


def _is_code(bare: Found, intent: str) -> bool:
    return intent in _PRODUCT_CODES or (intent == "return_item" and len(bare.value) < 6)


def _four_digits(text: str, own: Claims) -> Iterator[Found]:
    """Four digits alone may count units or end an order's number; whoever asked knows which."""
    match = _FOUR_DIGITS.fullmatch(text)
    if match is not None and any(one.name == "quantity" for one in own.found):
        yield Found("order_number", match[1], match.start(1), match.end(1))
