"""What the program writes down about itself: lines for people, or JSON for machines; references, and nobody's data."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from core.config import Logging

_OURS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


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
            **{name: value for name, value in vars(record).items() if name not in _OURS},
        }
        kind, _, trace = record.exc_info or (None, None, None)
        if kind is not None:
            told["exception"] = kind.__name__
        places = []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
            trace = trace.tb_next
        return json.dumps(told | ({"trace": places[-8:]} if places else {}), default=str, ensure_ascii=False)


def set_up(settings: Logging) -> None:
    """Write to standard error in the way the configuration asks for."""
    if settings.format == "text":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson())
    logging.basicConfig(level=settings.level.upper(), handlers=[handler], force=True)
