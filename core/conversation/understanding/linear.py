"""A linear model over words, pairs of words and pieces of words, trained in a moment when the program starts.

A word is itself and the sum of its character 2- to 5-grams, so that what is learnt of it holds for its misspellings.
That sum is worked out once per word and not once per text, which makes both training and reading quick.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]

_WORD = re.compile(r"<[a-z]+>|[^\W_]+|[?👍👎👋🙏👌✅❌]")
_MOST_WORDS = 60
_LONGEST_WORD = 24
_RATE = np.float32(24.0)
_STEPS = 50
_DECAY = np.float32(1e-5)


def words_of(text: str) -> list[str]:
    """The words of a folded text; what stands in angle brackets is one word.

    >>> words_of("where's order <number>?")
    ['wheres', 'order', '<number>', '?']
    """
    return [word[:_LONGEST_WORD] for word in _WORD.findall(text.replace("'", ""))[:_MOST_WORDS]]


@lru_cache(maxsize=8192)
def pieces_of(word: str) -> tuple[str, ...]:
    """The character 2- to 5-grams of a word, its ends marked.

    >>> pieces_of("no")
    ('^n', 'no', 'o$', '^no', 'no$', '^no$')
    """
    if word.startswith("<"):
        return (word,)
    marked = f"^{word}$"
    return tuple(
        marked[start : start + length] for length in range(2, 6) for start in range(max(len(marked) - length + 1, 0))
    )


def pairs_of(words: Sequence[str]) -> list[str]:
    """Neighbouring words, and the first and last beside the edge."""
    return [f"{left} {right}" for left, right in zip(["^", *words], [*words, "$"], strict=True)]


@dataclass(frozen=True)
class Vocabulary:
    """Positions and weights of everything seen in training; what is rare tells more."""

    places: dict[str, int]
    weights: Floats
    unseen: float

    @classmethod
    def of(cls, texts: Iterable[Iterable[str]], least: int = 1) -> "Vocabulary":
        """The vocabulary of texts, each given as its parts; what fewer than `least` texts have is left out."""
        counts: dict[str, int] = {}
        total = 0
        for text in texts:
            total += 1
            for part in set(text):
                counts[part] = counts.get(part, 0) + 1
        counts = {part: count for part, count in counts.items() if count >= least}
        weights = np.log((1 + total) / (1 + np.fromiter(counts.values(), dtype=np.float32))) + 0.3
        return cls(
            {part: place for place, part in enumerate(counts)},
            weights.astype(np.float32),
            float(np.log(1 + total) + 0.3),
        )

    def weigh(self, parts: Sequence[str]) -> tuple[list[int], Floats]:
        """Places and weights of the parts that are known, at length 1 if all were: unknown ones take their share."""
        places = [place for place in map(self.places.get, parts) if place is not None]
        known = self.weights[places]
        unseen = (len(parts) - len(places)) * self.unseen**2
        return places, known / np.float32(np.sqrt(float(known @ known) + unseen) or 1.0)


@dataclass(frozen=True)
class Example:
    """What somebody may say, and what it is."""

    text: str
    label: str


class LinearModel:
    """Softmax regression on examples; `probabilities` of a text are those of its labels, in their order."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.labels = tuple(dict.fromkeys(example.label for example in examples))
        texts = [words_of(example.text) for example in examples]
        self._words = Vocabulary.of(texts)
        self._pairs = Vocabulary.of((pairs_of(words) for words in texts), least=2)
        self._pieces = Vocabulary.of((pieces_of(word) for word in self._words.places), least=2)
        truth = np.array([self.labels.index(example.label) for example in examples])
        self._train(texts, truth)

    def probabilities(self, text: str) -> Floats:
        """How likely each label is, adding up to 1."""
        words = words_of(text)
        scores = self._bias.copy()
        if words:
            at = [self._words.places.get(word, -1) for word in words]
            weights = self._words.weights.take(at)
            weights[[place for place, known in enumerate(at) if known < 0]] = self._words.unseen
            weights /= np.sqrt(float(weights @ weights))
            vectors = self._by_word.take(at, axis=0)
            for place, known in enumerate(at):
                if known < 0:
                    vectors[place] = self._spelt(words[place])
            scores += weights @ vectors
            places, shares = self._pairs.weigh(pairs_of(words))
            scores += shares @ self._by_pair[places]
        likely = np.exp(scores - scores.max())
        return np.asarray(likely / likely.sum(), dtype=np.float32)

    def _spelt(self, word: str) -> Floats:
        """What the pieces of a word that no example has say."""
        places, shares = self._pieces.weigh(pieces_of(word))
        return np.asarray(shares @ self._by_piece[places])

    def _train(self, texts: Sequence[Sequence[str]], truth: NDArray[np.int64]) -> None:
        by_word = _matrix([self._words.weigh(words) for words in texts], len(self._words.places))
        by_pair = _matrix([self._pairs.weigh(pairs_of(words)) for words in texts], len(self._pairs.places))
        pieces = _matrix([self._pieces.weigh(pieces_of(word)) for word in self._words.places], len(self._pieces.places))
        itself = sparse.eye_array(len(self._words.places), dtype=np.float32, format="csr")
        sums = sparse.csr_array(sparse.hstack([itself, pieces], format="csr"))
        weights, self._bias = _fit(by_word, sums, by_pair, truth, len(self.labels))
        self._by_word = np.asarray(sums @ weights[: sums.shape[1]])
        self._by_piece = weights[len(self._words.places) : sums.shape[1]]
        self._by_pair = weights[sums.shape[1] :]


def _matrix(rows: Sequence[tuple[list[int], Floats]], width: int) -> "sparse.csr_array":
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    columns = np.fromiter((place for places, _ in rows for place in places), dtype=np.int32)
    values = np.concatenate([shares for _, shares in rows])
    return sparse.csr_array((values, columns, ends), shape=(len(rows), width))


def _fit(
    by_word: "sparse.csr_array",
    sums: "sparse.csr_array",
    by_pair: "sparse.csr_array",
    truth: NDArray[np.int64],
    labels: int,
) -> tuple[Floats, Floats]:
    """Least regularised log loss by accelerated descent; every label counts alike however many examples it has."""
    rows, split = len(truth), sums.shape[1]
    width = split + by_pair.shape[1]
    share = 1.0 / np.sqrt(np.bincount(truth, minlength=labels))
    counts = (share[truth] / share[truth].sum()).astype(np.float32)[:, None]
    back = (by_word.T.tocsr(), sums.T.tocsr(), by_pair.T.tocsr())

    def slope(weights: Floats, bias: Floats) -> tuple[Floats, Floats]:
        scores = by_word @ (sums @ weights[:split]) + by_pair @ weights[split:] + bias
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        likely[np.arange(rows), truth] -= 1.0
        likely *= counts
        up = np.concatenate([back[1] @ (back[0] @ likely), back[2] @ likely])
        return up + _DECAY * weights, likely.sum(axis=0)

    weights = ahead = np.zeros((width, labels), dtype=np.float32)
    bias = bias_ahead = np.zeros(labels, dtype=np.float32)
    for step in range(_STEPS):
        up, bias_up = slope(ahead, bias_ahead)
        momentum = np.float32(step / (step + 3))
        now, bias_now = ahead - _RATE * up, bias_ahead - _RATE * bias_up
        ahead, bias_ahead = now + momentum * (now - weights), bias_now + momentum * (bias_now - bias)
        weights, bias = now, bias_now
    return weights, bias
