"""What the reader learns from: the intents' own files, the controls, and what the shop does not serve."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from core.conversation.understanding.linear import Example
from core.conversation.understanding.tongues import HOME, Tongue
from core.conversation.understanding.words import words as said_words

LEAST = 0.4
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Proviso:
    """What an intent is believed on: its least confidence, a word of each group, and none of the words of `never`."""

    least: float = LEAST
    words: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lessons:
    """Examples by language and label; `served` are the labels that are intents, `provisos` theirs."""

    examples: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    frames: dict[str, list[str]] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    provisos: dict[tuple[str, str], Proviso] = field(default_factory=dict)
    tongues: dict[str, Tongue] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are examples of."""
        return tuple(self.examples)

    def said_in(self, language: str) -> Iterator[str]:
        """Every example of a language as it was written."""
        return (said for texts in self.examples[language].values() for said in texts)

    def of(self, language: str, wording: Callable[[str], str]) -> Iterator[Example]:
        """Every example in the wording the model reads, plain and inside a frame that says nothing."""
        frames = cycle(self.frames.get(language) or ["{}"])
        for label, texts in self.examples[language].items():
            for said in map(wording, texts):
                yield Example(said, label)
                yield Example(next(frames).format(said), label)


def load(folder: Path) -> Lessons:
    """Read every intent's file of the folder, and what goes with them; other languages lie in `languages/` beside."""
    examples: dict[str, dict[str, list[str]]] = {}
    provisos: dict[tuple[str, str], Proviso] = {}
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    for name, written in files.items():
        for language, texts in written["examples"].items():
            examples.setdefault(language, {})[name] = list(texts)
            provisos[language, name] = _proviso(written.get("proviso", {}), language)
    steering = _read(_HERE / "controls.toml")
    controls = steering["examples"]
    for name, written in steering.get("proviso", {}).items():
        provisos.update({(language, name): _proviso(written, language) for language in controls})
    _add(examples, controls)
    _add(examples, _read(_HERE / "background.toml")["examples"], but=files)
    served = frozenset(files) | {name for texts in controls.values() for name in texts}
    lessons = Lessons(examples, dict(_read(_HERE / "frames.toml")["frames"]), served, provisos)
    for path in sorted((folder.parent / "languages").glob("*.toml")):
        _add_language(lessons, path.stem, _read(path))
    return lessons


def _add_language(lessons: Lessons, language: str, written: Mapping[str, Any]) -> None:
    """A language's own file; glossed words meet the provisos of those they are glossed with, or the file's own."""
    lessons.examples[language] = {name: list(texts) for name, texts in written["examples"].items()}
    lessons.frames[language] = list(written["frames"])
    lessons.tongues[language] = Tongue.of(written)
    own = written.get("provisos")
    for (spoken, name), proviso in [*lessons.provisos.items()]:
        if spoken == HOME:
            groups = proviso.words if own is None else tuple(map(tuple, own.get(name, ())))
            lessons.provisos[language, name] = replace(proviso, words=groups)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _add(
    examples: dict[str, dict[str, list[str]]],
    more: Mapping[str, Mapping[str, Sequence[str]]],
    but: Mapping[str, Any] | None = None,
) -> None:
    for language, texts in more.items():
        for name, said in texts.items():
            if name not in (but or {}):
                examples.setdefault(language, {})[name] = list(said)


def _proviso(written: Mapping[str, Any], language: str) -> Proviso:
    words = tuple(tuple(group) for group in written.get(language, []))
    never = [
        word for one in written.get("never", ()) for word in (sorted(said_words(one[1:])) if one[:1] == "@" else [one])
    ]
    return Proviso(float(written.get("least_confidence", LEAST)), words, tuple(never))
