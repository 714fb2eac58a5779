"""Other languages, read through one grammar: their words are glossed, and which of them a text is in is told.

A gloss gives the words that hold a request together in the language the grammar of slots is written in; names and
numbers stay as they were typed, and every place of the glossed copy leads back to the original.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.conversation.understanding.text import Folded, fold
from core.conversation.understanding.words import words

HOME = "en"
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_PHRASE = 4
_MISSPELT_FROM = 7  # letters; shorter words have too many neighbours
_SETTLED_MARGIN = 2
_GROUP = re.compile(r"\\(\d)")


@dataclass(frozen=True)
class _Edit:
    """A stretch and what stands in its place: new words, or places of the stretch that are kept."""

    start: int
    end: int
    pieces: tuple[str | tuple[int, int], ...]


@dataclass(frozen=True)
class Tongue:
    """What is written of a language: `glosses` by phrase, `rewritings` of whole turns of phrase, tried before them."""

    glosses: Mapping[str, str]
    rewritings: tuple[tuple["re.Pattern[str]", str], ...]

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Tongue":
        """From a language's file: glosses as `home word = [phrases]`, rewritings as pairs of pattern and template."""
        glosses = {plain(phrase): home for home, phrases in written.get("glosses", {}).items() for phrase in phrases}
        rewritings = tuple((re.compile(pattern), new) for pattern, new in written.get("rewritings", []))
        return cls(glosses, rewritings)

    def glossed(self, folded: Folded) -> Folded:
        """The copy to match on, with the language's own words given in the words of the grammar."""
        for pattern, new in self.rewritings:
            folded = _edited(folded, [_rewritten(match, new) for match in pattern.finditer(folded.text)])
        return _edited(folded, self._glosses(folded.text))

    def gloss_of(self, word: str) -> str | None:
        """The gloss of one word, misspelt by a letter or not; None where there is none."""
        return self._near(plain(word))

    def _glosses(self, text: str) -> Iterator["_Edit"]:
        said = [match for match in _WORD.finditer(text) if not _is_in_address(text, match)]
        at = 0
        while at < len(said):
            length, gloss = self._longest(text, said[at : at + _LONGEST_PHRASE])
            if gloss is not None:
                yield _Edit(said[at].start(), said[at + length - 1].end(), (gloss,))
            at += length

    def _longest(self, text: str, said: Sequence["re.Match[str]"]) -> tuple[int, str | None]:
        for length in range(len(said), 1, -1):
            phrase = text[said[0].start() : said[length - 1].end()]
            gloss = self.glosses.get(plain(phrase))
            if gloss is not None:
                return length, gloss
        word = said[0].group()
        found = self._near(plain(word))
        return 1, found if found is not None else plain(word)

    @property
    def _near(self) -> Callable[[str], str | None]:
        return _finder(self)

    def __hash__(self) -> int:
        return id(self)


@lru_cache(maxsize=16)
def _finder(tongue: Tongue) -> Callable[[str], str | None]:
    long_ones = [phrase for phrase in tongue.glosses if len(phrase) >= _MISSPELT_FROM - 1 and " " not in phrase]

    @lru_cache(maxsize=8192)
    def near(word: str) -> str | None:
        if word in tongue.glosses or len(word) < _MISSPELT_FROM:
            return tongue.glosses.get(word)
        found = process.extractOne(word, long_ones, scorer=OSA.distance, score_cutoff=1)
        return tongue.glosses[found[0]] if found is not None and found[0][0] == word[0] else None

    return near


