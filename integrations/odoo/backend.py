"""An Odoo ERP as a connected system: read often; orders to its vendors kept there, its customers' orders changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from core.clock import Clock, utc_now
from core.config import Config
from core.exchange.model import ACTS, ENDING, SUPPLY, Record, System
from core.exchange.ports import Backend, Found, Outcome, Trouble
from integrations.connected import Courier, clock_found, currency_found, gone, inspector
from integrations.http import Given
from integrations.odoo.client import Client, client
from integrations.odoo.courier import LONGEST_CALL_S, Acts
from integrations.odoo.feeds import feeds
from integrations.odoo.mapping import CHANGES
from integrations.odoo.shelves import INVOICE, PARTNER, PURCHASE, SALE, VARIANT, Read, Shelves
from integrations.reading import Json

_READ = (
    "stock.warehouse", "product.product", "product.supplierinfo", "res.partner", "purchase.order", "stock.move",
    "account.tax", "uom.uom",
)  # fmt: skip
_BOOKS = ("account.move", "account.move.line", "account.partial.reconcile")


def backend(config: Config, clock: Clock = utc_now, **given: Unpack[Given]) -> Backend:
    """The database in the configuration."""
    section = config.odoo
    speaks = client(section, clock, **given)
    supply = SUPPLY if section.tells_vendors else frozenset({"purchase_order"})
    changes = CHANGES if section.takes_sales and section.takes_changes else frozenset()
    acts = changes | (supply if section.takes_orders else frozenset())
    return Backend(
        System("odoo", section.label, acts, dict.fromkeys(ACTS - acts, f"{section.url}/my/orders")),
        feeds(speaks, config),
        refetch=Refetch(speaks, config, clock),
        courier=Courier(Acts(speaks, config).by_name, LONGEST_CALL_S) if acts else None,
        inspector=inspector(Look(speaks, config), "Check odoo.url, odoo.database, odoo.user and odoo.key."),
        close=speaks.http.close,
    )


@dataclass(frozen=True)
class Refetch:
    """Looks single records up."""

    client: Client
    config: Config
    clock: Clock

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is now, or that it is gone."""
        now = self.clock()
        shelves = Shelves(self.client, self.config, now)
        if table == "supplier_items":
            vendor, _, product = external_id.partition("/")
            offer = shelves.offer(int(vendor), int(product))
            return [offer or gone(table, external_id, now)]
        if table not in _TABLES:
            return []
        model, fields, read = _TABLES[table]
        found = self.client.found(model, [["id", "=", int(external_id)]], fields)
        if not found and table in ENDING and self._isgone(model, int(external_id)):
            return [gone(table, external_id, now)]
        return read(shelves, found)[0]

    def _isgone(self, model: str, number: int) -> bool:
        """Whether there is no such record: one that we may not see is refused, not missing."""
        try:
            return not self.client.ask(model, "read", ids=[number], fields=["id"])
        except Trouble as trouble:
            if trouble.outcome is not Outcome.FORBIDDEN:
                raise
            return False


_TABLES: dict[str, tuple[str, Sequence[str], Callable[[Shelves, Sequence[Json]], Read]]] = {
    "products": ("product.product", VARIANT, Shelves.products),
    "customers": ("res.partner", PARTNER, Shelves.customers),
    "orders": ("sale.order", SALE, Shelves.sales),
    "invoices": ("account.move", INVOICE, Shelves.invoices),
    "purchase_orders": ("purchase.order", PURCHASE, Shelves.purchases),
}


@dataclass(frozen=True)
class Look:
    """Looks at the database: user, access rights, clock, currency."""

    client: Client
    config: Config

    def __call__(self, now: datetime) -> Iterator[Found]:
        """A line for each thing looked at."""
        section, label = self.config.odoo, self.config.odoo.label
        companies = self.client.found("res.company", [], ("name", "currency_id"))
        yield Found(True, f"{label}: lets us in.")
        wanted = [*_READ, *(["sale.order"] if section.takes_sales else [])]
        wanted += list(_BOOKS) if section.takes_sales and section.takes_invoices else []
        wanted += ["stock.quant", "stock.location"] if section.reads_stock else []
        lacking = [model for model in wanted if not self._may_read(model)]
        if lacking:
            yield Found(False, f"{label}: the user may not read {', '.join(lacking)}; see docs/odoo.md.")
        lacking = [f"{operation} {model}" for model, operation in self._wants() if not self._may(model, operation)]
        if lacking:
            yield Found(False, f"{label}: the user may not {', '.join(lacking)}; see docs/odoo.md.")
        if len(companies) > 1:
            yield Found(False, f"{label}: the user sees {len(companies)} companies; allow it one only.")
        sells_in = {str(one["currency_id"][1]) for one in companies if one.get("currency_id")}
        yield from currency_found(self.client.http, sells_in, self.config.shop.currency)
        yield from clock_found(self.client.http, now)

    def _may_read(self, model: str) -> bool:
        try:
            self.client.found(model, [], ("id",), limit=1)
        except Trouble:
            return False
        return True

    def _wants(self) -> Iterator[tuple[str, str]]:
        """What has to be allowed for writing."""
        section = self.config.odoo
        if section.takes_orders:
            yield "purchase.order", "create"
        if section.takes_sales and section.takes_changes:
            yield from (("sale.order", "write"), ("res.partner", "create"))

    def _may(self, model: str, operation: str) -> bool:
        """Asked in the words of Odoo 18 and later, and where they are not known in those before."""
        try:
            return bool(self.client.ask(model, "has_access", ids=[], operation=operation))
        except Trouble:
            pass
        try:
            may = self.client.ask(model, "check_access_rights", operation=operation, raise_exception=False)
        except Trouble:
            return False
        return bool(may)
