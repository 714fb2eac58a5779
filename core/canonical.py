"""The tables a shop brings, whatever system they come from: each column, its kind, and what it means.

`docs/import.md` and the templates are printed from here, so that they cannot disagree with what is read.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Kind(Enum):
    """What a column holds, and what type a mapping has to hand over for it."""

    TEXT = "text"
    INTEGER = "whole number"
    MONEY = "amount, 12.34 in the row's currency"  # int, minor units
    RATE = "fraction, 0.2 for 20 %"  # float
    DECIMAL = "decimal number"  # float
    DATE = "date, 2026-01-31"
    TIME = "time, 2026-01-31T09:30:00Z"  # aware datetime
    FLAG = "true or false"
    BREAKS = "price breaks, 48:1.10;144:0.95"  # list of [quantity, minor units]
    PACKS = "packs, 12:0.20:inner;144:1.00:carton"  # list of [units, minor units, name]
    OPTIONS = "options, colour: blue; size: M"  # dict of text


@dataclass(frozen=True)
class Column:
    """One column; `required` means a row without it is refused, otherwise `default` is taken."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    default: str | int | float | bool | None = None
    choices: tuple[str, ...] = ()
    least: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: a file of that name, `key` tells its rows apart."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name, if the table has one."""
        return next((column for column in self.columns if column.name == name), None)


def _text(name: str, meaning: str, *, default: str | None = None) -> Column:
    return Column(name, Kind.TEXT, meaning, default=default)


def _must(name: str, meaning: str, kind: Kind = Kind.TEXT, least: float | None = None) -> Column:
    return Column(name, kind, meaning, required=True, least=least)


def _choice(name: str, meaning: str, *choices: str) -> Column:
    return Column(name, Kind.TEXT, meaning, required=True, choices=choices)


def _count(name: str, meaning: str, default: int | None = None, least: float | None = 0) -> Column:
    return Column(name, Kind.INTEGER, meaning, default=default, least=least)


def _size(name: str, meaning: str) -> Column:
    return Column(name, Kind.DECIMAL, meaning, least=0)


def _amount(name: str, meaning: str, default: int | None = None) -> Column:
    return Column(name, Kind.MONEY, meaning, default=default, least=0)


_CURRENCY = _text("currency", "ISO 4217 code; the shop's own where left out")
_TAX = Column("tax_rate", Kind.RATE, "tax on top of the net price", default=0.0, least=0)

