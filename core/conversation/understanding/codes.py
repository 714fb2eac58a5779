"""Numbers and codes that name a record, however typed: of orders, invoices, returns, tickets; mailboxes, postcodes."""

import re
from collections.abc import Iterator

from core.conversation.understanding.found import Claims, Found
from core.conversation.understanding.words import words

_CODE = r"[a-z]{0,5}[-/_]?\d[\da-z]{1,19}(?:[-/_][\da-z]{1,12}){0,3}"
_SPACED = r"\d{2,4}(?: \d{2,4}){1,4}(?!\w)"
_COUNTER = r"(?:[ ,]{0,2}(?:numbers?|num|no|nr|id|code|is|was|it's|called|with|the|reference|ref)\b[.:]?){0,4}"
_COUNTED = r" (?:of|units?|pieces?|pcs|more|fewer|less|x)\b"
_GAP = r"[\s.:#(-]{0,4}"

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,4}(?![\w@-])")
_RETURN = re.compile(r"(?<![\w-])r[ -]?(\d{4,9})(?!\w)|(?<!\w)return (?:number|no|nr|id)[.: #]{0,3}(\d{1,9})(?!\w)")
_TICKET = re.compile(
    r"(?<![\w-])t[ -]?(\d{4,9})(?!\w)|(?<!\w)ticket(?: (?:number|no|nr|id))?[.: #]{0,3}(\d{1,9})(?!\w)"
)
_INVOICE_PREFIX = re.compile(r"(?<!\w)((?:inv|cn|rg|re)[-/_ ]?\d[\da-z]{2,19}(?:[-/_][\da-z]{1,12}){0,3})(?!\w)")
_BILL = r"(?:invoi?ces?|invioces?|in(?:o|v)+i?ces?|b(?:i|u|ui|iu)ll?s?|receipts?|credit notes?)"
_INVOICE = re.compile(rf"(?<!\w){_BILL}{_COUNTER}{_GAP}({_CODE})(?!\w)")
_ORDER = re.compile(
    r"(?<!\w)(?:orders?|oder|ordr|purchases?|parcels?|packages?|shipments?|delivery|tracking)"
    rf"{_COUNTER}{_GAP}(?:({_SPACED})|({_CODE})(?!\w|{_COUNTED}))"
)
_SERIES = r"(?:[a-z]{1,3}[-_]?)?"
_TRACKED = re.compile(
    r"(?<!\w)(?:whe?re?(?:'?s| is| are)?|track(?:ing)?|trace|status(?: of| for| on)?|eta(?: of| for)?|locate|follow"
    r"|news (?:on|of|about)|updates? on)"
    rf" (?:my )?(?:({_SPACED})|({_SERIES}\d{{4,18}})(?![\w/]|[.,-]\d))"
)
_TRACKING = re.compile(r"(?<!\w)([a-z]{2}\d{8,10}[a-z]{2})(?!\w)")
_NO_YEAR = r"(?!(?:19|20)\d\d(?!\d))"
_ENDS = r"(?![\w/%]|[.,-]\d)"
# “cancel 1002”: what is done to a number alone is done to an order
_DONE_TO = re.compile(
    r"(?<!\w)(?:cancel(?:l?ing)?|cancl|cancle|re-?orde?r(?:ing)?|repeat|re?tu?rn(?:ing)?|retrun|send back|exchange|swap"
    rf"|withdraw|refund) (?:you |my |the |number |no |nr ){{0,2}}(?:({_SPACED})|{_NO_YEAR}({_SERIES}\d{{4,18}})){_ENDS}"
)
# as other languages put it: “1002 stornieren”
_TO_DO = re.compile(
    rf"(?<![\w.,/+£€$-]){_NO_YEAR}({_SERIES}\d{{4,18}}) (?:please )?"
    r"(?:cancel|re-?order|repeat|return|send back|exchange|withdraw)"
    r"(?=[ ,.!?]{0,3}(?:please[.! ]*)?$|[,;]| (?:and|but)(?!\w))"
)
_ONE_MORE = re.compile(
    rf" {{0,2}}(?:,|and|&|plus|as well as|or)(?: and| also)? (?:order |number )?#?(\d{{4,18}}){_ENDS}"
)
_CARD = re.compile(
    r"(?<!\w)(?:visa|master ?card|amex|american express|maestro|discover|kreditkarte|debitkarte|bankkarte|girocard"
    r"|(?:credit |debit |bank |gift |ec-?)?(?:card|karte))"
    r"(?:,? (?:card|debit|credit|number|the|to|no|nr|that|which|with|it|is|ends?|ending|in|on|digits|last|four|4)){0,6}"
    r"[ ,.:#(*x-]{1,8}(?:(?:to|on|in|with|the|auf) )?(\d{4})(?![\w/]|[.,-]\d)"
)
_BILLED = re.compile(
    r"(?<!\w)(?:invoi?ces?|invioces?|bills?|receipts?) (?:for|of) (?:my )?"
    r"(?!(?:19|20)\d\d(?!\d))(\d{4,18})(?![\w/]|[.,-]\d)"
)
_GOODS_OF = re.compile(
    r"(?<!\w)(?:re?tu?rn(?:ing)?|retrun|back|exchang(?:e|ing)|swap(?:ping)?|chang(?:e|ing)|cancel(?:l?ing)?|remov(?:e|ing)"
    r"|replac(?:e|ing)|withdraw|address|payment|invoice)(?!\w)"
    r"[^.?!\n]{0,90}? (?:from|of|in|for) (?!(?:19|20)\d\d(?!\d))(\d{4,18})(?![\w/%]|[.,-]\d| (?:down |up )?to \d)"
)
_HASH = re.compile(rf"#{_GAP}(?:({_SPACED})|({_CODE})(?!\w))")
_NUMBERED = re.compile(r"(?<!\w)(?:no|nr|number)[.: #]{1,3}(\d{4,15})(?!\w)")
_ENDING = re.compile(
    r"(?<!\w)(?:end(?:s|ing)?(?: (?:in|with|on))?|last (?:four|4|few|five|5)(?: (?:digits|numbers))?(?: (?:are|is))?)"
    r"[ :]{1,2}(\d{3,8})(?!\w)"
)
_PREFIXED = re.compile(r"(?<![\w-])([a-z]{1,4}[-_]\d{3,15}|[a-z]{1,3}\d{5,15})(?!\w)")
_BARE = re.compile(r"(?<![\w.,/+£€$-])(\d{5,18})(?![\w/]|[.,-]\d)")
_POSTCODE = re.compile(r"(?<!\w)([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})(?!\w)")
_POSTCODE_NAMED = re.compile(r"(?<!\w)(?:zip|post|postal)[ -]?(?:code)?(?: is| =)?[ :]{1,2}(\d{4,6}(?:-\d{4})?)(?!\w)")
_PHONE = re.compile(r"\+\d[\d ()/-]{7,18}\d")
_FOLLOWS = re.compile(
    r" (?:(?P<word>(?!instead|rather)[a-z][\w'-]*)|\w)?"
    r"(?:[\w/&'.+-]{1,20} | ){0,9}(?P<instead>(?:instead|rather)(?!\w))?"
)
_PLURALS = ("orders", "purchases")
_LEAST_SURE = 4  # digits that a number has which is hardly a count
_NEVER_COUNTED = words("frame") | words("glue") | words("polite")
_YEAR = re.compile(r"(?:19|20)\d\d")


