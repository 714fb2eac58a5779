"""Which of some things a person names in their own words; pure.

The things are the person's own (lines of an order, variants of a product, ways of paying), so that a few words are
enough: a name with typos or a part of it, a code, or what tells two of a kind apart.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.conversation.likeness import Token, alike, is_name, tokens, words_of
from core.conversation.options import wanted_in

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


def named_in(text: str, things: Sequence[Named]) -> list[Mention]:
    """What of these things the text names, in its order; a thing named twice is found twice."""
    said = tokens(text)
    taken = [False] * len(said)
    found = [*_codes(text, said, things, taken), *_whole_names(said, things, taken)]
    found += _most_of_names(said, things, taken)
    found += _parts_of_names(said, things, taken, {key for mention in found for key in mention.keys})
    return _merged(sorted(found, key=lambda mention: mention.start))


def narrowed(text: str, mention: Mention, things: Sequence[Named]) -> Mention:
    """The mention with only those of its things whose options the text names."""
    if len(mention.keys) < 2:
        return mention
    mine = {thing.key: thing.options for thing in things if thing.key in mention.keys}
    wanted = wanted_in(text, list(mine.values()))
    fitting = tuple(key for key in mention.keys if not wanted.is_empty and wanted.fits(mine[key]))
    return replace(mention, keys=fitting) if fitting else mention


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
        words = words_of(name)
        for width in (len(words), len(words) + 1, len(words) - 1):
            for begin in range(len(said) - width + 1) if width > 0 else ():
                window = said[begin : begin + width]
                if any(taken[begin : begin + width]) or not is_name(words, [token.text for token in window]):
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
        runs = {name: _run(said, taken, begin, words_of(name)) for name in groups}
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
    return [word for word in words_of(name) if len(word) >= _SHORTEST_PART]


def _run(said: Sequence[Token], taken: Sequence[bool], begin: int, words: Sequence[str]) -> int:
    """How many tokens from a place on are words of a name, in its order."""
    length, at = 0, 0
    while begin + length < len(said) and not taken[begin + length]:
        place = next((i for i in range(at, len(words)) if alike(words[i], said[begin + length].text)), None)
        if place is None:
            break
        at, length = place + 1, length + 1
    return length


def _said_of(run: Sequence[Token], name: str) -> int:
    """How many of a name's telling words a run says; too few of them say nothing."""
    telling = _telling_words(name)
    count = sum(any(alike(word, token.text) for word in telling) for token in run)
    return count if count >= _LEAST_SAID and count >= _MOST_OF * len(telling) else 0


def _parts_of_names(
    said: Sequence[Token], things: Sequence[Named], taken: list[bool], known: set[str]
) -> list[Mention]:
    """Things named by one word of their name, where no other thing has the word."""
    groups = {name: keys for name, keys in _by_name(things).items() if not known.intersection(keys)}
    others = [word for thing in things if thing.key in known for word in words_of(thing.name)]
    found = []
    for place, token in enumerate(said):
        if taken[place] or len(token.text) < _SHORTEST_PART or token.text.isdigit():
            continue
        having = [name for name in groups if any(alike(word, token.text) for word in words_of(name) if len(word) > 2)]
        if len(having) == 1 and not any(alike(word, token.text) for word in others):
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
        groups.setdefault(" ".join(words_of(thing.name)), []).append(thing.key)
    return {name: keys for name, keys in groups.items() if name}
