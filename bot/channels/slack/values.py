"""What a button or a modal carries: which proposal as it was shown, and what was typed; read back with distrust."""

import json
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidInput

_LARGEST = 2**53


@dataclass(frozen=True)
class Shown:
    """A proposal as it was shown, and quantities by line that were typed for it."""

    proposal_id: int
    content_hash: str
    quantities: dict[int, int]


def written(value: dict[str, Any]) -> str:
    """A value as a button or a modal carries it."""
    return json.dumps(value, separators=(",", ":"))


def read(text: str) -> Shown:
    """What was carried.

    Raises:
        InvalidInput: it is nothing that we gave out.
    """
    try:
        value = json.loads(text)
        quantities = {int(line): int(units) for line, units in dict(value.get("q", {})).items()}
        shown = Shown(int(value["p"]), str(value["h"]), quantities)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise InvalidInput("That button is not one of ours. Open the proposal again.") from error
    if not 0 < shown.proposal_id <= _LARGEST:
        raise InvalidInput("That button is not one of ours. Open the proposal again.")
    return shown


def move_of(text: str) -> int:
    """The move that a button or a modal carries.

    Raises:
        InvalidInput: it is nothing that we gave out.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _LARGEST):
        raise InvalidInput("That button is not one of ours. Open the move again.")
    return int(text)
