"""The questions that are asked of a Salesforce org, understood as far as we ask them; anything else is refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_QUESTION = re.compile(
    r"SELECT (?P<columns>[\w., ]+) FROM (?P<thing>\w+)(?: WHERE (?P<where>.+?))?"
    r"(?: ORDER BY (?P<order>[\w, ]+?))?(?: LIMIT (?P<limit>\d+))?"
)
_TOKEN = re.compile(r"\s*(?:(\d{4}-\d\d-\d\dT[\d:.]+Z)|('(?:[^'\\]|\\.)*')|([\w.]+)|(>=|<=|[()=<>,]))")
Row = Mapping[str, Any]
Value = Callable[[Row, str], Any]


class Malformed(Exception):
    """A question of a shape that is not understood."""


@dataclass(frozen=True)
class Question:
    """A question: columns of an object, which rows, in what order and how many; `among` narrows an index's look."""

    columns: tuple[str, ...]
    thing: str
    holds: Callable[[Row, Value], bool]
    order: tuple[str, ...]
    limit: int | None
    among: tuple[str, frozenset[str]] | None
    named: tuple[str, ...]


def parsed(text: str) -> Question:
    """A question, taken apart.

    Raises:
        Malformed: it is none of those we ask.
    """
    found = _QUESTION.fullmatch(text)
    if found is None:
        raise Malformed(text[:80])
    columns = tuple(one.strip() for one in found["columns"].split(","))
    order = tuple(one.strip() for one in (found["order"] or "").split(",") if one.strip())
    clauses = _Clauses(_tokens(found["where"] or ""))
    holds = clauses.whole()
    limit = int(found["limit"]) if found["limit"] else None
    return Question(columns, found["thing"], holds, order, limit, clauses.among, (*columns, *clauses.named, *order))


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Malformed(text[place : place + 40])
        tokens.append(found[0].strip())
        place = found.end()
    return tokens


class _Clauses:
    """Conditions joined by AND and OR, read from the left."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._left = list(tokens)
        self.named: list[str] = []
        self.among: tuple[str, frozenset[str]] | None = None

    def whole(self) -> Callable[[Row, Value], bool]:
        """The condition that all tokens make."""
        if not self._left:
            return lambda _row, _value: True
        holds = self._either()
        if self._left:
            raise Malformed(" ".join(self._left)[:40])
        return holds

    def _either(self) -> Callable[[Row, Value], bool]:
        ways = [self._both()]
        while self._left and self._left[0] == "OR":
            self._left.pop(0)
            ways.append(self._both())
        return lambda row, value: any(way(row, value) for way in ways)

    def _both(self) -> Callable[[Row, Value], bool]:
        needs = [self._one()]
        while self._left and self._left[0] == "AND":
            self._left.pop(0)
            needs.append(self._one())
        return lambda row, value: all(need(row, value) for need in needs)

    def _one(self) -> Callable[[Row, Value], bool]:
        first = self._next()
        if first == "(":
            inner = self._either()
            self._expect(")")
            return inner
        self.named.append(first)
        sign = self._next()
        if sign == "IN":
            return self._in(first)
        wanted = _literal(self._next())
        signs: dict[str, Callable[[Any, Any], bool]] = {
            "=": lambda has, want: has == want, ">": lambda has, want: has is not None and has > want,
            ">=": lambda has, want: has is not None and has >= want,
        }  # fmt: skip
        if sign not in signs:
            raise Malformed(sign)
        return lambda row, value: signs[sign](value(row, first), wanted)

    def _in(self, column: str) -> Callable[[Row, Value], bool]:
        self._expect("(")
        wanted = set()
        while True:
            wanted.add(_literal(self._next()))
            if self._next() == ")":
                break
        self.among = (column, frozenset(wanted))
        return lambda row, value: value(row, column) in wanted

    def _next(self) -> str:
        if not self._left:
            raise Malformed("it ends too early")
        return self._left.pop(0)

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise Malformed(f"no {sign}")


def _literal(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1]
    if token in {"true", "false"}:
        return token == "true"
    if token.endswith("Z"):
        return token.removesuffix("Z") + "+0000"  # as moments are kept
    raise Malformed(token)
