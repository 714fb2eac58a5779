"""Which intents a text has: as a whole, or part by part where it asks for more than one thing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.conversation.understanding import amounts, choices, phrases, provisos
from core.conversation.understanding.carriers import Carried, carried
from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.lessons import Proviso
from core.conversation.understanding.linear import LinearModel, words_of
from core.conversation.understanding.text import fold
from core.conversation.understanding.understood import Intent

_SURE_OF_A_PART = 0.7
_HINTED = 0.1  # what a part asks for must show in the whole at least so much
_ONLY_A_NUMBER = 0.6  # a number alone may as well be the answer to a question
_CORRECTED = 0.95
_CARRIED = 0.9
_KNOWN_BETTER = 0.75
_SURE_OF_OTHER = 0.85
_REPORTED = 0.7
_CLEARLY = 0.85
_WORD_FOR_WORD = 0.9
_LONG_FOR_CORRECTION = 12  # words; more than that and it is a request with a “not” or “no” in it
_MOST_PARTS = 8
_MOST_READ = 600
_RANKED = 8
_SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "help"})
_NOES = frozenset({"deny", "cancel_flow"})
_SURE_NO = 0.9
_STEERING = frozenset({"confirm", "deny", "cancel_flow", "correct", "repeat", "back_to_bot"})
_BY_NUMBER = {
    "order_number": "track_order",
    "tracking_number": "track_order",
    "invoice_number": "get_invoice",
    "return_number": "return_status",
}
_SPLIT = re.compile(r"[.?!;\n](?=\s|$)|,\s|\s-\s|(?<!\w)(?:and|also|plus|then|but|as well as|&)(?!\w)")
CORRECTS = re.compile(
    r"\W{0,3}(?:no|nope|sorry|actually|wait|not|rather|i meant|i mean|i said|correction|oops|typo"
    r"|(?:(?:we|let'?s|let us|we'?ll) )?make (?:it|that)"
    r"|change (?:it|that) to|yes,? but)(?!\w)"
)
_NOT_TO_BE_DONE = re.compile(
    r"(?:(?:no|oh|wait|stop|hey|hold on|please|pls|so|ok)\W{1,3}){0,3}(?:i |we )?"
    r"(?:(?:do not|don'?t|never)(?: (?:want|wanna|need|wish|intend|mean)(?: you)?(?: to)?)?"
    r"|(?:did not|didn'?t) (?:want|ask|mean|wish)(?: you)? to)"
    r" (?:cancel|return|send back|exchange|swap|change|delete|erase|refund|withdraw|re-?order|unlink)(?!\w)"
    r"[^,.;:?!]*[.! ]*"
)
_BUT = re.compile(r"(?<!\w)(?:but|and|just|only|rather|instead|yet|why)(?!\w)")
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
_IN_ORDER_TO = re.compile(r"(?<!\w)(?:in order (?:to|for|that)|out of order)(?!\w)")
_NAMES_ORDER = re.compile(r"(?<!\w)(?:order|purchase|parcel|package|delivery|shipment)(?!\w)")
_NUMBER = re.compile(rf"(?<![\w<])(?:{amounts.LARGE}|\d{{1,9}}(?:[.,]\d{{1,3}})?)(?![\w>])")
# what the model may take a bare number or place in a list for
_TAKEN_FOR_NUMBERS = frozenset({"track_order", "order_history", "edit_proposal", "explain_quantity"})
_EXCEPTS = re.compile(
    r"(?<!\w)(?:except(?:ing)?|excluding|apart from|aside from|other than|besides|not counting|leave out|skip"
    r"|but (?:not|for|no|numbers?|proposals?|the|#|\d))(?!\w)|(?<!\w)but #?\d"
)
_OF_PRODUCTS = frozenset({"stock_level", "restock_date"})
_ASKED_AGAIN = _OF_PRODUCTS | {"track_order", "get_invoice", "return_status", "decide_proposal", "explain_quantity"}
# asked once for each order that is named; goods of one order go together
_DONE_TO_ORDERS = frozenset(
    [
        "cancel_order",
        "reorder",
        "change_address",
        "change_payment",
        "change_order",
        "return_item",
        "exchange_item",
        "claim_item",
        "withdraw",
        "refund_status",
    ]
)
_ASKED_OF_ORDERS = _DONE_TO_ORDERS | {"track_order", "get_invoice"}
_RECORDS = frozenset({"order_number", "invoice_number", "return_number", "proposal"})
_DECIDED = re.compile(r"(?<!\w)(?:approve|reject|accept|decline) #?(\d{1,6})(?![\w%])")
_NUMBER_OF_ORDER = re.compile(
    r" {0,3}(?:(?:the|my|order|number|no|also|too|please)[ .#]{1,2}){0,4}#?<id>(?: too| as well|,? please)?[ .!?]{0,3}"
)
_ONE_MORE = re.compile(
    r" {0,3}(?:the|a|an|any|some) (?P<name>[^\W\d_][\w'&/. -]{1,60}?)(?: too| as well|,? please)? {0,3}"
)
_SLOTS_TO_CORRECT = frozenset(
    {"quantity", "order_number", "invoice_number", "reference", "reason", "product", "date", "period"}
)


@dataclass(frozen=True)
class Stretch:
    """A stretch of the text and what it asks for, if that is clear; `found` is what its wording says of a product.

    `core` is where the asking itself is done, if what stands around it may be meant for other stretches too.
    """

    start: int
    end: int
    intent: Intent | None
    found: tuple[Found, ...] = ()
    core: tuple[int, int] | None = None


@dataclass(frozen=True)
class Judge:
    """The model of one language, and what its labels are to the shop."""

    model: LinearModel
    served: frozenset[str]
    provisos: Mapping[str, Proviso]
    known: Mapping[tuple[str, ...], str]

    def ranked(self, wording: str) -> tuple[list[Intent], float]:
        """The intents served, likeliest first, and how likely it is that the wording asks for none of them."""
        likely = self._likely(wording)
        order = self._serving[np.argsort(-likely[self._serving], kind="stable")[:_RANKED]]
        intents = [Intent(self.model.labels[place], round(float(likely[place]), 3)) for place in order.tolist()]
        none = float(likely[self._unserved].sum())
        return intents, none

    def knows_better(self, carrier: Carried, wording: str) -> bool:
        """Whether the words carry a product's name only by their looks: they are clearly something else."""
        if carrier.is_sure:
            return False
        likely = self._likely(wording)
        best = int(likely.argmax())
        label = self.model.labels[best]
        if float(likely[self._foreign].sum()) >= _KNOWN_BETTER:
            return True
        least = _KNOWN_BETTER if label not in self.served else _SURE_OF_OTHER
        return float(likely[best]) >= least and label not in {carrier.intent, "answers"}

    def _likely(self, wording: str) -> NDArray[np.float32]:
        """What the model makes of it, unless it is word for word an example."""
        likely = self.model.probabilities(wording)
        label = self.known.get(tuple(words_of(wording)))
        if label is not None:
            likely *= np.float32(1 - _WORD_FOR_WORD)
            likely[self.model.labels.index(label)] += np.float32(_WORD_FOR_WORD)
        return likely

    @cached_property
    def _serving(self) -> NDArray[np.int64]:
        return np.flatnonzero([label in self.served for label in self.model.labels])

    @cached_property
    def _unserved(self) -> NDArray[np.int64]:
        return np.flatnonzero([label not in self.served for label in self.model.labels])

    @cached_property
    def _foreign(self) -> NDArray[np.int64]:
        return np.flatnonzero([label not in self.served | {"answers"} for label in self.model.labels])

    def rules_out(self, name: str, wording: str) -> bool:
        """Whether the wording has a word that the intent is never asked for with."""
        return provisos.is_ruled_out(self.provisos.get(name, Proviso()), words_of(wording))

    def believes(self, intent: Intent, wording: str, none: float) -> bool:
        """Whether the intent is likely enough and the words it cannot do without are there."""
        proviso = self.provisos.get(intent.name, Proviso())
        return intent.confidence >= max(proviso.least, none) and provisos.holds(proviso, words_of(wording))


