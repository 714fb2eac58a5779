"""What an invoice or credit note states, and the figures that follow from its lines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.errors import InvalidInput
from core.money import allocate, exponent, rounded_share

DocumentKind = Literal["invoice", "credit_note"]
_LARGEST = 10**15  # minor units on a line; more is a slip of the keyboard, and would not fit on the paper
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Party:
    """Who sells or buys; `country` is an ISO 3166 code such as GB, `address` the lines on an envelope."""

    name: str = ""
    company: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    tax_id: str = ""
    email: str = ""

    def __post_init__(self) -> None:
        """Refuse a party nobody could name."""
        if not (self.name.strip() or self.company.strip()):
            raise InvalidInput("A seller or buyer needs a name or a company.")

    @property
    def title(self) -> str:
        """The name that comes first on paper: the company's, otherwise the person's."""
        return self.company.strip() or self.name.strip()


@dataclass(frozen=True)
class Seller(Party):
    """The party that issues the document, and how it wants to be paid."""

    payment_terms: str = ""
    bank: tuple[str, ...] = ()


@dataclass(frozen=True)
class InvoiceLine:
    """One product at one price.

    `unit_price` and `discount` are minor units before tax; the discount is for the whole line. `tax_rate` is a
    fraction: Decimal("0.20") is 20 %. A credit note states what it credits in positive quantities.
    """

    number: int
    sku: str
    description: str
    quantity: int
    unit_price: int
    tax_rate: Decimal
    discount: int = 0

    def __post_init__(self) -> None:
        """Refuse figures that cannot stand on an invoice."""
        if self.quantity < 1:
            raise InvalidInput(f"Line {self.number}: the quantity is at least 1.")
        if self.unit_price < 0:
            raise InvalidInput(f"Line {self.number}: the price is not below zero.")
        if self.quantity * self.unit_price > _LARGEST:
            raise InvalidInput(f"Line {self.number}: the amount is too large for one line.")
        if not 0 <= self.discount <= self.quantity * self.unit_price:
            raise InvalidInput(f"Line {self.number}: the discount lies between nothing and the price of the line.")
        if not (self.tax_rate.is_finite() and 0 <= self.tax_rate <= 1):
            raise InvalidInput(f"Line {self.number}: the tax rate lies between 0 and 1; 20 % is 0.20.")


@dataclass(frozen=True)
class Invoice:
    """An issued document; nothing about it changes afterwards, a credit note corrects it.

    `supplied_on` is the day of delivery, which is the tax point where it differs from the day of issue. `corrects`
    is the number of the invoice a credit note takes back, wholly or in part. `note` is printed under the totals:
    "Reverse charge", "Zero-rated export".

    Raises:
        InvalidInput: no number or a very long one, no lines, two lines of the same number, an unknown currency, a due
            day before the day of issue, a credit note that corrects nothing, or an invoice that does.
    """

    number: str
    kind: DocumentKind
    issued_on: date
    currency: str
    seller: Seller
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    due_on: date | None = None
    supplied_on: date | None = None
    order_number: str = ""
    corrects: str = ""
    ship_to: Party | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what no bookkeeper would file."""
        exponent(self.currency)
        if not 0 < len(self.number.strip()) <= _LONGEST_NUMBER:
            raise InvalidInput(f"An invoice needs a number of at most {_LONGEST_NUMBER} characters.")
        if self.kind not in {"invoice", "credit_note"}:
            raise InvalidInput(f"“{self.kind}” is neither an invoice nor a credit note.")
        if self.due_on is not None and self.due_on < self.issued_on:
            raise InvalidInput("An invoice falls due on its day of issue or later.")
        if (self.kind == "credit_note") != bool(self.corrects.strip()):
            raise InvalidInput("A credit note names the invoice it corrects; an invoice corrects none.")
        self._check_lines()

    def _check_lines(self) -> None:
        if not self.lines:
            raise InvalidInput("An invoice needs at least one line.")
        number, times = Counter(line.number for line in self.lines).most_common(1)[0]
        if times > 1:
            raise InvalidInput(f"Line number {number} is used {times} times.")


@dataclass(frozen=True)
class TaxBand:
    """All lines of one tax rate together, in minor units."""

    rate: Decimal
    net: int
    tax: int


@dataclass(frozen=True)
class Totals:
    """What the document comes to, in minor units of its currency."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        """What is to be paid, or for a credit note what is given back."""
        return self.net + self.tax


@dataclass(frozen=True)
class LineShare:
    """What one line contributes to the totals, in minor units; the shares of all lines add up to them exactly."""

    line_number: int
    net: int
    tax: int

    @property
    def gross(self) -> int:
        """What was charged for this line, tax included: the most a refund of it can be."""
        return self.net + self.tax


def line_net(line: InvoiceLine) -> int:
    """The line before tax and after its discount, in minor units.

    >>> line_net(InvoiceLine(1, "B-1", "Bell", 3, 250, Decimal("0.20"), discount=50))
    700
    """
    return line.quantity * line.unit_price - line.discount


def tax_by_rate(invoice: Invoice) -> tuple[TaxBand, ...]:
    """Tax for each rate, highest rate first."""
    return tax_of_lines(invoice.lines)


def tax_of_lines(lines: Sequence[InvoiceLine]) -> tuple[TaxBand, ...]:
    """Tax for each rate of these lines, highest rate first.

    The tax of a rate is computed once, on the sum of the nets at that rate, and rounded half up to a whole minor
    unit. Rounding line by line instead would add up to something else on long invoices: three lines of 0.33 at
    20 % bear 0.20 of tax together, but 0.21 if each is rounded on its own.
    """
    nets: dict[Decimal, int] = {}
    for line in lines:
        nets[line.tax_rate] = nets.get(line.tax_rate, 0) + line_net(line)
    return tuple(TaxBand(rate, nets[rate], rounded_share(nets[rate], rate)) for rate in sorted(nets, reverse=True))


def totals(invoice: Invoice) -> Totals:
    """Net, tax and gross of the document; the same figures however often it is asked."""
    return totals_of_lines(invoice.lines)


def totals_of_lines(lines: Sequence[InvoiceLine]) -> Totals:
    """Net, tax and gross of these lines together."""
    bands = tax_of_lines(lines)
    return Totals(net=sum(band.net for band in bands), tax=sum(band.tax for band in bands))


def line_shares(invoice: Invoice) -> tuple[LineShare, ...]:
    """Each line's part of net and tax, in the order of the lines.

    The tax of a rate is split over its lines in proportion to their nets, odd units to the largest remainders, so
    that refunding every line gives back exactly what was charged.
    """
    taxes: dict[int, int] = {}
    for band in tax_by_rate(invoice):
        members = [line for line in invoice.lines if line.tax_rate == band.rate]
        parts = allocate(band.tax, [line_net(line) for line in members])
        taxes.update({line.number: part for line, part in zip(members, parts, strict=True)})
    return tuple(LineShare(line.number, line_net(line), taxes[line.number]) for line in invoice.lines)
