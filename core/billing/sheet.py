"""A4 paper to draw on: text in its font, measured and wrapped beforehand, at places counted from the top left."""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from core.billing.fonts import Typeface
from core.billing.scripts import clean, is_right_to_left, joined, visual

WIDTH, HEIGHT = 595.28, 841.89  # points, A4

# The library's font reader keeps its place in the file between two reads, and fonts are loaded at first use: two
# documents at once would mix up each other's letters.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Style:
    """How a text looks: points, weight, ink from 0 (black) to 1 (white), and space added below each line."""

    size: float
    bold: bool = False
    ink: float = 0.1
    space: float = 0.0

    @property
    def leading(self) -> float:
        """From one line of text to the next, in half points so that columns stay level."""
        return round(self.size * 2.8) / 2 + self.space


@dataclass(frozen=True)
class Line:
    """One line of a block, its letters in the order they stand on paper."""

    text: str
    style: Style


@dataclass(frozen=True)
class Pen:
    """Measures and wraps; `extra_font` is a TrueType file for letters the fonts shipped lack."""

    extra_font: Path | None = None

    def face(self, style: Style) -> Typeface:
        """The fonts that draw this style."""
        return Typeface(style.bold, self.extra_font)

    def width(self, text: str, style: Style) -> float:
        """How far a line from `wrap` or `figure` runs, in points."""
        return self.face(style).width(text, style.size)

    def wrap(self, text: str, style: Style, width: float, most: int = 40) -> list[Line]:
        """The text in lines no wider than `width`, broken at spaces, and inside a word only if it is wider than a line.

        Line breaks in the text stay. No more than `most` lines come back; a text cut there ends in an ellipsis.
        """
        lines: list[tuple[str, bool]] = []
        for paragraph in text.splitlines():
            ready = joined(clean(paragraph))
            turned = is_right_to_left(ready)
            lines += [(line, turned) for line in self._broken(ready, style, width, most + 1 - len(lines))]
            if len(lines) > most:
                lines[most - 1 :] = [(self._cut(lines[most - 1][0], style, width), turned)]
                break
        return [Line(visual(line, turned), style) for line, turned in lines]

    def figure(self, text: str, style: Style) -> Line:
        """A figure, code or other short text of ours, in one line whatever its width."""
        return Line(visual(joined(clean(text)), right_to_left=False), style)

    def fitted(self, line: Line, width: float) -> Line:
        """The line in type just small enough for the width."""
        actual = self.width(line.text, line.style)
        return line if actual <= width else Line(line.text, replace(line.style, size=line.style.size * width / actual))

    def _broken(self, text: str, style: Style, width: float, most: int) -> list[str]:
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, style) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = self._pieces(word, style, width)
            lines += full
            if len(lines) >= most:
                return lines
        return [*lines, line] if line else lines

    def _pieces(self, word: str, style: Style, width: float) -> list[str]:
        """A word cut into pieces that fit; at least one letter each, however narrow the column."""
        pieces = [""]
        used = 0.0
        for char in word:
            advance = self.width(char, style)
            if used + advance > width and pieces[-1]:
                pieces.append("")
                used = 0.0
            pieces[-1] += char
            used += advance
        return pieces

    def _cut(self, line: str, style: Style, width: float) -> str:
        while line and self.width(f"{line}…", style) > width:
            line = line[:-1]
        return f"{line.rstrip()}…"


def height(lines: Sequence[Line]) -> float:
    """What a block of lines takes, in points."""
    return sum(line.style.leading for line in lines)


class Sheets:
    """The pages of one document under construction; the same drawing gives the same bytes.

    The file is dated by the document, not by the clock.
    """

    def __init__(self, pen: Pen, title: str, author: str, language: str, dated: date) -> None:
        self.pen = pen
        self._file = io.BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=(WIDTH, HEIGHT),
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 7),
            # Otherwise each page names Helvetica, which is not embedded. The stubs take the name for a size.
            initialFontName=pen.face(Style(9)).first.name,  # type: ignore[arg-type]
            lang=language,
        )
        self._canvas.setTitle(clean(title))
        self._canvas.setSubject(clean(title))
        self._canvas.setAuthor(clean(author))
        self._canvas.setCreator("Storekeeper")
        self._canvas.setDateFormatter(lambda *_: f"D:{dated:%Y%m%d}000000Z")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    def next_page(self) -> None:
        """Finish this page."""
        self._canvas.showPage()

    def content(self) -> bytes:
        """The finished file."""
        self._canvas.save()
        return self._file.getvalue()

    def write(self, line: Line, x: float, y: float) -> None:
        """A line of text with its left end at x and its top at y."""
        self._canvas.setFillGray(line.style.ink)
        base = HEIGHT - y - line.style.size
        for font, chars in self.pen.face(line.style).runs(line.text):
            self._canvas.setFont(font.name, line.style.size)
            self._canvas.drawString(x, base, chars)
            x += font.width(chars, line.style.size)

    def write_right(self, line: Line, x: float, y: float) -> None:
        """A line of text with its right end at x."""
        self.write(line, x - self.pen.width(line.text, line.style), y)

    def block(self, lines: Sequence[Line], x: float, y: float) -> None:
        """Lines under one another from y down."""
        for line in lines:
            self.write(line, x, y)
            y += line.style.leading

    def rule(self, left: float, right: float, y: float, weight: float = 0.5, ink: float = 0.1) -> None:
        """A horizontal line."""
        self._canvas.setStrokeGray(ink)
        self._canvas.setLineWidth(weight)
        self._canvas.line(left, HEIGHT - y, right, HEIGHT - y)