def corrects(text: str) -> bool:
    """Whether words begin as a correction of what is under way: “no, the blue one”."""
    return CORRECTS.match(fold(text).text) is not None


def wording(text: str, claims: Claims, start: int, end: int) -> str:
    """A stretch of the text as the model reads it: numbers and days by their kind."""
    masked = claims.masked(text, start, min(end, start + _MOST_READ))
    masked = choices.LANGUAGE_MEANT.sub(lambda match: f"{match['before'] or ''}<language>", masked)
    return _NUMBER.sub("<number>", _IN_ORDER_TO.sub("to", masked))


def parts(text: str, claims: Claims, judge: Judge) -> tuple[list[Intent], list[Stretch]]:
    """The intents ranked for the text as a whole, and the parts it is taken in."""
    whole = wording(text, claims, 0, len(text))
    if _NOT_TO_BE_DONE.fullmatch(text.strip()) and not _BUT.search(text):
        return judge.ranked(whole)[0], [Stretch(0, len(text), Intent("deny", _SURE_NO))]
    ranked, none = judge.ranked(whole)
    carrying = _carrying(text, claims, judge, 0, len(text))
    if carrying is not None:
        return ranked, [carrying]
    best = ranked[0] if judge.believes(ranked[0], whole, none) else None
    if (
        best is not None
        and best.name == "correct"
        and not CORRECTS.match(text)
        and len(text.split()) > _LONG_FOR_CORRECTION
    ):
        best = None
    if best is not None and best.name in _STEERING:
        return ranked, [Stretch(0, len(text), best)]
    if best is not None and best.name == "edit_proposal" and not _is_said_by_one(best, text, claims, judge):
        best = None
    asked = _asked(text, claims, judge)
    if len(asked) > 1:
        return ranked, _covering(text, asked)
    if len(asked) == 1 and (best is None or best.name in _SMALL_TALK):
        hinted = {intent.name for intent in ranked if intent.confidence >= _HINTED}
        intent = asked[0].intent
        if intent is not None and judge.rules_out(intent.name, whole):
            return ranked, [Stretch(0, len(text), best)]
        best = intent if intent is not None and (best is not None or intent.name in hinted) else best
    return ranked, [Stretch(0, len(text), best, _said_of_product(asked, best))]


