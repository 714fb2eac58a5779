"""Amazon's marketplaces as a connected system: read often, and what they keep to themselves is done there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx

from core.clock import Clock
from core.config import Config
from core.exchange.model import ACTS, Cursor, Page, Record, System
from core.exchange.ports import Backend, Feed, Found, Outcome, Trouble
from core.systems import Amazon
from integrations.amazon import mapping
from integrations.amazon.client import Client
from integrations.reading import Json, after, part, records, several, span, written

_ORDERS = "/orders/2026-01-01/orders"
_STOCK = "/fba/inventory/v1/summaries"
_RETURNS = "/externalFulfillment/2024-09-11/returns"
_WANTED = "BUYER,RECIPIENT,PROCEEDS,FULFILLMENT,PACKAGES,CANCELLATION"
_AT_SELLERS = "https://sellercentral.amazon.com/orders-v3"
_AGO = timedelta(minutes=3)  # Amazon shows nothing of the last two minutes


def backend(config: Config, clock: Clock, transport: httpx.BaseTransport | None = None) -> Backend:
    """The marketplaces that the configuration names."""
    section = config.amazon
    client = Client(section, clock, transport)
    elsewhere = dict.fromkeys(ACTS, f"{section.storefront}/your-orders") | {"refund": _AT_SELLERS}
    feeds: list[Feed] = [Orders(client, section)]
    if section.reads_stock:
        feeds.append(Stock(client, section))
    if section.reads_returns:
        feeds.append(Returns(client, section))
    return Backend(
        System("amazon", section.label, frozenset(), elsewhere),
        feeds,
        refetch=Again(client, section),
        inspector=lambda now: _inspect(client, section, now),
    )


@dataclass(frozen=True)
class Orders:
    """Orders by when they were last changed, with what they say of products."""

    client: Client
    section: Amazon
    name: str = "orders"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since; at first as far back as the configuration says."""
        reading = span(cursor, now - _AGO, self.section.history_days)

        def params(at: str) -> Mapping[str, str]:
            asked = {
                "marketplaceIds": ",".join(self.section.marketplaces), "lastUpdatedAfter": reading["since"],
                "lastUpdatedBefore": reading["until"], "includedData": _WANTED, "maxResultsPerPage": "100",
            }  # fmt: skip
            return {**asked, "paginationToken": at} if at else asked

        for answer, at in self.client.pages(self.name, _ORDERS, params, reading["at"]):
            taken, faults = _read(several(answer, "orders"), self._records)
            yield Page(taken, after(reading, at), faults)

    def _records(self, one: Json) -> Iterable[Record]:
        listed = mapping.products(one) if self.section.takes_items else ()
        return [*listed, mapping.order(one, self.section.label)]


@dataclass(frozen=True)
class Stock:
    """What lies in Amazon's warehouses."""

    client: Client
    section: Amazon
    name: str = "stock"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Every product's stock; a page's token is good for half a minute, so one that was cut off begins anew."""
        del cursor
        marketplace = self.section.marketplaces[0]

        def params(at: str) -> Mapping[str, str]:
            asked = {"details": "true", "granularityType": "Marketplace", "granularityId": marketplace,
                     "marketplaceIds": marketplace}  # fmt: skip
            return {**asked, "nextToken": at} if at else asked

        for answer, _ in self.client.pages(self.name, _STOCK, params, ""):
            found = several(answer, "payload", "inventorySummaries")
            taken, faults = _read(found, lambda one: mapping.stock(one, now))
            yield Page(taken, {}, faults)


@dataclass(frozen=True)
class Returns:
    """Returns by when they were last changed; each is put to the line of its order."""

    client: Client
    section: Amazon
    name: str = "returns"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since."""
        reading = span(cursor, now - _AGO, self.section.history_days)

        def params(at: str) -> Mapping[str, str]:
            asked = {"lastUpdatedSince": reading["since"], "lastUpdatedUntil": reading["until"], "maxResults": "100"}
            return {**asked, "nextToken": at} if at else asked

        for answer, at in self.client.pages(self.name, _RETURNS, params, reading["at"]):
            taken, faults = _read(several(answer, "returns"), self._records)
            yield Page(taken, after(reading, at), faults)

    def _records(self, one: Json) -> Iterable[Record]:
        found = _order(self.client, mapping.order_of_return(one))
        return [mapping.returned(one, mapping.lines_of(found))]


@dataclass(frozen=True)
class Again:
    """Looks one order up."""

    client: Client
    section: Amazon

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The order as it is now; nothing else is looked up singly."""
        if table != "orders":
            return []
        found = _order(self.client, external_id)
        return [mapping.order(found, self.section.label)] if found else []


def _order(client: Client, number: str) -> Json:
    return part(client.get("order", f"{_ORDERS}/{quote(number, safe='')}", {"includedData": _WANTED}), "order")


def _read(found: Iterable[Json], read: Callable[[Json], Iterable[Record]]) -> tuple[list[Record], list[str]]:
    return records("Amazon", found, ("orderId", "id", "sellerSku"), read)


def _inspect(client: Client, section: Amazon, now: datetime) -> Sequence[Found]:
    asked = {"marketplaceIds": ",".join(section.marketplaces), "lastUpdatedAfter": written(now - timedelta(hours=1)),
             "maxResultsPerPage": "1", "includedData": "BUYER,RECIPIENT"}  # fmt: skip
    try:
        client.get("orders", _ORDERS, asked)
    except Trouble as trouble:
        if trouble.outcome is Outcome.FORBIDDEN:
            told = f"{trouble} The app needs the roles for orders, buyers and recipients, and Inventory for stock."
            return [Found(is_well=False, text=told)]
        return [Found(is_well=False, text=str(trouble))]
    return [Found(is_well=True, text=f"{section.label} takes the credentials and shows orders.")]
