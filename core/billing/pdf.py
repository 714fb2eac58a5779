"""An invoice or credit note on paper, as a bookkeeper files it."""

from dataclasses import dataclass
from pathlib import Path

from core.billing import table as lines_table
from core.billing.labels import Wording, wording
from core.billing.model import Invoice, Party, tax_by_rate, totals
from core.billing.sheet import HEIGHT, ONE_AT_A_TIME, WIDTH, Line, Pen, Sheets, Style, height

_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, WIDTH - 54, 54.0, HEIGHT - 74
_ASIDE = 352.0  # left edge of the right-hand column: seller, details, totals
_MIDDLE = 203.0  # left edge of the column between
_GAP = 18.0  # at least this between columns of words
_BETWEEN = 26.0  # between the parts of the page

_TITLE = Style(24, bold=True)
_SUBTITLE = Style(10, ink=0.35)
_STRONG = Style(9, bold=True)
_BODY = Style(9)
_SMALL = Style(8, ink=0.35)
_LABEL = Style(7.5, ink=0.45)
_HEADING = Style(7.5, ink=0.45, space=3)  # a label above a block
_TOTAL = Style(12, bold=True)


def invoice_pdf(invoice: Invoice, *, locale: str = "en_GB", extra_font: Path | None = None) -> bytes:
    """The document as PDF, A4, fonts embedded; the same invoice in the same locale gives the same bytes.

    Every text is drawn as it stands, so that nothing a customer wrote is ever markup. Characters no font has appear as
    a replacement mark. `extra_font` is a TrueType file (.ttf, .ttc) for those; without one, Chinese, Japanese and
    Korean rely on the fonts of whoever opens the file.

    Raises:
        ConfigError: `extra_font` is not a TrueType font.
    """
    words = wording(locale, invoice.currency)
    language = str(words.locale).replace("_", "-")
    with ONE_AT_A_TIME:
        draft = _Draft(invoice, words, Pen(extra_font))
        sheets = Sheets(draft.pen, draft.title, invoice.seller.title, language, invoice.issued_on)
        draft.draw(sheets)
        return sheets.content()


@dataclass(frozen=True)
class _Draft:
    """The document before it is drawn."""

    invoice: Invoice
    words: Wording
    pen: Pen

    @property
    def kind(self) -> str:
        """What the document calls itself."""
        labels = self.words.labels
        return labels.credit_note if self.is_credit else labels.invoice

    @property
    def is_credit(self) -> bool:
        """Whether money goes back to the buyer."""
        return self.invoice.kind == "credit_note"

    @property
    def title(self) -> str:
        """Kind and number, as a file or window is named after them."""
        return f"{self.kind} {self.invoice.number}"

    def draw(self, sheets: Sheets) -> None:
        """All pages: the blocks are measured first, so that each page can say how many there are."""
        table = lines_table.lay_out(self.invoice, self.words, self.pen, _LEFT, _RIGHT)
        head, closing = _FirstHead(self), _Closing(self)
        first_top = head.bottom + _BETWEEN
        next_top = _TOP + _BETWEEN
        pages = lines_table.share_out(
            table.rows,
            first_room=_BOTTOM - first_top - lines_table.HEAD,
            next_room=_BOTTOM - next_top - lines_table.HEAD,
            closing=closing.height,
        )
        for number, page in enumerate(pages, 1):
            if number == 1:
                head.draw(sheets)
            else:
                self._running_head(sheets)
            y = self._draw_lines(sheets, table, page, first_top if number == 1 else next_top)
            if page is pages[-1]:
                closing.draw(sheets, y)
            self._foot(sheets, self.words.labels.page.format(page=number, pages=len(pages)))
            sheets.next_page()

    def _draw_lines(self, sheets: Sheets, table: lines_table.Table, page: lines_table.Page, y: float) -> float:
        labels, amount = self.words.labels, self.words.amount
        y = lines_table.draw_head(sheets, table, y)
        if page.brought is not None:
            y = lines_table.draw_carried(sheets, table, labels.brought_forward, amount(page.brought), y)
        for row in page.rows:
            y = lines_table.draw_row(sheets, table, row, y)
        if page.carried is not None:
            y = lines_table.draw_carried(sheets, table, labels.carried_forward, amount(page.carried), y)
        return y

    def _running_head(self, sheets: Sheets) -> None:
        """On the second page and later: which document this is."""
        sheets.block(self.pen.wrap(self.title, _STRONG, _ASIDE - _LEFT - _GAP, most=1), _LEFT, _TOP - 12)
        for line in self.pen.wrap(self.invoice.seller.title, _SMALL, _RIGHT - _ASIDE, most=1):
            sheets.write_right(line, _RIGHT, _TOP - 11)

    def _foot(self, sheets: Sheets, page: str) -> None:
        seller, labels = self.invoice.seller, self.words.labels
        known = [seller.title, f"{labels.tax_id} {seller.tax_id}" if seller.tax_id else "", seller.email]
        text = "  ·  ".join(part for part in known if part)
        sheets.block(self.pen.wrap(text, _LABEL, _RIGHT - _LEFT - 110, most=1), _LEFT, HEIGHT - 48)
        sheets.write_right(self.pen.figure(page, _LABEL), _RIGHT, HEIGHT - 48)

    def party(self, party: Party, label: str, width: float) -> list[Line]:
        """A party as on an envelope, below what it is here."""
        wrap = self.pen.wrap
        lines = wrap(label, _HEADING, width) + wrap(party.title, _STRONG, width, most=3)
        if party.company.strip():
            lines += wrap(party.name, _BODY, width, most=2)
        lines += wrap("\n".join(party.address), _BODY, width, most=9)
        lines += wrap(self.words.country(party.country), _BODY, width, most=1)
        tax_id = f"{self.words.labels.tax_id} {party.tax_id}" if party.tax_id else ""
        return lines + wrap(tax_id, _SMALL, width, most=2)


