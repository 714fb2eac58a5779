"""A purchase order on paper: number, revision, where to deliver, lines and total."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core.billing.sheet import HEIGHT, ONE_AT_A_TIME, WIDTH, Line, Pen, Sheets, Style, height
from core.money import Money

_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, WIDTH - 54, 54.0, HEIGHT - 74
_BETWEEN = 22.0
_TITLE, _STRONG, _BODY = Style(22, bold=True), Style(9, bold=True), Style(9)
_SMALL, _TOTAL = Style(8, ink=0.35), Style(12, bold=True)
_CODE, _NAME, _UNITS, _COST = _LEFT, _LEFT + 84, _RIGHT - 150, _RIGHT - 76
_PAD = 6.0


def order_pdf(content: dict[str, Any], extra_font: Path | None = None) -> bytes:
    """The order as PDF, A4, fonts embedded; every text is drawn as it stands, so that a name is never markup."""
    with ONE_AT_A_TIME:
        return _Draft(content, Pen(extra_font)).drawn()


@dataclass(frozen=True)
class _Row:
    """One line of the order, wrapped to its columns."""

    code: list[Line]
    name: list[Line]
    figures: tuple[Line, ...]

    @property
    def height(self) -> float:
        """What it takes, in points."""
        return max(height(self.code), height(self.name), _BODY.leading)


class _Draft:
    """The order before it is drawn."""

    def __init__(self, content: dict[str, Any], pen: Pen) -> None:
        self.content, self.pen = content, pen
        self.rows = [self._row(line) for line in content["lines"]]

    @property
    def title(self) -> str:
        """Number and revision, as a file or window is named after them."""
        revision = self.content["revision"]
        return f"Purchase order {self.content['number']}" + (f", revision {revision}" if revision > 1 else "")

    def drawn(self) -> bytes:
        """All pages."""
        issued_on = date.fromisoformat(self.content["issued_on"])
        sheets = Sheets(self.pen, self.title, self.content["from"][0], "en", issued_on)
        y = self._head(sheets)
        page = 1
        for row in self.rows:
            if y + row.height + _PAD > _BOTTOM:
                self._foot(sheets, page)
                sheets.next_page()
                page, y = page + 1, self._columns(sheets, _TOP)
            y = self._draw_row(sheets, row, y)
        if y + 3 * _BETWEEN > _BOTTOM:
            self._foot(sheets, page)
            sheets.next_page()
            page, y = page + 1, _TOP
        self._closing(sheets, y)
        self._foot(sheets, page)
        sheets.next_page()
        return sheets.content()

    def _head(self, sheets: Sheets) -> float:
        content, wrap = self.content, self.pen.wrap
        title = wrap(f"Purchase order {content['number']}", _TITLE, _RIGHT - _LEFT, most=2)
        sheets.block(title, _LEFT, _TOP - 6)
        y = _TOP + height(title)
        note = self._note()
        sheets.block(note, _LEFT, y)
        y += height(note) + _BETWEEN
        width = (_RIGHT - _LEFT) / 3 - 12
        columns = [
            ("To", [content["supplier_name"], content["supplier"]]),
            ("From", content["from"]),
            ("Deliver to", content["deliver_to"]),
        ]
        bottoms = []
        for place, (label, lines) in enumerate(columns):
            block = [*wrap(label, _SMALL, width, most=1), *self._party(lines, width)]
            sheets.block(block, _LEFT + place * (width + 12), y)
            bottoms.append(y + height(block))
        y = max(bottoms) + _BETWEEN
        days = (("Ordered", "ordered_on"), ("Expected", "expected_on"))
        told = "     ".join(f"{label} {date.fromisoformat(content[key]):%-d %B %Y}" for label, key in days)
        sheets.block(wrap(told, _BODY, _RIGHT - _LEFT, most=1), _LEFT, y)
        return self._columns(sheets, y + _BETWEEN)

    def _note(self) -> list[Line]:
        content = self.content
        told = []
        if content["revision"] > 1:
            told.append(f"Revision {content['revision']}; it takes the place of those before.")
        return self.pen.wrap("\n".join([*told, *filter(None, [content["note"]])]), _BODY, _RIGHT - _LEFT, most=6)

    def _party(self, lines: Sequence[str], width: float) -> list[Line]:
        first, *others = [line for line in lines if line]
        wrap = self.pen.wrap
        return [*wrap(first, _STRONG, width, most=3), *wrap("\n".join(others), _BODY, width, most=8)]

    def _columns(self, sheets: Sheets, y: float) -> float:
        for label, x in (("Code", _CODE), ("Article", _NAME)):
            sheets.write(self.pen.figure(label, _SMALL), x, y)
        for label, x in (("Units", _UNITS), ("Unit cost", _COST), ("Total", _RIGHT)):
            sheets.write_right(self.pen.figure(label, _SMALL), x, y)
        sheets.rule(_LEFT, _RIGHT, y + 13)
        return y + 13 + _PAD

    def _row(self, line: dict[str, Any]) -> _Row:
        pen, currency = self.pen, self.content["currency"]
        amounts = (Money(line["unit_cost"], currency), Money(line["total"], currency))
        figures = (f"{line['quantity']:,}", *(one.text(self.content["locale"]) for one in amounts))
        return _Row(
            pen.wrap(str(line["sku"]), _BODY, _NAME - _CODE - 8, most=3),
            [
                *pen.wrap(str(line["name"]), _BODY, _UNITS - _NAME - 56, most=4),
                *pen.wrap(str(line.get("packed", "")), _SMALL, _UNITS - _NAME - 56, most=2),
            ],
            tuple(pen.figure(text, _BODY) for text in figures),
        )

    def _draw_row(self, sheets: Sheets, row: _Row, y: float) -> float:
        sheets.block(row.code, _CODE, y)
        sheets.block(row.name, _NAME, y)
        for figure, x in zip(row.figures, (_UNITS, _COST, _RIGHT), strict=True):
            sheets.write_right(figure, x, y)
        return y + row.height + _PAD

    def _closing(self, sheets: Sheets, y: float) -> None:
        content, pen = self.content, self.pen
        sheets.rule(_LEFT, _RIGHT, y)
        if not self.rows:
            sheets.block(pen.wrap("Nothing of it is wanted any more.", _STRONG, _UNITS - _LEFT), _LEFT, y + _PAD)
        total = Money(content["total"], content["currency"]).text(content["locale"])
        sheets.write_right(pen.figure(f"Total  {total}", _TOTAL), _RIGHT, y + _PAD)
        told = f"Please confirm to {content['contact'] or 'us'}, naming {content['number']}."
        sheets.block(pen.wrap(told, _BODY, _RIGHT - _LEFT, most=2), _LEFT, y + _PAD + _BETWEEN)

    def _foot(self, sheets: Sheets, page: int) -> None:
        sheets.block(self.pen.wrap(self.title, _SMALL, _RIGHT - _LEFT - 80, most=1), _LEFT, HEIGHT - 48)
        sheets.write_right(self.pen.figure(f"Page {page}", _SMALL), _RIGHT, HEIGHT - 48)
