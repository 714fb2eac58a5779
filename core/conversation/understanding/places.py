"""People, towns and countries that a request names: known by where they stand, by a title, or by a list."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from core.conversation.understanding.found import Found
from core.conversation.understanding.text import Folded, fold

_DELIVERY = frozenset({"delivery_options", "delivery_time", "change_address"})
_DOCUMENTS = frozenset({"get_invoice", "order_history", "track_order"})
_LANGUAGES = ("en", "de")
_ALSO = {"usa": "US", "us": "US", "uk": "GB", "england": "GB", "scotland": "GB", "america": "US", "holland": "NL"}
_TO = r"(?:to|from|in|into|at|nach|aus|von|via)"
_NAME = r"[^\W\d_][\w'’-]{1,30}"
_ABOUT_DELIVERY = re.compile(r"(?<!\w)(?:\w{0,3}deliver|ship|shpi|send|order|post|liefer|versand|bestell)")
_PLACE = re.compile(rf"(?<!\w){_TO} {{1,2}}(?:the )?(?=((?:{_NAME})(?: {_NAME}){{0,3}}))", re.IGNORECASE)
_TITLED = re.compile(rf"(?<!\w)(?:mr|mrs|ms|miss|dr|prof|sir|herrn?|frau)(?:\.? {{1,2}}|\.){_NAME}(?: {_NAME})?(?!\w)")
_NAMED = re.compile(rf"(?<!\w)(?:my name is|i am called|mein name ist|ich heiße|ich heisse) ({_NAME}(?: {_NAME})?)")
_PAIR = re.compile(r"(?<!^)(?<![.?!] )(?<!\w)([A-ZÀ-Þ][a-zà-ÿ'’-]{1,30} [A-ZÀ-Þ][\w'’-]{1,30})(?!\w)")
_SMALL = frozenset(
    {
        "the",
        "my",
        "your",
        "a",
        "an",
        "this",
        "that",
        "here",
        "there",
        "home",
        "please",
        "now",
        "today",
        "tomorrow",
        "order",
    }
)


def named(folded: Folded, intents: Collection[str]) -> Iterator[Found]:
    """What the text names of people where documents are asked for, of places where a delivery is."""
    wanted = set(intents)
    if wanted & _DELIVERY or (not wanted and _ABOUT_DELIVERY.search(folded.text)):
        yield from _places(folded)
    if wanted & _DOCUMENTS or not wanted:
        yield from _people(folded)


def _places(folded: Folded) -> Iterator[Found]:
    text = folded.text
    for match in _PLACE.finditer(text):
        words = match[1].split(" ")
        for count in range(len(words), 0, -1):
            said = " ".join(words[:count])
            code = _countries().get(said)
            if code is not None:
                yield Found("country", code, match.start(1), match.start(1) + len(said))
                return
        for count in range(len(words), 0, -1):
            said = " ".join(words[:count])
            if said in _towns() or _is_capital(folded, match.start(1), said):
                yield Found("city", said.title(), match.start(1), match.start(1) + len(said))
                return
    yield from _town_alone(folded)


def _town_alone(folded: Folded) -> Iterator[Found]:
    """A capital in the middle of a request about deliveries, whatever stands before it."""
    if len(folded.text) != len(folded.original):
        return
    for match in re.finditer(r"(?<=[a-z] )([A-ZÀ-Þ][a-zà-ÿ]{2,20}(?: [A-ZÀ-Þ][a-zà-ÿ]{2,20})?)", folded.original):
        said = folded.text[match.start() : match.end()]
        if said not in _SMALL:
            code = _countries().get(said)
            yield Found("country" if code else "city", code or said.title(), match.start(), match.end())
            return


def _is_capital(folded: Folded, start: int, said: str) -> bool:
    """Whether each of the words begins with a capital as it was typed."""
    begin, end = folded.span(start, start + len(said))
    words = folded.original[begin:end].split(" ")
    return said not in _SMALL and all(word[:1].isupper() and word[1:].islower() for word in words)


def _people(folded: Folded) -> Iterator[Found]:
    for pattern in (_TITLED, _NAMED):
        for match in pattern.finditer(folded.text):
            group = match.lastindex or 0
            start, end = match.start(group), match.end(group)
            begin, until = folded.span(start, end)
            typed = _without_more(folded.original[begin:until]) if pattern is _TITLED else folded.original[begin:until]
            yield Found("person_name", typed, start, start + len(typed))
            return
    if len(folded.text) != len(folded.original):
        return
    for match in _PAIR.finditer(folded.original):
        yield Found("person_name", match[1], match.start(1), match.end(1))
        return


def _without_more(said: str) -> str:
    """A title and a name, without the next word of the request."""
    words = said.split(" ")
    return said if len(words) < 3 or words[2][:1].isupper() else " ".join(words[:2])


@cache
def _countries() -> dict[str, str]:
    names = dict(_ALSO)
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names[fold(str(name)).text] = code
    return names


@cache
def _towns() -> frozenset[str]:
    """Towns that give time zones their names, which is enough for those typed without a capital."""
    towns = {name.rpartition("/")[2].replace("_", " ").casefold() for name in available_timezones() if "/" in name}
    return frozenset(town for town in towns if not re.search(r"\d|gmt|utc", town))
