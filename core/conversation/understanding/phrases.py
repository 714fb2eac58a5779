"""What is left of a request when its frame is taken away: the product or the supplier it is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.words import patterns, words

_TOKEN = re.compile(r"[^\W_]+(?:['&/.+-][^\W_]+)*|[,;:.?!\n()\"]")
_DECIMAL = re.compile(r"\d+[.,]\d+")
QUOTED = re.compile(r"\"([^\"\n]{2,80})\"")

FRAME = words("frame")
_PLANNING_FRAME = FRAME | words("frame", "planning_en")
_DECIDING_FRAME = _PLANNING_FRAME | words("frame", "deciding_en")
_GLUE = words("glue")
_POLITE = words("polite")
_MOST_WORDS = 9
_BREAKS = frozenset(',;:.?!\n()"')

_STANDS_FOR_NAME = words("stands_for_name")
_ENDS_HEAD = words("ends_head")
_NEVER_SOLD = words("never_sold")
_NO_PRODUCT = dict(patterns("no_product"))["services"]

_LEADS = dict(patterns("leads"))
_ABOUT_ORDERS = frozenset({"track_order", "order_history", "get_invoice", "return_status"})


@dataclass(frozen=True)
class _Run:
    """A run of words of a name."""

    start: int
    end: int
    letters: int


def products(text: str, claims: Claims, intent: str) -> Iterator[Found]:
    """The product that a request is about, in the words that were used for it."""
    quoted = QUOTED.search(text)
    if quoted is not None:
        yield Found("product", quoted[1], quoted.start(1), quoted.end(1))
        return
    if intent in {"stock_level", "restock_date", "return_item"}:
        yield from _best(_runs(text, claims, FRAME), text, _LEADS.get(intent), "product")
    elif intent in {"edit_proposal", "explain_quantity"}:
        yield from _best(_runs(text, claims, _PLANNING_FRAME), text, None, "product")
    else:
        cue = _LEADS["in_orders" if intent in _ABOUT_ORDERS else "alone"]
        runs = list(_runs(text, claims, FRAME))
        for match in cue.finditer(text):
            run = next((run for run in runs if match.end() <= run.start <= match.end() + 8), None)
            if run is not None:
                yield Found("product", text[run.start : run.end], run.start, run.end)
                return


def suppliers(text: str, claims: Claims) -> Iterator[Found]:
    """The supplier that a planner names."""
    named = (run for run in _runs(text, claims, _DECIDING_FRAME) if not text[run.start : run.end].isdigit())
    yield from _best(named, text, None, "supplier")


def is_name(words: str) -> bool:
    """Whether words can be a product's name: they do more than hold a request together, and do not stand for one."""
    tokens = [match.group() for match in _TOKEN.finditer(words)]
    if not tokens or tokens[0] in _STANDS_FOR_NAME or _NO_PRODUCT.fullmatch(words.strip()):
        return False
    return any(token not in FRAME | _GLUE | _BREAKS and not token.isdigit() for token in tokens)


def may_be_sold(words: str) -> bool:
    """Whether the word that says what it is names something to put on a shelf: a list of names is a list, no name."""
    return _NEVER_SOLD.isdisjoint(head(words))


def head(words: str) -> Sequence[str]:
    """What says what a thing is: “stand” of a stand for cakes, “tea set” of a blue one; empty where nothing does."""
    tokens = [match.group() for match in _TOKEN.finditer(words)]
    ends = next((at for at, token in enumerate(tokens) if at and token in _ENDS_HEAD), len(tokens))
    return tokens[max(0, ends - 2) : ends] if tokens[ends - 1 : ends] == ["set"] else tokens[max(0, ends - 1) : ends]


def rest(text: str, claims: Claims) -> list[str]:
    """The words that nothing is claimed of and that are no mere glue."""
    return [
        match.group()
        for match in _TOKEN.finditer(text)
        if match.group() not in _BREAKS | _GLUE | _POLITE and claims.is_free(match.start(), match.end())
    ]


def _best(runs: Iterator[_Run], text: str, verb: "re.Pattern[str] | None", name: str) -> Iterator[Found]:
    """The first run behind the verb, or else the longest."""
    found = list(runs)
    if not found:
        return
    verbs = [match.end() for match in verb.finditer(text)] if verb else []
    behind = next((run for end in verbs for run in found if end <= run.start <= end + 8), None)
    best = behind or max(found, key=lambda run: (run.letters, -run.start))
    yield Found(name, text[best.start : best.end], best.start, best.end)


def _runs(text: str, claims: Claims, frame: frozenset[str]) -> Iterator[_Run]:
    words: list[re.Match[str]] = []
    for match in _TOKEN.finditer(text):
        if _ends_run(match, text, claims, frame):
            yield from _trimmed(words)
            words = []
        else:
            words.append(match)
    yield from _trimmed(words)


def _ends_run(match: "re.Match[str]", text: str, claims: Claims, frame: frozenset[str]) -> bool:
    word = match.group()
    if word == "set" and text[match.end() : match.end() + 4] in {" of ", "/2 o", " / "}:
        return False
    return word in _BREAKS or word in frame or not claims.is_free(match.start(), match.end())


def _trimmed(words: list["re.Match[str]"]) -> Iterator[_Run]:
    if len(words) > 1 and _DECIMAL.fullmatch(words[0].group()) and words[1].group() == "of":
        words = words[1:]
    while words and words[0].group() in _GLUE:
        words = words[1:]
    while words and words[-1].group() in _GLUE:
        words = words[:-1]
    words = words[:_MOST_WORDS]
    letters = sum(len(word.group()) for word in words if word.group() not in _GLUE)
    if letters >= 2 and not all(word.group().isdigit() and len(word.group()) < 4 for word in words):
        yield _Run(words[0].start(), words[-1].end(), letters)