def _is_said_by_one(best: Intent, text: str, claims: Claims, judge: Judge) -> bool:
    """Whether a sentence of several says it by itself: many bare numbers together only look like quantities."""
    stretches = _stretches(text)
    if len(stretches) < 2:
        return True
    for start, end in stretches:
        said = wording(text, claims, start, end)
        ranked, none = judge.ranked(said)
        if ranked[0].name in {best.name, "correct"} and judge.believes(ranked[0], said, none):
            return True
    return False


def _said_of_product(asked: Sequence[Stretch], best: Intent | None) -> tuple[Found, ...]:
    """What the one stretch that asks for it says of a product."""
    only = asked[0] if len(asked) == 1 else None
    is_it = best is not None and only is not None and only.intent is not None and only.intent.name == best.name
    return only.found if is_it and only is not None else ()


def settled(text: str, claims: Claims, told: Sequence[Stretch], found: Sequence[Found]) -> list[Stretch]:
    """The parts after a look at the slots: a correction corrects something, a bare number is hardly a request."""
    told = [replace(part, intent=None) if _is_beyond_limits(text, part, found) else part for part in told]
    if len(told) > 1 or told[0].found:
        return told
    return [replace(told[0], intent=_alone(text, claims, told[0].intent, found))]


def _alone(text: str, claims: Claims, intent: Intent | None, found: Sequence[Found]) -> Intent | None:
    """The one intent of a text, where it may as well be an answer to what the shop asked."""
    name = intent.name if intent else ""
    if intent is not None and name in _NOES and intent.confidence >= _SURE_NO:
        return intent
    if intent is not None and name not in _STEERING | _TAKEN_FOR_NUMBERS:
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


def _asked(text: str, claims: Claims, judge: Judge) -> list[Stretch]:
    """The parts that ask for something by themselves, each thing once."""
    stretches = _stretches(text)
    if len(stretches) < 2:
        return []
    asked: list[Stretch] = []
    for start, end in stretches:
        stretch = (
            _one_more_order(text, claims, asked, start, end)
            or _asking(text, claims, judge, start, end)
            or _one_more_product(text, claims, asked, start, end)
        )
        if stretch is not None and not any(_is_same(text, claims, stretch, other) for other in asked):
            asked.append(stretch)
    return asked


def _asking(text: str, claims: Claims, judge: Judge, start: int, end: int) -> Stretch | None:
    """The stretch, if it clearly asks for something by itself."""
    carrying = _carrying(text, claims, judge, start, end)
    if carrying is not None and carrying.intent is not None:
        return carrying
    said = wording(text, claims, start, end)
    ranked, none = judge.ranked(said)
    best = ranked[0]
    is_request = best.name not in _SMALL_TALK | _STEERING and best.confidence >= _SURE_OF_A_PART
    return Stretch(start, end, best) if is_request and judge.believes(best, said, none) else None


