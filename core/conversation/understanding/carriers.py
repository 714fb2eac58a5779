"""Sentences that carry any product's name: what they want is read from the words around it, never from the name."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.conversation.understanding.amounts import SEVERAL, count_of
from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.phrases import QUOTED, is_name, may_be_sold
from core.conversation.understanding.words import words

_LONGEST = 300
_NUMBER, _OTHER = "\x01", "\x02"  # stand for what is claimed already; the text gate lets neither through
_PRODUCT = "(?P<product>(?!\\d{1,6}[.,]\\d{1,6} of )[^\x01\x02?!;:\n]{2,90}?)"
_JOIN = r"(?:(?<!\w)(?:and|but|also|plus|then|or)|[,.])"
_REQUEST = (
    r"(?:where|when|what|why|how|which|who|can|could|would|will|do|does|did|is|are|has|have|had|please|also|send|track"
    r"|show|give|tell|get|return|returning|change|cancel|make|set)"
)
_NEXT_REQUEST = re.compile(rf"{_JOIN} {_REQUEST}(?!\w)")
_NO_NAME = re.compile(
    rf"{_JOIN} (?:i|i'm|i'd|we|need|it|they|he|she|you|my|not|then)(?!\w)|(?<!\w)because(?!\w)"
    r"|(?<!\w)(?:when|once|if|whether|until) (?:it|it's|its|they|i|you|we)(?!\w)"
    r"|(?<!\w)(?:orders?|parcel|invoice) (?:number|status)(?!\w)"
)
_PIECE = re.compile(r"\{([a-z]+)\}")
_ASKS = re.compile(rf"(?:{'|'.join(sorted(words('asks')))})(?![\w'])")


@dataclass(frozen=True)
class Carried:
    """What a sentence wants, and what it says of the product. `intent` is empty where it only mentions one.

    `is_sure` is False where other things than products are asked about in the same words.
    """

    intent: str
    found: tuple[Found, ...]
    is_sure: bool


@dataclass(frozen=True)
class _Carrier:
    intent: str
    pattern: "re.Pattern[str]"
    is_sure: bool


@dataclass(frozen=True)
class Grammar:
    """The carriers in the order in which they are tried, and what may stand around any of them."""

    opening: "re.Pattern[str]"
    closing: "re.Pattern[str]"
    carriers: tuple[_Carrier, ...]


def carried(text: str, claims: Claims, start: int, end: int) -> Carried | None:
    """The carrier that a stretch of the text is from its beginning to its end, if it is one."""
    if end - start > _LONGEST:
        return None
    veiled, known = _veiled(text, claims, start, end), grammar()
    opening = known.opening.match(veiled)
    begin = opening.end() if opening else 0
    closing = known.closing.search(veiled, begin)
    close = closing.start() if closing else len(veiled)
    for carrier in known.carriers:
        match = carrier.pattern.fullmatch(veiled, begin, close)
        if match is not None and _is_about_product(match, carrier.is_sure, begin):
            return Carried(carrier.intent, tuple(_found(match, start)), carrier.is_sure)
    return None


def _is_about_product(match: "re.Match[str]", is_sure: bool, begin: int) -> bool:
    """Whether what stands where the name should be can be one, and nothing else is asked for behind it."""
    name, tail = match["product"], match.groupdict().get("tail") or ""
    if _NEXT_REQUEST.search(f"{name} {tail}") or _NO_NAME.search(name) or not is_name(name):
        return False
    asks = match.start("product") == begin and _ASKS.match(name)
    return not asks and (is_sure or may_be_sold(name))


def _found(match: "re.Match[str]", start: int) -> Iterator[Found]:
    written = match["product"]
    quote = QUOTED.search(written)
    name = quote[1] if quote else written.strip(" ,.-\"'")
    begin = start + match.start("product") + written.index(name)
    yield Found("product", name, begin, begin + len(name))
    said = match.groupdict().get("count")
    if said:
        yield Found("quantity", str(count_of(said)), start + match.start("count"), start + match.end("count"))


def _veiled(text: str, claims: Claims, start: int, end: int) -> str:
    """The stretch with what is claimed in it made unreadable, at the same length."""
    pieces, at = [], start
    for found in sorted(claims.within(start, end), key=lambda one: one.start):
        veil = _NUMBER if found.name in {"order_number", "invoice_number"} else _OTHER
        pieces += [text[at : found.start], veil * (found.end - found.start)]
        at = found.end
    return "".join([*pieces, text[at:end]])


@cache
def grammar(language: str = "en") -> Grammar:
    """The carriers of a language; putting them together takes a moment, once."""
    written: dict[str, Any] = tomllib.loads((Path(__file__).parent / "carriers.toml").read_text(encoding="utf-8"))
    pieces = {
        **written["pieces"][language],
        "id": f"{_NUMBER}+",
        "other": f"{_OTHER}+",
        "number": SEVERAL,
        "product": _PRODUCT,
    }
    carriers = tuple(
        _Carrier("" if intent == "mentioned" else intent, re.compile(_filled(way, pieces)), strength == "sure")
        for strength in ("sure", "likely")
        for intent, ways in written[strength][language].items()
        for way in ways
    )
    return Grammar(re.compile(pieces["opening"]), re.compile(pieces["closing"]), carriers)


def _filled(way: str, pieces: dict[str, str]) -> str:
    """A way of saying something with its pieces written out, and theirs."""
    filled = _PIECE.sub(lambda piece: f"(?:{pieces[piece[1]]})", way)
    return filled if filled == way else _filled(filled, pieces)
