"""Values as the text that a cell of a table holds, whatever kind of file they come from or go to."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isnan
from typing import Any

from core.canonical import Column, Kind
from core.money import exponent

SPOILT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
CONTROL = "The row holds NUL or other control characters."
_PART = {";": r"\;", ":": r"\:"}


def written(value: Any, kind: Kind = Kind.TEXT) -> str:
    """The cell of a value; nothing where there is none.

    >>> written(0.1), written(3.0), written(True), written(Decimal("1.50")), written(None)
    ('0.1', '3', 'true', '1.5', '')
    """
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return f"{value.to_integral_value() if value == value.to_integral_value() else value.normalize():f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if kind is Kind.DATE else value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return datetime.combine(value, time()).isoformat() if kind is Kind.TIME else value.isoformat()
    return str(value)


def row_of(values: Sequence[Any], kinds: Sequence[Kind]) -> list[str] | str:
    """The cells of a row, or why it cannot be read."""
    cells = [written(value, kind) for value, kind in zip(values, kinds, strict=True)]
    return CONTROL if any(SPOILT.search(cell) for cell in cells) else cells


def canonical(value: Any, column: Column, currency: str) -> Any:
    """A value as it is kept, as a person writes it: amounts in major units, price breaks and options as text."""
    if value is None:
        return None
    if column.kind is Kind.MONEY:
        return Decimal(value).scaleb(-exponent(currency))
    if column.kind is Kind.BREAKS:
        return ";".join(f"{units}:{Decimal(price).scaleb(-exponent(currency)):f}" for units, price in value)
    if column.kind is Kind.PACKS:
        levels = ((units, Decimal(cost).scaleb(-exponent(currency)), name) for units, cost, name in value)
        return ";".join(f"{units}:{cost:f}:{name}".rstrip(":") for units, cost, name in levels)
    if column.kind is Kind.OPTIONS:
        return "; ".join(f"{escaped(name)}: {escaped(chosen)}" for name, chosen in value.items())
    return value


def escaped(part: str) -> str:
    """A part of options in which what parts them means itself."""
    return "".join(_PART.get(letter, letter) for letter in part)