def add_codes(text: str, claims: Claims) -> None:
    """Claim every number and code of a folded text that names a record."""
    claims.add(Found("email", match.group(), match.start(), match.end()) for match in _EMAIL.finditer(text))
    claims.add(Found("phone", match.group(), match.start(), match.end()) for match in _PHONE.finditer(text))
    claims.add(Found("card", match[1], match.start(1), match.end(1)) for match in _CARD.finditer(text))
    claims.add(_numbered(text, _RETURN, "return_number", "R"))
    claims.add(_numbered(text, _TICKET, "ticket_number", "T"))
    claims.add(_named(text, _POSTCODE_NAMED, "postcode"))
    claims.add(
        Found("postcode", f"{match[1]} {match[2]}".upper(), match.start(), match.end())
        for match in _POSTCODE.finditer(text)
    )
    claims.add(_named(text, _TRACKING, "tracking_number"))
    claims.add(_named(text, _INVOICE_PREFIX, "invoice_number"))
    claims.add(_named(text, _INVOICE, "invoice_number"))
    for pattern in (_ENDING, _ORDER, _TRACKED, _BILLED, _HASH, _NUMBERED, _PREFIXED):
        claims.add(_named(text, pattern, "order_number"))
    claims.add(_counting_nothing(text, _DONE_TO))
    claims.add(_counting_nothing(text, _GOODS_OF))
    claims.add(_named(text, _TO_DO, "order_number"))
    claims.add(_more(text, claims))
    claims.add(_named(text, _BARE, "order_number", is_bare=True))


def _counting_nothing(text: str, pattern: "re.Pattern[str]") -> Iterator[Found]:
    """A number that stands where an order's may, unless it counts what stands behind it."""
    for match in pattern.finditer(text):
        group = match.lastindex or 0
        follows = _FOLLOWS.match(text, match.end())
        word = follows["word"] if follows is not None else None
        if (word is None or word in _NEVER_COUNTED) and not text.startswith(" of ", match.end()):
            yield Found("order_number", match[group].replace(" ", "").upper(), match.start(group), match.end(group))


def _more(text: str, claims: Claims) -> Iterator[Found]:
    """The orders that are listed behind one: “1001, 1002 and 1003”."""
    for first in [one for one in claims.found if one.name == "order_number"]:
        at = first.end
        while (match := _ONE_MORE.match(text, at)) is not None:
            follows = _FOLLOWS.match(text, match.end())
            word = follows["word"] if follows is not None else None
            if word is not None and word not in _NEVER_COUNTED:
                return
            yield Found("order_number", match[1], match.start(1), match.end(1))
            at = match.end()


def _numbered(text: str, pattern: "re.Pattern[str]", name: str, series: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        yield Found(name, f"{series}-{int(match[1] or match[2]):06d}", match.start(), match.end())


def _named(text: str, pattern: "re.Pattern[str]", name: str, *, is_bare: bool = False) -> Iterator[Found]:
    for match in pattern.finditer(text):
        group = match.lastindex or 0
        code = match[group]
        if _says_number(code) and not (is_bare and _YEAR.fullmatch(code)) and not _is_count(text, match):
            yield Found(name, code.replace(" ", "").upper(), match.start(group), match.end(group), is_bare)


def _is_count(text: str, match: "re.Match[str]") -> bool:
    """Whether it says how many or which year: “order 480 mugs instead”, “orders 2024”."""
    group = match.lastindex or 0
    if match.re is not _ORDER or not match[group].replace(" ", "").isdigit():
        return False
    if match.group().startswith(_PLURALS):
        return _YEAR.fullmatch(match[group]) is not None
    follows = _FOLLOWS.match(text, match.end())
    if match.start() + len("order ") != match.start(group) or follows is None:
        return False
    return follows["instead"] is not None or (len(match[group]) < _LEAST_SURE and follows["word"] not in _NEVER_COUNTED)


def _says_number(code: str) -> bool:
    """Whether it is long enough for the name of a record: “order 12 mugs” names none."""
    return sum(character.isdigit() for character in code) >= 3
