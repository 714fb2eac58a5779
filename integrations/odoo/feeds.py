"""Reading Odoo: whatever was changed since, by ascending ids; what was cut off goes on behind its last page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.config import Config
from core.exchange.model import Cursor, Page
from core.exchange.ports import Feed
from integrations.odoo.client import Client
from integrations.odoo.invoices import ISSUED
from integrations.odoo.shelves import INVOICE, OFFERED, PARTNER, PURCHASE, SALE, VARIANT, WAREHOUSE, Read, Shelves
from integrations.reading import Json, after, written

_GOODS = [["type", "in", ["product", "consu"]]]
_CUSTOMERS = ["|", ["customer_rank", ">", 0], ["sale_order_ids", "!=", False]]
_PIECE = 100


@dataclass(frozen=True)
class Changes:
    """Records of a model: those that changed themselves, or with what hangs on them by a field of `beside`."""

    name: str
    client: Client
    config: Config
    model: str
    fields: Sequence[str]
    read: Callable[[Shelves, Sequence[Json]], Read]
    domain: Sequence[Any] = ()
    beside: tuple[str, ...] = ()
    dated: str = ""

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since; at first all there is, orders as far back as the configuration says."""
        reading = _reading(cursor, now)
        shelves, last = Shelves(self.client, self.config, now), int(reading["at"] or 0)
        domain = [*self.domain, *self._changed(reading["since"]), *self._recent(reading["since"], now)]
        for found in self.client.pages(self.model, domain, self.fields, last, _PIECE):
            told, faults = self.read(shelves, found)
            yield Page(told, {**reading, "at": str(found[-1]["id"])}, faults)
        yield Page([], after(reading, ""))

    def _changed(self, since: str) -> list[Any]:
        if not since:
            return []
        known = self.client.fields_of(self.model)
        paths = ["write_date", *(f"{name}.write_date" for name in self.beside if name.partition(".")[0] in known)]
        return ["|"] * (len(paths) - 1) + [[path, ">=", _there(since)] for path in paths]

    def _recent(self, since: str, now: datetime) -> list[Any]:
        if since or not self.dated:
            return []
        return [[self.dated, ">=", _there(written(now - timedelta(days=self.config.odoo.history_days)))]]


@dataclass(frozen=True)
class Stock:
    """What lies in each warehouse of the products that moved since, or of all."""

    client: Client
    config: Config
    name: str = "stock"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """A count of every product that moved; of what was sold out Odoo keeps no record, so moves are asked for."""
        reading = _reading(cursor, now)
        shelves, last = Shelves(self.client, self.config, now), int(reading["at"] or 0)
        for some in self._pieces(reading["since"], last):
            told, faults = shelves.stock(some)
            yield Page(told, {**reading, "at": str(some[-1])}, faults)
        yield Page([], after(reading, ""))

    def _pieces(self, since: str, last: int) -> Iterator[list[int]]:
        if not since:
            for found in self.client.pages("product.product", _GOODS, ("id",), last, _PIECE):
                yield [one["id"] for one in found]
            return
        moved = sorted(one for one in self._moved(_there(since)) if one > last)
        for first in range(0, len(moved), _PIECE):
            yield moved[first : first + _PIECE]

    def _moved(self, since: str) -> set[int]:
        asked: Iterable[tuple[str, list[Any]]] = (("stock.move", [["state", "=", "done"]]), ("stock.quant", []))
        return {
            one["product_id"][0]
            for model, domain in asked
            for found in self.client.pages(model, [*domain, ["write_date", ">=", since]], ("product_id",), 0)
            for one in found
        }


def feeds(client: Client, config: Config) -> Sequence[Feed]:
    """What is read, parents first; receipts come with their orders, before stock is counted."""

    def changes(name: str, model: str, fields: Sequence[str], read: Any, **more: Any) -> Changes:
        return Changes(name, client, config, model, fields, read, **more)

    section = config.odoo
    places = changes("locations", "stock.warehouse", WAREHOUSE, Shelves.warehouses)
    goods = changes(
        "products", "product.product", VARIANT, Shelves.products, domain=_GOODS, beside=("product_tmpl_id",)
    )
    vendors = changes("vendors", "res.partner", PARTNER, _vendors, domain=[["supplier_rank", ">", 0]])
    prices = changes("prices", "product.supplierinfo", OFFERED, Shelves.offers)
    people = changes("customers", "res.partner", PARTNER, Shelves.customers, domain=_CUSTOMERS)
    hangs_on = {"beside": ("order_line", "picking_ids"), "dated": "date_order"}
    invoiced = ("order_line.invoice_lines",) if section.takes_invoices else ()
    sales = changes(
        "orders", "sale.order", SALE, Shelves.sales, **{**hangs_on, "beside": (*hangs_on["beside"], *invoiced)}
    )
    settled = ("invoice_line_ids", "line_ids.matched_debit_ids", "line_ids.matched_credit_ids")
    invoices = changes(
        "invoices", "account.move", INVOICE, Shelves.invoices, domain=ISSUED, beside=settled, dated="create_date"
    )
    purchases = changes("purchases", "purchase.order", PURCHASE, Shelves.purchases, **hangs_on)
    return (
        places,
        *((goods,) if section.takes_items else ()),
        vendors,
        prices,
        *((people, sales) if section.takes_sales else ()),
        *((invoices,) if section.takes_sales and section.takes_invoices else ()),
        purchases,
        *((Stock(client, config),) if section.reads_stock else ()),
    )


def _vendors(shelves: Shelves, found: Sequence[Json]) -> Read:
    return shelves.vendors(one["id"] for one in found)


def _reading(cursor: Cursor | None, now: datetime) -> dict[str, str]:
    """From when changes are read (all where nothing is said), when this reading began, and behind which id it is."""
    kept = dict(cursor or {})
    return {"since": kept.get("since") or "", "until": kept.get("until") or written(now), "at": kept.get("at") or ""}


def _there(moment: str) -> str:
    """A moment as Odoo writes it: in UTC, without saying so."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
