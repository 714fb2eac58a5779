"""Which options a person names in their own words, and which variants of a product that leaves; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.conversation.likeness import Token, alike, slip, tokens, words_of

_NO = frozenset({"no", "not", "without", "non", "isn't", "nicht", "ohne", "kein", "keine", "nein"})


@dataclass(frozen=True)
class Wanted:
    """What something should become: options by name, each with the values that were said for it.

    `either` are values that fit more than one option and are said without it.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    either: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not self.options and not self.either

    def fits(self, options: Mapping[str, str]) -> bool:
        """Whether these options are what was said."""
        if any(options.get(name) != value for name, value in self.options.items()):
            return False
        return all(any(options.get(name) == value for name, value in choices) for choices in self.either)

    @property
    def names(self) -> set[str]:
        """Every option that something was said of."""
        return {*self.options, *(name for choices in self.either for name, _ in choices)}


def wanted_in(text: str, family: Sequence[Mapping[str, str]], *, is_short: bool = False) -> Wanted:
    """Which options of a family of variants the text names; a bare letter counts where little else is said."""
    said = tokens(text)
    hits = _option_hits(said, family, is_short=is_short or len(said) <= 4)
    options: dict[str, str] = {}
    either: list[tuple[tuple[str, str], ...]] = []
    for begin, end, choices in hits:
        if len(choices) == 1:
            options.setdefault(*choices[0])
            continue
        near = _said_with_its_name(said, begin, end, choices)
        if near is not None:
            options.setdefault(*near)
        else:
            either.append(tuple(choices))
    options |= {name: value for name, value in _flags(said, family).items() if name not in options}
    return Wanted(options, tuple(either))


def values_in(text: str, family: Sequence[Mapping[str, str]]) -> list[tuple[int, int]]:
    """Where the text names values of options."""
    said = tokens(text)
    hits = _option_hits(said, family, is_short=False)
    return [(said[begin].start, said[end - 1].end) for begin, end, _ in hits]


def chosen(wanted: Wanted, now: Mapping[str, str], variants: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The variants (by key) that were asked for: those that fit what was said and keep the rest, else all that fit."""
    fitting = [key for key, options in variants.items() if wanted.fits(options)]
    untouched = [name for name in now if name not in wanted.names]
    same = [key for key in fitting if all(variants[key].get(name) == now[name] for name in untouched)]
    changed = [key for key in same if any(variants[key].get(name) != now.get(name) for name in wanted.names)]
    if len(changed) == 1:
        return changed
    return changed or same or sorted(fitting, key=lambda key: _differences(now, variants[key]))


def _differences(now: Mapping[str, str], options: Mapping[str, str]) -> int:
    return sum(options.get(name) != value for name, value in now.items())


def _option_hits(
    said: Sequence[Token], family: Sequence[Mapping[str, str]], *, is_short: bool
) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """Stretches that are values of options, longest first taken, in the order of the text."""
    values: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for options in family:
        for name, value in options.items():
            choices = values.setdefault(words_of(value), [])
            if (name, value) not in choices:
                choices.append((name, value))
    taken = [False] * len(said)
    hits = []
    for words in sorted(values, key=lambda words: (len(words), len("".join(words))), reverse=True):
        if not words or words in {("yes",), ("no",), ("none",)}:
            continue
        for begin in range(len(said) - len(words) + 1):
            window = said[begin : begin + len(words)]
            if any(taken[begin : begin + len(words)]) or not all(map(_is_value, words, window)):
                continue
            if len(words) == 1 and len(words[0]) == 1 and not _counts_alone(said, begin, values[words], is_short):
                continue
            taken[begin : begin + len(words)] = [True] * len(words)
            hits.append((begin, begin + len(words), values[words]))
    return sorted(hits, key=lambda hit: hit[0])


def _is_value(word: str, token: Token) -> bool:
    if word == token.text:
        return True
    if word[0].isdigit() or token.text[0].isdigit():
        return _number(word) is not None and _number(word) == _number(token.text)
    return slip(word, token.text, shortest=5)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _counts_alone(said: Sequence[Token], place: int, choices: Sequence[tuple[str, str]], is_short: bool) -> bool:
    """Whether a single letter or digit is meant: beside the option's name, as a capital, or in a short answer."""
    if said[place].text.isdigit():
        names = {word for name, _ in choices for word in words_of(name)}
        near = {token.text for token in said[max(0, place - 2) : place + 3]}
        return is_short or bool(names & near)
    near = {token.text for token in said[max(0, place - 2) : place + 3]}
    return said[place].is_capital or bool(near & {word for name, _ in choices for word in words_of(name)}) or is_short


def _said_with_its_name(
    said: Sequence[Token], begin: int, end: int, choices: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """The option whose own name stands right beside the value."""
    beside = [token.text for token in (*said[max(0, begin - 3) : begin], *said[end : end + 2])]
    named = [
        (name, value)
        for name, value in choices
        if any(alike(word, other) for word in _telling(name, choices) for other in beside)
    ]
    return named[0] if len(named) == 1 else None


def _telling(name: str, choices: Sequence[tuple[str, str]]) -> list[str]:
    """The words of an option's name that no other of the choices has."""
    others = {word for other, _ in choices if other != name for word in words_of(other)}
    return [word for word in words_of(name) if word not in others]


def _flags(said: Sequence[Token], family: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Options that are yes or no: named, with or without a no beside them."""
    flags: dict[str, set[str]] = {}
    for options in family:
        for name, value in options.items():
            flags.setdefault(name, set()).add(value)
    found = {}
    for name, values in flags.items():
        words = words_of(name)
        if not values <= {"yes", "no"} or len(values) < 2:
            continue
        for begin in range(len(said) - len(words) + 1):
            if all(map(alike, words, [token.text for token in said[begin : begin + len(words)]])):
                end = begin + len(words)
                around = [token.text for token in (*said[max(0, begin - 2) : begin], *said[end : end + 2])]
                found[name] = "no" if _NO.intersection(around) else "yes"
    return found
