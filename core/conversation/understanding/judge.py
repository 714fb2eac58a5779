"""What a model makes of wording: which intents, how likely, and which of them the words rule out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.conversation.understanding import provisos
from core.conversation.understanding.carriers import Carried
from core.conversation.understanding.lessons import Proviso
from core.conversation.understanding.linear import LinearModel, words_of
from core.conversation.understanding.understood import Intent

_KNOWN_BETTER = 0.75
_SURE_OF_OTHER = 0.85
_WORD_FOR_WORD = 0.9
_RANKED = 8


@dataclass(frozen=True)
class Judge:
    """The model of one language, and what its labels are to the shop."""

    model: LinearModel
    served: frozenset[str]
    provisos: Mapping[str, Proviso]
    known: Mapping[tuple[str, ...], str]

    def ranked(self, wording: str) -> tuple[list[Intent], float]:
        """The intents served, likeliest first, and how likely it is that the wording asks for none of them."""
        likely = self._likely(wording)
        order = self._serving[np.argsort(-likely[self._serving], kind="stable")[:_RANKED]]
        intents = [Intent(self.model.labels[place], round(float(likely[place]), 3)) for place in order.tolist()]
        none = float(likely[self._unserved].sum())
        return intents, none

    def knows_better(self, carrier: Carried, wording: str) -> bool:
        """Whether the words carry a product's name only by their looks: they are clearly something else."""
        if carrier.is_sure:
            return False
        likely = self._likely(wording)
        best = int(likely.argmax())
        label = self.model.labels[best]
        if float(likely[self._foreign].sum()) >= _KNOWN_BETTER:
            return True
        least = _KNOWN_BETTER if label not in self.served else _SURE_OF_OTHER
        return float(likely[best]) >= least and label not in {carrier.intent, "answers"}

    def _likely(self, wording: str) -> NDArray[np.float32]:
        """What the model makes of it, unless it is word for word an example."""
        likely = self.model.probabilities(wording)
        label = self.known.get(tuple(words_of(wording)))
        if label is not None:
            likely *= np.float32(1 - _WORD_FOR_WORD)
            likely[self.model.labels.index(label)] += np.float32(_WORD_FOR_WORD)
        return likely

    @cached_property
    def _serving(self) -> NDArray[np.int64]:
        return np.flatnonzero([label in self.served for label in self.model.labels])

    @cached_property
    def _unserved(self) -> NDArray[np.int64]:
        return np.flatnonzero([label not in self.served for label in self.model.labels])

    @cached_property
    def _foreign(self) -> NDArray[np.int64]:
        return np.flatnonzero([label not in self.served | {"answers"} for label in self.model.labels])

    def rules_out(self, name: str, wording: str) -> bool:
        """Whether the wording has a word that the intent is never asked for with."""
        return provisos.is_ruled_out(self.provisos.get(name, Proviso()), words_of(wording))

    def believes(self, intent: Intent, wording: str, none: float) -> bool:
        """Whether the intent is likely enough and the words it cannot do without are there."""
        proviso = self.provisos.get(intent.name, Proviso())
        return intent.confidence >= max(proviso.least, none) and provisos.holds(proviso, words_of(wording))
