"""What browsers and scripts send, made safe to read: strict UTF-8, bounded depth, no control characters."""

import json
import math
import re
import unicodedata
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from core.errors import InvalidInput

DEEPEST = 32
MOST_FIELDS = 2000
_OPAQUE = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object.

    Raises:
        InvalidInput: not UTF-8, not JSON, no object, too deep, or with NaN or Infinity.
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise InvalidInput("The request is not UTF-8 text; send JSON in UTF-8.") from error
    except RecursionError as error:
        raise InvalidInput(_too_deep()) from error
    except ValueError as error:
        raise InvalidInput("The request is not valid JSON; send an object such as {“text”: “hello”}.") from error
    if not isinstance(value, dict):
        raise InvalidInput("The request must be a JSON object such as {“text”: “hello”}.")
    _check_depth(value)
    return value


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a posted form; of a repeated one the last.

    Raises:
        InvalidInput: not UTF-8, or more fields than any form of ours has.
    """
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise InvalidInput("The form could not be read. Load the page again and send it once more.") from error
    return {name: plain(value) for name, value in pairs}


def plain(text: str) -> str:
    """Text in composed form without control characters but newline and tab, and without halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (character for character in lines if character in "\n\t" or unicodedata.category(character) not in _BARRED)
    return unicodedata.normalize("NFC", "".join(kept))


_BARRED = {"Cc", "Cs"}


def opaque(value: object, name: str) -> str:
    """A token of ours or of a script: printable ASCII of at most 200 characters.

    Raises:
        InvalidInput: anything else.
    """
    if not isinstance(value, str) or not _OPAQUE.fullmatch(value):
        raise InvalidInput(f"“{name}” must be up to 200 printable ASCII characters.")
    return value


def whole_number(text: str, what: str) -> int:
    """A whole number as people type it into a field.

    Raises:
        InvalidInput: not a whole number from 0 on.
    """
    typed = text.strip()
    if not _DIGITS.fullmatch(typed):
        raise InvalidInput(f"{what} must be a whole number, 0 or more.")
    return int(typed)


def a_day(text: str) -> date:
    """A day as browsers send it.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput("Write a day like 2026-06-25.") from error


def a_number(text: str, what: str) -> float | None:
    """A number as people type it into a field, with a point or a comma; None where nothing is.

    Raises:
        InvalidInput: it is none.
    """
    typed = text.strip().replace(",", ".")
    if typed and not _NUMBER.fullmatch(typed):
        raise InvalidInput(f"{what} must be a number such as 2.5.")
    return float(typed) if typed else None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds")
    return number


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return
    raise InvalidInput(_too_deep())


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _too_deep() -> str:
    return f"The request is nested too deeply; at most {DEEPEST} levels are read."