class _FirstHead:
    """The top of the first page: what this is, from whom, to whom, and the days and numbers."""

    def __init__(self, draft: _Draft) -> None:
        invoice, labels, wrap = draft.invoice, draft.words.labels, draft.pen.wrap
        self.pen = draft.pen
        corrects = labels.corrects.format(number=invoice.corrects) if draft.is_credit else ""
        width = _ASIDE - _LEFT - _GAP
        self.title = [*wrap(draft.kind, _TITLE, width), *wrap(corrects, _SUBTITLE, width, most=2)]
        self.seller = [
            *draft.party(invoice.seller, "", _RIGHT - _ASIDE),
            *wrap(invoice.seller.email, _SMALL, 180, most=1),
        ]
        width = _MIDDLE - _LEFT - _GAP
        self.buyer = draft.party(invoice.buyer, labels.credit_to if draft.is_credit else labels.bill_to, width)
        width = _ASIDE - _MIDDLE - _GAP
        self.ship_to = draft.party(invoice.ship_to, labels.deliver_to, width) if invoice.ship_to else []
        self.details = self._details(draft)
        self.parties_top = _TOP + max(height(self.title), height(self.seller)) + _BETWEEN
        details = _BODY.leading * sum(max(1, len(value)) for _, value in self.details)
        self.bottom = self.parties_top + max(height(self.buyer), height(self.ship_to), details)

    def _details(self, draft: _Draft) -> list[tuple[Line, list[Line]]]:
        invoice, labels, day = draft.invoice, draft.words.labels, draft.words.day
        pairs = [
            (labels.number, invoice.number, _STRONG),
            (labels.issued_on, day(invoice.issued_on), _BODY),
            (labels.due_on, day(invoice.due_on) if invoice.due_on else "", _BODY),
            (labels.supplied_on, day(invoice.supplied_on) if invoice.supplied_on else "", _BODY),
            (labels.order_number, invoice.order_number, _BODY),
            (labels.currency, invoice.currency, _BODY),
        ]
        return [
            (self.pen.figure(label, _SMALL), self.pen.wrap(value, style, _RIGHT - _ASIDE - 80, most=2))
            for label, value, style in pairs
            if value
        ]

    def draw(self, sheets: Sheets) -> None:
        """Draw it at the top of the page."""
        sheets.block(self.title, _LEFT, _TOP - 6)
        sheets.block(self.seller, _ASIDE, _TOP)
        sheets.block(self.buyer, _LEFT, self.parties_top)
        sheets.block(self.ship_to, _MIDDLE, self.parties_top)
        y = self.parties_top
        for label, value in self.details:
            sheets.write(label, _ASIDE, y + 1)
            for line in value:
                sheets.write_right(line, _RIGHT, y)
                y += line.style.leading


