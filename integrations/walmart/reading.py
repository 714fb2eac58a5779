"""What Walmart's answers are read with: parts of parts, amounts, moments and countries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.money import of_major

Json = Mapping[str, Any]

_COUNTRIES = {"USA": "US", "PRI": "PR", "CAN": "CA", "MEX": "MX"}


class Unreadable(ValueError):
    """An answer that is not of the shape that Walmart documents."""


def needed(what: str, found: Json, name: str) -> str:
    """A text that has to be there.

    Raises:
        Unreadable: it is not; `what` is what lacks it.
    """
    text = said(found, name)
    if not text:
        raise Unreadable(f"{what} without {name}")
    return text


def country(word: object) -> str:
    """A country in two letters.

    Raises:
        Unreadable: Walmart's word for it is not known.
    """
    code = str(word or "").strip().upper()
    if len(code) == 2:
        return code
    if code not in _COUNTRIES:
        raise Unreadable(f"a country “{code[:20]}” that is not known")
    return _COUNTRIES[code]


def moment(when: object) -> datetime:
    """A moment, in milliseconds since 1970 or as ISO 8601.

    Raises:
        Unreadable: it is neither.
    """
    if isinstance(when, int | float) and not isinstance(when, bool):
        return datetime.fromtimestamp(when / 1000, UTC)
    if isinstance(when, str):
        at = datetime.fromisoformat(when)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    raise Unreadable("a moment that cannot be read")


def minor(amount: object, currency: str) -> int:
    """An amount in minor units.

    Raises:
        Unreadable: it is no amount.
    """
    if not isinstance(amount, int | float | str) or isinstance(amount, bool):
        raise Unreadable("an amount that cannot be read")
    return of_major(float(amount), currency).minor


def said(found: Json, name: str) -> str:
    """One line of text; nothing where there is none."""
    value = found.get(name)
    return " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def part(found: Json, *names: str) -> Json:
    """An object inside objects; an empty one where it is missing."""
    value: Any = found
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def several(found: Json, *names: str) -> list[Json]:
    """The objects of a list inside objects, or the one object there is."""
    value: Any = part(found, *names[:-1]).get(names[-1])
    many = value if isinstance(value, list) else [value]
    return [one for one in many if isinstance(one, Mapping)]
