"""What the lines of Online Retail II mean: orders, invoices, and cancellations as returns with a credit note.

The records say nothing of tax, payments, parcels or addresses, and nothing of the kind is made up here.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from core.canonical import Batch, Fault, completed
from integrations.online_retail.countries import country_code
from integrations.online_retail.lines import Line

CURRENCY = "GBP"
LOCATION = "main"
_RECENT_PRICES = 51
_CHARGES = frozenset({"POST", "DOT", "C2", "C3", "M"})  # postage, carriage and “manual”: billed, but not goods
_NOT_GOODS = re.compile(r"(D|S|B|CRUK|GIFT|BANK CHARGES|ADJUST\d*|AMAZONFEE|TEST\d+|GIFT_0001_\d+|DCGS\w*)\Z", re.ASCII)
Row = dict[str, Any]


def is_charge(sku: str) -> bool:
    """Whether the code stands for a charge beside the goods, such as postage."""
    return sku in _CHARGES


@lru_cache(maxsize=20_000)
def is_goods(sku: str) -> bool:
    """Whether the code stands for something on a shelf.

    >>> is_goods("85123A"), is_goods("POST"), is_goods("GIFT_0001_20")
    (True, False, False)
    """
    return bool(sku) and sku not in _CHARGES and not _NOT_GOODS.match(sku)


def is_sale(line: Line) -> bool:
    """Whether goods were sold for money."""
    return line.quantity > 0 and line.price > 0 and line.invoice[:1].isdigit() and is_goods(line.sku)


def is_cancellation(line: Line) -> bool:
    """Whether it takes goods back that somebody bought."""
    return line.invoice.startswith("C") and line.quantity < 0 and line.price > 0 and is_goods(line.sku)


def why_left_out(line: Line) -> str:
    """Why a line that is neither sale, charge nor cancellation of goods is left out."""
    if line.invoice.startswith("A"):
        return "Bad debt written off; no sale."
    if not is_goods(line.sku):
        return f"Not goods: {line.sku} stands for a charge, fee, voucher, discount, sample or test."
    if line.quantity <= 0 and not line.invoice.startswith("C"):
        return "Stock written off; no sale."
    if line.price <= 0:
        return "No price."
    return "A cancellation that takes nothing back."


class Catalogue:
    """What the whole file has to be read for first: customers, products, and where each invoice ends."""

    def __init__(self) -> None:
        self.last_row: dict[str, int] = {}
        self.taken_back: set[tuple[str, str]] = set()
        self._countries: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._prices: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_RECENT_PRICES))

    def note(self, lines: Iterable[Line]) -> None:
        """Take in some lines."""
        for line in lines:
            self.last_row[line.invoice] = line.row
            if line.customer:
                self._countries[line.customer] = line.country
            if is_sale(line):
                self._names[line.sku] = line.description or self._names.get(line.sku, "")
                self._prices[line.sku].append(line.price)
            elif line.customer and is_cancellation(line):
                self.taken_back.add((line.customer, line.sku))

    def customers(self) -> list[Row]:
        """Everybody who has a number; names and addresses are made from it, as the records have none."""
        return [
            {
                "customer_id": number,
                "name": f"Customer {number}",
                "email": f"customer-{number}@example.org",
                "company": "",
                "phone": "",
                "language": "en",
                "country": country_code(country),
                "vat_number": "",
            }
            for number, country in sorted(self._countries.items())
        ]

    def products(self) -> list[Row]:
        """Everything sold, by its latest description, at the median of its latest prices."""
        return [
            {
                "sku": sku,
                "name": self._names[sku] or sku,
                "category": "",
                "price": int(median(prices)),
                "currency": CURRENCY,
                "tax_rate": 0.0,
                "weight_kg": 0.0,
                "volume_m3": 0.0,
                "returnable": True,
                "active": True,
            }
            for sku, prices in sorted(self._prices.items())
        ]


@dataclass(slots=True)
class _Bought:
    """Units of an order line that may still be taken back."""

    order_number: str
    line: int
    left: int
    price: int


@dataclass
class _Tray:
    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def put(self, line: int, row: Row) -> None:
        self.rows.append(row)
        self.lines.append(line)


_ORDER = ("orders", "order_lines", "invoices", "invoice_lines", "returns", "return_lines")


class Books:
    """Invoices on their way into canonical tables; `emptied` gives what has gathered."""

    def __init__(self, taken_back: set[tuple[str, str]], zone: ZoneInfo, shift_days: int) -> None:
        self._zone = zone
        self._shift = timedelta(days=shift_days)
        self._bought: dict[tuple[str, str], list[_Bought]] = {pair: [] for pair in taken_back}
        self._start()

    def _start(self) -> None:
        self._trays = {table: _Tray() for table in _ORDER}
        self.faults: list[Fault] = []

    @property
    def size(self) -> int:
        """Lines gathered so far."""
        return len(self._trays["invoice_lines"].rows)

    def emptied(self) -> list[Batch]:
        """What has gathered, parents before children; the faults are with the order lines."""
        done = [
            Batch(table, completed(table, tray.rows), tray.lines, self.faults if table == "order_lines" else [])
            for table, tray in self._trays.items()
            if tray.rows or table == "order_lines"
        ]
        self._start()
        return done

    def enter(self, lines: Sequence[Line]) -> None:
        """Take in one invoice, whole."""
        if lines[0].invoice.startswith("C"):
            self._take_back(lines)
            return
        goods = [line for line in lines if is_sale(line)]
        charges = [line for line in lines if is_charge(line.sku) and line.quantity > 0 and line.price > 0]
        self._leave_out(lines, goods + charges)
        if goods:
            self._order(goods)
        if goods or charges:
            self._invoice(goods, charges)

    def _leave_out(self, lines: Sequence[Line], taken: Sequence[Line]) -> None:
        if len(taken) < len(lines):
            rows = {line.row for line in taken}
            self.faults += [_fault(line, why_left_out(line)) for line in lines if line.row not in rows]

    def _moment(self, line: Line) -> datetime:
        return (line.placed_at + self._shift).replace(tzinfo=self._zone)

    def _order(self, goods: Sequence[Line]) -> None:
        first = goods[0]
        self._trays["orders"].put(
            first.row,
            {
                "order_number": first.invoice,
                "customer_id": first.customer or None,
                "placed_at": self._moment(first).astimezone(UTC),
                "status": "delivered",
                "currency": CURRENCY,
                "location": LOCATION,
                "payment_method": "",
                "ship_name": f"Customer {first.customer}" if first.customer else "",
                "ship_line1": "",
                "ship_line2": "",
                "ship_city": "",
                "ship_postcode": "",
                "ship_country": country_code(first.country),
            },
        )
        put = self._trays["order_lines"].put
        for number, line in enumerate(goods, 1):
            put(line.row, {"order_number": line.invoice, "line": number, "sku": line.sku, **_priced(line)})
            kept = self._bought.get((line.customer, line.sku))
            if kept is not None:
                kept.append(_Bought(line.invoice, number, line.quantity, line.price))

    def _invoice(self, goods: Sequence[Line], charges: Sequence[Line]) -> None:
        first = (goods or charges)[0]
        self._document(first, first.invoice, "invoice", first.invoice if goods else None, None)
        put = self._trays["invoice_lines"].put
        number = count(1)
        for line in goods:
            put(line.row, {"invoice_number": line.invoice, "line": next(number), "sku": line.sku, **_priced(line)})
        for line in charges:
            put(line.row, {"invoice_number": line.invoice, "line": next(number), "sku": "", **_priced(line)})

    def _take_back(self, lines: Sequence[Line]) -> None:
        """Each unit goes back to the latest purchase it may come from; a credit note corrects one invoice."""
        parts: dict[str, list[tuple[Line, _Bought, int]]] = {}
        for line in lines:
            if not is_cancellation(line):
                self.faults.append(_fault(line, why_left_out(line)))
                continue
            left = -line.quantity
            for bought in _likely(self._bought.get((line.customer, line.sku), []), line.price):
                units = min(left, bought.left)
                if units:
                    bought.left -= units
                    left -= units
                    parts.setdefault(bought.order_number, []).append((line, bought, units))
            if left:
                found = f"{-line.quantity - left} of {-line.quantity} units" if left < -line.quantity else "none"
                self.faults.append(_fault(line, f"Cancels goods of which these records hold {found} as bought before."))
        for place, (order_number, those) in enumerate(parts.items()):
            number = lines[0].invoice if place == 0 else f"{lines[0].invoice}-{place + 1}"
            self._credit(number, order_number, those)

    def _credit(self, number: str, order_number: str, parts: Sequence[tuple[Line, _Bought, int]]) -> None:
        first = parts[0][0]
        self._document(first, number, "credit_note", order_number, order_number)
        self._trays["returns"].put(
            first.row,
            {
                "return_number": number,
                "order_number": order_number,
                "kind": "return",
                "status": "refunded",
                "requested_at": self._moment(first).astimezone(UTC),
            },
        )
        units_of: dict[int, tuple[int, int]] = {}
        for place, (line, bought, units) in enumerate(parts, 1):
            row = {"invoice_number": number, "line": place, "sku": line.sku, **_priced(line), "quantity": units}
            self._trays["invoice_lines"].put(line.row, row)
            row_number, before = units_of.get(bought.line, (line.row, 0))
            units_of[bought.line] = (row_number, before + units)
        for order_line, (row_number, units) in units_of.items():
            back = {"return_number": number, "line": order_line, "quantity": units, "reason": ""}
            self._trays["return_lines"].put(row_number, back)

    def _document(self, line: Line, number: str, kind: str, order_number: str | None, corrects: str | None) -> None:
        self._trays["invoices"].put(
            line.row,
            {
                "invoice_number": number,
                "kind": kind,
                "order_number": order_number,
                "customer_id": line.customer or None,
                "issued_on": self._moment(line).date(),
                "due_on": None,
                "currency": CURRENCY,
                "corrects": corrects,
                "bill_name": f"Customer {line.customer}" if line.customer else "Guest",
                "bill_company": "",
                "bill_line1": "",
                "bill_line2": "",
                "bill_city": "",
                "bill_postcode": "",
                "bill_country": country_code(line.country),
                "bill_vat_number": "",
                "note": "",
            },
        )


def _likely(bought: list[_Bought], price: int) -> list[_Bought]:
    """Latest first, those of the same price before the others."""
    latest_first = bought[::-1]
    return sorted(latest_first, key=lambda one: one.price != price)


def _priced(line: Line) -> Row:
    return {
        "description": line.description or line.sku,
        "quantity": line.quantity,
        "unit_price": line.price,
        "currency": CURRENCY,
        "tax_rate": 0.0,
        "discount": 0,
    }


def _fault(line: Line, sentence: str) -> Fault:
    return Fault("order_lines", line.row, "", f"{line.invoice} {line.sku}: {sentence}")
