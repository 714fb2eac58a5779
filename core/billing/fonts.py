"""Which font draws which letter: one for most of the world, others for what it lacks, a visible mark for the rest."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from core.billing.scripts import UNKNOWN
from core.errors import ConfigError


@dataclass(frozen=True)
class Font:
    """A font known to the drawing library under `name`; `advances` are thousandths of the size, by code point."""

    name: str
    advances: dict[int, float]

    def width(self, chars: str, size: float) -> float:
        """How far characters run that this font has, in points."""
        return sum(self.advances[ord(char)] for char in chars) * size / 1000


@dataclass(frozen=True)
class Typeface:
    """A weight, and a font file of the owner's for letters the fonts shipped lack (Chinese, Japanese, Korean, signs).

    Noto Sans draws Latin, Greek, Cyrillic and Vietnamese with figures of equal width; FiraGO adds Hebrew, Arabic,
    Thai, Georgian and Devanagari. Both are embedded, cut down to the letters used. Without a font of the owner's,
    Chinese, Japanese and Korean are drawn with the fonts every PDF reader brings for them, which are not embedded.
    """

    bold: bool = False
    extra: Path | None = None

    @property
    def first(self) -> Font:
        """The font that draws most of a document."""
        return _shipped("NotoSans", self.bold)

    def runs(self, text: str) -> Iterator[tuple[Font, str]]:
        """The text cut where the font changes; letters nobody has are replaced."""
        if text.isascii():
            yield self.first, text
            return
        asian = _asian_order(text)
        font, chars = self.first, ""
        for char in text:
            wanted, drawn = (font, char) if char == " " and 0x20 in font.advances else _place(char, self, asian)
            if wanted is not font and chars:
                yield font, chars
                chars = ""
            font, chars = wanted, chars + drawn
        yield font, chars

    def width(self, text: str, size: float) -> float:
        """How far the text runs, in points."""
        return sum(font.width(chars, size) for font, chars in self.runs(text))


@lru_cache(maxsize=8192)
def _place(char: str, typeface: Typeface, asian: tuple[str, ...]) -> tuple[Font, str]:
    """The font for a character and what it draws: the character, its plain equivalent, or the mark for unknown ones."""
    for wanted in (char, unicodedata.normalize("NFKC", char)):
        for font in _candidates(char, typeface, asian):
            if all(ord(letter) in font.advances for letter in wanted):
                return font, wanted
    return typeface.first, UNKNOWN


def _candidates(char: str, typeface: Typeface, asian: tuple[str, ...]) -> Iterator[Font]:
    yield typeface.first
    yield _shipped("FiraGO", typeface.bold)
    if typeface.extra is not None:
        yield _from_file(typeface.extra)
    if unicodedata.east_asian_width(char) in {"W", "F", "H", "A"}:
        yield from (_of_the_reader(name) for name in asian)


@lru_cache(maxsize=8)
def _shipped(family: str, bold: bool) -> Font:
    name = f"{family}_{'Bold' if bold else 'Regular'}"
    return _registered(name, import_module(f"pymupdf_fonts.{name}").fontbuffer)


@lru_cache(maxsize=4)
def _from_file(path: Path) -> Font:
    try:
        return _registered(f"Extra_{path.stem}", path.read_bytes())
    except (OSError, TTFError) as error:
        raise ConfigError(f"The font {path} cannot be used; give a TrueType file (.ttf or .ttc). {error}") from error


def _registered(name: str, content: bytes) -> Font:
    font = TTFont(name, io.BytesIO(content), shapable=False)
    registerFont(font)
    return Font(name, {code: font.face.charWidths[code] for code in font.face.charToGlyph})


# The reader's own fonts with the character set each is sure to cover.
_READERS_FONTS = {"STSong-Light": "gbk", "MSung-Light": "big5", "HeiseiKakuGo-W5": "cp932", "HYGothic-Medium": "cp949"}
_CHINESE_FIRST = tuple(_READERS_FONTS)
_JAPANESE_FIRST = ("HeiseiKakuGo-W5", *(name for name in _CHINESE_FIRST if name != "HeiseiKakuGo-W5"))
_KOREAN_FIRST = ("HYGothic-Medium", *(name for name in _CHINESE_FIRST if name != "HYGothic-Medium"))


def _asian_order(text: str) -> tuple[str, ...]:
    """Kana or Hangul anywhere in a text tells in which country's shapes its Chinese characters are drawn."""
    if any("\u3041" <= char <= "\u30ff" for char in text):
        return _JAPANESE_FIRST
    return _KOREAN_FIRST if any("\uac00" <= char <= "\ud7a3" for char in text) else _CHINESE_FIRST


@lru_cache(maxsize=4)
def _of_the_reader(name: str) -> Font:
    font = UnicodeCIDFont(name)
    registerFont(font)
    wide = (code for code in range(0x2E80, 0x10000) if not 0xD800 <= code < 0xF900 and _in_set(code, name))
    return Font(name, {code: 1000 * font.stringWidth(chr(code), 1) for code in wide})


def _in_set(code: int, name: str) -> bool:
    try:
        chr(code).encode(_READERS_FONTS[name])
    except UnicodeEncodeError:
        return False
    return True
