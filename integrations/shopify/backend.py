"""A Shopify shop as a connected system."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from core.clock import Clock, utc_now
from core.config import Config
from core.exchange import listings
from core.exchange.model import Record, System
from core.exchange.ports import Backend, Found, Shelves
from integrations.connected import Courier, clock_found, currency_found, gone, inspector
from integrations.http import Given
from integrations.shopify import mapping, orders
from integrations.shopify.client import LABEL, Client, client
from integrations.shopify.courier import ACTS, Acts
from integrations.shopify.feeds import feeds, with_all_lines
from integrations.shopify.mapping import nodes, number_in
from integrations.shopify.offers import Offers
from integrations.shopify.webhook import Doorkeeper, Reader

SCOPES = (
    "read_orders", "write_orders", "read_all_orders", "write_order_edits", "read_draft_orders", "write_draft_orders",
    "read_returns", "write_returns", "read_customers", "read_products", "read_inventory", "read_locations",
    "read_fulfillments",
)  # fmt: skip
STOCK_SCOPE = "write_inventory"  # where it is told of stock
_OPTIONAL = {"read_all_orders": "orders older than 60 days stay unread"}
_VARIANT = "gid://shopify/ProductVariant/"


def backend(config: Config, clock: Clock = utc_now, **given: Unpack[Given]) -> Backend:
    """The shop in the configuration."""
    shop = config.shopify
    speaks = client(shop, clock, **given)
    secrets = [one.get_secret_value() for one in (shop.client_secret, shop.previous_client_secret)]
    signed_by = tuple(secret for secret in secrets if secret)
    return Backend(
        System("shopify", LABEL, ACTS),
        feeds(speaks, config),
        Doorkeeper(shop.shop, signed_by) if signed_by else None,
        Reader(),
        Refetch(speaks, config, clock),
        Courier({**Acts(speaks).by_name, listings.ACT: Offers(speaks).tell}),
        inspector(Look(speaks, config), "Check shopify.shop and shopify.token."),
        speaks.http.close,
        shelves=Shelves(frozenset(shop.locations.values()), shop.safety_stock) if shop.tell_stock else None,
    )


@dataclass(frozen=True)
class Refetch:
    """Looks single records up; a product is hinted at as a whole, and missed variant by variant."""

    client: Client
    config: Config
    clock: Clock

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is now, with its customer, returns or variants; one that is no more says so."""
        shop, home = self.config.shopify, self.config.shop.country
        if table == "returns":
            found = self.client.ask("return_order", {"id": external_id})["return"]
            return self("orders", found["order"]["id"]) if found else ()
        if table == "orders":
            order = self.client.ask("order", {"id": external_id})["order"]
            return (
                orders.order(with_all_lines(self.client, order), shop).records
                if order
                else [self._gone(table, external_id)]
            )
        if table == "customers":
            node = self.client.ask("customer", {"id": external_id})["customer"]
            return mapping.customer(node, home).records if node else [self._gone(table, external_id)]
        if table == "products" and external_id.startswith(_VARIANT):
            node = self.client.ask("variant", {"id": external_id})["productVariant"]
            known = mapping.variant(node, self.config.shop.currency).records if node else ()
            return known or [self._gone(table, external_id)]
        if table == "products":
            asked = {"first": 100, "after": None, "query": f"product_id:{number_in(external_id)}"}
            variants = nodes(self.client.ask("variants", asked), "productVariants")
            found = [one for node in variants for one in mapping.variant(node, self.config.shop.currency).records]
            return found or [self._gone(table, external_id)]
        node = self.client.ask("item", {"id": external_id})["inventoryItem"]
        return mapping.item(node, shop).records if node else ()

    def _gone(self, table: str, external_id: str) -> Record:
        return gone(table, external_id, self.clock())


@dataclass(frozen=True)
class Look:
    """Looks at the shop: token, scopes, clock, currency and one read."""

    client: Client
    config: Config

    def __call__(self, now: datetime) -> Iterator[Found]:
        """A line for each thing looked at."""
        told = self.client.ask("inspect")
        shop = told["shop"]
        yield Found(True, f"{LABEL}: lets us in as an app of “{shop['name']}”.")
        has = {one["handle"] for one in told["currentAppInstallation"]["accessScopes"]}
        wanted = (*SCOPES, STOCK_SCOPE) if self.config.shopify.tell_stock else SCOPES
        lacking = [one for one in wanted if one not in has and one.replace("read_", "write_") not in has]
        needed = [one for one in lacking if one not in _OPTIONAL]
        if needed:
            yield Found(False, f"{LABEL}: the app lacks {', '.join(needed)}; grant them and install it again.")
        yield from (Found(True, f"{LABEL}: without {one} {what}.") for one, what in _OPTIONAL.items() if one in lacking)
        yield from clock_found(self.client.http, now)
        yield from currency_found(self.client.http, {shop["currencyCode"]}, self.config.shop.currency)
        if not self.config.shopify.client_secret.get_secret_value():
            yield Found(True, f"{LABEL}: without shopify.client_secret it cannot deliver; changes are read.")
