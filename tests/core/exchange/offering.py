"""A marketplace in memory: what it offers of our shelves, what it sells of that, and what becomes of the next calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.exchange.model import Cursor, Level, Page, Record, System
from core.exchange.ports import Backend, Shelves
from core.mailroom.ports import Post
from core.portal import Portal
from tests.conftest import SettableClock
from tests.shop import LAMP, MUG, bring


@dataclass
class Offering:
    """It sells from `main`. `troubles` happen to the next calls, `losing` to those after it heard them."""

    shown: dict[str, int] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    losing: list[Exception] = field(default_factory=list)
    told: list[tuple[str, int]] = field(default_factory=list)
    safety_stock: int = 0
    name: str = "for sale"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002 it offers what it offers
        """All it offers, where all is asked for, and what it says of its own."""
        levels = [Level(f"item/{sku}", sku, "main", units) for sku, units in sorted(self.shown.items())]
        yield Page(self.records, {"at": "end"}, levels=() if cursor else levels)

    def refetch(self, table: str, external_id: str) -> Sequence[Record]:
        """What it says of its own."""
        return [one for one in self.records if (one.table, one.external_id) == (table, external_id)]

    def send(self, post: Post) -> str:
        """Offer so many from now on."""
        if self.troubles:
            raise self.troubles.pop(0)
        sku, units = str(post.content["sku"]), int(post.content["units"])
        assert post.content["to"] == f"item/{sku}"
        self.told.append((sku, units))
        self.shown[sku] = units
        if self.losing:
            raise self.losing.pop(0)
        return str(post.content["to"])

    def backend(self) -> Backend:
        """The marketplace as it is connected."""
        return Backend(
            System("standin", "Stand-in"), (self,), refetch=self.refetch, courier=self,
            shelves=Shelves(frozenset({"main"}), self.safety_stock),
        )  # fmt: skip


def count(portal: Portal, clock: SettableClock, sku: str, units: int) -> None:
    bring(portal, "stock", {"sku": sku, "location": "main", "on_hand": units, "counted_at": clock.now})


def order(portal: Portal, clock: SettableClock, number: str, units: int, status: str = "open", sku: str = MUG) -> None:
    bring(portal, "orders", {"order_number": number, "placed_at": clock.now, "status": status, "location": "main"})
    bring(portal, "order_lines", {"order_number": number, "line": 1, "sku": sku, "description": sku, "quantity": units,
                                  "unit_price": 450})  # fmt: skip


def told(portal: Portal) -> int:
    """A tick: what changed is posted, and what is due is sent; how many numbers were posted."""
    posted = portal.tell_stock()
    portal.deliver(channel="standin")
    return posted


def open_at(portal: Portal, offering: Offering, clock: SettableClock) -> None:
    bring(portal, "locations", {"location": "main", "name": "Main"}, {"location": "shop", "name": "Shop"})
    bring(portal, "products", *({"sku": sku, "name": sku, "price": 450} for sku in (MUG, LAMP)))
    count(portal, clock, MUG, 10)
    clock.forward(timedelta(minutes=1))
    portal.connect(offering.backend())
    assert not portal.sync("standin").troubles
