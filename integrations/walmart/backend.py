"""Walmart's marketplace as a connected system: read often, and what it keeps to itself is done there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from core.clock import Clock
from core.config import Config
from core.exchange.model import Cursor, Page, Record, System
from core.exchange.ports import Backend, Feed, Found, Trouble
from core.systems import Walmart
from integrations.walmart import mapping, returns
from integrations.walmart.client import Client
from integrations.walmart.reading import Json, part, said, several

_ORDERS, _AT_SELLERS = "https://www.walmart.com/orders", "https://seller.walmart.com/returns"
_ELSEWHERE = {
    **dict.fromkeys(("cancel", "reopened", "address", "items", "payment", "return", "exchange"), _ORDERS),
    **dict.fromkeys(("return_cancelled", "reorder"), _ORDERS),
    "refund": _AT_SELLERS,
}
_OVERLAP = timedelta(minutes=10)
_PAGE = "200"


def backend(config: Config, clock: Clock, transport: httpx.BaseTransport | None = None) -> Backend:
    """The marketplace that the configuration names."""
    section = config.walmart
    client = Client(section, clock, transport)
    feeds: list[Feed] = [Items(client, "items")] if section.takes_items else []
    feeds += [Orders(client, section, name, node) for name, node in _NODES.items()]
    if section.acknowledges:
        feeds.append(Released(client, section))
    feeds += [Returns(client, section), Stock(client)]
    return Backend(
        System("walmart", section.label, frozenset(), _ELSEWHERE),
        feeds,
        refetch=Again(client, section),
        inspector=lambda now: _inspect(client, now),
    )


_NODES = {"orders": "SellerFulfilled", "orders-wfs": "WFSFulfilled"}


@dataclass(frozen=True)
class Orders:
    """Purchase orders by when they were last changed."""

    client: Client
    section: Walmart
    name: str
    node: str

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since; at first as far back as the configuration says."""
        span = _span(cursor, now, self.section)
        changed = {"lastModifiedStartDate": span["since"], "lastModifiedEndDate": span["until"]}
        params = {"shipNodeType": self.node, **changed, "limit": _PAGE}
        for answer, at in self.client.pages(self.name, "/v3/orders", params, span["at"]):
            records, faults = _read(several(answer, "list", "elements", "order"), self._records)
            yield Page(records, _after(span, at), faults)

    def _records(self, one: Json) -> Iterable[Record]:
        return [mapping.order(one, self.section.label)]


@dataclass(frozen=True)
class Released:
    """Orders that wait to be acknowledged: each is, once it is kept."""

    client: Client
    section: Walmart
    name: str = "released"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """All that wait; whatever was kept and not acknowledged before is still among them."""
        del cursor
        created = _written(now - timedelta(days=self.section.history_days))
        params = {"createdStartDate": created, "limit": _PAGE}
        for answer, _ in self.client.pages(self.name, "/v3/orders/released", params, ""):
            orders = several(answer, "list", "elements", "order")
            records, faults = _read(orders, lambda one: [mapping.order(one, self.section.label)])
            yield Page(records, {}, faults)
            for record in records:
                self.client.acknowledge(record.external_id)


@dataclass(frozen=True)
class Returns:
    """Returns by when they were last changed."""

    client: Client
    section: Walmart
    name: str = "returns"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since."""
        span = _span(cursor, now, self.section)
        params = {"returnLastModifiedStartDate": span["since"], "returnLastModifiedEndDate": span["until"],
                  "limit": _PAGE}  # fmt: skip
        for answer, at in self.client.pages(self.name, "/v3/returns", params, span["at"]):
            records, faults = _read(several(answer, "returnOrders"), returns.returned)
            yield Page(records, _after(span, at), faults)


@dataclass(frozen=True)
class Items:
    """What is listed there; Walmart does not say what changed, so all of it is read."""

    client: Client
    name: str

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Every item, by Walmart's own cursor."""
        at = str((cursor or {}).get("at") or "*")
        while at:
            answer = self.client.get(self.name, "/v3/items", {"nextCursor": at})
            found = several(answer, "ItemResponse")
            records, faults = _read(found, lambda one: [mapping.item(one, now)])
            following = said(answer, "nextCursor")
            at = following if found and following != at else ""
            yield Page(records, {"at": at}, faults)


@dataclass(frozen=True)
class Stock:
    """What lies in Walmart's own warehouses."""

    client: Client
    name: str = "stock"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Every item's stock; a reading that was cut off goes on where it was."""
        offset = int((cursor or {}).get("offset") or 0)
        while True:
            params = {"limit": "300", "offset": str(offset)}
            answer = self.client.get(self.name, "/v3/fulfillment/inventory", params)
            found = several(answer, "payload", "inventory")
            records, faults = _read(found, lambda one: mapping.stock(one, now))
            offset += len(found)
            total = int(part(answer, "headers").get("totalCount") or 0)
            is_last = not found or offset >= total
            yield Page(records, {"offset": 0 if is_last else offset}, faults)
            if is_last:
                return


@dataclass(frozen=True)
class Again:
    """Looks one order up."""

    client: Client
    section: Walmart

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The order as it is now; nothing else is looked up singly."""
        if table != "orders":
            return []
        answer = self.client.get("order", f"/v3/orders/{external_id}", {})
        found = part(answer, "order")
        return [mapping.order(found, self.section.label)] if found else []


def _span(cursor: Cursor | None, now: datetime, section: Walmart) -> dict[str, str]:
    """From when to when is read, and the page to go on with; a reading that was cut off keeps its own end."""
    kept = dict(cursor or {})
    since = kept.get("since") or _written(now - timedelta(days=section.history_days))
    return {"since": since, "until": kept.get("until") or _written(now), "at": kept.get("at") or ""}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _after(span: dict[str, str], at: str) -> Cursor:
    if at:
        return {**span, "at": at}
    return {"since": _written(datetime.fromisoformat(span["until"]) - _OVERLAP)}


def _read(found: Iterable[Json], read: Callable[[Json], Iterable[Record]]) -> tuple[list[Record], list[str]]:
    """Records, and a sentence for each that could not be read."""
    records: list[Record] = []
    faults: list[str] = []
    for one in found:
        try:
            records += read(one)
        except (ValueError, KeyError, TypeError) as error:
            known: Any = one.get("purchaseOrderId") or one.get("returnOrderId") or one.get("sku") or "without a number"
            faults.append(f"Walmart's {str(known)[:40]} was left out: {error}.")
    return records, faults


def _inspect(client: Client, now: datetime) -> Sequence[Found]:
    since = _written(now - timedelta(days=1))
    try:
        client.get("check", "/v3/orders", {"lastModifiedStartDate": since, "limit": "1"})
    except Trouble as trouble:
        return [Found(is_well=False, text=str(trouble))]
    return [Found(is_well=True, text="Walmart takes the credentials and shows orders.")]
