"""Words that choose among what was offered: places in a list, reasons for a return, approving or rejecting."""

import re
from collections.abc import Iterator

from core.conversation.understanding.found import Found

_THING = r"(?:one|orders?|purchases?|parcels?|packages?|deliver(?:y|ies)|shipments?|invoices?|bills?|returns?|options?|choices?|proposals?|items?|things?|products?|lines?|of (?:them|those|these|my orders|the list))"
_ORDINALS = {
    "2": r"second|2nd", "3": r"third|3rd", "4": r"fourth|4th", "5": r"fifth|5th", "6": r"sixth|6th", "7": r"seventh|7th", "8": r"eighth|8th",
}  # fmt: skip
_BEGIN, _END = r"(?<![\w-])", r"(?![\w-])"
_END_OF_TALK = r"(?=[ ,.!?]*(?:please|thanks|then)?[ ,.!?]*$|,| because| from| and\b)"
_REFERENCES = (
    ("-2", re.compile(rf"{_BEGIN}(?:last but one|second (?:to |from )?last|next to last|penultimate|one before (?:the )?last|one before that){_END}")),
    ("last", re.compile(rf"{_BEGIN}(?:my |the |your )?(?:very )?(?:last|latest|newest|most recent|recentest) {_THING}(?! [a-z]*(?:day|week|month|year)){_END}")),
    ("last", re.compile(rf"{_BEGIN}(?:the |my )?(?:last|latest|newest|most recent)(?: (?:pdf|thing i (?:bought|ordered))|{_END_OF_TALK})")),
    ("last", re.compile(rf"{_BEGIN}(?:my )?recent (?:order|purchase|parcel|package|delivery|shipment){_END}")),
    ("first", re.compile(rf"{_BEGIN}(?:the |my )?(?:very )?(?:first|1st|top|oldest|earliest) {_THING}{_END}")),
    ("first", re.compile(rf"{_BEGIN}the (?:first|1st|top)(?: one)?{_END_OF_TALK}")),
    *((place, re.compile(rf"{_BEGIN}(?:the |my )?(?:{words}) {_THING}{_END}")) for place, words in _ORDINALS.items()),
    *((place, re.compile(rf"{_BEGIN}the (?:{words}){_END_OF_TALK}")) for place, words in _ORDINALS.items()),
)  # fmt: skip
_OPTION = re.compile(rf"{_BEGIN}(?:option|choice|number|no\.?|nr\.?) ?([1-9]){_END}(?![\d.,]\d)")
_ORDINAL_ALONE = re.compile(
    r"(?:no|sorry|yes|ok|i meant?|,|\s)*(?P<word>last|latest|first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th)(?: please|[.! ])*"
)

_REASONS = (
    ("too_many", r"too many|one too many|more than i need(?:ed)?|ordered (?:two|twice|double|it twice) by mistake|ordered (?:one|some) too many|duplicates?|by mistake"),
    ("wrong_item", r"wrong (?:item|product|article|thing|colou?r|size|one|model|order|goods|lamp|mug)|(?:sent|got|received|delivered) (?:me )?(?:a |an |the )?(?:wrong|different|other)|not what i ordered|something else (?:arrived|came)|mixed up"),
    ("damaged", r"damaged?|broken|broke|smashed|shattered|cracked|chipped|scratched|dented|torn|ripped|faulty|defective|defect|does(?:n't| not) work|not working|stopped working|dead on arrival|in pieces|bent|leak(?:s|ed|ing)?|stained|crushed|brokn|damged|damagd"),
    ("not_as_described", r"not as (?:described|shown|pictured|advertised|expected)|(?:does(?:n't| not)|did(?:n't| not)) (?:match|look like)|looks (?:nothing like|different)|nothing like (?:the|in)|different from the (?:picture|photo|description)|poor quality|bad quality|smaller than|bigger than|misleading|description"),
    ("arrived_late", r"(?:arrived|came|delivered|got here|was|is|too) (?:too |far too |much too )?late|took too long|too late|after (?:the|my) (?:party|wedding|birthday|event)|late delivery"),
    ("no_longer_wanted", r"(?:do(?:n't| not)|no longer|did(?:n't| not)) (?:want|need|like|fit|suit)|changed? (?:my|our|her|his) mind|does(?:n't| not) (?:fit|suit|like)|unwanted|no longer (?:needed|wanted|required)|regret|not needed|too (?:big|small|large|short|long)|found (?:it )?cheaper|do(?:n't| not) like"),
)  # fmt: skip
_REASON = [(name, re.compile(rf"{_BEGIN}(?:{words}){_END}")) for name, words in _REASONS]

_REJECT = re.compile(
    rf"{_BEGIN}(?:(?:do not|don't|dont|not|never) (?:approve|accept|order|release)|reject(?:ed|ing)?|rejct|rejet|decline[ds]?|declining|refuse[ds]?|turn(?:ed)? (?:it |this |that )?down|throw (?:it )?out|no to){_END}"
)
_APPROVE = re.compile(
    rf"{_BEGIN}(?:ap+ro?ve?[ds]?|approving|accept(?:ed)?|sign(?:ed)? off|releas(?:e|ed)|authori[sz]ed?|green[ -]?light|go[ -]ahead|ok(?:ay)? (?:for|to)|place the|send the|order what){_END}"
)
_BECAUSE = re.compile(
    r"(?<!\w)(?:because(?: of)?|since|as(?= (?:we|it|the|they|there|i)\b)|reason(?: is|:)?|due to|cos|cause) {1,3}"
)
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
    for name, pattern in _REASON:
        match = pattern.search(text)
        if match is not None:
            yield Found("reason", name, match.start(), match.end())
            return


def decisions(text: str) -> Iterator[Found]:
    """Whether a planner approves or rejects."""
    for value, pattern in (("reject", _REJECT), ("approve", _APPROVE)):
        match = pattern.search(text)
        if match is not None:
            yield Found("decision", value, match.start(), match.end())
            return


def becauses(text: str, after: int) -> Iterator[Found]:
    """A planner's own words for why: behind “because”, or behind a pause after the decision."""
    match = _BECAUSE.search(text) or _AFTER_PAUSE.search(text, after)
    if match is not None:
        reason = text[match.end() :].strip(" .!?\n\t")
        if reason:
            start = text.index(reason, match.end())
            yield Found("why", reason, start, start + len(reason))


def _place(word: str) -> str:
    if word in {"last", "latest"}:
        return "last"
    return next((place for place, words in _ORDINALS.items() if word in words.split("|")), "first")
