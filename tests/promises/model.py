"""The shop as a dozen lines of plain Python see it: what orders, shelf and chats must come to, step by step."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tests.promises import stall
from tests.promises.books import Books

RANK = ("open", "packed", "shipped", "delivered", "cancelled")
WINDOWS = {"return": 30, "exchange": 30, "claim": 730, "withdrawal": 14}


@dataclass
class Parcel:
    """A parcel: units by line, and everything its carrier ever said, in whatever order it came."""

    units: dict[int, int]
    scans: set[tuple[datetime, str]] = field(default_factory=set)

    @property
    def status(self) -> str:
        """The first end that was reached; before one, what was said of the latest moment."""
        told = sorted(one for one in self.scans if one[1] != "unknown")
        ends = [status for _, status in told if status in {"delivered", "returned"}]
        return ends[0] if ends else told[-1][1] if told else "label_created"

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived first."""
        return min((at for at, status in self.scans if status == "delivered"), default=None)


@dataclass
class Order:
    """An order: its status, units by line, money, parcels, and units that were asked to come back."""

    customer: str
    status: str
    units: dict[int, int]
    paid: int = 0
    refunded: int = 0
    parcels: dict[str, Parcel] = field(default_factory=dict)
    back: dict[str, dict[int, int]] = field(default_factory=dict)

    def become(self, status: str) -> None:
        """Go forward, never back."""
        if RANK.index(status) > RANK.index(self.status) and self.status != "delivered":
            self.status = status

    def returnable(self, line: int, kind: str, today: date) -> int:
        """Units of a line that arrived, are still within their days, and are not on their way back."""
        there = [one for one in self.parcels.values() if one.delivered_at is not None and line in one.units]
        if not there:
            return 0
        latest = max(one.delivered_at.date() for one in there if one.delivered_at)
        if (today - latest).days > WINDOWS[kind]:
            return 0
        return sum(one.units[line] for one in there) - sum(units.get(line, 0) for units in self.back.values())


@dataclass
class Model:
    """What the records must say."""

    stock: dict[str, int] = field(default_factory=lambda: dict(stall.OPENING))
    orders: dict[str, Order] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)

    def differences(self, books: Books) -> list[str]:
        """Where the records say something else."""
        found = []
        rows = books.by("orders", "order_number")
        for number, order in self.orders.items():
            lines = {line["line"]: line["quantity"] for line in books.of("order_lines", order_number=number)}
            told = (rows[number]["status"], lines, books.paid(number), books.paid(number, "refund"))
            expected = (order.status, order.units, order.paid, order.refunded)
            if told != expected:
                found.append(f"model: order {number} is {told}, expected {expected}")
        if set(rows) != set(self.orders):
            found.append(f"model: orders {sorted(set(rows) ^ set(self.orders))}")
        if books.on_hand() != self.stock:
            found.append(f"model: shelf {books.on_hand()}, expected {self.stock}")
        told_of = {row["return_number"]: row["status"] for row in books["returns"]}
        if told_of != self.returns:
            found.append(f"model: returns {told_of}, expected {self.returns}")
        chats = {row["chat"]: row["customer_id"] for row in books["chat_links"]}
        if chats != self.links:
            found.append(f"model: chats {chats}, expected {self.links}")
        return found
