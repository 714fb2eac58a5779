"""Which intents a text has: as a whole, or part by part where it asks for more than one thing."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.conversation.understanding import amounts, choices, phrases
from core.conversation.understanding.carriers import Carried, carried
from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.judge import Judge
from core.conversation.understanding.settling import CORRECTS, STEERING, SURE_NO
from core.conversation.understanding.stretches import Stretch, covering, stretches_of
from core.conversation.understanding.understood import Intent

_SURE_OF_A_PART = 0.7
_HINTED = 0.1  # what a part asks for must show in the whole at least so much
_CARRIED = 0.9
_LONG_FOR_CORRECTION = 12  # words; more than that and it is a request with a “not” or “no” in it
_MOST_READ = 600
_SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "help"})
_NOT_TO_BE_DONE = re.compile(
    r"(?:(?:no|oh|wait|stop|hey|hold on|please|pls|so|ok)\W{1,3}){0,3}(?:i |we )?"
    r"(?:(?:do not|don'?t|never)(?: (?:want|wanna|need|wish|intend|mean)(?: you)?(?: to)?)?"
    r"|(?:did not|didn'?t) (?:want|ask|mean|wish)(?: you)? to)"
    r" (?:cancel|return|send back|exchange|swap|change|delete|erase|refund|withdraw|re-?order|unlink)(?!\w)"
    r"[^,.;:?!]*[.! ]*"
)
_BUT = re.compile(r"(?<!\w)(?:but|and|just|only|rather|instead|yet|why)(?!\w)")
_IN_ORDER_TO = re.compile(r"(?<!\w)(?:in order (?:to|for|that)|out of order)(?!\w)")
_NUMBER = re.compile(rf"(?<![\w<])(?:{amounts.LARGE}|\d{{1,9}}(?:[.,]\d{{1,3}})?)(?![\w>])")
# what the model may take a bare number or place in a list for
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


def wording(text: str, claims: Claims, start: int, end: int) -> str:
    """A stretch of the text as the model reads it: numbers and days by their kind."""
    masked = claims.masked(text, start, min(end, start + _MOST_READ))
    masked = choices.LANGUAGE_MEANT.sub(lambda match: f"{match['before'] or ''}<language>", masked)
    return _NUMBER.sub("<number>", _IN_ORDER_TO.sub("to", masked))


def parts(text: str, claims: Claims, judge: Judge) -> tuple[list[Intent], list[Stretch]]:
    """The intents ranked for the text as a whole, and the parts it is taken in."""
    whole = wording(text, claims, 0, len(text))
    if _NOT_TO_BE_DONE.fullmatch(text.strip()) and not _BUT.search(text):
        return judge.ranked(whole)[0], [Stretch(0, len(text), Intent("deny", SURE_NO))]
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
    if best is not None and best.name in STEERING:
        return ranked, [Stretch(0, len(text), best)]
    if best is not None and best.name == "edit_proposal" and not _is_said_by_one(best, text, claims, judge):
        best = None
    asked = _asked(text, claims, judge)
    if len(asked) > 1:
        return ranked, covering(text, asked)
    if len(asked) == 1 and (best is None or best.name in _SMALL_TALK):
        hinted = {intent.name for intent in ranked if intent.confidence >= _HINTED}
        intent = asked[0].intent
        if intent is not None and judge.rules_out(intent.name, whole):
            return ranked, [Stretch(0, len(text), best)]
        best = intent if intent is not None and (best is not None or intent.name in hinted) else best
    return ranked, [Stretch(0, len(text), best, _said_of_product(asked, best))]


def _is_said_by_one(best: Intent, text: str, claims: Claims, judge: Judge) -> bool:
    """Whether a sentence of several says it by itself: many bare numbers together only look like quantities."""
    stretches = stretches_of(text)
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


def _asked(text: str, claims: Claims, judge: Judge) -> list[Stretch]:
    """The parts that ask for something by themselves, each thing once."""
    stretches = stretches_of(text)
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
    is_request = best.name not in _SMALL_TALK | STEERING and best.confidence >= _SURE_OF_A_PART
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
