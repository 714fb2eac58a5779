"""A connected system in memory: two orders, a feed with a record a page, and whatever trouble is set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.exchange.model import ACTS, Cursor, Hint, Page, Record, System, version
from core.exchange.ports import Backend, Delivery, Outcome, Trouble
from core.mailroom.ports import Post

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


def customer(number: int, email: str) -> Record:
    """A customer as the system tells of them."""
    row = {"customer_id": f"C{number}", "name": f"Person {number}", "email": email, "country": "GB", "phone": ""}
    return Record("customers", f"customer/{number}", f"C{number}", version(NOW), {"customers": [row]})


def order(number: int, minutes: int = 0, *, city: str = "Leeds", units: Sequence[int] = (1, 2), **more: Any) -> Record:
    """An order as the system tells of it so many minutes after the beginning."""
    key = f"S-{number}"
    head = {"order_number": key, "customer_id": "C1", "placed_at": NOW, "status": "open", "currency": "GBP",
            "ship_name": "Person", "ship_line1": "1 Road", "ship_city": city, "ship_postcode": "LS1 1AA",
            "ship_country": "GB", **more}  # fmt: skip
    lines = [
        {"order_number": key, "line": place, "sku": f"SKU-{place}", "description": f"Thing {place}", "quantity": count,
         "unit_price": 500, "currency": "GBP"}
        for place, count in enumerate(units, 1)
    ]  # fmt: skip
    changed = NOW + timedelta(minutes=minutes)
    return Record("orders", f"order/{number}", key, version(changed), {"orders": [head], "order_lines": lines})


def product(sku: str) -> Record:
    """A product as the system tells of it."""
    row = {"sku": sku, "name": sku.title(), "price": 500, "currency": "GBP"}
    return Record("products", f"product/{sku}", sku, version(NOW), {"products": [row]})


@dataclass
class Standin:
    """The system: what it holds, what its pages do, and what was written to it."""

    records: list[Record] = field(default_factory=lambda: [customer(1, "ada@example.org"), order(1), order(2)])
    breaks_after: int | None = None
    breaks_with: Exception = field(default_factory=lambda: Trouble(Outcome.SILENT, "The stand-in does not answer."))
    refuses: Exception | None = None
    written: list[Post] = field(default_factory=list)
    acts: frozenset[str] = ACTS
    pulled_from: list[Cursor | None] = field(default_factory=list)
    name: str = "all"
    gone: set[str] = field(default_factory=set)

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002 nothing changes by itself
        """One record a page; breaks off after so many."""
        self.pulled_from.append(cursor)
        first = int(cursor["next"]) if cursor else 0
        for place, record in enumerate(self.records[first:], first):
            if place == self.breaks_after:
                raise self.breaks_with
            yield Page([record], {"next": place + 1})

    def read(self, topic: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Delivery:  # noqa: ARG002
        """A delivery names what to look up, or whom to erase."""
        if topic == "erase":
            return Delivery(asks="erase", customer_id=str(payload["customer"]))
        return Delivery(hints=[Hint("orders", str(payload["order"]))])

    def refetch(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is, or that it is gone."""
        if external_id in self.gone:
            return [Record(table, external_id, "", version(NOW + timedelta(days=9)), {}, gone=True)]
        return [one for one in self.records if (one.table, one.external_id) == (table, external_id)]

    def send(self, post: Post) -> str:
        """Take a change, or refuse it."""
        if self.refuses is not None:
            raise self.refuses
        self.written.append(post)
        return f"made/{len(self.written)}"

    def backend(self) -> Backend:
        """The system as it is connected."""
        system = System("standin", "Stand-in", self.acts, {"cancel": "https://example.org/orders"})
        return Backend(system, (self,), reader=self, refetch=self.refetch, courier=self)
