"""Walmart's marketplace as a connected system: read often, and what it keeps to itself is done there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from core.clock import Clock
from core.config import Config
from core.exchange import listings
from core.exchange.model import Cursor, Page, Record, System
from core.exchange.ports import Backend, Feed, Shelves
from core.systems import Walmart
from integrations.connected import Courier
from integrations.marketplaces import Again, Changed, tried
from integrations.reading import Json, part, records, said, several, written
from integrations.walmart import mapping, returns
from integrations.walmart.client import Client
from integrations.walmart.courier import ACTS, Acts
from integrations.walmart.offers import ForSale
from integrations.walmart.webhook import Doorkeeper, Reader

_ORDERS = "https://www.walmart.com/orders"
_ELSEWHERE = dict.fromkeys(
    ("cancel", "reopened", "address", "items", "payment", "return", "exchange", "return_cancelled", "reorder"), _ORDERS
)
_NODES = {"orders": "SellerFulfilled", "orders-wfs": "WFSFulfilled"}
_NAMES = ("purchaseOrderId", "returnOrderId", "sku")
_PAGE = "200"
_LACKING = "The key has to view orders, returns, inventory and items, and with tell_stock to change inventory."


def backend(config: Config, clock: Clock, transport: httpx.BaseTransport | None = None) -> Backend:
    """The marketplace that the configuration names."""
    section = config.walmart
    client = Client(section, clock, transport)
    feeds: list[Feed] = [Items(client, "items")] if section.takes_items else []
    feeds += [_orders(client, section, name, node) for name, node in _NODES.items()]
    if section.acknowledges:
        feeds.append(Released(client, section))
    feeds += [_returns(client, section), Stock(client)]
    for_sale = ForSale(client, section.ship_nodes)
    if section.tell_stock:
        feeds.append(for_sale)

    def order(external_id: str) -> list[Record]:
        found = part(client.get("order", f"/v3/orders/{external_id}", {}), "order")
        return [_read_order(found, section)] if found else []

    def returns_named(number: str) -> list[Record]:
        found = several(client.get("return", "/v3/returns", {"returnOrderId": number}), "returnOrders")
        return [record for one in found for record in returns.returned(one)]

    kept = (section.webhook_secret, section.previous_webhook_secret)
    secrets = tuple(one.get_secret_value() for one in kept if one.get_secret_value())

    def try_out(now: datetime) -> Json:
        since = written(now - timedelta(days=1))
        if section.tell_stock:
            client.get("check stock", "/v3/inventories", {"limit": "1"})
        return client.get("check", "/v3/orders", {"lastModifiedStartDate": since, "limit": "1"})

    return Backend(
        System("walmart", section.label, ACTS, _ELSEWHERE),
        feeds,
        Doorkeeper(section.webhook_header, secrets) if secrets else None,
        Reader(),
        Again({"orders": order, "returns": returns_named}),
        courier=Courier({**Acts(client, section).by_name, listings.ACT: for_sale.tell}),
        inspector=tried(try_out, "Walmart takes the credentials and shows orders.", _LACKING),
        shelves=Shelves(frozenset(section.ship_nodes.values()), section.safety_stock) if section.tell_stock else None,
    )


def _orders(client: Client, section: Walmart, name: str, node: str) -> Changed:
    """Purchase orders that are served from one kind of place."""
    return Changed(
        "Walmart", name, section.history_days, _NAMES,
        lambda reading: client.pages(name, "/v3/orders", {
            "shipNodeType": node, "lastModifiedStartDate": reading["since"], "lastModifiedEndDate": reading["until"],
            "limit": _PAGE,
        }, reading["at"]),
        lambda answer: several(answer, "list", "elements", "order"),
        lambda one: [_read_order(one, section)],
    )  # fmt: skip


def _returns(client: Client, section: Walmart) -> Changed:
    return Changed(
        "Walmart", "returns", section.history_days, _NAMES,
        lambda reading: client.pages("returns", "/v3/returns", {
            "returnLastModifiedStartDate": reading["since"], "returnLastModifiedEndDate": reading["until"],
            "limit": _PAGE,
        }, reading["at"]),
        lambda answer: several(answer, "returnOrders"),
        returns.returned,
    )  # fmt: skip


@dataclass(frozen=True)
class Released:
    """Orders that wait to be acknowledged: each is, once it is kept."""

    client: Client
    section: Walmart
    name: str = "released"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """All that wait; whatever was kept and not acknowledged before is still among them."""
        del cursor
        created = written(now - timedelta(days=self.section.history_days))
        params = {"createdStartDate": created, "limit": _PAGE}
        for answer, _ in self.client.pages(self.name, "/v3/orders/released", params, ""):
            orders = several(answer, "list", "elements", "order")
            taken, faults = _read(orders, lambda one: [_read_order(one, self.section)])
            yield Page(taken, {}, faults)
            for record in taken:
                self.client.change("acknowledge", f"/v3/orders/{record.external_id}/acknowledge")


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
            taken, faults = _read(found, lambda one: [mapping.item(one, now)])
            following = said(answer, "nextCursor")
            at = following if found and following != at else ""
            yield Page(taken, {"at": at}, faults)


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
            taken, faults = _read(found, lambda one: mapping.stock(one, now))
            offset += len(found)
            total = int(part(answer, "headers").get("totalCount") or 0)
            is_last = not found or offset >= total
            yield Page(taken, {"offset": 0 if is_last else offset}, faults)
            if is_last:
                return


def _read_order(found: Json, section: Walmart) -> Record:
    return mapping.order(found, section.label, heeds_cancelling=section.cancels_as_asked)


def _read(found: Iterable[Json], read: Callable[[Json], Iterable[Record]]) -> tuple[list[Record], list[str]]:
    return records("Walmart", found, _NAMES, read)
