"""Where a text may be taken apart, and what each stretch of it asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.conversation.understanding.found import Found
from core.conversation.understanding.understood import Intent

_MOST_PARTS = 8
_SPLIT = re.compile(r"[.?!;\n](?=\s|$)|,\s|\s-\s|(?<!\w)(?:and|also|plus|then|but|as well as|&)(?!\w)")


@dataclass(frozen=True)
class Stretch:
    """A stretch of the text and what it asks for, if that is clear; `found` is what its wording says of a product.

    `core` is where the asking itself is done, if what stands around it may be meant for other stretches too.
    """

    start: int
    end: int
    intent: Intent | None
    found: tuple[Found, ...] = ()
    core: tuple[int, int] | None = None


def stretches_of(text: str) -> list[tuple[int, int]]:
    """Where a text may be taken apart; a run without words is none."""
    found, begin = [], 0
    for match in _SPLIT.finditer(text):
        found.append((begin, match.start()))
        begin = match.end()
        if len(found) >= _MOST_PARTS:
            break
    found.append((begin, len(text)))
    return [(start, end) for start, end in found if text[start:end].strip(" .,!?\n\t")]


def covering(text: str, asked: Sequence[Stretch]) -> list[Stretch]:
    """Parts that leave nothing out: what is said between two belongs to the first of them."""
    begins = [0, *(part.start for part in asked[1:])]
    ends = [*begins[1:], len(text)]
    return [
        replace(part, start=begin, end=end, core=(part.start, part.end))
        for part, begin, end in zip(asked, begins, ends, strict=True)
    ]
