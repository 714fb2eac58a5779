"""Text made ready to be drawn letter by letter from the left: cleaned, Arabic joined, right-to-left turned."""

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

UNKNOWN = "\ufffd"
_MARKS_PER_LETTER = 3  # Vietnamese and pointed Hebrew need two; more is somebody stacking marks over other lines
# Hebrew and Arabic points and Latin accents that stand on a letter and move with it.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
_HEBREW_ONWARDS = "\u0590"
_ARABIC_ONWARDS = "\u0600"
_TATWEEL = "\u0640"
_LETTERS_AND_LAM_ALEF = re.compile("\u0644[\u0622\u0623\u0625\u0627]|.", re.DOTALL)
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_LEVEL = {"L": {"L": 0, "R": 1}, "R": {"R": 1}}
_STRONG = frozenset({"L", "R", "AL"})
_DIRECTED = frozenset({"L", "R", "EN", "AN"})


def clean(text: str) -> str:
    """One line of text in composed letters, without anything that controls instead of showing.

    Control, format and direction characters go; line breaks and tabs become spaces; what is no character at all
    (lone surrogates, private use, unassigned) becomes a visible mark.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= _MARKS_PER_LETTER:
            kept.append(_shown(char))
    return "".join(kept).strip()


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me"}


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Zs", "Zl", "Zp"}:
        return "\u00a0" if char in "\u00a0\u202f" else " "
    if category == "Cc":
        return " " if char in "\t\n\v\f\r\x85" else ""
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    return UNKNOWN if category.startswith("C") else char


def joined(text: str) -> str:
    """Arabic letters in the shapes they take beside their neighbours, everything else as it is; reading order stays.

    The shapes are Unicode's presentation forms, which fonts carry and text extraction folds back (NFKC). Scripts
    that reorder or stack their letters (Devanagari, Khmer) are not shaped: the letters stand side by side.
    """
    if max(text, default="") < _ARABIC_ONWARDS:
        return text
    forms = _arabic_forms()
    letters = _LETTERS_AND_LAM_ALEF.findall(text)
    shaped = list(letters)
    bases = [place for place, letter in enumerate(letters) if not _is_mark(letter[0])]
    for rank, place in enumerate(bases):
        before = letters[bases[rank - 1]] if rank else ""
        after = letters[bases[rank + 1]] if rank + 1 < len(bases) else ""
        shaped[place] = _form(before, letters[place], after, forms)
    return "".join(shaped)


def _form(before: str, letter: str, after: str, forms: dict[str, dict[str, str]]) -> str:
    own = forms.get(letter, {})
    back = "final" in own and (before == _TATWEEL or "initial" in forms.get(before, {}))
    onward = "initial" in own and (after == _TATWEEL or "final" in forms.get(after, {}))
    if not (back or onward) and len(letter) == 1:
        return letter  # fonts draw a letter by itself isolated, and many leave that form out
    kind = ("medial" if back else "initial") if onward else ("final" if back else "isolated")
    return own.get(kind, letter)


@lru_cache(maxsize=1)
def _arabic_forms() -> dict[str, dict[str, str]]:
    """For each Arabic letter, and for lam with alef, its shape by position, from the Unicode character database."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBFF), *range(0xFE80, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        base = "".join(chr(int(letter, 16)) for letter in letters)
        if kind and (len(base) == 1 or code >= 0xFEF5):
            forms.setdefault(base, {})[kind.strip("<>")] = chr(code)
    return forms


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((direction != "L" for direction in directions if direction in _STRONG), False)


def visual(line: str, right_to_left: bool) -> str:
    """A line in the order its letters stand on paper, left to right.

    `right_to_left` is the direction of the whole paragraph, which a line of it need not show. Marks stay behind
    their letter, where the fonts expect them; brackets are mirrored.

    Source:
        Unicode Standard Annex 9, rules W1-W7, N0-N2, I1-I2 and L2-L4; embeddings do not occur, `clean` takes them out.

    >>> visual("Bell (פעמון) 12", right_to_left=False)
    'Bell (ןומעפ) 12'
    """
    if not right_to_left and max(line, default="") < _HEBREW_ONWARDS:
        return line
    clusters = re.findall(f"[^{_MARKS}][{_MARKS}]*|[{_MARKS}]+", line)
    levels = _levels(clusters, right_to_left)
    places = list(range(len(clusters)))
    for level in range(max(levels, default=0), 0, -1):
        places = _turned(places, levels, level)
    return "".join(_facing(clusters[place], levels[place]) for place in places)


