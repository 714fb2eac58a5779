"""What the program writes down about itself: lines for people, or JSON for machines; references, and nobody's data."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

from core.config import Logging

_OURS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


_ROOMS = ("bot", "core", "integrations", "scheduler")
_MOST_PLACES = 8
_FORGES = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
"""What would begin a line, move the cursor or turn the direction of what is read, or cannot be written at all."""


class AsJson(logging.Formatter):
    """One JSON object a line: what happened where, what was noted beside it, and of an exception its kind and place.

    What an exception says stays out: it may hold what a person typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_noted(record),
        }
        kind, places = _exception(record)
        told |= {"exception": kind, "trace": places} if kind else {}
        return on_one_line(json.dumps(told, default=str, ensure_ascii=False))


class AsText(logging.Formatter):
    """The same as a line for people, with the places of an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of a record."""
        noted = "".join(f" {name}={value}" for name, value in _noted(record).items())
        kind, places = _exception(record)
        below = "".join(f"\n    {place}" for place in places)
        what = f": {kind}" if kind else ""
        return on_one_line(f"{record.levelname.lower()} {record.name}: {record.getMessage()}{noted}{what}") + below


def on_one_line(text: str) -> str:
    """Text in which nothing forges another line, escaped as JSON escapes it."""
    return _FORGES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _noted(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OURS}


def _exception(record: logging.LogRecord) -> tuple[str, list[str]]:
    """The kind of a record's exception, and where it came from; nothing where there is none."""
    kind, _, trace = record.exc_info or (None, None, None)
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return (kind.__name__ if kind is not None else "", places[-_MOST_PLACES:])


def set_up(settings: Logging) -> None:
    """Write to standard error in the way the configuration asks for.

    Of libraries only warnings are heard: what they say below that holds tokens and what people wrote. For people, who
    look at a terminal, `info` is left out as well.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if settings.format == "json" else AsText())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    level = "warning" if (settings.format, settings.level) == ("text", "info") else settings.level
    for room in _ROOMS:
        logging.getLogger(room).setLevel(level.upper())
