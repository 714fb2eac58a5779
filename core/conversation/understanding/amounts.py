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
    rf"(?<![\d.,])(?:(?P<sign>{_SIGN}|\b(?:{_NAME}))[ ]?{_NUMBER}(?![\w])|{_NUMBER} ?(?P<after>{_SIGN}|(?:{_NAME})\b))"
)
_LIMIT = re.compile(
    r"(?<!\w)(?:under|below|up to|less than|at most|no more than|not more than|cheaper than|maximum|max|within|<=?)"
    rf" ?(?:of )?{_NUMBER}(?![\w%])"
)
_AT_LEAST = re.compile(r"(?<!\w)(?:over|above|more than|at least|exceeding|bigger than|>=?) ?(?:[£€$] ?)?\d")

_BELOW_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS_IN_ORDER = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = {word: number for number, word in enumerate((*_BELOW_TEN, "ten", *_TEENS), start=1)}
_TENS = {word: number * 10 for number, word in enumerate(_TENS_IN_ORDER, start=2)}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_WORDS = _UNITS | _TENS | _SCALES | {"couple": 2, "pair": 2, "single": 1}
_TEN_OF_THEM = rf"(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_BELOW_TEN)})\b)?"
_SOME = rf"(?:{_TEN_OF_THEM}|{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
# "1 000"; but two numbers may stand side by side where the first ends a name
_SPACED = (
    r"\d{1,3}(?: 000){1,2}(?!\d)|\d{1,3}(?: \d{3}){1,2}(?= (?:of|units?|pieces?|pcs)\b)"
    r"|(?:(?<=\bto )|(?<=\bat )|(?<=\bit )|(?<=ly )|(?<![\s\S]))\d{1,3}(?: \d{3}){1,2}(?![\w,]| \d)"
)
LARGE = (
    rf"(?:(?:one )?half a dozen|(?:(?:{_SOME}|an?|\d{{1,4}}) )?dozen"
    rf"|(?:(?:{_SOME}|an?|\d{{1,3}}) )?(?:hundred|thousand)"
    rf"(?:(?: and)? {_SOME}\b(?: hundred(?:(?: and)? {_SOME}\b)?)?)?"
    rf"|{_TEN_OF_THEM}|{_SPACED}|\d{{1,3}}(?:[,.]\d{{3}}){{1,2}}(?!\d))"
)
SEVERAL = rf"(?:{LARGE}|a couple|a pair|(?!one\b){_SOME}|\d{{1,6}})"
_COUNT = rf"(?:{SEVERAL}|(?:an? )?(?:couple|pair|single)|one)"
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
_COUNTED_NAME = re.compile(
    rf"\W{{0,3}}(?P<count>{_COUNT}) (?:x |of )?(?:the |these |those |my )?"
    r"(?!(?:and|cm|mm|inch|tier|piece|pc|drawer|o'?clock|(?:second|minute|hour|day|week|month|year|time)s?)\b)"
    r"(?P<name>[a-z][\w'&/. -]{1,70}?)(?:,? please)?[.!? ]{0,3}"
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

    >>> count_of("1,200"), count_of("a dozen"), count_of("12 dozen"), count_of("two hundred and fifty")
    (1200, 12, 144, 250)
    """
    if said[-1].isdigit():
        return int(re.sub(r"\D", "", said))
    if "half a dozen" in said:
        return 6
    total = part = 0
    for word in said.replace("-", " ").split():
        number = int(word) if word.isdigit() else _WORDS.get(word, 0)
        if word in _SCALES:
            part = (part or 1) * number
            if word == "thousand":
                total, part = total + part, 0
        else:
            part += number
    return total + part or None


def counted(text: str) -> tuple[Found, Found] | None:
    """How many and of what, where a text is nothing else: “5 cat signs”."""
    match = _COUNTED_NAME.fullmatch(text)
    value = count_of(match["count"]) if match else None
    if match is None or value is None:
        return None
    return (
        Found("quantity", str(value), match.start("count"), match.end("count")),
        Found("product", match["name"], match.start("name"), match.end("name")),
    )