class _Closing:
    """What follows the last line: tax by rate, totals, note, and for an invoice how to pay."""

    def __init__(self, draft: _Draft) -> None:
        invoice, labels, wrap = draft.invoice, draft.words.labels, draft.pen.wrap
        self.draft = draft
        self.bands = self._band_rows()
        self.sums = self._sum_rows()
        self.note = wrap(invoice.note, _BODY, _RIGHT - _LEFT, most=10)
        seller = invoice.seller
        self.terms = self._how(labels.payment, seller.payment_terms, _ASIDE - _LEFT - _GAP)
        self.bank = self._how(labels.bank, "\n".join(seller.bank), _RIGHT - _ASIDE)
        parts = [self._totals_height(), height(self.note), max(height(self.terms), height(self.bank))]
        self.height = sum(part + _BETWEEN for part in parts if part)

    def _how(self, label: str, text: str, width: float) -> list[Line]:
        """A paragraph about payment; a credit note asks for none, nor does an invoice that was paid at once."""
        if self.draft.is_credit or self.draft.invoice.due_on is None or not text.strip():
            return []
        wrap = self.draft.pen.wrap
        return wrap(label, _HEADING, width) + wrap(text, _BODY, width, most=10)

    def _band_rows(self) -> list[tuple[Line, ...]]:
        words, figure = self.draft.words, self.draft.pen.figure
        labels = words.labels
        head = tuple(figure(label, _LABEL) for label in (labels.tax_rate, labels.net, labels.tax))
        bands = tax_by_rate(self.draft.invoice)
        texts = [(words.percent(band.rate), words.amount(band.net), words.amount(band.tax)) for band in bands]
        return [head, *(tuple(figure(text, _BODY) for text in row) for row in texts)]

    def _sum_rows(self) -> list[tuple[Line, Line]]:
        words, figure = self.draft.words, self.draft.pen.figure
        labels, sums = words.labels, totals(self.draft.invoice)
        is_due = self.draft.invoice.due_on is not None
        gross = labels.total_credited if self.draft.is_credit else labels.total_due if is_due else labels.total
        return [
            (figure(labels.total_net, _BODY), figure(words.amount(sums.net), _BODY)),
            (figure(labels.total_tax, _BODY), figure(words.amount(sums.tax), _BODY)),
            (figure(gross, _TOTAL), figure(words.money(sums.gross), _TOTAL)),
        ]

    def _totals_height(self) -> float:
        bands = sum(row[0].style.leading for row in self.bands)
        return max(bands + 6, sum(row[0].style.leading for row in self.sums) + 14)

    def draw(self, sheets: Sheets, y: float) -> None:
        """Draw it from y down."""
        y += _BETWEEN
        self._draw_bands(sheets, y)
        self._draw_sums(sheets, y)
        y += self._totals_height() + _BETWEEN
        if self.note:
            sheets.block(self.note, _LEFT, y)
            y += height(self.note) + _BETWEEN
        sheets.block(self.terms, _LEFT, y)
        sheets.block(self.bank, _ASIDE if self.terms else _LEFT, y)

    def _draw_bands(self, sheets: Sheets, y: float) -> None:
        columns = zip(*self.bands, strict=True)
        rates, nets, taxes = (max(sheets.pen.width(line.text, line.style) for line in column) for column in columns)
        net_right = _LEFT + max(130, rates + _GAP + nets)
        tax_right = net_right + max(80, _GAP + taxes)
        for place, (rate, net, tax) in enumerate(self.bands):
            sheets.write(rate, _LEFT, y)
            sheets.write_right(net, net_right, y)
            sheets.write_right(tax, tax_right, y)
            y += rate.style.leading
            if place == 0:
                sheets.rule(_LEFT, tax_right, y + 1, weight=0.35, ink=0.6)
                y += 6

    def _draw_sums(self, sheets: Sheets, y: float) -> None:
        for label, amount in self.sums:
            if label.style is _TOTAL:
                sheets.rule(_ASIDE, _RIGHT, y + 5, weight=0.8)
                y += 11
            sheets.write(label, _ASIDE, y)
            room = _RIGHT - _ASIDE - _GAP - sheets.pen.width(label.text, label.style)
            sheets.write_right(sheets.pen.fitted(amount, room), _RIGHT, y)
            y += label.style.leading
