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


@dataclass(frozen=True)
class Gone:
    """Units that left the shelf with an order, and when."""

    sku: str
    units: int
    left_at: datetime


@dataclass
class Order:
    """An order: its status, units by line, money, parcels, units that were asked to come back, and what left."""

    customer: str
    status: str
    units: dict[int, int]
    paid: int = 0
    refunded: int = 0
    parcels: dict[str, Parcel] = field(default_factory=dict)
    back: dict[str, dict[int, int]] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)

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
    counted: dict[str, datetime] = field(default_factory=lambda: dict.fromkeys(stall.OPENING, stall.COUNTED))
    orders: dict[str, Order] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)

    def leaves(self, order: Order, lines: list[tuple[str, int]], now: datetime) -> None:
        """What an order holds is off the shelf; of more than the books have nothing is left."""
        order.gone = [Gone(sku, units, now) for sku, units in lines]
        for sku, units in lines:
            self.stock[sku] = max(0, self.stock[sku] - units)

    def is_called_back(self, order: Order) -> None:
        """An order did not leave after all: its units are there, unless somebody counted since."""
        for one in order.gone:
            if one.left_at > self.counted[one.sku]:
                self.stock[one.sku] += one.units
        order.gone = []

    def count(self, sku: str, units: int, at: datetime) -> None:
        """Somebody counted a shelf; what left after that moment is not there any more."""
        gone = [one for order in self.orders.values() for one in order.gone if one.sku == sku and one.left_at > at]
        self.stock[sku], self.counted[sku] = max(0, units - sum(one.units for one in gone)), at

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
