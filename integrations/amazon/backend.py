"""Amazon's marketplaces as a connected system: read often, and what they keep to themselves is done there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx

from core.clock import Clock
from core.config import Config
from core.exchange.model import ACTS, Cursor, Page, Record, System
from core.exchange.ports import Backend, Feed, Found
from core.systems import Amazon
from integrations.amazon import mapping
from integrations.amazon.addresses import Addresses
from integrations.amazon.courier import ACTS as _TAKEN
from integrations.amazon.courier import Acts
from integrations.connected import Courier
from integrations.marketplaces import Again, Changed, Pages, tried
from integrations.reading import Json, part, records, several, written
from integrations.selling_partner import Client, paged

_ORDERS = "/orders/2026-01-01/orders"
_STOCK = "/fba/inventory/v1/summaries"
_RETURNS = "/externalFulfillment/2024-09-11/returns"
_WANTED = "BUYER,RECIPIENT,PROCEEDS,FULFILLMENT,PACKAGES,CANCELLATION"
_AT_SELLERS = "https://sellercentral.amazon.com/orders-v3"
_AGO = timedelta(minutes=3)  # Amazon shows nothing of the last two minutes
_NAMES = ("orderId", "id", "sellerSku")
_LACKING = "The app needs the roles for orders, buyers and recipients, and Inventory for stock."


def backend(config: Config, clock: Clock, transport: httpx.BaseTransport | None = None) -> Backend:
    """The marketplaces that the configuration names."""
    section = config.amazon
    client = Client(section, clock, transport)
    elsewhere = dict.fromkeys(ACTS - _TAKEN, f"{section.storefront}/your-orders") | {"refund": _AT_SELLERS}
    addresses = Addresses(client, section, clock)
    feeds: list[Feed] = [_orders(client, section, addresses)]
    if section.reads_stock:
        feeds.append(Stock(client, section))
    if section.reads_returns:
        feeds.append(_returns(client, section))

    def order_there(number: str) -> Json:
        return _order(client, number)

    def order(external_id: str) -> list[Record]:
        found = order_there(external_id)
        return [mapping.order(one, section.label) for one in addresses.completed([found])] if found else []

    def try_out(now: datetime) -> Json:
        asked = {"marketplaceIds": ",".join(section.marketplaces), "maxResultsPerPage": "1",
                 "lastUpdatedAfter": written(now - timedelta(hours=1)), "includedData": "BUYER,RECIPIENT"}  # fmt: skip
        return client.get("orders", _ORDERS, asked)

    try_it = tried(try_out, f"{section.label} takes the credentials and shows orders.", _LACKING)

    def inspect(now: datetime) -> Sequence[Found]:
        found = try_it(now)
        return [*found, *addresses.found()] if all(one.is_well for one in found) else found

    return Backend(
        System("amazon", section.label, _TAKEN, elsewhere),
        feeds,
        refetch=Again({"orders": order}),
        courier=Courier(Acts(order_there, client, section).by_name),
        inspector=inspect,
    )


def _orders(client: Client, section: Amazon, addresses: Addresses) -> Changed:
    """Orders, with what they say of products."""

    def ask(reading: Mapping[str, str]) -> Pages:
        asked = {
            "marketplaceIds": ",".join(section.marketplaces), "lastUpdatedAfter": reading["since"],
            "lastUpdatedBefore": reading["until"], "includedData": _WANTED, "maxResultsPerPage": "100",
        }  # fmt: skip
        return client.pages("orders", _ORDERS, paged("paginationToken", asked), reading["at"])

    def read(one: Json) -> Iterable[Record]:
        listed = mapping.products(one) if section.takes_items else ()
        return [*listed, mapping.order(one, section.label)]

    return Changed(
        "Amazon", "orders", section.history_days, _NAMES, ask,
        lambda answer: addresses.if_told(several(answer, "orders")), read, _AGO, addresses.owed,
    )  # fmt: skip


def _returns(client: Client, section: Amazon) -> Changed:
    """Returns; each is put to the line of its order."""

    def ask(reading: Mapping[str, str]) -> Pages:
        asked = {"lastUpdatedSince": reading["since"], "lastUpdatedUntil": reading["until"], "maxResults": "100"}
        return client.pages("returns", _RETURNS, paged("nextToken", asked), reading["at"])

    def read(one: Json) -> Iterable[Record]:
        found = _order(client, mapping.order_of_return(one))
        return [mapping.returned(one, mapping.lines_of(found))]

    return Changed(
        "Amazon", "returns", section.history_days, _NAMES, ask, lambda answer: several(answer, "returns"), read, _AGO
    )


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
        asked = {"details": "true", "granularityType": "Marketplace", "granularityId": marketplace,
                 "marketplaceIds": marketplace}  # fmt: skip
        for answer, _ in self.client.pages(self.name, _STOCK, paged("nextToken", asked), ""):
            found = several(answer, "payload", "inventorySummaries")
            taken, faults = records("Amazon", found, _NAMES, lambda one: mapping.stock(one, now))
            yield Page(taken, {}, faults)


def _order(client: Client, number: str) -> Json:
    return part(client.get("order", f"{_ORDERS}/{quote(number, safe='')}", {"includedData": _WANTED}), "order")
