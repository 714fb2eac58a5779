"""From the rows of their tables to the text of our cells, as a map says."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from statistics import fmean

from babel import Locale

from core.canonical import Kind
from core.errors import InvalidInput
from integrations.tables.maps.language import CellMap, Lookup
from integrations.tables.maps.origins import Origin, Row
from integrations.tables.values import escaped, written

Make = Callable[[Row], str]  # raises ValueError with a sentence that says what is wrong
_FIELD = re.compile(r"\{([^{}]*)\}")
_ALSO = {"usa": "US", "uk": "GB", "great britain": "GB", "england": "GB", "czech republic": "CZ", "holland": "NL"}


class Workshop:
    """Makes the functions that make cells; lookups read the other table once."""

    def __init__(self, origins: Sequence[Origin], origin: Origin, owner: str) -> None:
        self._origins, self._origin, self._owner = origins, origin, owner

    def cell(self, cell: CellMap, kind: Kind = Kind.TEXT) -> Make:
        """What makes one cell.

        Raises:
            InvalidInput: it names a column or a table that is not there.
        """
        make = self._origin_of(cell)
        steps: list[Callable[[str, Row], str]] = []
        if cell.lookup is not None:
            find = self._lookup(cell.lookup)
            steps.append(lambda said, _row: find(said))
        if cell.words is not None:
            words, unknown = cell.words, cell.otherwise
            steps.append(lambda said, _row: _word(said, words, unknown))
        if cell.country:
            steps.append(lambda said, _row: said and _country(said))
        if cell.date is not None:
            pattern = cell.date
            steps.append(lambda said, _row: said and _moment(said, pattern, kind))
        if cell.decimal == ",":
            steps.append(lambda said, _row: said.replace(".", "").replace(" ", "").replace(",", "."))
        if cell.decimal == ".":
            steps.append(lambda said, _row: said.replace(",", "").replace(" ", ""))
        if cell.times or cell.per:
            times, per = [self.cell(one) for one in cell.times], [self.cell(one) for one in cell.per]
            steps.append(lambda said, row: said and _scaled(said, row, times, per))
        if cell.round is not None:
            places = Decimal(1).scaleb(-cell.round)
            steps.append(lambda said, _row: said and f"{_number(said).quantize(places, ROUND_HALF_UP):f}")
        return _made(make, steps, cell.otherwise)

    def known(self, column: str) -> str:
        """A column's name, if the table has it.

        Raises:
            InvalidInput: it has not.
        """
        if column in self._origin.columns:
            return column
        near = get_close_matches(column, self._origin.columns, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(self._origin.columns[:12])}."
        raise InvalidInput(f"{self._owner}: {self._origin.label} has no column “{column}”; {hint}")

    def values(self, table: str, by: str) -> set[str]:
        """All values of a column of another of their tables."""
        found: set[str] = set()
        for origin in self._called(table):
            column = Workshop(self._origins, origin, self._owner).known(by)
            found |= {row[column] for _, row in origin.rows() if not isinstance(row, str)}
        return found

    def _origin_of(self, cell: CellMap) -> Make:
        if cell.column is not None:
            column = self.known(cell.column)
            return lambda row: row[column].strip()
        if cell.constant is not None:
            constant = cell.constant
            return lambda _row: constant
        if cell.template is not None:
            template = cell.template
            for name in _FIELD.findall(template):
                self.known(name)
            return lambda row: _FIELD.sub(lambda found: row[found[1]].strip(), template)
        if cell.either is not None:
            ways = [self.cell(one) for one in cell.either]
            return lambda row: next((said for way in ways if (said := way(row))), "")
        if cell.number_within is not None:
            return _numbered([self.known(one) for one in cell.number_within])
        if cell.options is not None:
            pairs = [(self.cell(name), self.cell(value)) for name, value in cell.options]
            return lambda row: _options(row, pairs)
        at = written(self._origin.written_at.replace(microsecond=0))
        return lambda _row: at

    def _lookup(self, lookup: Lookup) -> Callable[[str], str]:
        found: dict[str, list[str]] = {}
        for origin in self._called(lookup.table):
            there = Workshop(self._origins, origin, f"{self._owner} looks up {lookup.table}")
            by, take = there.known(lookup.by), there.cell(lookup.take)
            only = {there.known(name): set(values) for name, values in lookup.only.items()}
            for _, row in origin.rows():
                if not isinstance(row, str) and all(row[name] in values for name, values in only.items()):
                    found.setdefault(row[by].strip(), []).append(take(row))
        taken = {key: _of(lookup.of, [said for said in said_of if said]) for key, said_of in found.items()}
        return lambda said: taken.get(said, "")

    def _called(self, name: str) -> list[Origin]:
        found = [origin for origin in self._origins if origin.name.casefold() == name.casefold()]
        if not found:
            raise InvalidInput(f"{self._owner} looks up {name}, which is not there.")
        return found


def _made(make: Make, steps: Sequence[Callable[[str, Row], str]], otherwise: str | None) -> Make:
    def made(row: Row) -> str:
        said = make(row)
        for step in steps:
            said = step(said, row)
        return said or otherwise or ""

    return made


def _word(said: str, words: dict[str, str], otherwise: str | None) -> str:
    if said in words:
        return words[said]
    if otherwise is None and said:
        raise ValueError(f"is “{said[:40]}”, for which the map has no word")
    return otherwise or ""


@cache
def _codes() -> dict[str, str]:
    names = {name.casefold(): code for code, name in Locale("en").territories.items() if len(code) == 2}
    return names | _ALSO


def _country(said: str) -> str:
    code = _codes().get(said.casefold(), said if len(said) == 2 else "")
    if not code:
        raise ValueError(f"is “{said[:40]}”, which is no country's name in English")
    return code


def _moment(said: str, pattern: str, kind: Kind) -> str:
    try:
        return written(datetime.strptime(said, pattern), kind)  # noqa: DTZ007 the zone is the map's or the shop's
    except ValueError:
        raise ValueError(f"is “{said[:40]}”, and the map reads it as {pattern}") from None


def _number(said: str) -> Decimal:
    try:
        number = Decimal(said)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"is “{said[:40]}”, which is no number")
    return number


def _scaled(said: str, row: Row, times: list[Make], per: list[Make]) -> str:
    number = _number(said)
    for factor in times:
        number *= _number(factor(row))
    for factor in per:
        divisor = _number(factor(row))
        if not divisor:
            raise ValueError("would be divided by nothing")
        number /= divisor
    return f"{number:f}"


def _numbered(columns: list[str]) -> Make:
    numbers: Counter[tuple[str, ...]] = Counter()

    def number(row: Row) -> str:
        key = tuple(row[column] for column in columns)
        numbers[key] += 1
        return str(numbers[key])

    return number


def _options(row: Row, pairs: list[tuple[Make, Make]]) -> str:
    said = [(name(row), value(row)) for name, value in pairs]
    return "; ".join(f"{escaped(name)}: {escaped(value)}" for name, value in said if name and value)


def _of(which: str, said: list[str]) -> str:
    if not said:
        return ""
    if which in {"first", "last"}:
        return said[0 if which == "first" else -1]
    try:
        numbers = [float(one) for one in said]
    except ValueError:
        return min(said) if which == "least" else max(said)
    sums: dict[str, Callable[[list[float]], float]] = {"least": min, "most": max, "mean": fmean, "sum": sum}
    return written(sums[which](numbers))
