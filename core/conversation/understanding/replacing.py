"""“Not this but that”, “that instead of this”: what is said in place of what."""

import re

_LONGEST = 160  # what is longer says more than one thing in place of another
_SIGHS = (
    r"(?:\W{0,3}(?:no|nope|oh|sorry|actually|wait|oops|ok|yes|please|i meant|i mean|i said|correction|that is wrong)"
    r"(?!\w)\W{0,3}){0,4}"
)
_LEADS = re.compile(
    r"(?:(?:the|my|a|an|it|it's|its|is|this|that|one|order|number|nr|no|with|by|to|at|in|of|from|pay|paying|post ?code"
    r"|zip|please|rather|instead|should|be|have|into|via|using|we|make|do|let's|take|i meant|i mean|meant|mean"
    r"|for)(?!\w)[ :#.]{0,3})*"
)
_THING = r"[^;!?\n]{1,60}?"
_END = r"(?:,? (?:please|instead|rather|then|of it|daraus))?[\s.!]{0,4}"
_WAYS = (
    re.compile(rf"{_SIGHS}not (?P<old>{_THING}),? (?:but|rather|sondern|it's|it is)(?!\w) ?(?P<new>{_THING}){_END}"),
    re.compile(rf"{_SIGHS}not (?P<old>{_THING}), (?P<new>{_THING}){_END}"),
    re.compile(
        rf"{_SIGHS}(?P<new>{_THING})(?:,? (?:and )?(?:instead of|rather than|statt|anstatt)|,(?: and)? not)(?!\w)"
        rf" (?P<old>{_THING}){_END}"
    ),
    re.compile(rf"{_SIGHS}(?P<new>#?\w*\d+) not (?P<old>#?\w*\d+){_END}"),  # “it does not fit” replaces nothing
)
Span = tuple[int, int]


def replaced(text: str) -> tuple[Span, Span] | None:
    """Where the old and the new stand in a folded text that says nothing else; None where it says something else.

    >>> text = "no, not order 1002 but 1003"
    >>> [text[slice(*span)] for span in replaced(text) or ()]
    ['1002', '1003']
    """
    for way in _WAYS if len(text) <= _LONGEST else ():
        match = way.fullmatch(text)
        if match is not None:
            old, new = (_bare(text, *match.span(one)) for one in ("old", "new"))
            if old[0] < old[1] and new[0] < new[1]:
                return old, new
    return None


def _bare(text: str, start: int, end: int) -> Span:
    """A stretch without the words that lead to what it names."""
    lead = _LEADS.match(text, start, end)
    begin = lead.end() if lead else start
    stripped = text[begin:end].strip(" ,.:#")
    begin = text.index(stripped, begin) if stripped else end
    return begin, begin + len(stripped)
