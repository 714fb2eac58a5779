"""Whether the words an intent cannot do without are there, misspelt or not."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from core.conversation.understanding.lessons import Proviso

_LONG = 5


def holds(proviso: Proviso, words: Sequence[str]) -> bool:
    """Whether every group of needed words has one among `words`; long words may be misspelt by one letter.

    A needed word that ends in `*` is any word that begins so.
    """
    has_all = all(any(_is_said(needed, words) for needed in group) for group in proviso.words)
    return has_all and not is_ruled_out(proviso, words)


def is_ruled_out(proviso: Proviso, words: Sequence[str]) -> bool:
    """Whether words are there that speak of something no shop has to do with."""
    said = f" {' '.join(words)} "
    return any(
        f" {never.removesuffix('*')}" in said if never.endswith("*") else f" {never} " in said
        for never in proviso.never
    )


def _is_said(needed: str, words: Sequence[str]) -> bool:
    if needed.endswith("*"):
        return any(word.startswith(needed[:-1]) for word in words)
    parts = needed.split()
    if len(parts) > 1:
        return any(list(words[at : at + len(parts)]) == parts for at in range(len(words) - len(parts) + 1))
    if needed in words:
        return True
    return len(needed) >= _LONG and any(
        len(word) >= _LONG and OSA.distance(needed, word, score_cutoff=1) <= 1 for word in words
    )