def _turned(places: list[int], levels: list[int], level: int) -> list[int]:
    """The stretches standing at `level` or above, each reversed."""
    turned: list[int] = []
    for is_deep, stretch in groupby(range(len(places)), key=lambda position: levels[position] >= level):
        ordered = [places[position] for position in stretch]
        turned.extend(reversed(ordered) if is_deep else ordered)
    return turned


def _facing(cluster: str, level: int) -> str:
    return cluster.translate(_MIRRORED) if level % 2 else cluster


def _levels(clusters: list[str], right_to_left: bool) -> list[int]:
    """How deep each cluster is nested: even levels run left to right, odd ones right to left."""
    around = "R" if right_to_left else "L"
    kinds = _numbers_settled([unicodedata.bidirectional(cluster[0]) for cluster in clusters], around)
    kinds = _neutrals_settled(_brackets_settled(clusters, kinds, around), around)
    return [_LEVEL[around].get(kind, 2) for kind in kinds]


def _numbers_settled(kinds: list[str], around: str) -> list[str]:
    """Rules W2 to W7: what digits and the signs around them belong to."""
    kinds = [*_after_strong(kinds, around, "AL", "AN")]
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for i in range(1, len(kinds) - 1):
        same = kinds[i - 1] == kinds[i + 1]
        if same and ((kinds[i] in {"ES", "CS"} and kinds[i - 1] == "EN") or (kinds[i], kinds[i - 1]) == ("CS", "AN")):
            kinds[i] = kinds[i - 1]
    for signs in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        last = ""
        for i in signs:
            kinds[i] = last = "EN" if kinds[i] == "ET" and last == "EN" else kinds[i]
    return _after_strong(kinds, around, "L", "L")


def _after_strong(kinds: list[str], around: str, strong: str, becomes: str) -> list[str]:
    """European digits turned into something else where the letter before them is of kind `strong`."""
    settled: list[str] = []
    last = around
    for kind in kinds:
        last = kind if kind in _STRONG else last
        settled.append(becomes if kind == "EN" and last == strong else kind)
    return settled


def _brackets_settled(clusters: list[str], kinds: list[str], around: str) -> list[str]:
    """Rule N0: a pair of brackets goes with the paragraph if anything inside does, otherwise with what it holds."""
    settled = list(kinds)
    for opening, closing in _bracket_pairs(clusters, kinds):
        inside = {_side(kind) for kind in settled[opening + 1 : closing] if kind in _DIRECTED}
        if inside:
            before = next((_side(kind) for kind in reversed(settled[:opening]) if kind in _DIRECTED), around)
            settled[opening] = settled[closing] = around if around in inside else before
    return settled


def _bracket_pairs(clusters: list[str], kinds: list[str]) -> list[tuple[int, int]]:
    """Places of matching brackets, by opening bracket; what is crossed or left open pairs with nothing."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for place, (cluster, kind) in enumerate(zip(clusters, kinds, strict=True)):
        if kind == "ON" and cluster in _CLOSING:
            waiting.append((_CLOSING[cluster], place))
        elif kind == "ON" and any(cluster == closing for closing, _ in waiting):
            while waiting[-1][0] != cluster:
                waiting.pop()
            pairs.append((waiting.pop()[1], place))
    return sorted(pairs)


def _neutrals_settled(kinds: list[str], around: str) -> list[str]:
    """Rules N1 and N2: spaces and signs go with their neighbours if these agree, otherwise with the paragraph."""
    stretches = [(key, len(list(group))) for key, group in groupby(kinds, key=lambda k: k if k in _DIRECTED else "")]
    settled: list[str] = []
    for place, (kind, length) in enumerate(stretches):
        before = _side(stretches[place - 1][0]) if place else around
        after = _side(stretches[place + 1][0]) if place + 1 < len(stretches) else around
        settled.extend([kind or (before if before == after else around)] * length)
    return settled


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"
