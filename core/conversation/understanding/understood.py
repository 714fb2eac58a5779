"""What was understood of an utterance."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Intent:
    """What somebody wants, and how sure that is, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True)
class Slot:
    """A detail: its value as the shop writes it, and the stretch of the utterance it was read from."""

    name: str
    value: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Part:
    """One thing that is asked for: its intent's name, its words, and the slots that belong to it and no other."""

    intent: str
    slots: tuple[Slot, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Understanding:
    """One utterance, understood. No `intents` means that it is about nothing the shop serves.

    `text` is the utterance behind the text gate, which slots count from; `runner_up` is what came next. `parts` come
    in the order of the utterance; one intent may have several, where it is asked of more than one thing. `instead`
    is what was, and what is now said in its place, where an utterance says nothing else.
    """

    text: str
    language: str
    intents: tuple[Intent, ...] = ()
    slots: tuple[Slot, ...] = ()
    runner_up: Intent | None = None
    parts: tuple[Part, ...] = ()
    instead: tuple[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON object that `storekeeper understand` prints."""
        written = asdict(self)
        del written["parts"], written["instead"]
        return {**written, "intents": list(written["intents"]), "slots": list(written["slots"])}
