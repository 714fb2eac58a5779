"""What conversations need from outside: somebody who may be asked what a message means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Advice:
    """What a message may mean, by names of intents and of slots; nothing of it is to be trusted unchecked."""

    intents: tuple[str, ...] = ()
    slots: tuple[tuple[str, str], ...] = ()


class Adviser(Protocol):
    """May be asked about a message that was not understood; called outside any transaction."""

    def advise(self, text: str, intents: Sequence[str], slots: Sequence[str]) -> Advice | None:
        """What the message means in the names given, or None where there is no telling; never raises, never lingers."""
