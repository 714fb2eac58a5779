"""The table of an invoice's lines: columns as wide as their figures, rows shared out over pages with carried sums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

from core.billing.labels import Labels, Wording
from core.billing.model import Invoice, InvoiceLine, line_net
from core.billing.sheet import Line, Pen, Sheets, Style, height

PADDING = 5.5  # above and below the text of a row
CARRIED = 23.0  # height of a row with the sum carried from page to page
_BETWEEN = 14.0  # from column to column
_WIDEST_ITEM = 92.0
_SLACK = 0.5  # so that a code as wide as its column is not broken by a rounding of floats
_NARROWEST_DESCRIPTION = 140.0
_SIZES = (9.0, 8.0, 7.0, 6.0)
_LINES_TOGETHER = 24  # a longer description goes on in a row of its own, so that every row fits on a page
_MOST_LINES = 200
_NUMBER, _ITEM, _DESCRIPTION = 0, 1, 2  # the columns of words; those behind them hold figures
_HEAD = Style(7.5, ink=0.45)
_CARRY = Style(8.5, ink=0.35)
HEAD = _HEAD.leading + 4  # height of the names of the columns


@dataclass(frozen=True)
class Column:
    """A column between two edges; figures stand at its right edge, words at its left."""

    head: Line
    left: float
    right: float
    is_figure: bool

    def place(self, sheets: Sheets, line: Line, y: float) -> None:
        """Write one line of a cell."""
        if self.is_figure:
            sheets.write_right(line, self.right, y)
        else:
            sheets.write(line, self.left, y)


@dataclass(frozen=True)
class Row:
    """Cells in the order of the columns, and what the row adds to the sum carried."""

    cells: tuple[tuple[Line, ...], ...]
    net: int

    @property
    def height(self) -> float:
        """What the row takes on paper, in points."""
        return max(height(cell) for cell in self.cells) + 2 * PADDING


@dataclass(frozen=True)
class Page:
    """The rows of one page; `brought` and `carried` are the sums at its head and foot, None where none is shown."""

    rows: tuple[Row, ...]
    brought: int | None
    carried: int | None


@dataclass(frozen=True)
class Table:
    """Columns and rows, ready to be drawn."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def lay_out(invoice: Invoice, words: Wording, pen: Pen, left: float, right: float) -> Table:
    """The table in the largest type that leaves the descriptions room."""
    has_discount = any(line.discount for line in invoice.lines)
    heads = _heads(words.labels, has_discount)
    texts = [_texts(line, words, has_discount) for line in invoice.lines]
    for size in _SIZES:
        widths = _widths(pen, Style(size), [heads, *texts])
        widths[_DESCRIPTION] = right - left - sum(widths) - _BETWEEN * (len(widths) - 1)
        if widths[_DESCRIPTION] >= _NARROWEST_DESCRIPTION:
            break
    columns = _columns(pen, heads, widths, left)
    nets = [line_net(line) for line in invoice.lines]
    rows = [row for cells, net in zip(texts, nets, strict=True) for row in _rows(pen, Style(size), columns, cells, net)]
    return Table(columns, tuple(rows))


def _heads(labels: Labels, has_discount: bool) -> list[str]:
    discount = [labels.discount] if has_discount else []
    words = ["#", labels.item, labels.description, labels.quantity, labels.unit_price]
    return [*words, *discount, labels.tax, labels.net]


def _texts(line: InvoiceLine, words: Wording, has_discount: bool) -> list[str]:
    discount = [words.amount(-line.discount) if line.discount else ""] if has_discount else []
    quantity, price = words.count(line.quantity), words.amount(line.unit_price)
    named = [str(line.number), line.sku, line.description, quantity, price]
    return [*named, *discount, words.percent(line.tax_rate), words.amount(line_net(line))]


def _widths(pen: Pen, style: Style, table: list[list[str]]) -> list[float]:
    """Room each column needs; the description, which takes what is left, counts as none."""
    widths = [
        max(pen.width(pen.figure(text, style).text, style) for text in column) for column in zip(*table, strict=True)
    ]
    widths[_ITEM] = min(widths[_ITEM] + _SLACK, _WIDEST_ITEM)
    widths[_DESCRIPTION] = 0.0
    return widths


def _columns(pen: Pen, heads: list[str], widths: list[float], left: float) -> tuple[Column, ...]:
    columns: list[Column] = []
    for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
        columns.append(Column(pen.figure(head, _HEAD), left, left + width, place > _DESCRIPTION))
        left += width + _BETWEEN
    return tuple(columns)


def _rows(pen: Pen, style: Style, columns: Sequence[Column], texts: list[str], net: int) -> Iterator[Row]:
    """One row, or several if the description is very long: only the first of them has figures and a net."""
    cells = [
        pen.wrap(text, style, column.right - column.left, most=_MOST_LINES)
        if place in {_ITEM, _DESCRIPTION}
        else [pen.figure(text, style)]
        for place, (text, column) in enumerate(zip(texts, columns, strict=True))
    ]
    for start in range(0, max(len(cell) for cell in cells), _LINES_TOGETHER):
        part = tuple(tuple(cell[start : start + _LINES_TOGETHER]) for cell in cells)
        yield Row(part, net if start == 0 else 0)


def share_out(rows: Sequence[Row], first_room: float, next_room: float, closing: float) -> list[Page]:
    """The rows page by page, the last row on the same page as what closes the document wherever that is possible.

    Args:
        rows: all rows in order.
        first_room: height for rows on the first page, in points.
        next_room: the same on pages after it.
        closing: height of what follows the last row.
    """
    shares: list[list[Row]] = [[]]
    room = first_room
    for row, following in zip_longest(rows, rows[1:]):
        needed = row.height + (CARRIED if following else closing)
        if shares[-1] and needed > room:
            shares.append([])
            room = next_room - CARRIED
        shares[-1].append(row)
        room -= row.height
    if closing > room:
        shares.append([])
    sums = list(accumulate(sum(row.net for row in share) for share in shares))
    carried = [*sums[:-1], None]
    return [
        Page(tuple(share), before, after) for share, before, after in zip(shares, [None, *sums], carried, strict=False)
    ]


def draw_head(sheets: Sheets, table: Table, y: float) -> float:
    """The names of the columns with a rule below; returns where the rows begin."""
    for column in table.columns:
        column.place(sheets, column.head, y)
    y += HEAD
    sheets.rule(table.columns[0].left, table.columns[-1].right, y)
    return y


def draw_row(sheets: Sheets, table: Table, row: Row, y: float) -> float:
    """One row with a faint rule below; returns where the next begins."""
    for column, cell in zip(table.columns, row.cells, strict=True):
        for place, line in enumerate(cell):
            column.place(sheets, line, y + PADDING + place * line.style.leading)
    y += row.height
    sheets.rule(table.columns[0].left, table.columns[-1].right, y, weight=0.35, ink=0.85)
    return y


def draw_carried(sheets: Sheets, table: Table, label: str, amount: str, y: float) -> float:
    """The sum brought from the page before or carried to the next; returns where the next row begins."""
    sheets.write(sheets.pen.figure(label, _CARRY), table.columns[_DESCRIPTION].left, y + PADDING)
    sheets.write_right(sheets.pen.figure(amount, _CARRY), table.columns[-1].right, y + PADDING)
    y += CARRIED
    sheets.rule(table.columns[0].left, table.columns[-1].right, y, weight=0.35, ink=0.85)
    return y
