"""The words that the grammar of slots looks for, from `words.toml`."""

import re
import tomllib
from pathlib import Path
from typing import Any

_WRITTEN: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def table(group: str, language: str = "en") -> dict[str, list[str]]:
    """The ways to say each value of a group, as they are written."""
    return dict(_WRITTEN[group][language])


def words(group: str, language: str = "en") -> frozenset[str]:
    """The words of a group."""
    return frozenset(_WRITTEN[group][language].split())


def patterns(group: str, language: str = "en") -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """A pattern for each value of a group, in the order in which they are tried."""
    return tuple(
        (value, re.compile(rf"(?<![\w-])(?:{'|'.join(ways)})(?![\w-])"))
        for value, ways in _WRITTEN[group][language].items()
    )
