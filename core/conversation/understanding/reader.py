"""Reads an utterance: numbers and days by grammar, intents by the model, then the slots those intents look for."""

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from core.conversation.understanding import asking, lessons, places, replacing, settling
from core.conversation.understanding.carriers import grammar
from core.conversation.understanding.details import claimed, details
from core.conversation.understanding.found import Found
from core.conversation.understanding.judge import Judge
from core.conversation.understanding.lessons import Lessons
from core.conversation.understanding.linear import LinearModel, words_of
from core.conversation.understanding.stretches import Stretch
from core.conversation.understanding.text import Folded, clean, fold
from core.conversation.understanding.tongues import HOME, Tongues
from core.conversation.understanding.understood import Intent, Part, Slot, Understanding

_WORTH_NAMING = 0.05
_ANY_DAY = date(2026, 1, 1)  # examples are read for their wording, whatever day they mean


class Reader:
    """Understands utterances; one per process, and nothing about it changes by reading."""

    def __init__(self, taught: Lessons) -> None:
        self._taught = taught
        self._tongues = Tongues(taught.tongues, {one: taught.said_in(one) for one in taught.languages})
        self._judges: dict[str, Judge] = {}
        self._learning = threading.Lock()
        self._judge(HOME)
        grammar()  # not first when somebody waits for an answer

    @classmethod
    def load(cls, folder: Path) -> "Reader":
        """Learn from every *.toml of a folder of intents."""
        return cls(lessons.load(folder))

    def learn(self) -> None:
        """Learn all languages now; else each is learnt when somebody first speaks it."""
        for language in self._taught.languages:
            self._judge(language)

    def worded(self, language: str, said: str) -> str:
        """What is said in the wording the model of a language reads."""
        return _wording(self._tongues, language, said)

    def _judge(self, language: str) -> Judge:
        with self._learning:
            if language not in self._judges:
                self._judges[language] = _taught(self._taught, self._tongues, language)
            return self._judges[language]

    def read(self, text: str, *, today: date, language: str = "en", is_settled: bool = False) -> Understanding:
        """What `text` says; relative days are counted from `today`, `language` is taken where there is no telling.

        Where that language `is_settled`, it takes more than a word to tell another.
        """
        folded = fold(clean(text).text)
        spoken = self._tongues.spoken(folded.text, language, is_settled=is_settled)
        spoken = spoken if spoken in self._taught.examples else HOME
        judge = self._judge(spoken)
        folded = self._tongues.glossed(folded, spoken)
        claims = claimed(folded.text, today)
        whole, told = asking.parts(folded.text, claims, judge)
        by_stretch = [list(details(folded.text, claims, stretch)) for stretch in told]
        found = [one for ones in by_stretch for one in ones]
        told = settling.settled(folded.text, claims, told, found)
        intents = _intents(told)
        found = _with_names(found, list(places.named(folded, [intent.name for intent in intents])))
        return Understanding(
            folded.original,
            spoken,
            intents,
            tuple(_slots(folded, found)),
            _runner_up(whole, intents),
            tuple(_parts(folded, told, by_stretch)),
            _instead(folded),
        )


def _taught(taught: Lessons, tongues: Tongues, language: str) -> Judge:
    examples = list(taught.of(language, partial(_wording, tongues, language)))
    provisos = {name: proviso for (spoken, name), proviso in taught.provisos.items() if spoken == language}
    known = {tuple(words_of(example.text)): example.label for example in examples}
    return Judge(LinearModel(examples), taught.served, provisos, known)


def _wording(tongues: Tongues, language: str, said: str) -> str:
    text = tongues.glossed(fold(said), language).text
    return asking.wording(text, claimed(text, _ANY_DAY), 0, len(text))


def _instead(folded: Folded) -> tuple[str, str] | None:
    """The old and the new of a correction, as they were typed."""
    spans = replacing.replaced(folded.text)
    if spans is None:
        return None
    old, new = (folded.span(*span) for span in spans)
    return folded.original[slice(*old)], folded.original[slice(*new)]


def _intents(parts: Sequence[Stretch]) -> tuple[Intent, ...]:
    found: dict[str, Intent] = {}
    for part in parts:
        if part.intent is not None:
            found.setdefault(part.intent.name, part.intent)
    return tuple(found.values())


def _runner_up(ranked: Sequence[Intent], intents: Sequence[Intent]) -> Intent | None:
    chosen = {intent.name for intent in intents}
    best = next((intent for intent in ranked if intent.name not in chosen), None)
    return best if best is not None and best.confidence >= _WORTH_NAMING else None


def _parts(folded: Folded, told: Sequence[Stretch], found: Sequence[Sequence[Found]]) -> Iterator[Part]:
    """The parts that ask for something; what is said ahead of them goes to each that says no such thing itself."""
    own = [[one for one in ones if _is_own(one, stretch)] for stretch, ones in zip(told, found, strict=True)]
    shared = [one for ones, kept in zip(found, own, strict=True) for one in ones if one not in kept]
    for stretch, kept in zip(told, own, strict=True):
        if stretch.intent is not None:
            names = {one.name for one in kept}
            slots = [*kept, *(one for one in shared if one.name not in names)]
            begin, end = folded.span(stretch.start, stretch.end)
            yield Part(stretch.intent.name, tuple(_slots(folded, slots)), folded.original[begin:end])


def _is_own(one: Found, stretch: Stretch) -> bool:
    """Whether it stands where the stretch asks or behind it: what is said ahead of all requests is for each of them."""
    if stretch.intent is None:
        return False
    return one.name in _NEVER_SHARED or stretch.core is None or one.start >= stretch.core[0]


def _with_names(found: Sequence[Found], named: Sequence[Found]) -> list[Found]:
    """What was found, with the people and places that are named instead of goods called like them."""
    kept = [
        one
        for one in found
        if one.name != "product" or all(one.end <= other.start or one.start >= other.end for other in named)
    ]
    free = [one for one in named if all(one.end <= other.start or one.start >= other.end for other in kept)]
    return [*kept, *free]


def _slots(folded: Folded, found: Sequence[Found]) -> Iterator[Slot]:
    for one in sorted(found, key=lambda slot: (slot.start, slot.end)):
        start, end = folded.span(one.start, one.end)
        typed = folded.original[start:end]
        yield Slot(one.name, typed if one.name in _AS_TYPED else one.value, typed, start, end)


_NEVER_SHARED = frozenset({"quantity", "reason", "why", "decision"})
_AS_TYPED = frozenset({"product", "supplier", "why"})
