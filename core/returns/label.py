"""The slip for a parcel that comes back: where it goes, who sends it, and the number it is known by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.billing.sheet import WIDTH, Pen, Sheets, Style, height

_LEFT, _TOP, _BETWEEN = 56.0, 56.0, 26.0
_SMALL, _BODY, _LARGE, _NUMBER = Style(9, ink=0.35), Style(12), Style(20, bold=True), Style(40, bold=True)


@dataclass(frozen=True)
class Slip:
    """What stands on it; the words are in the customer's language."""

    number: str
    title: str
    to_label: str
    to: Sequence[str]
    from_label: str
    sender: Sequence[str]
    contents_label: str
    contents: Sequence[str]
    note: str
    dated: date
    language: str = "en"


def slip_pdf(slip: Slip, extra_font: Path | None = None) -> bytes:
    """The slip on one page, the same bytes for the same return."""
    pen = Pen(extra_font)
    sheets = Sheets(pen, f"{slip.title} {slip.number}", slip.to[0] if slip.to else "", slip.language, slip.dated)
    width = WIDTH - 2 * _LEFT
    y = _TOP
    for words, style in (
        (slip.to_label, _SMALL),
        ("\n".join(slip.to), _LARGE),
        ("", _BODY),
        (slip.from_label, _SMALL),
        ("\n".join(slip.sender), _BODY),
    ):
        lines = pen.wrap(words, style, width, most=10)
        sheets.block(lines, _LEFT, y)
        y += height(lines) or _BETWEEN
    y += _BETWEEN
    sheets.rule(_LEFT, WIDTH - _LEFT, y)
    sheets.write(pen.figure(slip.title, _SMALL), _LEFT, y + 8)
    sheets.write(pen.fitted(pen.figure(slip.number, _NUMBER), width), _LEFT, y + 20)
    y += 90
    sheets.rule(_LEFT, WIDTH - _LEFT, y)
    for words, style in (
        (slip.contents_label, _SMALL),
        ("\n".join(slip.contents), _BODY),
        (slip.note, _BODY),
    ):
        lines = pen.wrap(words, style, width, most=25)
        sheets.block(lines, _LEFT, y + 12)
        y += height(lines) + 8
    sheets.next_page()
    return sheets.content()
