"""What is left of a request when its frame is taken away: the product or the supplier it is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.conversation.understanding.found import Claims, Found

_TOKEN = re.compile(r"[^\W_]+(?:['&/.+-][^\W_]+)*|[,;:.?!\n()\"]")
_QUOTED = re.compile(r"\"([^\"\n]{2,80})\"")

# Words that hold a request together and belong to no name; a run of words ends at one.
_FRAME = frozenset(
    """
    i i'd i'm i've id im ive we we'd we're we've you you'd you're u he she they it it's its them this that these those there here
    is are was were be been being am isn't aren't wasn't do does did don't doesn't didn't dont doesnt didnt have has had haven't hasn't
    got get gets getting can could would will won't may might shall should must can't cant couldn't
    want wants wanted wanna need needs needed like'd looking look looks wondering wonder wish hope know think believe hear tell say said
    check checking see seeing show find finding give let please pls plz kindly thanks thank hello hi hey good morning afternoon evening
    when whn wen why how what what's whats which where where's wheres whre who whether if because since then so but also still yet ever
    already again now soon today just only really actually currently presently straight away asap left anymore more most any some enough
    many much few fewer less too very so every each all both everything something anything nothing sth stuff thing things goods
    stock stocks stcok stok stocked instock restock restocked restocking restok available avail availability avalable sold sell selling sale
    out back bak buy buying bought order orders ordered ordering oder ordr purchase purchases purchased parcel parcels package packages
    delivery delivered deliver shipment shipments shipped arrive arrived arrives arriving came come comes coming due expected expect
    expecting shop store warehouse shelf website supplier suppliers next another one ones it'll return returns returned returning retrun
    retun retrn send snd sending sent sends take taking give giving bring bringing refund exchange money item items itm product products
    goods label price prices cost costs level levels number numbers quantity quantities qty amount unit units piece pieces pcs invoice
    invoices bill bills receipt copy pdf status track tracking eta happened happen update news history list happens
    go going went must hold idea date day days week month time last first second third other latest recent damn bloody hell fucking
    help assist assistance able possible happy glad try trying start begin open make made register request arrange put set
    lot lots batch inbound hand place year ago long until until how's use using used works work own own't
    ending ends digits me us whose
    not no nope yes ok okay sorry never none wrong right mean meant
    """.split()
)
_PLANNING_FRAME = _FRAME | frozenset(
    """
    change chnage edit edt adjust amend modify correct update reduce redcue cut lower decrease increase raise drop remove add
    explain explian justify reason reasoning logic behind calculation calculate calculated computed based propose proposed proposal
    proposals propsal proposls line lines instead rather than down up into propose suggest suggested high half point pick choose chose
    came comes plan number figure worked
    """.split()
)
_DECIDING_FRAME = _PLANNING_FRAME | frozenset(
    """
    approve approved approving aprove approv approves approval reject rejected rejecting rejct decline declined accept accepted
    refuse refused turn throw release released authorise authorize authorised sign off decide decision go ahead green light below under
    over above between small big pending waiting supplier's fine on
    """.split()
)
# Words that may stand inside a name but neither begin nor end it.
_GLUE = frozenset(
    "the a an of for in on at to from by with and or my our your his her their as about into per & under over off up".split()
)
_MOST_WORDS = 9
_BREAKS = frozenset(',;:.?!\n()"')

_ASKS_WITHOUT = re.compile(
    r"(?<!\w)(?:the one with|one with|order with|orders? (?:of|for)|with|containing|contains?|including|had|has|what about|how about|invoice (?:of|for)|bill (?:of|for)"
    r"|where(?:'s| is| are) (?:my|the)|(?:bought|buy|ordered|order|purchased) (?:the|a|an|any|some|my)|find the|return of|receive|received|sent back)(?= )"
)
_ALONE = re.compile(
    r"(?<!\w)(?:the one with|one with|what about|how about|^and|^no,?|^sorry,?|^actually,?|i meant?|i said|^the|that's the)(?= )"
)
_AFTER_VERB = {
    "return_item": re.compile(r"(?<!\w)(?:re?tu?rn(?:ing)?|retrun|retun|se?nd(?:ing)?(?: back)?|take(?: back)?|giv(?:e|ing)(?: back)?|bring(?: back)?|for|of)(?= )"),
    "restock_date": re.compile(r"(?<!\w)(?:when(?:'s| is| are| will| do(?:es)?)?|for|of|expect|restock(?:ing)?)(?= )"),
}  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """A run of words of a name."""

    start: int
    end: int
    letters: int


def products(text: str, claims: Claims, intent: str) -> Iterator[Found]:
    """The product that a request is about, in the words that were used for it."""
    quoted = _QUOTED.search(text)
    if quoted is not None:
        yield Found("product", quoted[1], quoted.start(1), quoted.end(1))
        return
    if intent in {"stock_level", "restock_date", "return_item"}:
        yield from _best(_runs(text, claims, _FRAME), text, _AFTER_VERB.get(intent), "product")
    elif intent in {"edit_proposal", "explain_quantity"}:
        yield from _best(_runs(text, claims, _PLANNING_FRAME), text, None, "product")
    else:
        cue = _ASKS_WITHOUT if intent in _ABOUT_ORDERS else _ALONE
        runs = list(_runs(text, claims, _FRAME))
        for match in cue.finditer(text):
            run = next((run for run in runs if match.end() <= run.start <= match.end() + 8), None)
            if run is not None:
                yield Found("product", text[run.start : run.end], run.start, run.end)
                return


def suppliers(text: str, claims: Claims) -> Iterator[Found]:
    """The supplier that a planner names."""
    yield from _best(_runs(text, claims, _DECIDING_FRAME), text, None, "supplier")


def rest(text: str, claims: Claims) -> list[str]:
    """The words that nothing is claimed of and that are no mere glue."""
    return [
        match.group()
        for match in _TOKEN.finditer(text)
        if match.group() not in _BREAKS | _GLUE | _POLITE and claims.is_free(match.start(), match.end())
    ]


_ABOUT_ORDERS = frozenset({"track_order", "order_history", "get_invoice", "return_status"})
_POLITE = frozenset(
    "please pls it is it's its i mean meant my order number no nr id one that the this just only of them sorry thanks last four digits ending ends are in order's purchase parcel package delivery shipment".split()
)


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
    while words and words[0].group() in _GLUE:
        words = words[1:]
    while words and words[-1].group() in _GLUE:
        words = words[:-1]
    words = words[:_MOST_WORDS]
    letters = sum(len(word.group()) for word in words if word.group() not in _GLUE)
    if letters >= 2 and not all(word.group().isdigit() and len(word.group()) < 4 for word in words):
        yield _Run(words[0].start(), words[-1].end(), letters)
