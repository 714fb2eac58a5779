"""Text as Telegram counts it: in UTF-16 units, cut only between what people see as one character. Pure."""

import unicodedata
from dataclasses import dataclass, replace

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
_JOINER = "\u200d"


@dataclass(frozen=True)
class Mark:
    """A stretch of text that is shown in another way; counted in characters."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """Text for one message, with its marks."""

    text: str
    marks: tuple[Mark, ...] = ()


def units(text: str) -> int:
    """How long Telegram says a text is.

    >>> units("a😀")
    3
    """
    return len(text) + sum(character > "\uffff" for character in text)


def entities(piece: Piece) -> list[dict[str, object]]:
    """Marks as Telegram wants them: counted in UTF-16 units."""
    return [
        {
            "type": mark.kind,
            "offset": units(piece.text[: mark.start]),
            "length": units(piece.text[mark.start : mark.end]),
        }
        for mark in piece.marks
    ]


def pieces(text: str, marks: tuple[Mark, ...] = (), longest: int = LONGEST_TEXT) -> list[Piece]:
    """A text in as many messages as it needs, cut between paragraphs, lines or words where it can be.

    No mark is cut in two unless it is longer than a message.
    """
    found, begin = [], 0
    while begin < len(text):
        if text[begin].isspace():
            begin += 1
            continue
        end = _end(text, begin, marks, longest)
        kept = text[begin:end].rstrip()
        inside = [mark for mark in marks if mark.start < begin + len(kept) and mark.end > begin]
        moved = [
            replace(mark, start=max(mark.start - begin, 0), end=min(mark.end - begin, len(kept))) for mark in inside
        ]
        found.append(Piece(kept, tuple(moved)))
        begin = end
    return found


def _end(text: str, begin: int, marks: tuple[Mark, ...], longest: int) -> int:
    """Where the message that begins here ends at the latest and looks best."""
    furthest = _furthest(text, begin, longest)
    if furthest == len(text):
        return furthest
    for gap in ("\n\n", "\n", " "):
        place = text.rfind(gap, begin + (furthest - begin) // 2, furthest)
        if place > begin:
            return _outside(place, begin, marks)
    return _outside(_between(text, begin, furthest), begin, marks)


def _furthest(text: str, begin: int, longest: int) -> int:
    length, place = 0, begin
    while place < len(text):
        length += 2 if text[place] > "\uffff" else 1
        if length > longest:
            return place
        place += 1
    return place


def _outside(place: int, begin: int, marks: tuple[Mark, ...]) -> int:
    """The same place, or the beginning of the mark it lies in."""
    cut = next((mark.start for mark in marks if mark.start < place < mark.end), place)
    return cut if cut > begin else place


def _between(text: str, begin: int, place: int) -> int:
    """The last place up to here that is not within a character."""
    at = place
    while at > begin and not _is_boundary(text, at):
        at -= 1
    return at if at > begin else place  # a tower of marks as long as a message is cut anywhere


def _is_boundary(text: str, place: int) -> bool:
    """Whether a character ends here, by the rules that matter in messages (UAX #29)."""
    before, after = text[place - 1], text[place]
    if before == _JOINER or _extends(after) or (before, after) == ("\r", "\n"):
        return False
    if not _is_flag_letter(before) or not _is_flag_letter(after):
        return True
    run = 0
    while place - run - 1 >= 0 and _is_flag_letter(text[place - run - 1]):
        run += 1
    return run % 2 == 0


def _extends(character: str) -> bool:
    """Whether it belongs to the character before: accents, joiners, skin tones, tags, Hangul vowels and finals."""
    if character == _JOINER or unicodedata.category(character) in {"Mn", "Me", "Mc"}:
        return True
    place = ord(character)
    return 0x1F3FB <= place <= 0x1F3FF or 0xE0020 <= place <= 0xE007F or 0x1160 <= place <= 0x11FF


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
