"""Finding a name among very many by words with typos, in another order, or missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils

from core.conversation.understanding.text import fold

_LOOKED_AT = 60
_LONGEST_QUERY = 80
_FILLER = 26  # stands for whatever is neither a letter nor a digit
_SYMBOLS = 37
_COMMON_SHARE = 0.08  # a 3-gram in more of the names than this tells too little for what reading its list costs


@dataclass(frozen=True)
class Match:
    """A name found: its position, and 0..100 for how alike it is."""

    index: int
    score: float


class NameIndex:
    """Names by their character 3-grams: lists of positions per 3-gram, in two flat arrays.

    The 3-grams pick about sixty candidates, each rare one counting more than each common one; rapidfuzz ranks those.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [_comparable(name) for name in names]
        grams, positions = _grams_of_all(self._names)
        order = np.lexsort((positions, grams))
        grams, positions = grams[order], positions[order]
        is_new = np.ones(len(grams), dtype=bool)
        is_new[1:] = (grams[1:] != grams[:-1]) | (positions[1:] != positions[:-1])
        grams, self._positions = grams[is_new], positions[is_new].astype(np.int32)
        self._begins = np.searchsorted(grams, np.arange(_SYMBOLS**3 + 1))
        counts = np.diff(self._begins)
        self._weights = np.log1p(len(names) / np.maximum(counts, 1)).astype(np.float32)
        lengths = np.zeros(len(names), dtype=np.float32)
        np.add.at(lengths, self._positions, self._weights[grams] ** 2)
        self._lengths = np.sqrt(np.maximum(lengths, 1e-6))

    def search(self, words: str, most: int) -> list[Match]:
        """At most `most` names like `words`, best first; of equals the first comes first."""
        asked = _comparable(words[:_LONGEST_QUERY])
        if not self._names or not asked or most < 1:
            return []
        near = self._near(np.unique(_grams_of_all([asked])[0]))
        if not len(near):
            return []
        ranked = sorted(
            (-score, abs(len(self._names[index]) - len(asked)), index)
            for index, score in zip(near.tolist(), _likeness(asked, [self._names[i] for i in near]), strict=True)
        )
        return [Match(index, -score) for score, _, index in ranked[:most] if score < 0]

    def _near(self, grams: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of the names that share most with these 3-grams."""
        counts = self._begins[grams + 1] - self._begins[grams]
        useful = grams[(counts > 0) & (counts <= max(_COMMON_SHARE * len(self._names), 200))]
        useful = useful if len(useful) else grams[counts > 0]
        if not len(useful):
            return np.empty(0, dtype=np.int64)
        lists = [self._positions[self._begins[gram] : self._begins[gram + 1]] for gram in useful]
        weights = np.repeat(self._weights[useful] ** 2, [len(one) for one in lists])
        shared = np.bincount(np.concatenate(lists), weights=weights, minlength=len(self._names))
        alike = shared / (self._lengths + 4.0)
        looked_at = min(_LOOKED_AT, len(alike))
        best = np.argpartition(-alike, looked_at - 1)[:looked_at]
        return np.sort(best[alike[best] > 0])


def _likeness(asked: str, names: Sequence[str]) -> list[float]:
    """How alike each name is: letter by letter, or its words in any order, or as a part of the name.

    A part counts less than the whole, so that one word which many names have is no sure find.
    """
    run_together = asked.replace(" ", "")
    joined = [name.replace(" ", "") for name in names]
    alike = np.stack(
        [
            process.cdist([asked], names, scorer=fuzz.ratio, dtype=np.float64)[0],
            process.cdist([asked], names, scorer=fuzz.token_sort_ratio, dtype=np.float64)[0] * 0.97,
            process.cdist([asked], names, scorer=fuzz.token_set_ratio, dtype=np.float64)[0] * 0.89,
            process.cdist([run_together], joined, scorer=fuzz.partial_ratio, dtype=np.float64)[0] * 0.85,
        ]
    )
    return [round(float(score), 1) for score in alike.max(axis=0)]


def _comparable(name: str) -> str:
    return str(utils.default_process(fold(name).text))


def _grams_of_all(names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every 3-gram of every name as a number, and whose it is; names are padded so that their ends count."""
    joined = "".join(f"  {name} " for name in names)
    symbols = _symbols(joined)
    owner = np.repeat(np.arange(len(names)), [len(name) + 3 for name in names])
    grams = symbols[:-2] * _SYMBOLS**2 + symbols[1:-1] * _SYMBOLS + symbols[2:]
    within = owner[:-2] == owner[2:]
    return grams[within], owner[:-2][within]


def _symbols(text: str) -> NDArray[np.int64]:
    """Letters and digits of ASCII as numbers of their own; letters of other scripts share them by code point."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    symbols = np.where(codes < 128, _FILLER, codes % _SYMBOLS)
    letters = (codes >= ord("a")) & (codes <= ord("z"))
    digits = (codes >= ord("0")) & (codes <= ord("9"))
    symbols[letters] = codes[letters] - ord("a")
    symbols[digits] = codes[digits] - ord("0") + 27
    return symbols
