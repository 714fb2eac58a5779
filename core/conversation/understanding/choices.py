"""Words that choose among what was offered: places in a list, reasons for a return, approving or rejecting."""

import re
from collections.abc import Iterator

from core.conversation.understanding.found import Found
from core.conversation.understanding.words import patterns, table

_BEGIN, _END = r"(?<![\w-])", r"(?![\w-])"
_OWNED = r"(?:the |my |your )?(?:very )?"
_LAST = r"(?:last|latest|newest|most recent)"
_FIRST = r"(?:first|1st|top)"
_OLDEST = r"(?:oldest|earliest|very first)"
_THING = (
    r"(?:one|orders?|purchases?|parcels?|packages?|deliver(?:y|ies)|shipments?|invoices?|bills?|returns?|options?"
    r"|choices?|proposals?|of (?:them|those|these|my orders|the list))"
)
_END_OF_TALK = r"(?=[ ,.!?]{0,3}(?:please|thanks|then)?[ ,.!?]{0,3}$|,| because| from| and\b)"
_ORDINALS = {
    "2": r"second|2nd",
    "3": r"third|3rd",
    "4": r"fourth|4th",
    "5": r"fifth|5th",
    "6": r"sixth|6th",
    "7": r"seventh|7th",
    "8": r"eighth|8th",
}
_PLACES = (
    ("-2", r"(?:the |my )?(?:orders?|one|purchase|parcel|delivery|invoice) before (?:the |my )?last(?: one| order)?"),
    ("last", r"(?:the |my )?(?:previous|prior|most recent) (?:order|purchase|parcel|delivery|invoice)"),
    ("-2", r"(?:last but one|second (?:to |from )?last|next to last|penultimate|one before (?:the last|that))"),
    ("last", rf"{_OWNED}{_LAST} {_THING}"),
    ("last", rf"(?:the |my ){_LAST} (?:pdf|thing i (?:bought|ordered))"),
    ("last", rf"(?:the |my )?{_LAST}{_END_OF_TALK}"),
    ("last", r"(?:my )?recent (?:order|purchase|parcel|package|delivery|shipment)"),
    ("oldest", rf"(?:the |my |your )?{_OLDEST} {_THING}"),
    ("oldest", rf"(?:the |my ){_OLDEST}{_END_OF_TALK}"),
    ("first", rf"{_OWNED}{_FIRST} {_THING}"),
    ("first", rf"the (?:first|1st|top){_END_OF_TALK}"),
    *((place, rf"(?:the |my )?(?:{words}) {_THING}") for place, words in _ORDINALS.items()),
    *((place, rf"the (?:{words}){_END_OF_TALK}") for place, words in _ORDINALS.items()),
)
_REFERENCES = tuple((value, re.compile(f"{_BEGIN}{words}{_END}")) for value, words in _PLACES)
_OPTION = re.compile(rf"{_BEGIN}(?:option|choice|number|no\.?|nr\.?) ?([1-9]){_END}(?![\d.,]\d)")
_ORDINAL_ALONE = re.compile(
    r"(?:(?:no|sorry|yes|ok|i meant?)[, ]{1,3}){0,3}"
    rf"(?P<word>{_LAST}|{_OLDEST}|first|1st|{'|'.join(_ORDINALS.values())})(?: please)?[.! ]{{0,3}}"
)

_LANGUAGES = {name: code for code, names in table("languages").items() for name in names}
_NAMED = "|".join(sorted(_LANGUAGES, key=len, reverse=True))
_LANGUAGE = re.compile(
    rf"(?<![\w-])(?<!instead of )(?<!rather than )(?<!not )(?<!no )(?<!from )(?P<name>{_NAMED})(?![\w-])"
)
# where a language is meant and not the make of a thing: “in German”, but no “German clock”
LANGUAGE_MEANT = re.compile(
    r"(?<![\w-])(?P<before>(?:in|into|to|speak|speaking|talk|use|using|know|understand|language|learn|say|prefer|be|is"
    rf"|make it|your|my|only|some|any|over|on|auf)[ :,]{{1,2}})(?:{_NAMED})(?![\w-])(?! [a-z]{{3,}}s(?!\w))"
    rf"|^(?:{_NAMED})(?=(?: please| version| language)?[ .!?]*$)"
)
_REASONS = patterns("reasons")
_DECISIONS = patterns("decisions")
_BECAUSE = re.compile(
    r"(?<!\w)(?:because(?: of)?|since|as(?= (?:we|it|the|they|there|i)\b)|reason(?: is|:)?|due to|cos|cause) {1,3}"
)
_JOINS_ON = re.compile(r"[ ,.;]{1,3}(?:and|but|also|plus|then) ?\Z")
_AFTER_PAUSE = re.compile(r"(?:\s-|[:,;])\s(?!please|thanks|thank)")


def references(text: str) -> Iterator[Found]:
    """Places in a list or in time: “the second one” is 2, “last but one” is -2, “my latest order” is last."""
    alone = _ORDINAL_ALONE.fullmatch(text)
    if alone is not None:
        yield Found("reference", _place(alone["word"]), alone.start("word"), alone.end("word"))
    for value, pattern in _REFERENCES:
        for match in pattern.finditer(text):
            yield Found("reference", value, match.start(), match.end())
    for match in _OPTION.finditer(text):
        yield Found("reference", "first" if match[1] == "1" else match[1], match.start(), match.end())


def reasons(text: str) -> Iterator[Found]:
    """Why something comes back, as one of the reasons a return knows; only the one that is said most clearly."""
    for name, pattern in _REASONS:
        match = pattern.search(text)
        if match is not None:
            yield Found("reason", name, match.start(), match.end())
            return


def languages(text: str) -> Iterator[Found]:
    """The language that is named last, as its code."""
    for match in [*_LANGUAGE.finditer(text)][-1:]:
        yield Found("language", _LANGUAGES[match["name"]], match.start(), match.end())


def decisions(text: str) -> Iterator[Found]:
    """Whether a planner approves or rejects."""
    for value, pattern in _DECISIONS:
        match = pattern.search(text)
        if match is not None:
            yield Found("decision", value, match.start(), match.end())
            return


def becauses(text: str, after: int) -> Iterator[Found]:
    """A planner's own words for why: behind “because”, or behind a pause after the decision."""
    match = _BECAUSE.search(text) or _AFTER_PAUSE.search(text, after)
    if match is not None:
        reason = _JOINS_ON.sub("", text[match.end() :]).strip(" .!?\n\t")
        if reason:
            start = text.index(reason, match.end())
            yield Found("why", reason, start, start + len(reason))


def _place(word: str) -> str:
    if re.fullmatch(_LAST, word):
        return "last"
    if re.fullmatch(_OLDEST, word):
        return "oldest"
    return next((place for place, words in _ORDINALS.items() if word in words.split("|")), "first")
