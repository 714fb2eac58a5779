"""A statement of account on paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.billing.labels import Wording, wording
from core.billing.sheet import HEIGHT, ONE_AT_A_TIME, WIDTH, Line, Pen, Sheets, Style
from core.billing.statement import Booking, Entry, Statement

_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, WIDTH - 54, 54.0, HEIGHT - 74
_ASIDE = 352.0
_ROW = 17.0
_COLUMNS = (_LEFT, 124.0, 232.0, 352.0)  # day, kind, reference, due
_AMOUNT = 470.0  # right edge of what each booking changes
_TITLE, _STRONG, _BODY = Style(24, bold=True), Style(9, bold=True), Style(9)
_SMALL, _LABEL, _TOTAL = Style(8, ink=0.35), Style(7.5, ink=0.45), Style(12, bold=True)


def statement_pdf(statements: Sequence[Statement], *, locale: str = "en_GB", extra_font: Path | None = None) -> bytes:
    """The account as PDF, A4, fonts embedded, each currency on pages of its own; the same account gives the same bytes.

    Raises:
        ValueError: there is no account.
        ConfigError: `extra_font` is not a TrueType font.
    """
    if not statements:
        raise ValueError("a statement is of one currency at least")
    first = statements[0]
    words = wording(locale, first.currency)
    with ONE_AT_A_TIME:
        pen = Pen(extra_font)
        title = f"{words.labels.statement} {words.day(first.first)} – {words.day(first.last)}"
        language = str(words.locale).replace("_", "-")
        sheets = Sheets(pen, title, first.seller.title, language, first.last)
        for one in statements:
            _Account(one, wording(locale, one.currency), pen).draw(sheets)
        return sheets.content()


@dataclass(frozen=True)
class _Account:
    """The account in one currency before it is drawn."""

    statement: Statement
    words: Wording
    pen: Pen

    def draw(self, sheets: Sheets) -> None:
        """All its pages."""
        pages = list(self._pages())
        balance = self.statement.opening
        for number, rows in enumerate(pages, 1):
            y = self._head(sheets) if number == 1 else _TOP
            y = self._columns(sheets, y)
            if number == 1:
                y = self._row(sheets, y, ("", self.words.labels.opening), None, balance)
            for entry in rows:
                balance += entry.amount
                y = self._row(sheets, y, self._texts(entry), entry.amount, balance)
            if number == len(pages):
                self._closing(sheets, y)
            foot = self.words.labels.page.format(page=number, pages=len(pages))
            sheets.write_right(self.pen.figure(foot, _LABEL), _RIGHT, HEIGHT - 48)
            sheets.next_page()

    def _pages(self) -> Iterator[tuple[Entry, ...]]:
        entries = self.statement.entries
        room = int((_BOTTOM - 260) / _ROW) - 2
        yield entries[:room]
        later = int((_BOTTOM - _TOP - 30) / _ROW) - 2
        for at in range(room, len(entries), later):
            yield entries[at : at + later]

    def _head(self, sheets: Sheets) -> float:
        one, labels, day = self.statement, self.words.labels, self.words.day
        sheets.block(self.pen.wrap(labels.statement, _TITLE, _ASIDE - _LEFT - 18, most=1), _LEFT, _TOP - 6)
        sheets.block(self.pen.wrap(f"{day(one.first)} – {day(one.last)} · {one.currency}", _BODY, 280, most=1),
                     _LEFT, _TOP + 34)  # fmt: skip
        for party, x, y in ((one.seller, _ASIDE, _TOP), (one.buyer, _LEFT, _TOP + 80)):
            lines = self.pen.wrap(party.title, _STRONG, 190, most=2)
            lines += self.pen.wrap("\n".join(party.address), _BODY, 190, most=6)
            sheets.block(lines + self.pen.wrap(self.words.country(party.country), _BODY, 190, most=1), x, y)
        return 235.0

    def _columns(self, sheets: Sheets, y: float) -> float:
        labels = self.words.labels
        for text, x in zip((labels.day, "", labels.number, labels.due_on), _COLUMNS, strict=True):
            sheets.write(self.pen.figure(text, _LABEL), x, y)
        sheets.write_right(self.pen.figure(labels.amount, _LABEL), _AMOUNT, y)
        sheets.write_right(self.pen.figure(labels.balance, _LABEL), _RIGHT, y)
        sheets.rule(_LEFT, _RIGHT, y + 12)
        return y + _ROW

    def _row(self, sheets: Sheets, y: float, texts: Sequence[str], amount: int | None, balance: int) -> float:
        widths = [after - before - 8 for before, after in zip(_COLUMNS, (*_COLUMNS[1:], _AMOUNT - 60), strict=True)]
        for text, x, width in zip(texts, _COLUMNS, widths, strict=False):
            sheets.block(self.pen.wrap(text, _BODY, width, most=1), x, y)
        if amount is not None:
            self._figure(sheets, amount, _AMOUNT, y, _BODY)
        self._figure(sheets, balance, _RIGHT, y, _BODY)
        return y + _ROW

    def _closing(self, sheets: Sheets, y: float) -> None:
        sheets.rule(_LEFT, _RIGHT, y + 2)
        sheets.write(self.pen.figure(self.words.labels.closing, _TOTAL), _LEFT, y + 10)
        total = self.pen.figure(self.words.money(self.statement.closing), _TOTAL)
        sheets.write_right(total, _RIGHT, y + 10)

    def _texts(self, entry: Entry) -> tuple[str, ...]:
        labels = self.words.labels
        kinds = {
            Booking.INVOICE: labels.invoice, Booking.CREDIT_NOTE: labels.credit_note,
            Booking.PAYMENT: labels.payment, Booking.REFUND: labels.refund,
        }  # fmt: skip
        due = self.words.day(entry.due_on) if entry.due_on else ""
        return self.words.day(entry.on), kinds[entry.kind], entry.reference, due

    def _figure(self, sheets: Sheets, minor: int, right: float, y: float, style: Style) -> None:
        line: Line = self.pen.figure(self.words.amount(minor), style)
        sheets.write_right(line, right, y)
