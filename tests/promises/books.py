"""What a database holds at one moment, as plain Python, for promises to be checked against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import select

from core.database.base import Base
from core.database.engine import Database

Row = dict[str, Any]
READ = (
    "approvals", "audit", "chat_links", "customers", "inbox", "invoices", "invoice_lines", "messages", "order_changes",
    "order_lines", "orders", "outbox", "parcel_lines", "parcels", "payment_methods", "payments", "proposal_lines",
    "proposals", "purchase_order_lines", "purchase_orders", "receipts", "return_lines", "returns", "runs", "scans",
    "staff", "stock", "stock_movements",
)  # fmt: skip
WAITING = frozenset({"open", "packed"})
UNDONE = frozenset({"rejected", "cancelled"})


@dataclass(frozen=True)
class Books:
    """All rows of the tables that promises speak of, by table."""

    tables: dict[str, list[Row]] = field(repr=False)

    def __getitem__(self, table: str) -> list[Row]:
        """The rows of one table."""
        return self.tables[table]

    def by(self, table: str, key: str) -> dict[Any, Row]:
        """The rows of one table by one of their columns."""
        return {row[key]: row for row in self[table]}

    def of(self, table: str, **wanted: Any) -> list[Row]:
        """The rows of one table with these values."""
        return [row for row in self[table] if all(row[name] == value for name, value in wanted.items())]

    def business(self, *more: str) -> dict[str, list[Row]]:
        """What money, stock and orders stand at; conversations, post and traces left out."""
        left_out = {"audit", "inbox", "messages", "outbox", "runs", *more}
        return {name: rows for name, rows in self.tables.items() if name not in left_out}

    def on_hand(self) -> dict[str, int]:
        """Units on the shelf."""
        return {row["sku"]: row["on_hand"] for row in self["stock"]}

    def reserved(self) -> dict[str, int]:
        """Units that orders not yet shipped wait for."""
        waiting = {row["order_number"] for row in self["orders"] if row["status"] in WAITING}
        units: dict[str, int] = {}
        for line in self["order_lines"]:
            if line["order_number"] in waiting:
                units[line["sku"]] = units.get(line["sku"], 0) + line["quantity"]
        return units

    def paid(self, order_number: str, kind: str = "payment") -> int:
        """What was paid for an order altogether (or, by kind, what went back of it)."""
        return sum(row["amount"] for row in self.of("payments", order_number=order_number, kind=kind))

    def invoiced(self, order_number: str) -> int:
        """What the invoices of an order come to less its credit notes."""
        signs = {"invoice": 1, "credit_note": -1}
        return sum(signs[one["kind"]] * self.total_of(self.of("invoice_lines", invoice_number=one["invoice_number"]))
                   for one in self.of("invoices", order_number=order_number))  # fmt: skip

    def worth_of(self, order_number: str) -> int:
        """What an order comes to; nothing once it is cancelled."""
        (order,) = self.of("orders", order_number=order_number)
        return 0 if order["status"] == "cancelled" else self.total_of(self.of("order_lines", order_number=order_number))

    def delivered(self, order_number: str) -> dict[int, int]:
        """Units of each line that parcels have brought."""
        there = {row["tracking_number"] for row in self["scans"] if row["status"] == "delivered"}
        mine = {row["tracking_number"] for row in self.of("parcels", order_number=order_number)} & there
        units: dict[int, int] = {}
        for inside in self["parcel_lines"]:
            if inside["tracking_number"] in mine:
                units[inside["line"]] = units.get(inside["line"], 0) + inside["quantity"]
        return units

    def coming_back(self, order_number: str, *statuses: str) -> dict[int, int]:
        """Units of each line in returns that count (or, by status, in those); once looked at, those accepted."""
        units: dict[int, int] = {}
        for one in self.of("returns", order_number=order_number):
            if one["status"] in UNDONE or (statuses and one["status"] not in statuses):
                continue
            for line in self.of("return_lines", return_number=one["return_number"]):
                count = line["quantity"] if line["accepted"] is None or not statuses else line["accepted"]
                units[line["line"]] = units.get(line["line"], 0) + count
        return units

    def root_of(self, proposal: Row) -> int:
        """What a proposal is one thing with; itself where it is alone."""
        return int(proposal["root"] or proposal["proposal_id"])

    def counted_with(self, proposal: Row) -> list[Row]:
        """A proposal and all that is one thing with it, open or approved, of its last two weeks."""
        since = proposal["created_at"] - timedelta(days=14)
        return [one for one in self["proposals"] if self.root_of(one) == self.root_of(proposal)
                and one["status"] in {"open", "approved"} and one["created_at"] >= since]  # fmt: skip

    def gross_of_line(self, line: Row) -> Fraction:
        """What a line was sold for with its discount and tax, before any rounding."""
        net = line["quantity"] * line["unit_price"] - line["discount"]
        return Fraction(net) * (1 + Fraction(str(line["tax_rate"])))

    def total_of(self, lines: list[Row]) -> int:
        """Net and tax of lines, the tax of each rate rounded once, half up."""
        nets: dict[Fraction, int] = {}
        for line in lines:
            rate = Fraction(str(line["tax_rate"]))
            nets[rate] = nets.get(rate, 0) + line["quantity"] * line["unit_price"] - line["discount"]
        return sum(net + half_up(net * rate) for rate, net in nets.items())


def half_up(amount: Fraction) -> int:
    """Rounded to a whole number, halves up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def read(database: Database, names: Sequence[str] = READ) -> Books:
    """All of it, or of some tables, as of one moment."""
    with database.reading() as session:
        connection = session.connection()
        return Books({name: [dict(row) for row in connection.execute(_all(name)).mappings()] for name in names})


@cache
def _all(name: str) -> Any:
    table = Base.metadata.tables[name]
    return select(table).order_by(*table.primary_key.columns)


@dataclass
class Evidence:
    """What a promise is judged by: the books before and after a step, and what the world outside has seen.

    `by` is who acted: "customer" in a chat, "shop" for its people, "records" for imports, "clock" for jobs.
    """

    before: Books
    now: Books
    by: str
    at: datetime
    world: Any
