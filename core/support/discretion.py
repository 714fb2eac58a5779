"""What a customer wrote, for a place outside the shop: without mail addresses, long numbers and their own name."""

import re

_MAIL = re.compile(r"[^\s<>@|,;:()]{1,64}@[\w.\-]{0,253}\w")
_NUMBER = re.compile(r"(?<!\w)(?:[A-Za-z]{2})?\+?\(?(?:\d{8,40}|\d(?:[ ()/.\-]{0,2}\d){8,40})(?!\w)")


def discreet(text: str, name: str = "") -> str:
    """The words without what names or reaches a person: codes, cards, accounts and telephones are long numbers.

    >>> discreet("I am Ada Löwe, ada@example.org, +44 7700 900123; where is order 1002?", "Ada Löwe")
    'I am [name], [mail address], [number]; where is order 1002?'
    """
    told = _NUMBER.sub("[number]", _MAIL.sub("[mail address]", text))
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", told, flags=re.IGNORECASE) if name.strip() else told
