"""Invents how orders were billed and paid, and what came back: invoices, payments, returns, credit notes, refunds.

What was bought and what was cancelled is recorded; that a cancellation was a return after delivery is invented.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from integrations.demo.cut import Back, Sale
from integrations.demo.parcels import Fulfilled, stamp
from integrations.demo.people import AT_ONCE, EU, ON_ACCOUNT, Person, Row, method_id

HOME_RATE = "0.2"
_TERMS = timedelta(days=30)
_EXPORT_NOTE = "Zero-rated: export of goods from the United Kingdom."
_EU_NOTE = "Reverse charge: VAT is to be accounted for by the recipient."
_REASONS = ("damaged", "wrong_item", "not_as_described", "no_longer_wanted", "too_many")
Units = dict[int, int]  # by line of the order


@dataclass(frozen=True)
class Returned:
    """Goods that come back; `credited_on` is None until they have arrived and are settled."""

    order: str
    status: str
    requested_at: datetime
    units: Units
    reason: str
    credited_on: date | None


@dataclass(frozen=True)
class Bill:
    """An invoice, or the credit note of a return."""

    issued_on: date
    order: Fulfilled
    units: Units
    returned: Returned | None = None

    @property
    def kind(self) -> str:
        """As the table has it."""
        return "credit_note" if self.returned else "invoice"


@dataclass
class Payment:
    """Money in or out."""

    kind: str
    order: str
    invoice: str
    pence: int
    method: str
    at: datetime


def tax_rate(country: str) -> str:
    """Twenty per cent at home, nothing on what leaves the country."""
    return HOME_RATE if country == "GB" else "0"


def gross(order: Fulfilled, units: Units) -> int:
    """What some units of an order come to with tax, in pence."""
    net = sum(order.order.lines[line - 1].price * quantity for line, quantity in units.items())
    tax = (Decimal(net) * Decimal(tax_rate(order.order.country))).quantize(Decimal(1), ROUND_HALF_UP)
    return net + int(tax)


def returns(orders: Mapping[str, Fulfilled], backs: Iterable[Back], ends_at: datetime) -> list[Returned]:
    """Cancellations as returns: asked for when recorded, but not before a day after delivery."""
    rng = Random("returns")  # noqa: S311 the same shop each time
    together: dict[tuple[str, datetime], Units] = defaultdict(dict)
    for back in backs:
        arrived = _arrived(orders[back.order], back.line)
        if arrived is None:
            continue
        asked = max(back.at, datetime.combine(arrived.date() + timedelta(days=1), back.at.time()))
        if asked <= ends_at:
            units = together[back.order, asked]
            units[back.line] = units.get(back.line, 0) + back.units
    found = []
    for (order, asked), units in sorted(together.items(), key=lambda one: (one[0][1], one[0][0])):
        credited_on = (asked + timedelta(days=rng.randint(5, 8))).date()
        age = ends_at - asked
        status = "refunded" if credited_on < ends_at.date() else "received" if age > timedelta(days=4) else "approved"
        settled = credited_on if status == "refunded" else None
        found.append(Returned(order, status, asked, units, rng.choice(_REASONS), settled))
    return found


def _arrived(order: Fulfilled, line: int) -> datetime | None:
    arrivals = [one.delivered_at for one in order.parcels if line in dict(one.lines)]
    return max(at for at in arrivals if at) if arrivals and all(arrivals) else None


class Ledger:
    """Bills and payments in the order in which they came about, with numbers that have no gap."""

    def __init__(self, people: Mapping[str, Person], unpaid: set[str], ends_at: datetime) -> None:
        self._people = people
        self._unpaid = unpaid
        self._ends_at = ends_at
        self._rng = Random("payments")  # noqa: S311 the same shop each time
        self.bills: dict[str, Bill] = {}
        self._invoice_of: dict[str, str] = {}
        self._payments: list[Payment] = []

    def book(self, orders: Sequence[Fulfilled], returned: Sequence[Returned]) -> None:
        """Bill what was shipped, credit what came back, and take or give the money."""
        by_number = {order.order.number: order for order in orders}
        invoices = [
            Bill(order.parcels[0].shipped_at.date(), order, _all_units(order.order.lines))
            for order in orders
            if order.parcels
        ]
        credit_notes = [
            Bill(one.credited_on, by_number[one.order], one.units, one) for one in returned if one.credited_on
        ]
        for prefix, bills in (("INV", invoices), ("CN", credit_notes)):
            bills.sort(key=lambda bill: (bill.issued_on, bill.order.order.number))
            self.bills |= {f"{prefix}-{number}": bill for number, bill in enumerate(bills, 10_001)}
        self._invoice_of = {bill.order.order.number: number for number, bill in self.bills.items() if not bill.returned}
        self._payer = {order.order.number: self._people[order.order.customer] for order in orders}
        for order in orders:
            self._settle(order)

    def method(self, order: Fulfilled) -> str:
        """How the order is paid."""
        if self._people[order.order.customer].on_account:
            return ON_ACCOUNT
        return AT_ONCE[int(order.order.customer) % len(AT_ONCE)]

    def _settle(self, order: Fulfilled) -> None:
        number, method = order.order.number, self.method(order)
        invoice = self._invoice_of.get(number, "")
        total = gross(order, _all_units(order.order.lines))
        credit_notes = [bill for bill in self.bills.values() if bill.returned and bill.order.order.number == number]
        paid_at = self._paid_at(order, invoice)
        if paid_at is None:
            return
        before = sum(gross(order, bill.units) for bill in credit_notes if bill.issued_on <= paid_at.date())
        paid = max(0, total - before)
        if paid:
            self._payments.append(Payment("payment", number, invoice, paid, method, paid_at))
        for bill in credit_notes:
            at = datetime.combine(bill.issued_on + timedelta(days=1), time(10, 30))
            back = min(gross(order, bill.units), paid)
            if bill.issued_on > paid_at.date() and back and at <= self._ends_at:
                paid -= back
                self._payments.append(Payment("refund", number, invoice, back, method, at))

    def _paid_at(self, order: Fulfilled, invoice: str) -> datetime | None:
        if not self._people[order.order.customer].on_account:
            return order.order.placed_at + timedelta(minutes=2)
        lag = timedelta(days=30 + self._rng.randint(-12, 8), hours=self._rng.randint(9, 16))
        if not invoice or order.order.number in self._unpaid:
            return None
        at = datetime.combine(self.bills[invoice].issued_on, time()) + lag
        return at if at <= self._ends_at else None

    def rows(self) -> dict[str, list[Row]]:
        """The tables invoices, invoice_lines and payments."""
        self._payments.sort(key=lambda one: (one.at, one.order, one.kind))
        lines = [row for number, bill in self.bills.items() for row in _lines(number, bill)]
        return {
            "invoices": [self._invoice(number, bill) for number, bill in self.bills.items()],
            "invoice_lines": lines,
            "payments": [
                _payment(number, one, self._payer[one.order]) for number, one in enumerate(self._payments, 100_001)
            ],
        }

    def _invoice(self, number: str, bill: Bill) -> Row:
        person = self._people[bill.order.order.customer]
        has_terms = person.on_account and not bill.returned
        return {
            "invoice_number": number,
            "kind": bill.kind,
            "order_number": bill.order.order.number,
            "customer_id": person.customer_id,
            "issued_on": str(bill.issued_on),
            "due_on": str(bill.issued_on + _TERMS) if has_terms else "",
            "corrects": self._invoice_of[bill.order.order.number] if bill.returned else "",
            "bill_name": person.name,
            "bill_company": person.company,
            "bill_line1": person.line1,
            "bill_city": person.city,
            "bill_postcode": person.postcode,
            "bill_country": person.country,
            "bill_vat_number": person.vat_number,
            "note": _note(bill.order.order.country),
        }


def return_rows(returned: Sequence[Returned]) -> dict[str, list[Row]]:
    """The tables returns and return_lines; the numbers leave room for those the shop gives out itself."""
    numbered = [(f"R-{number}", one) for number, one in enumerate(returned, 900_001)]
    return {
        "returns": [
            {
                "return_number": number,
                "order_number": one.order,
                "kind": "claim" if one.reason == "damaged" else "return",
                "status": one.status,
                "requested_at": stamp(one.requested_at),
            }
            for number, one in numbered
        ],
        "return_lines": [
            {"return_number": number, "line": str(line), "quantity": str(units), "reason": one.reason}
            for number, one in numbered
            for line, units in sorted(one.units.items())
        ],
    }


def pounds(pence: int) -> str:
    """An amount as the files write it.

    >>> pounds(5), pounds(12345)
    ('0.05', '123.45')
    """
    return f"{pence // 100}.{pence % 100:02d}"


def _note(country: str) -> str:
    return "" if country == "GB" else _EU_NOTE if country in EU else _EXPORT_NOTE


def _all_units(lines: Sequence[Sale]) -> Units:
    return {number: sale.units for number, sale in enumerate(lines, 1)}


def _lines(number: str, bill: Bill) -> list[Row]:
    return [
        {
            "invoice_number": number,
            "line": str(place),
            "sku": (sale := bill.order.order.lines[line - 1]).sku,
            "description": sale.name,
            "quantity": str(units),
            "unit_price": pounds(sale.price),
            "tax_rate": tax_rate(bill.order.order.country),
        }
        for place, (line, units) in enumerate(sorted(bill.units.items()), 1)
    ]


def _payment(number: int, one: Payment, person: Person) -> Row:
    return {
        "payment_id": f"PAY-{number}",
        "order_number": one.order,
        "invoice_number": one.invoice,
        "kind": one.kind,
        "amount": pounds(one.pence),
        "method": one.method,
        "method_id": method_id(person, one.method),
        "paid_at": stamp(one.at),
    }
