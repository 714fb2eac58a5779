"""Records of Odoo made whole: what they refer to is looked up, many at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from core.config import Config
from core.exchange.model import Record
from integrations.odoo import mapping
from integrations.odoo.client import Client
from integrations.odoo.invoices import ISSUED, Bill, invoice
from integrations.odoo.mapping import Books, Offer, Sale, person, ref, sku_of
from integrations.odoo.purchases import Purchase, purchase
from integrations.reading import Json, records, said

PARTNER = (
    "name", "email", "phone", "lang", "vat", "street", "street2", "city", "zip", "country_id", "state_id", "parent_id",
    "is_company", "property_purchase_currency_id", "write_date",
)  # fmt: skip
VARIANT = (
    "name", "default_code", "product_tmpl_id", "lst_price", "categ_id", "weight", "volume", "active", "sale_ok", "type",
    "taxes_id", "product_template_attribute_value_ids", "uom_id", "write_date",
)  # fmt: skip
OFFERED = (
    "partner_id", "name", "product_id", "product_tmpl_id", "min_qty", "price", "discount", "currency_id", "delay",
    "date_start", "date_end", "product_uom", "product_uom_id", "write_date",
)  # fmt: skip
SALE = (
    "name", "partner_id", "partner_shipping_id", "date_order", "state", "currency_id", "warehouse_id", "locked",
    "amount_paid", "write_date",
)  # fmt: skip
PURCHASE = (
    "name", "origin", "partner_id", "state", "currency_id", "date_order", "date_approve", "date_planned",
    "picking_type_id", "acknowledged", "mail_reception_confirmed", "write_date",
)  # fmt: skip
PURCHASE_LINE = (
    "order_id", "product_id", "display_type", "product_qty", "qty_received", "price_unit", "product_uom",
    "product_uom_id", "write_date",
)  # fmt: skip
SALE_LINE = (
    "order_id", "product_id", "name", "display_type", "product_uom_qty", "qty_delivered", "qty_invoiced", "price_unit",
    "discount", "price_subtotal", "price_tax", "write_date",
)  # fmt: skip
PICKING = ("name", "state", "date_done", "carrier_id", "carrier_tracking_ref", "sale_id", "write_date")
_MOVE = (
    "product_id", "purchase_line_id", "picking_id", "state", "date", "quantity", "quantity_done", "product_uom",
    "write_date",
)  # fmt: skip
INVOICE = (
    "name", "move_type", "state", "partner_id", "invoice_date", "invoice_date_due", "invoice_origin", "currency_id",
    "amount_total", "amount_residual", "reversed_entry_id", "write_date",
)  # fmt: skip
_INVOICE_LINE = (
    "move_id", "product_id", "name", "quantity", "price_unit", "discount", "price_subtotal", "tax_ids", "write_date",
)  # fmt: skip
WAREHOUSE = ("name", "code", "partner_id", "write_date")
_MOST_DELAYS = 500
_NAMES = ("name", "default_code", "id")
Read = tuple[list[Record], list[str]]


@dataclass
class Shelves:
    """What is read of one database within one reading; small tables are read once, and each vendor once."""

    client: Client
    config: Config
    now: datetime
    _vendors: set[int] = field(default_factory=set)

    @cached_property
    def books(self) -> Books:
        """Units, countries, taxes and warehouses."""
        units = self._small("uom.uom", "factor", "factor_inv")
        taxes = self._small("account.tax", "amount", "amount_type", "price_include")
        return Books(
            {number: float(one.get("factor_inv") or one["factor"]) for number, one in units.items()},
            {number: said(one, "code") for number, one in self._small("res.country", "code").items()},
            {number: said(one, "code") for number, one in self._small("res.country.state", "code").items()},
            taxes,
            {number: self._code(one) for number, one in self._small("stock.warehouse", *WAREHOUSE).items()},
        )

    def warehouses(self, found: Iterable[Json]) -> Read:
        """Warehouses as locations of ours."""
        some = list(found)
        at = self._partners(ref(one, "partner_id") for one in some)
        home = self.config.shop.country
        countries = {one["id"]: self.books.countries.get(ref(one, "country_id") or 0, home) for one in at.values()}

        def read(one: Json) -> list[Record]:
            return [mapping.warehouse(one, self._code(one), countries.get(ref(one, "partner_id") or 0, home))]

        return self._read(some, read)

    def customers(self, found: Iterable[Json]) -> Read:
        """Contacts as customers of ours."""
        return self._read(found, lambda one: [mapping.customer(one, self.books, self.config.shop.country)])

    def products(self, found: Iterable[Json]) -> Read:
        """Variants as products of ours."""
        some = list(found)
        values = self.client.by_id(
            "product.template.attribute.value",
            [one for product in some for one in product.get("product_template_attribute_value_ids") or ()],
            ("name", "attribute_id"),
        )

        def read(one: Json) -> list[Record]:
            made = mapping.product(one, values, self.books, self.config.shop.currency)
            return [made] if made is not None else []

        return self._read(some, read)

    def vendors(self, ids: Iterable[int | None]) -> Read:
        """Vendors that this reading has not told of yet."""
        wanted = {one for one in ids if one} - self._vendors
        self._vendors |= wanted
        return self._read(self._partners(wanted).values(), lambda one: [self._vendor(one)])

    def offers(self, found: Iterable[Json]) -> Read:
        """What vendors ask for the products that these price lines are about, whole, with the vendors."""
        templates = sorted({ref(one, "product_tmpl_id") or 0 for one in found})
        lines = self.client.found("product.supplierinfo", [["product_tmpl_id", "in", templates]], OFFERED)
        return self._offered(lines, self._variants([["product_tmpl_id", "in", templates]]))

    def offer(self, vendor: int, product: int) -> Record | None:
        """What a vendor asks for a product today; None where nothing."""
        goods = self.client.by_id("product.product", [product], VARIANT)
        if product not in goods:
            return None
        whose = self.client.name_of("product.supplierinfo", "partner_id", "name")
        template = ref(goods[product], "product_tmpl_id")
        some = [[whose, "=", vendor], ["product_tmpl_id", "=", template]]
        lines = self.client.found("product.supplierinfo", some, OFFERED)
        told, _ = self._offered(lines, goods)
        return next((one for one in told if one.external_id == f"{vendor}/{product}"), None)

    def stock(self, ids: Sequence[int]) -> Read:
        """What lies in each warehouse of some products, of what is kept in stock."""
        goods = self.client.by_id("product.product", ids, ("default_code", "type", "is_storable"))
        kept = {number: one for number, one in goods.items() if _is_stored(one)}
        inside = [["product_id", "in", sorted(kept)], ["location_id.usage", "=", "internal"]]
        quants = self.client.found("stock.quant", inside, ("product_id", "location_id", "quantity"))
        places = self.client.by_id(
            "stock.location", [ref(one, "location_id") or 0 for one in quants], ("warehouse_id",)
        )
        here = {number: dict.fromkeys(self.books.warehouses.values(), 0.0) for number in kept}
        for quant in quants:
            house = ref(places.get(ref(quant, "location_id") or 0, {}), "warehouse_id")
            code = self.books.warehouses.get(house or 0)
            if code is not None:
                here[ref(quant, "product_id") or 0][code] += float(quant["quantity"])
        return self._read(kept.values(), lambda one: mapping.stock(one, here[one["id"]], self.now))

    def sales(self, found: Iterable[Json]) -> Read:
        """Sales orders with their customers."""
        orders = list(found)
        ids = [one["id"] for one in orders]
        lines = self._of("sale.order.line", "order_id", ids, SALE_LINE)
        has_stock = "sale_id" in self.client.fields_of("stock.picking")
        pickings = self._of("stock.picking", "sale_id", ids, PICKING) if has_stock else {}
        goods = self.client.by_id(
            "product.product", [ref(one, "product_id") or 0 for many in lines.values() for one in many], _NAMES
        )
        skus = {number: sku_of(one) for number, one in goods.items()}
        named = [ref(one, name) for one in orders for name in ("partner_id", "partner_shipping_id")]
        people = self._partners(named)
        buyers = {ref(one, "partner_id") for one in orders}
        known, _ = self.customers(one for number, one in people.items() if number in buyers and one.get("email"))

        def read(one: Json) -> list[Record]:
            buyer = people[ref(one, "partner_id") or 0]
            ship_to = people.get(ref(one, "partner_shipping_id") or 0, buyer)
            whole = Sale(one, lines.get(one["id"], []), pickings.get(one["id"], []), buyer, ship_to, skus)
            made = mapping.sale(whole, self.books, self.config.shop.country)
            return [made] if made is not None else []

        sold, faults = self._read(orders, read)
        return [*known, *sold], faults

    def purchases(self, found: Iterable[Json]) -> Read:
        """Purchase orders with what came of them, and with their vendors."""
        orders = list(found)
        lines = self._of("purchase.order.line", "order_id", [one["id"] for one in orders], PURCHASE_LINE)
        line_ids = [one["id"] for many in lines.values() for one in many]
        came = [["purchase_line_id", "in", line_ids], ["state", "=", "done"], ["location_id.usage", "=", "supplier"]]
        moves = self.client.found("stock.move", came, _MOVE) if line_ids else []
        pickings = self.client.by_id("stock.picking", [ref(one, "picking_id") or 0 for one in moves], ("date_done",))
        goods = self.client.by_id(
            "product.product", [ref(one, "product_id") or 0 for many in lines.values() for one in many],
            ("default_code", "uom_id"),
        )  # fmt: skip
        kinds = self.client.by_id(
            "stock.picking.type", [ref(one, "picking_type_id") or 0 for one in orders], ("warehouse_id",)
        )

        def read(one: Json) -> list[Record]:
            mine = lines.get(one["id"], [])
            own = {line["id"] for line in mine}
            house = ref(kinds.get(ref(one, "picking_type_id") or 0, {}), "warehouse_id")
            whole = Purchase(
                one, mine, [move for move in moves if ref(move, "purchase_line_id") in own], goods, pickings,
                self.books.warehouses.get(house or 0, "main"),
            )  # fmt: skip
            made = purchase(whole, self.books, self.config.shop.zone)
            return [made] if made is not None else []

        bought, faults = self._read(orders, read)
        vendors, others = self.vendors(ref(one, "partner_id") for one in orders)
        return [*vendors, *bought], [*others, *faults]

    def invoices(self, found: Iterable[Json]) -> Read:
        """Invoices and credit notes with their customers; with a credit note also the invoice that it pays of."""
        some = {one["id"]: one for one in found}
        corrected = [ref(one, "reversed_entry_id") or 0 for one in some.values()]
        some |= self.client.by_id("account.move", [one for one in corrected if one not in some], INVOICE)
        some = {number: one for number, one in some.items() if said(one, "state") == "posted"}
        against = self._of("account.move", "reversed_entry_id", list(some), INVOICE, *ISSUED)
        items = [["display_type", "=", "product"]]
        lines = self._of("account.move.line", "move_id", list(some), _INVOICE_LINE, *items)
        goods = self.client.by_id(
            "product.product", [ref(one, "product_id") or 0 for many in lines.values() for one in many], _NAMES
        )
        skus = {number: sku_of(one) for number, one in goods.items()}
        orders = self._orders_named([said(one, "invoice_origin") for one in some.values()])
        people = self._partners([ref(one, "partner_id") for one in (*some.values(), *orders.values())])
        known, _ = self.customers(one for one in people.values() if one.get("email"))

        def read(one: Json) -> list[Record]:
            order = orders.get(said(one, "invoice_origin"), {})
            payer = people[ref(one, "partner_id") or 0]
            buyer = people.get(ref(order, "partner_id") or 0, payer)
            bill = Bill(
                one, lines.get(one["id"], []), payer, skus, person(buyer) if said(buyer, "email") else None,
                said(order, "name") or None, said(some.get(ref(one, "reversed_entry_id") or 0, {}), "name") or None,
                against.get(one["id"], []),
            )  # fmt: skip
            return [invoice(bill, self.books, self.config.shop.country)]

        told, faults = self._read(some.values(), read)
        return [*known, *told], faults

    def _orders_named(self, names: Iterable[str]) -> dict[str, Json]:
        """Sales orders by their names."""
        wanted = sorted({one for one in names if one})
        found = self.client.found("sale.order", [["name", "in", wanted]], ("name", "partner_id")) if wanted else []
        return {said(one, "name"): one for one in found}

    def _offered(self, lines: Sequence[Json], goods: dict[int, Json]) -> Read:
        whose = self.client.name_of("product.supplierinfo", "partner_id", "name")
        offers = [
            Offer(vendor, one, list(some))
            for one in goods.values()
            for vendor, some in groupby(sorted(_about(lines, one), key=lambda line: ref(line, whose) or 0),
                                        key=lambda line: ref(line, whose) or 0)
        ]  # fmt: skip
        told, faults = self.vendors(offer.vendor for offer in offers)
        today = self.now.astimezone(self.config.shop.zone).date()
        for offer in offers:
            record, wrong = mapping.price_list(offer, self.books, today, self.now)
            told += [record] if record is not None else []
            faults += wrong
        return told, faults

    def _vendor(self, found: Json) -> Record:
        whose = self.client.name_of("product.supplierinfo", "partner_id", "name")
        latest = {"order": "write_date desc, id desc", "limit": _MOST_DELAYS}
        lines = self.client.found("product.supplierinfo", [[whose, "=", found["id"]]], ("delay",), **latest)
        delays = [float(one["delay"]) for one in lines]
        return mapping.vendor(found, self.config.shop.currency, delays, self.now)

    def _variants(self, domain: Sequence[Any]) -> dict[int, Json]:
        found = self.client.found("product.product", domain, VARIANT)
        return {one["id"]: one for one in found}

    def _partners(self, ids: Iterable[int | None]) -> dict[int, Json]:
        return self.client.by_id("res.partner", [one for one in ids if one], PARTNER)

    def _of(
        self, model: str, parent: str, ids: Sequence[int], fields: Sequence[str], *domain: Sequence[Any]
    ) -> dict[int, list[Json]]:
        """The records of a model that hang on some others, by these."""
        some: dict[int, list[Json]] = {}
        for one in self.client.found(model, [[parent, "in", list(ids)], *domain], fields, order="id"):
            some.setdefault(ref(one, parent) or 0, []).append(one)
        return some

    def _small(self, model: str, *fields: str) -> dict[int, Json]:
        return {one["id"]: one for one in self.client.found(model, [], fields)}

    def _code(self, found: Json) -> str:
        code = said(found, "code")
        return self.config.odoo.locations.get(code, code)

    def _read(self, found: Iterable[Json], read: Any) -> Read:
        return records(self.config.odoo.label, found, _NAMES, read)


def _about(lines: Iterable[Json], goods: Json) -> list[Json]:
    """The price lines of a variant: its own, and those for all variants of its template."""
    mine = [one for one in lines if ref(one, "product_tmpl_id") == ref(goods, "product_tmpl_id")]
    return [one for one in mine if ref(one, "product_id") in {None, goods["id"]}]


def _is_stored(found: Json) -> bool:
    """Whether stock is kept of it: a kind of its own up to Odoo 17, a mark since."""
    return bool(found["is_storable"]) if "is_storable" in found else said(found, "type") == "product"