def _one_more_order(text: str, claims: Claims, asked: Sequence[Stretch], start: int, end: int) -> Stretch | None:
    """“... and 1002”: one more order of which the same is asked as of the one before it."""
    before = asked[-1] if asked else None
    if before is None or before.intent is None or before.intent.name not in _ASKED_OF_ORDERS:
        return None
    said = [one for one in claims.within(start, end) if one.name == "order_number"]
    named = any(one.name == "order_number" for one in claims.within(before.start, before.end))
    if not named or len(said) != 1 or not _NUMBER_OF_ORDER.fullmatch(claims.masked(text, start, end)):
        return None
    return replace(before, start=start, end=end, found=())


def _one_more_product(text: str, claims: Claims, asked: Sequence[Stretch], start: int, end: int) -> Stretch | None:
    """“... and the lamp?”: one more product to which the question before it is put."""
    before = asked[-1] if asked else None
    if before is None or before.intent is None or before.intent.name not in _OF_PRODUCTS:
        return None
    match = _ONE_MORE.fullmatch(text, start, end)
    if match is None:
        return None
    name, begin = match["name"], match.start("name")
    is_product = phrases.is_name(name) and phrases.may_be_sold(name) and claims.is_free(begin, match.end("name"))
    if not before.found or not is_product or any(word in phrases.FRAME for word in name.split()):
        return None
    return replace(before, start=start, end=end, found=(Found("product", name, begin, match.end("name")),))


def _is_same(text: str, claims: Claims, one: Stretch, other: Stretch) -> bool:
    """Whether two stretches ask for one thing: the same intent, unless each names another record or product."""
    if one.intent is None or other.intent is None or one.intent.name != other.intent.name:
        return False
    if one.intent.name not in _ASKED_AGAIN | _DONE_TO_ORDERS:
        return True
    named, named_before = _named(text, claims, one), _named(text, claims, other)
    return not named or not named_before or bool(named & named_before)


def _named(text: str, claims: Claims, stretch: Stretch) -> set[str]:
    """The numbers and the products that a stretch names; goods of one order are no others."""
    records = {one.value for one in claims.within(stretch.start, stretch.end) if one.name in _RECORDS}
    if stretch.intent is not None and stretch.intent.name in _DONE_TO_ORDERS:
        return records
    numbers = {match[1] for match in _DECIDED.finditer(text, stretch.start, stretch.end)}
    return records | numbers | {one.value for one in stretch.found if one.name == "product"}


def _carrying(text: str, claims: Claims, judge: Judge, start: int, end: int) -> Stretch | None:
    """A stretch that carries a product's name, unless the model knows better what it is about."""
    carrier = carried(text, claims, start, end)
    if carrier is None or judge.rules_out(carrier.intent, _around_name(text, claims, carrier, start, end)):
        return None
    if judge.knows_better(carrier, wording(text, claims, start, end)):
        return None
    return Stretch(start, end, Intent(carrier.intent, _CARRIED) if carrier.intent else None, carrier.found)


def _around_name(text: str, claims: Claims, carrier: Carried, start: int, end: int) -> str:
    """The stretch with no more of the product's name than says what it is: a passport cover is a cover.

    What stands in an order of the shop's was sold there, whatever it is called.
    """
    name = next((one for one in carrier.found if one.name == "product"), None)
    if name is None:
        return text[start:end]
    is_of_order = any(one.name == "order_number" for one in claims.within(start, end))
    what = "" if is_of_order else " ".join(phrases.head(text[name.start : name.end]))
    return f"{text[start : name.start]} {what} {text[name.end : end]}"


def _stretches(text: str) -> list[tuple[int, int]]:
    """Where a text may be taken apart; a run without words is none."""
    found, begin = [], 0
    for match in _SPLIT.finditer(text):
        found.append((begin, match.start()))
        begin = match.end()
        if len(found) >= _MOST_PARTS:
            break
    found.append((begin, len(text)))
    return [(start, end) for start, end in found if text[start:end].strip(" .,!?\n\t")]


def _covering(text: str, asked: Sequence[Stretch]) -> list[Stretch]:
    """Parts that leave nothing out: what is said between two belongs to the first of them."""
    begins = [0, *(part.start for part in asked[1:])]
    ends = [*begins[1:], len(text)]
    return [
        replace(part, start=begin, end=end, core=(part.start, part.end))
        for part, begin, end in zip(asked, begins, ends, strict=True)
    ]
