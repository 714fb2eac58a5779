"""Which of some things a person names in their own words, and what they want them to become; pure.

The things are the person's own (lines of an order, variants of a product, ways of paying), so that a few words are
enough: a name with typos or a part of it, a code, or what tells two of a kind apart.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz.distance import OSA

from core.conversation.understanding.text import fold

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?")
_LONG = 8
_SHORTEST_PART = 3
_LEAST_SAID, _MOST_OF = 2, 0.5


@dataclass(frozen=True)
class Named:
    """Something that may be named: by code, by name, or by the options that tell it from others of the name.

    Variants of one product share a `family`, whatever they are called.
    """

    key: str
    name: str
    code: str = ""
    family: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mention:
    """A stretch of the text that names one thing, or several that the words do not tell apart."""

    keys: tuple[str, ...]
    start: int
    end: int
    is_whole: bool = True


@dataclass(frozen=True)
class Token:
    """A word or number of a text, with where it stands; `is_capital` keeps what folding takes away."""

    text: str
    start: int
    end: int
    is_capital: bool = False


@dataclass(frozen=True)
class Wanted:
    """What something should become: options by name, each with the values that were said for it.

    `either` are values that fit more than one option and are said without it.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    either: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not self.options and not self.either

    def fits(self, options: Mapping[str, str]) -> bool:
        """Whether these options are what was said."""
        if any(options.get(name) != value for name, value in self.options.items()):
            return False
        return all(any(options.get(name) == value for name, value in choices) for choices in self.either)

    @property
    def names(self) -> set[str]:
        """Every option that something was said of."""
        return {*self.options, *(name for choices in self.either for name, _ in choices)}


def tokens(text: str) -> list[Token]:
    """The words and numbers of a text, folded: no capitals, no accents, “1.5L” as 1.5 and l."""
    folded = fold(text)
    found = []
    for match in _TOKEN.finditer(folded.text):
        start, end = folded.span(match.start(), match.end())
        found.append(Token(match.group().replace(",", "."), start, end, text[start : start + 1].isupper()))
    return found


def named_in(text: str, things: Sequence[Named]) -> list[Mention]:
    """What of these things the text names, in its order; a thing named twice is found twice."""
    said = tokens(text)
    taken = [False] * len(said)
    found = [*_codes(text, said, things, taken), *_whole_names(said, things, taken)]
    found += _most_of_names(said, things, taken)
    found += _parts_of_names(said, things, taken, {key for mention in found for key in mention.keys})
    return _merged(sorted(found, key=lambda mention: mention.start))


def wanted_in(text: str, family: Sequence[Mapping[str, str]], *, is_short: bool = False) -> Wanted:
    """Which options of a family of variants the text names; a bare letter counts where little else is said."""
    said = tokens(text)
    hits = _option_hits(said, family, is_short=is_short or len(said) <= 4)
    options: dict[str, str] = {}
    either: list[tuple[tuple[str, str], ...]] = []
    for begin, end, choices in hits:
        if len(choices) == 1:
            options.setdefault(*choices[0])
            continue
        near = _said_with_its_name(said, begin, end, choices)
        if near is not None:
            options.setdefault(*near)
        else:
            either.append(tuple(choices))
    options |= {name: value for name, value in _flags(said, family).items() if name not in options}
    return Wanted(options, tuple(either))


def values_in(text: str, family: Sequence[Mapping[str, str]]) -> list[tuple[int, int]]:
    """Where the text names values of options."""
    said = tokens(text)
    hits = _option_hits(said, family, is_short=False)
    return [(said[begin].start, said[end - 1].end) for begin, end, _ in hits]


