"""What connected systems answer, so that any of it can be kept: whatever they say, reading them ends in a sentence."""

import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.conversation.understanding import storable
from core.exchange.model import Cursor, Page, Record
from core.exchange.ports import Feed, Outcome, Trouble

log = logging.getLogger(__name__)
_ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def storable_pages(label: str, feed: Feed, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
    """The pages of a feed, without characters that no database takes.

    Raises:
        Trouble: it does not answer, or with something that cannot be read at all; pages given before stay taken.
    """
    pages = feed.pull(cursor, now)
    while True:
        try:
            page = next(pages)
        except StopIteration:
            return
        except _ODD as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(at.filename).name}:{at.lineno}"
            log.warning("%s of %s: %s in %s", feed.name, label, type(error).__name__, where)
            raise Trouble(
                Outcome.MALFORMED, f"{label} answered {feed.name} in no form it documents; it is asked again next time."
            ) from error
        yield _storable(page)


def storable_records(records: Sequence[Record]) -> Sequence[Record]:
    """Records without characters that no database takes."""
    clean: Sequence[Record] = _storable(records)
    return clean


def _storable(told: Any) -> Any:
    """The same with every text in it such as can be kept, whatever lists, mappings and dataclasses it is in."""
    if isinstance(told, str):
        return storable(told)
    if isinstance(told, Mapping):
        return {storable(str(name)): _storable(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return type(told)(_storable(one) for one in told)
    if is_dataclass(told) and not isinstance(told, type):
        return replace(told, **{one.name: _storable(getattr(told, one.name)) for one in fields(told)})
    return told
