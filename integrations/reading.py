"""What the answers of connected systems are read with: parts of parts, amounts, moments, and spans of what changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from core.exchange.model import Cursor
from core.money import of_major

Json = Mapping[str, Any]
T = TypeVar("T")

_OVERLAP = timedelta(minutes=10)


UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading something raises that has not the shape its system documents."""
_TOLD = 120


class Unreadable(ValueError):
    """An answer that is not of the shape that its system documents."""


def needed(what: str, found: Json, name: str) -> str:
    """A text that has to be there.

    Raises:
        Unreadable: it is not; `what` is what lacks it.
    """
    text = said(found, name)
    if not text:
        raise Unreadable(f"{what} without {name}")
    return text


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


def records(
    system: str, found: Iterable[Json], names: Iterable[str], read: Callable[[Json], Iterable[T]]
) -> tuple[list[T], list[str]]:
    """Records of what was found, and a sentence for each that could not be read, by the first name that it has."""
    taken: list[T] = []
    faults: list[str] = []
    for one in found:
        try:
            taken += read(one)
        except UNREADABLE as error:
            known = next((said(one, name) for name in names if said(one, name)), "without a number")
            faults.append(f"{system}'s {known[:40]} was left out: {plainly(error)}.")
    return taken, faults


def plainly(error: Exception) -> str:
    """What is wrong with something that was read, in one short line.

    >>> plainly(KeyError("sku")), plainly(ValueError("no\nnumber"))
    ('KeyError sku', 'no number')
    """
    told = " ".join(str(error).split())[:_TOLD]
    return told if isinstance(error, ValueError) else f"{type(error).__name__} {told.strip(chr(39))}"


def span(cursor: Cursor | None, now: datetime, days: int) -> dict[str, str]:
    """From when to when is read, and the page to go on with; a reading that was cut off keeps its own end."""
    kept = dict(cursor or {})
    since = kept.get("since") or written(now - timedelta(days=days))
    return {"since": since, "until": kept.get("until") or written(now), "at": kept.get("at") or ""}


def after(reading: Mapping[str, str], at: str) -> Cursor:
    """From where to go on: the next page, or what changes after this reading, a little overlapping."""
    if at:
        return {**reading, "at": at}
    return {"since": written(datetime.fromisoformat(reading["until"]) - _OVERLAP)}


def written(at: datetime) -> str:
    """A moment as ISO 8601 in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
