"""How much and how many: sums of money, and quantities in digits or words."""

import re
from collections.abc import Iterator

from core.conversation.understanding.found import Claims, Found

_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY", "₹": "INR"}
_NAMES = {
    **dict.fromkeys(("gbp", "pound", "pounds", "quid", "sterling"), "GBP"),
    **dict.fromkeys(("eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("usd", "dollar", "dollars", "bucks"), "USD"),
    **{code: code.upper() for code in ("chf", "jpy", "cad", "aud", "nok", "sek", "dkk", "pln", "inr", "kwd")},
}
_NUMBER = r"(\d{1,3}(?:[,']\d{3}){1,3}(?:\.\d{1,2})?|\d{1,3}(?:\.\d{3}){1,3},\d{1,2}|\d{1,9}(?:[.,]\d{1,2})?)(k)?"
_SIGN = "|".join(map(re.escape, _SIGNS))
_NAME = "|".join(sorted(_NAMES, key=len, reverse=True))
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<sign>{_SIGN}|\b(?:{_NAME}))[ ]?{_NUMBER}(?![\w])|{_NUMBER} ?(?P<after>{_SIGN}|(?:{_NAME})\b))"
)
_LIMIT = re.compile(
    r"(?<!\w)(?:under|below|up to|less than|at most|no more than|not more than|cheaper than|maximum|max|within|<=?)"
    rf" ?(?:of )?{_NUMBER}(?![\w%])"
)
_AT_LEAST = re.compile(r"(?<!\w)(?:over|above|more than|at least|exceeding|bigger than|>=?) ?(?:[£€$] ?)?\d")

_ONE_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORDS = {word: number for number, word in enumerate(_ONE_TO_TEN, start=1)} | {
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "hundred": 100,
    "dozen": 12,
    "couple": 2,
    "pair": 2,
    "single": 1,
}
_COUNT = (
    r"(?:(?:one )?half a dozen|(?:an? )?(?:dozen|hundred|couple|pair|single)|two dozen"
    rf"|{'|'.join(_WORDS)}|\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})"
)
_UNIT = r"(?:units?|pieces?|pcs|items?|copies|of (?:them|it|these|those|the|my)|x|×|ones|each|only|in total)"
_CORRECTIONS = (
    re.compile(
        rf"(?<!\w)not {_COUNT}(?: (?:of them|units|pieces))?,? ?(?:but |it's |rather )?(?P<count>{_COUNT})(?!\w)"
    ),
    re.compile(
        rf"(?<![\w.])(?P<count>{_COUNT})(?: [a-z]{{2,20}}){{0,3}},? (?:not|instead of|rather than) {_COUNT}(?!\w)"
    ),
    re.compile(rf"(?<!\w)from {_COUNT} (?:down |up )?to (?P<count>{_COUNT})(?!\w)"),
)
_QUANTITIES = (
    re.compile(
        r"(?<!\w)(?:make (?:it|that|them)|to|at|x|×|just|only|quantity(?: of)?|qty|instead|actually|say|rather|[:=])"
        rf" ?(?P<count>{_COUNT})(?![\w%]|[.,]\d)"
    ),
    re.compile(rf"(?<![\w.,#-])(?P<count>{_COUNT}) ?{_UNIT}(?!\w)"),
)
# "a set of 3 cake tins", "15 cm" and "3 tier" are parts of names
_LEADING = re.compile(
    rf"(?<![\w.,#-])(?<!set of )(?<!pack of )(?<!box of )(?<!sets of )(?<!packs of )(?P<count>{_COUNT})"
    r"(?<!\bone) (?!(?:cm|mm|m|inch|tier|piece|pc|drawer|hook|pack|o'?clock|days?|weeks?|months?|times?)\b|%)"
    r"(?:more |of )?[a-z]{2}"
)
_ALONE = re.compile(
    r"(?:(?:no|yes|sorry|just|only|actually|but|ok|it's|i meant|i said|i mean)?[,.! ]{1,3}){0,4}"
    rf"(?P<count>{_COUNT})(?: please| only)?[.!? ]{{0,3}}"
)
_BOTH = re.compile(r"(?<!\w)both(?: of them)?(?!\w)")


def add_money(text: str, claims: Claims) -> None:
    """Claim every sum that has a currency, as `amount`; its currency is a slot of its own inside it."""
    claims.add(
        Found(
            "amount",
            _decimal(match[2], match[3]) if match["sign"] else _decimal(match[4], match[5]),
            match.start(),
            match.end(),
        )
        for match in _MONEY.finditer(text)
    )


def currencies(text: str, amount: Found) -> Iterator[Found]:
    """The currency said with an amount."""
    match = _MONEY.fullmatch(text, amount.start, amount.end)
    if match is not None:
        group = "sign" if match["sign"] else "after"
        word = match[group]
        yield Found("currency", _SIGNS.get(word) or _NAMES[word], match.start(group), match.end(group))


def limits(text: str) -> Iterator[Found]:
    """“Under 500”: an upper limit without a currency."""
    for match in _LIMIT.finditer(text):
        yield Found("amount", _decimal(match[1], match[2]), match.start(1), match.end())


def has_lower_limit(text: str) -> bool:
    """Whether “over 500” or the like is said."""
    return _AT_LEAST.search(text) is not None


def quantities(text: str, claims: Claims, *, leading: bool) -> Iterator[Found]:
    """How many are meant; `leading` also takes a number in front of a noun (“return 3 mugs”)."""
    patterns = [*_CORRECTIONS, *_QUANTITIES, *([_LEADING] if leading else [])]
    alone = _ALONE.fullmatch(text)
    matches = [match for pattern in patterns for match in pattern.finditer(text)]
    for match in ([alone] if alone else []) + matches:
        if claims.is_free(match.start("count"), match.end("count")):
            value = count_of(match["count"])
            if value is not None:
                yield Found("quantity", str(value), match.start("count"), match.end("count"))
                return
    for match in _BOTH.finditer(text):
        yield Found("quantity", "2", match.start(), match.end())
        return


def _decimal(number: str, thousands: str | None) -> str:
    """Digits with a point, whatever stood between thousands.

    >>> _decimal("1,234.50", None), _decimal("49,90", None), _decimal("2", "k")
    ('1234.50', '49.90', '2000')
    """
    whole, mark, cents = number, "", ""
    if len(number) > 2 and number[-3:-2] in {".", ","}:
        whole, mark, cents = number[:-3], ".", number[-2:]
    elif len(number) > 1 and number[-2:-1] in {".", ","}:
        whole, mark, cents = number[:-2], ".", number[-1:]
    whole = re.sub(r"\D", "", whole) + ("000" if thousands and not cents else "")
    return f"{whole}{mark}{cents}"


def count_of(said: str) -> int | None:
    """What a count in digits or words comes to; None for a word that is none.

    >>> count_of("1,200"), count_of("a dozen"), count_of("two dozen")
    (1200, 12, 24)
    """
    if said[-1].isdigit():
        return int(said.replace(",", ""))
    if "half a dozen" in said:
        return 6
    if said == "two dozen":
        return 24
    return _WORDS.get(said.rpartition(" ")[2])