class Tongues:
    """All languages there are, and which of them a text is in."""

    def __init__(self, others: Mapping[str, Tongue], examples: Mapping[str, Iterable[str]]) -> None:
        self._others = dict(others)
        self._vocabularies = {
            language: {plain(word) for text in texts for word in _WORD.findall(text)}
            for language, texts in examples.items()
        }
        self._home = words("frame") | words("glue") | words("polite") | words("spoken")

    def glossed(self, folded: Folded, language: str) -> Folded:
        """The copy to match on for a text in that language."""
        tongue = self._others.get(language)
        return tongue.glossed(folded) if tongue is not None else folded

    def spoken(self, text: str, language: str, *, is_settled: bool) -> str:
        """The language of a text; `language` where the words tell too little, the more so where it `is_settled`.

        Only words that hold a request together tell, and only those that one language has and another has not: the
        name of a product says nothing about who types it.
        """
        said = [match.group() for match in _WORD.finditer(fold(text).text)][:80]
        margin = _SETTLED_MARGIN if is_settled else 1
        counts = {HOME: sum(word in self._home and not self._is_others(word) for word in said)}
        for other, tongue in self._others.items():
            counts[other] = sum(tongue.gloss_of(word) is not None and word not in self._home for word in said)
        told = _ahead(counts, margin)
        return told or (None if is_settled else _ahead(self._by_vocabulary(said), margin)) or language

    def _by_vocabulary(self, said: Sequence[str]) -> dict[str, int]:
        """How many of the words each language alone has in its examples, names of products and all."""
        known = {word: [one for one, has in self._vocabularies.items() if plain(word) in has] for word in said}
        return {one: sum(known[word] == [one] for word in said) for one in self._vocabularies}

    def _is_others(self, word: str) -> bool:
        return any(plain(word) in tongue.glosses for tongue in self._others.values())


def _ahead(counts: Mapping[str, int], margin: int) -> str | None:
    """The language that is ahead of all others by the margin."""
    ranked = sorted(counts.items(), key=lambda one: -one[1])
    rest = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked and ranked[0][1] - rest >= margin else None


@lru_cache(maxsize=16384)
def plain(words_: str) -> str:
    """Folded words with two letters for an umlaut as one.

    >>> plain("fuer"), plain("Für"), plain("neue")
    ('fur', 'fur', 'neue')
    """
    return re.sub(r"(a|o)e|(?<![aeq])(u)e", r"\1\2", fold(words_).text)


def _is_in_address(text: str, match: "re.Match[str]") -> bool:
    """Whether a word is part of a mailbox or a link, which are kept letter by letter."""
    begin = max(text.rfind(" ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
    ends = [place for mark in " \n" if (place := text.find(mark, match.end())) >= 0]
    chunk = text[begin : min(ends, default=len(text))]
    return "@" in chunk or "://" in chunk


def _rewritten(match: "re.Match[str]", template: str) -> _Edit:
    """A match in the order of the template; its groups keep their own places."""
    pieces = _GROUP.split(template)
    return _Edit(match.start(), match.end(), tuple(
        match.span(int(piece)) if place % 2 else piece for place, piece in enumerate(pieces)
    ))  # fmt: skip


def _edited(folded: Folded, edits: Iterable[_Edit]) -> Folded:
    """A copy with stretches written anew; each letter that is new stands for the whole stretch."""
    text, size = folded.text, len(folded.text)
    begins = folded.begins if folded.begins is not None else range(size)
    ends = folded.ends if folded.ends is not None else range(1, size + 1)
    pieces: list[str] = []
    new_begins: list[int] = []
    new_ends: list[int] = []

    def keep(start: int, end: int) -> None:
        pieces.append(text[start:end])
        new_begins.extend(begins[start:end])
        new_ends.extend(ends[start:end])

    at = 0
    for edit in edits:
        keep(at, edit.start)
        for piece in edit.pieces:
            if isinstance(piece, tuple):
                keep(*piece)
            else:
                pieces.append(piece)
                new_begins.extend([begins[edit.start]] * len(piece))
                new_ends.extend([ends[edit.end - 1]] * len(piece))
        at = edit.end
    keep(at, size)
    return Folded(folded.original, "".join(pieces), tuple(new_begins), tuple(new_ends))
