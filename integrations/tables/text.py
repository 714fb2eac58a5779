"""Reading CSV text that anybody may have written: every row with its line, or a sentence why it cannot be read."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Protocol

from core.errors import InvalidInput
from integrations.tables.values import SPOILT

LONGEST_LINE = 1 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_UTF8 = "The line is not UTF-8; save the file as “CSV UTF-8”."


class _Reader(Protocol):
    """What csv.reader gives back, which has no public type."""

    line_num: int

    def __next__(self) -> list[str]: ...


class _Gate:
    """Lines of a file on their way to the CSV reader; `spoilt` says what is wrong with the last ones."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self.spoilt = ""

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                self._skip()
                self.spoilt = f"The line is longer than {LONGEST_LINE:,} characters."
                line = "\n"
            elif found := SPOILT.search(line):
                self.spoilt = _NOT_UTF8 if found[0] >= "\ud800" else "The line holds NUL or other control characters."
                line = "\n"
            yield line

    def _skip(self) -> None:
        while (line := self._file.readline(LONGEST_LINE)) and not line.endswith("\n"):
            pass


def rows(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line it begins on, the header first; a sentence in place of one that cannot be read.

    Comma, semicolon or tab, whichever the first line has most of; UTF-8 with or without a byte order mark; a name
    ending in `.gz` is unpacked on the way.

    Raises:
        InvalidInput: the file cannot be opened.
    """
    try:
        with path.open("rb") as raw:
            if raw.read(2) in _UTF16:
                yield 1, "The file is UTF-16; save it as “CSV UTF-8”. Nothing of it was read."
                return
            raw.seek(0)
            binary = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
            with io.TextIOWrapper(binary, "utf-8-sig", "surrogateescape", newline="") as file:
                yield from _parsed(file)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error


def _parsed(file: io.TextIOWrapper) -> Iterator[tuple[int, list[str] | str]]:
    gate = _Gate(file)
    lines = iter(gate)
    began = 1
    try:
        first = next(lines, "")
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
        while True:
            began = reader.line_num + 1
            found = _next(reader)
            if found is None:
                return
            if gate.spoilt:
                found, gate.spoilt = gate.spoilt, ""
            if found:
                yield began, found
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield began, "The compressed file is damaged; nothing after this line was read."


def _next(reader: "_Reader") -> list[str] | str | None:
    began = reader.line_num + 1
    try:
        return next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        if "field larger" in str(error):
            return f"A field up to line {reader.line_num} is too long; perhaps a quotation mark is never closed."
        if reader.line_num > began:
            return f"A quotation mark is not closed properly up to line {reader.line_num}."
        return "A quotation mark is not closed properly."
