"""Why somebody turned something down: in words, or it is no reason."""

LONGEST = 500
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")  # letters by name that no font draws


def reason_in(text: str) -> str:
    """The reason that a text gives; empty where it holds no letter and no digit, however long it is.

    >>> reason_in("  too early "), reason_in(" \\u200b… ")
    ('too early', '')
    """
    said = text.strip()[:LONGEST]
    return said if any(one.isalnum() and one not in _FILLERS for one in said) else ""