TABLES: tuple[Table, ...] = (
    Table(
        "customers",
        ("customer_id",),
        (
            _must("customer_id", "your own number for the customer"),
            _must("name", "person to address"),
            _must("email", "where codes and invoices go"),
            _text("company", "company name, on invoices", default=""),
            _text("phone", "with country code", default=""),
            _text("language", "two letters", default="en"),
            _must("country", "two letters, ISO 3166"),
            _text("vat_number", "tax number of a business customer", default=""),
        ),
    ),
    Table(
        "addresses",
        ("customer_id", "kind"),
        (
            _must("customer_id", "whose"),
            _choice("kind", "what it is used for", "billing", "shipping"),
            _must("line1", "street and number"),
            _text("line2", "", default=""),
            _must("city", ""),
            _text("postcode", "", default=""),
            _must("country", "two letters, ISO 3166"),
            _text("region", "state or province, where the country writes one", default=""),
        ),
    ),
    Table(
        "account_people",
        ("customer_id", "email"),
        (
            _must("customer_id", "the company account"),
            _must("email", "where this person's codes go"),
            _must("name", "person to address"),
            _choice(
                "role", "what the person may do; see [identity] of the configuration", "owner", "buyer", "accounts"
            ),
        ),
    ),
    Table(
        "payment_methods",
        ("method_id",),
        (
            _must("method_id", ""),
            _must("customer_id", "whose"),
            _choice("kind", "", "card", "paypal", "gift_card", "bank", "invoice"),
            _must("label", "as the customer may read it, masked"),
            _amount("balance", "what is left on a gift card; left out for others"),
            _CURRENCY,
        ),
    ),
    Table(
        "products",
        ("sku",),
        (
            _must("sku", "stock code"),
            _must("name", "what customers call it"),
            _text("category", "", default=""),
            _must("price", "net price today", Kind.MONEY, least=0),
            _CURRENCY,
            _TAX,
            Column("weight_kg", Kind.DECIMAL, "per unit", default=0.0, least=0),
            Column("volume_m3", Kind.DECIMAL, "per unit", default=0.0, least=0),
            _count("shelf_life_days", "how long it keeps once it is here; left out where it keeps", least=1),
            Column("phase_out_on", Kind.DATE, "from when on nobody asks for it any more"),
            Column("obsolescence_rate", Kind.RATE, "chance to go out of use within a year", default=0.0, least=0),
            _amount("salvage_value", "what a unit brings that spoiled or was phased out", default=0),
            Column("returnable", Kind.FLAG, "false for final sale", default=True),
            Column("active", Kind.FLAG, "false when no longer sold", default=True),
            _text("family", "the same for all variants of one thing; left out where there are none", default=""),
            Column("options", Kind.OPTIONS, "what tells the variant apart"),
        ),
    ),
    Table(
        "locations",
        ("location",),
        (
            _must("location", "short code"),
            _must("name", ""),
            _text("country", "two letters", default=""),
            _size("storage_m3", "room for what is there, on its way and ordered; left out for no limit"),
            _amount("budget", "most to order for it in a month; left out for no limit"),
            _CURRENCY,
        ),
    ),
    Table(
        "suppliers",
        ("supplier",),
        (
            _must("supplier", "short code"),
            _must("name", ""),
            _must("email", "where purchase orders go"),
            _CURRENCY,
            _must("lead_time_days", "order to receipt, mean", Kind.DECIMAL, least=0),
            Column("lead_time_sd_days", Kind.DECIMAL, "its standard deviation", default=0.0, least=0),
            Column("review_days", Kind.DECIMAL, "days between two chances to order", default=7.0, least=1),
            _amount("order_cost", "cost of placing one purchase order", default=0),
            _amount("line_cost", "cost of handling one line of it", default=0),
            _amount("minimum_order_value", "smallest order accepted", default=0),
            _text("order_days", "weekdays it takes orders on, such as mon, thu; left out for any", default=""),
            _amount("freight_cost", "what carrying an order costs", default=0),
            _amount("free_freight_from", "order value from which it costs nothing; left out where it always costs"),
            _size("vehicle_weight_kg", "what one trip carries; left out for no limit"),
            _size("vehicle_volume_m3", "likewise"),
            _size("vehicle_pallets", "likewise"),
            _amount("trip_cost", "what a trip costs, however full", default=0),
            _amount("budget", "most to order from it in a month; left out for no limit"),
        ),
    ),
    Table(
        "supplier_closures",
        ("supplier", "first_on"),
        (
            _must("supplier", ""),
            _must("first_on", "first day it neither takes orders nor delivers", Kind.DATE),
            _must("last_on", "last such day", Kind.DATE),
            _text("why", "", default=""),
        ),
    ),
    Table(
        "supplier_items",
        ("supplier", "sku"),
        (
            _must("supplier", ""),
            _must("sku", ""),
            _must("unit_cost", "net purchase price", Kind.MONEY, least=0),
            _CURRENCY,
            _count("minimum", "fewest units on a line", default=1, least=1),
            _count("pack", "units come in multiples of this", default=1, least=1),
            _count("maximum", "most units on a line", least=1),
            _count(
                "available",
                "units the supplier has for all places together, beside what it confirmed already; "
                "left out where it has enough",
            ),
            _count("units_per_pallet", "left out where it travels on none", least=1),
            Column("price_breaks", Kind.BREAKS, "from this quantity on, all units at this price"),
            Column(
                "packs",
                Kind.PACKS,
                "packs within packs, smallest first, which `pack` is then: units in one, what "
                "handling one costs, piece, inner, box, case, carton, layer or pallet",
            ),
        ),
    ),
    Table(
        "events",
        ("event",),
        (
            _must("event", "your own number for it"),
            _must("name", "what planners call it"),
            _choice("kind", "what is special about the days", "promotion", "price", "holiday", "other"),
            _must("first_on", "its first day, past ones too: from them is learnt what it does", Kind.DATE),
            _must("last_on", "its last day", Kind.DATE),
            _text("sku", "the product it is about; left out for all, or all of a category", default=""),
            _text("category", "the category it is about", default=""),
            _text("location", "the place it is held at; left out for all", default=""),
            _amount("price", "net price of the product on these days; left out where it stays"),
            _CURRENCY,
            Column("discount", Kind.RATE, "off the price of today on these days, instead of a price", least=0),
            _size("lift", "times the usual demand you expect; left out where it is to be learnt from earlier ones"),
        ),
    ),
    Table(
        "stock",
        ("sku", "location"),
        (
            _must("sku", ""),
            _must("location", ""),
            _must("on_hand", "counted", Kind.INTEGER, least=0),
            _must("counted_at", "when", Kind.TIME),
        ),
    ),
    Table(
        "orders",
        ("order_number",),
        (
            _must("order_number", "as the customer knows it"),
            _text("customer_id", "left out for a guest"),
            _must("placed_at", "", Kind.TIME),
            _choice("status", "", "open", "packed", "shipped", "delivered", "cancelled"),
            _CURRENCY,
            _text("location", "where it is served from", default="main"),
            _text("payment_method", "as the customer may read it", default=""),
            _text("ship_name", "", default=""),
            _text("ship_line1", "", default=""),
            _text("ship_line2", "", default=""),
            _text("ship_city", "", default=""),
            _text("ship_postcode", "", default=""),
            _text("ship_country", "two letters", default=""),
            _text("ship_region", "state or province, where the country writes one", default=""),
        ),
    ),
    Table(
        "order_lines",
        ("order_number", "line"),
        (
            _must("order_number", ""),
            _must("line", "1, 2, 3 within the order", Kind.INTEGER, least=1),
            _must("sku", ""),
            _must("description", "as on the invoice"),
            _must("quantity", "", Kind.INTEGER, least=1),
            _must("unit_price", "net", Kind.MONEY, least=0),
            _CURRENCY,
            _TAX,
            _amount("discount", "off the line's net", default=0),
        ),
    ),
    Table(
        "invoices",
        ("invoice_number",),
        (
            _must("invoice_number", ""),
            _choice("kind", "", "invoice", "credit_note"),
            _text("order_number", ""),
            _text("customer_id", ""),
            _must("issued_on", "", Kind.DATE),
            Column("due_on", Kind.DATE, "left out where paid at once"),
            _CURRENCY,
            _text("corrects", "the invoice that a credit note corrects"),
            _text("bill_name", "", default=""),
            _text("bill_company", "", default=""),
            _text("bill_line1", "", default=""),
            _text("bill_line2", "", default=""),
            _text("bill_city", "", default=""),
            _text("bill_postcode", "", default=""),
            _text("bill_country", "two letters", default=""),
            _text("bill_vat_number", "", default=""),
            _text("note", "reverse charge and the like", default=""),
        ),
    ),
    Table(
        "invoice_lines",
        ("invoice_number", "line"),
        (
            _must("invoice_number", ""),
            _must("line", "", Kind.INTEGER, least=1),
            _text("sku", "", default=""),
            _must("description", ""),
            _must("quantity", "positive on credit notes too", Kind.INTEGER, least=1),
            _must("unit_price", "net", Kind.MONEY, least=0),
            _CURRENCY,
            _TAX,
            _amount("discount", "off the line's net", default=0),
        ),
    ),
    Table(
        "payments",
        ("payment_id",),
        (
            _must("payment_id", ""),
            _text("order_number", ""),
            _text("invoice_number", ""),
            _choice("kind", "", "payment", "refund"),
            _must("amount", "always positive", Kind.MONEY, least=0),
            _CURRENCY,
            _must("method", "as the customer may read it"),
            _text("method_id", "of payment_methods, where it was one on file"),
            _text("of_payment", "the payment that a refund gives back; empty: one made the same way"),
            _must("paid_at", "", Kind.TIME),
        ),
    ),
    Table(
        "parcels",
        ("tracking_number",),
        (
            _must("tracking_number", ""),
            _must("order_number", ""),
            _must("carrier", ""),
            _must("shipped_at", "", Kind.TIME),
            Column("expected_on", Kind.DATE, "the carrier's estimate"),
        ),
    ),
    Table(
        "parcel_lines",
        ("tracking_number", "line"),
        (
            _must("tracking_number", ""),
            _must("line", "line of the order", Kind.INTEGER, least=1),
            _must("quantity", "", Kind.INTEGER, least=1),
        ),
    ),
    Table(
        "scans",
        ("tracking_number", "scanned_at", "status"),
        (
            _must("tracking_number", ""),
            _must("scanned_at", "", Kind.TIME),
            _choice(
                "status",
                "",
                "label_created",
                "picked_up",
                "in_transit",
                "out_for_delivery",
                "delivered",
                "exception",
                "returned",
                "unknown",
            ),
            _text("place", "", default=""),
            _text("note", "the carrier's words", default=""),
        ),
    ),
    Table(
        "returns",
        ("return_number",),
        (
            _must("return_number", ""),
            _must("order_number", ""),
            _choice("kind", "", "return", "exchange", "claim", "withdrawal"),
            _choice(
                "status",
                "",
                "requested",
                "approved",
                "in_transit",
                "received",
                "refunded",
                "exchanged",
                "rejected",
                "cancelled",
            ),
            _must("requested_at", "", Kind.TIME),
        ),
    ),
    Table(
        "return_lines",
        ("return_number", "line"),
        (
            _must("return_number", ""),
            _must("line", "line of the order", Kind.INTEGER, least=1),
            _must("quantity", "", Kind.INTEGER, least=1),
            _text("reason", "", default=""),
        ),
    ),
    Table(
        "purchase_orders",
        ("purchase_order_number",),
        (
            _must("purchase_order_number", ""),
            _must("supplier", ""),
            _must("location", ""),
            _choice("status", "", "approved", "sent", "confirmed", "received", "cancelled"),
            _must("ordered_at", "", Kind.TIME),
            _must("expected_on", "", Kind.DATE),
            Column("received_at", Kind.TIME, "when it all had arrived"),
            _CURRENCY,
        ),
    ),
    Table(
        "purchase_order_lines",
        ("purchase_order_number", "line"),
        (
            _must("purchase_order_number", ""),
            _must("line", "", Kind.INTEGER, least=1),
            _must("sku", ""),
            _must("quantity", "", Kind.INTEGER, least=1),
            _count("received", "units already here, those of receipts among them", default=0),
            _must("unit_cost", "", Kind.MONEY, least=0),
            _CURRENCY,
        ),
    ),
    Table(
        "receipts",
        ("receipt_number", "purchase_order_number", "line"),
        (
            _must("receipt_number", "of the delivery note; the same one is booked once"),
            _must("purchase_order_number", ""),
            _must("line", "line of the purchase order", Kind.INTEGER, least=1),
            _must("units", "units that came, put on the shelf", Kind.INTEGER, least=1),
            _must("received_at", "", Kind.TIME),
        ),
    ),
    Table(
        "sales",
        ("sku", "location", "sold_on"),
        (
            _must("sku", ""),
            _text("location", "", default="main"),
            _must("sold_on", "", Kind.DATE),
            _must("units", "sold that day beyond what orders hold", Kind.INTEGER),
            Column("in_stock", Kind.RATE, "share of the day it was on sale", default=1.0, least=0),
        ),
    ),
    Table(
        "staff",
        ("email",),
        (
            _must("email", ""),
            _must("name", ""),
            _choice("role", "", "planner", "support", "admin"),
            _amount("approval_limit", "largest purchase order this person may approve; left out for no limit"),
            _CURRENCY,
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Fault:
    """Why something of an import was left out: `column` is empty where the whole row or file is meant."""

    table: str
    line: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Batch:
    """Rows of one table on their way in, each with the line it stood on, and what was left out on the way."""

    table: str
    rows: list[dict[str, Any]]
    lines: list[int]
    faults: list[Fault] = field(default_factory=list)


def completed(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the defaults of the columns they leave out; all rows of a table leave out the same."""
    absent = {one.name: one.default for one in BY_NAME[table].columns if rows and one.name not in rows[0]}
    for row in rows if absent else ():
        row.update(absent)
    return rows
