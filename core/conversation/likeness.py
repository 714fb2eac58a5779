"""Words of a text and of a name, and whether one is the other with typos, in the plural or written apart; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from core.conversation.understanding.text import fold

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?")
_LONG = 8


@dataclass(frozen=True)
class Token:
    """A word or number of a text, with where it stands; `is_capital` keeps what folding takes away."""

    text: str
    start: int
    end: int
    is_capital: bool = False


def tokens(text: str) -> list[Token]:
    """The words and numbers of a text, folded: no capitals, no accents, “1.5L” as 1.5 and l."""
    folded = fold(text)
    found = []
    for match in _TOKEN.finditer(folded.text):
        start, end = folded.span(match.start(), match.end())
        found.append(Token(match.group().replace(",", "."), start, end, text[start : start + 1].isupper()))
    return found


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, folded."""
    return tuple(token.text for token in tokens(name))


def is_name(words: Sequence[str], window: Sequence[str]) -> bool:
    """Whether a stretch of text is a name: written together or apart, with typos in its letters but not its digits."""
    if len(words) == len(window):
        return all(map(alike, words, window))
    whole, other = "".join(words), "".join(window)
    if re.sub(r"\D", "", whole) != re.sub(r"\D", "", other):
        return False
    return _singular(whole) == _singular(other) or slip(whole, other, shortest=6)


@lru_cache(maxsize=65_536)
def alike(word: str, other: str) -> bool:
    """Whether two words are one, in the plural or with a slip of the keyboard."""
    if word == other or _singular(word) == _singular(other):
        return True
    return slip(word, other, shortest=4)


def slip(word: str, other: str, shortest: int) -> bool:
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
