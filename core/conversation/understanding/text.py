"""The gate every message passes, and the folded copy that words are matched on."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LONGEST = 4_000
_READ_AT_MOST = 4 * LONGEST
# Unicode's Stream-Safe Text Format (UAX #15): longer runs say nothing and make normalising quadratic.
_LONGEST_RUN_OF_MARKS = 30
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_AS_TYPED_ON_A_KEYBOARD = str.maketrans("‘’‚‛`´“”„‟‐‑‒–—―−", "''''''\"\"\"\"-------")


@dataclass(frozen=True)
class Cleaned:
    """A message as the shop keeps it; `was_cut` says that only its head was kept."""

    text: str
    was_cut: bool


@dataclass(frozen=True)
class Folded:
    """A copy to match on, and for each of its characters where it begins and ends in the original."""

    original: str
    text: str
    begins: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the copy lies in the original."""
        if self.begins is None or self.ends is None:
            return start, end
        return self.begins[start], self.ends[end - 1]


def clean(text: str) -> Cleaned:
    """One message through the text gate: no surrogates or control characters, NFC, 4,000 characters at most.

    >>> clean("caf" + "e\\u0301" + "\\x00?")
    Cleaned(text='café?', was_cut=False)
    """
    kept = storable(text)
    if not kept.isascii():
        kept = unicodedata.normalize("NFC", _without_towers(kept))
    return Cleaned(kept[:LONGEST], len(text) > _READ_AT_MOST or len(kept) > LONGEST)


def storable(text: str) -> str:
    """As much of a message as is ever read, without what no database can store."""
    return _FORBIDDEN.sub("", text[:_READ_AT_MOST])


def storable_throughout(value: Any) -> Any:
    """A value as JSON has them, every string and name in it storable, whoever made them."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): storable_throughout(one) for name, one in value.items()}
    return [storable_throughout(one) for one in value] if isinstance(value, list | tuple) else value


def fold(text: str) -> Folded:
    """Copy `text` to match on: NFKC, casefold, nothing invisible, no accents, digits of any script as ASCII.

    >>> fold("Cafe\u0301 ＃５８１").text
    'cafe #581'
    """
    if text.isascii():
        return Folded(text, text.lower())
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        plain = _plain(character)
        if not plain and ends and unicodedata.combining(character):
            ends[-1] = place + 1
        pieces.append(plain)
        begins.extend([place] * len(plain))
        ends.extend([place + 1] * len(plain))
    return Folded(text, "".join(pieces), tuple(begins), tuple(ends))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKD", character).translate(_AS_TYPED_ON_A_KEYBOARD).casefold()
    kept = "".join(" " if one.isspace() and one != "\n" else one for one in folded if not _is_invisible(one))
    return unicodedata.normalize("NFC", kept)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Mn", "Me", "Cc"} and character not in "\n\t"


def _without_towers(text: str) -> str:
    """Cut runs of combining marks that no writing system has."""
    run, kept = 0, []
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _LONGEST_RUN_OF_MARKS:
            kept.append(character)
    return "".join(kept)