def chosen(wanted: Wanted, now: Mapping[str, str], variants: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The variants (by key) that were asked for: those that fit what was said and keep the rest, else all that fit."""
    fitting = [key for key, options in variants.items() if wanted.fits(options)]
    untouched = [name for name in now if name not in wanted.names]
    same = [key for key in fitting if all(variants[key].get(name) == now[name] for name in untouched)]
    changed = [key for key in same if any(variants[key].get(name) != now.get(name) for name in wanted.names)]
    if len(changed) == 1:
        return changed
    return changed or same or sorted(fitting, key=lambda key: _differences(now, variants[key]))


def narrowed(text: str, mention: Mention, things: Sequence[Named]) -> Mention:
    """The mention with only those of its things whose options the text names."""
    if len(mention.keys) < 2:
        return mention
    mine = {thing.key: thing.options for thing in things if thing.key in mention.keys}
    wanted = wanted_in(text, list(mine.values()))
    fitting = tuple(key for key in mention.keys if not wanted.is_empty and wanted.fits(mine[key]))
    return replace(mention, keys=fitting) if fitting else mention


def _differences(now: Mapping[str, str], options: Mapping[str, str]) -> int:
    return sum(options.get(name) != value for name, value in now.items())


# ------------------------------------------------------------------ names


def _codes(text: str, said: Sequence[Token], things: Sequence[Named], taken: list[bool]) -> list[Mention]:
    """Things named by their code, written as it is or with a hash before it."""
    lowered = text.casefold()
    found = []
    for thing in things:
        code = thing.code.casefold()
        if len(code) < _SHORTEST_PART:
            continue
        for match in re.finditer(rf"(?<![\w]){re.escape(code)}(?![\w])", lowered):
            for place, token in enumerate(said):
                if match.start() <= token.start < match.end():
                    taken[place] = True
            found.append(Mention((thing.key,), match.start(), match.end()))
    by_place: dict[tuple[int, int], tuple[str, ...]] = {}
    for one in found:
        by_place[one.start, one.end] = (*by_place.get((one.start, one.end), ()), *one.keys)
    return [Mention(tuple(dict.fromkeys(keys)), start, end) for (start, end), keys in by_place.items()]


def _whole_names(said: Sequence[Token], things: Sequence[Named], taken: list[bool]) -> list[Mention]:
    found = []
    groups = _by_name(things)
    for name in sorted(groups, key=len, reverse=True):
        words = _words(name)
        for width in (len(words), len(words) + 1, len(words) - 1):
            for begin in range(len(said) - width + 1) if width > 0 else ():
                window = said[begin : begin + width]
                if any(taken[begin : begin + width]) or not _same(words, [token.text for token in window]):
                    continue
                taken[begin : begin + width] = [True] * width
                found.append(Mention(tuple(groups[name]), window[0].start, window[-1].end))
    return found


def _most_of_names(said: Sequence[Token], things: Sequence[Named], taken: list[bool]) -> list[Mention]:
    """Long names by the words of them that people say: “plasters circus parade” for Plasters in Tin Circus Parade."""
    groups = {name: keys for name, keys in _by_name(things).items() if len(_telling_words(name)) >= _LEAST_SAID}
    found: list[Mention] = []
    begin = 0
    while begin < len(said):
        runs = {name: _run(said, taken, begin, _words(name)) for name in groups}
        scored = {name: _said_of(said[begin : begin + length], name) for name, length in runs.items() if length}
        best = max(scored.values(), default=0)
        if not best:
            begin += 1
            continue
        names = [name for name, count in scored.items() if count == best]
        length = max(runs[name] for name in names)
        taken[begin : begin + length] = [True] * length
        keys = tuple(key for name in names for key in groups[name])
        found.append(Mention(keys, said[begin].start, said[begin + length - 1].end))
        begin += length
    return found


def _telling_words(name: str) -> list[str]:
    return [word for word in _words(name) if len(word) >= _SHORTEST_PART]


def _run(said: Sequence[Token], taken: Sequence[bool], begin: int, words: Sequence[str]) -> int:
    """How many tokens from a place on are words of a name, in its order."""
    length, at = 0, 0
    while begin + length < len(said) and not taken[begin + length]:
        place = next((i for i in range(at, len(words)) if _alike(words[i], said[begin + length].text)), None)
        if place is None:
            break
        at, length = place + 1, length + 1
    return length


def _said_of(run: Sequence[Token], name: str) -> int:
    """How many of a name's telling words a run says; too few of them say nothing."""
    telling = _telling_words(name)
    count = sum(any(_alike(word, token.text) for word in telling) for token in run)
    return count if count >= _LEAST_SAID and count >= _MOST_OF * len(telling) else 0


def _parts_of_names(
    said: Sequence[Token], things: Sequence[Named], taken: list[bool], known: set[str]
) -> list[Mention]:
    """Things named by one word of their name, where no other thing has the word."""
    groups = {name: keys for name, keys in _by_name(things).items() if not known.intersection(keys)}
    others = [word for thing in things if thing.key in known for word in _words(thing.name)]
    found = []
    for place, token in enumerate(said):
        if taken[place] or len(token.text) < _SHORTEST_PART or token.text.isdigit():
            continue
        having = [name for name in groups if any(_alike(word, token.text) for word in _words(name) if len(word) > 2)]
        if len(having) == 1 and not any(_alike(word, token.text) for word in others):
            found.append(Mention(tuple(groups[having[0]]), token.start, token.end, is_whole=False))
    return found


def _merged(found: list[Mention]) -> list[Mention]:
    """A name and the code behind it are one mention, and so are two words of one name side by side."""
    merged: list[Mention] = []
    for mention in found:
        before = merged[-1] if merged else None
        shared = tuple(key for key in mention.keys if before and key in before.keys)
        if before is not None and shared and mention.start - before.end <= 3:
            whole = before.is_whole or mention.is_whole
            merged[-1] = Mention(shared, before.start, max(before.end, mention.end), whole)
        else:
            merged.append(mention)
    return merged


def _by_name(things: Iterable[Named]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for thing in things:
        groups.setdefault(" ".join(_words(thing.name)), []).append(thing.key)
    return {name: keys for name, keys in groups.items() if name}


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(name))


def _same(words: Sequence[str], window: Sequence[str]) -> bool:
    """Whether a stretch of text is a name: written together or apart, with typos in its letters but not its digits."""
    if len(words) == len(window):
        return all(map(_alike, words, window))
    whole, other = "".join(words), "".join(window)
    if re.sub(r"\D", "", whole) != re.sub(r"\D", "", other):
        return False
    return _singular(whole) == _singular(other) or _slip(whole, other, shortest=6)


@lru_cache(maxsize=65_536)
def _alike(word: str, other: str) -> bool:
    if word == other or _singular(word) == _singular(other):
        return True
    return _slip(word, other, shortest=4)


def _slip(word: str, other: str, shortest: int) -> bool:
    """Whether one is the other with a slip of the keyboard: one letter, two in a long word."""
    if min(len(word), len(other)) < shortest or word[0].isdigit() or other[0].isdigit():
        return False
    if word[0] != other[0] and len(word) < _LONG:
        return False
    return OSA.distance(word, other, score_cutoff=2) <= (2 if len(word) >= _LONG else 1)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("es") and word[-3] in "sxzh":
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


# ------------------------------------------------------------------ options


def _option_hits(
    said: Sequence[Token], family: Sequence[Mapping[str, str]], *, is_short: bool
) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """Stretches that are values of options, longest first taken, in the order of the text."""
    values: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for options in family:
        for name, value in options.items():
            choices = values.setdefault(_words(value), [])
            if (name, value) not in choices:
                choices.append((name, value))
    taken = [False] * len(said)
    hits = []
    for words in sorted(values, key=lambda words: (len(words), len("".join(words))), reverse=True):
        if not words or words in {("yes",), ("no",), ("none",)}:
            continue
        for begin in range(len(said) - len(words) + 1):
            window = said[begin : begin + len(words)]
            if any(taken[begin : begin + len(words)]) or not all(map(_is_value, words, window)):
                continue
            if len(words) == 1 and len(words[0]) == 1 and not _counts_alone(said, begin, values[words], is_short):
                continue
            taken[begin : begin + len(words)] = [True] * len(words)
            hits.append((begin, begin + len(words), values[words]))
    return sorted(hits, key=lambda hit: hit[0])


def _is_value(word: str, token: Token) -> bool:
    if word == token.text:
        return True
    if word[0].isdigit() or token.text[0].isdigit():
        return _number(word) is not None and _number(word) == _number(token.text)
    return _slip(word, token.text, shortest=5)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _counts_alone(said: Sequence[Token], place: int, choices: Sequence[tuple[str, str]], is_short: bool) -> bool:
    """Whether a single letter or digit is meant: beside the option's name, as a capital, or in a short answer."""
    if said[place].text.isdigit():
        names = {word for name, _ in choices for word in _words(name)}
        near = {token.text for token in said[max(0, place - 2) : place + 3]}
        return is_short or bool(names & near)
    near = {token.text for token in said[max(0, place - 2) : place + 3]}
    return said[place].is_capital or bool(near & {word for name, _ in choices for word in _words(name)}) or is_short


def _said_with_its_name(
    said: Sequence[Token], begin: int, end: int, choices: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """The option whose own name stands right beside the value."""
    beside = [token.text for token in (*said[max(0, begin - 3) : begin], *said[end : end + 2])]
    named = [
        (name, value)
        for name, value in choices
        if any(_alike(word, other) for word in _telling(name, choices) for other in beside)
    ]
    return named[0] if len(named) == 1 else None


def _telling(name: str, choices: Sequence[tuple[str, str]]) -> list[str]:
    """The words of an option's name that no other of the choices has."""
    others = {word for other, _ in choices if other != name for word in _words(other)}
    return [word for word in _words(name) if word not in others]


def _flags(said: Sequence[Token], family: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Options that are yes or no: named, with or without a no beside them."""
    flags: dict[str, set[str]] = {}
    for options in family:
        for name, value in options.items():
            flags.setdefault(name, set()).add(value)
    found = {}
    for name, values in flags.items():
        words = _words(name)
        if not values <= {"yes", "no"} or len(values) < 2:
            continue
        for begin in range(len(said) - len(words) + 1):
            if all(map(_alike, words, [token.text for token in said[begin : begin + len(words)]])):
                end = begin + len(words)
                around = [token.text for token in (*said[max(0, begin - 2) : begin], *said[end : end + 2])]
                found[name] = "no" if _NO.intersection(around) else "yes"
    return found


_NO = frozenset({"no", "not", "without", "non", "isn't", "nicht", "ohne", "kein", "keine", "nein"})
