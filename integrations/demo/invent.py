"""Makes a whole shop of what the records give: the same cut always makes the same shop.

Recorded: products, prices, who ordered what and when, what was cancelled, what everybody else bought.
Invented, here and in the modules beside this one: names and addresses (people), parcels and their scans (parcels),
taxes, invoices, payments and how cancelled goods came back (bills), suppliers, stock and purchase orders (supply).
The words all that is made from are in words.toml.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from string import capwords
from typing import Any

from integrations.demo import bills, parcels, people, supply
from integrations.demo.cut import Cut, Order
from integrations.demo.people import Person, Row

_WORDS = Path(__file__).parent / "words.toml"
_SMALL = {"Of", "And", "In", "For", "The", "To", "With", "On", "At"}


@dataclass(frozen=True)
class Shop:
    """The tables in the order of the canonical ones, and who is worth a visit."""

    tables: dict[str, list[Row]]
    last_day: date
    featured: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Cast:
    """Orders whose customers the demo introduces."""

    in_two: Order
    credited: Order
    owing: Order
    abroad: Order
    delayed: Order

    @property
    def names(self) -> dict[str, str]:
        return {
            self.in_two.customer: "Zoë Björk",
            self.credited.customer: "Kathleen O'Brien",
            self.owing.customer: "山田花子 | hanako.yamada",
            self.abroad.customer: "Jürgen Köhler",
        }


def shop(cut: Cut) -> Shop:
    """Everything the demo imports."""
    words = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    cut = _readable(cut)
    ends_at = datetime.combine(cut.last_day, time(21))
    cast = _cast(cut)
    who = people.invent(cut.orders, cast.names, {cast.owing.customer}, words)
    carrier = parcels.Carrier(ends_at, cast.in_two.number, cast.delayed.number)
    sent = [carrier.fulfil(order, who[order.customer]) for order in cut.orders]
    returned = bills.returns({one.order.number: one for one in sent}, cut.backs, ends_at)
    ledger = bills.Ledger(who, {cast.owing.number}, ends_at)
    ledger.book(sent, returned)
    made = supply.items(cut, words)
    bought = supply.purchases(made, words, ends_at)
    tables = {
        **people.rows(who),
        **supply.rows(cut, made, bought, words, ends_at),
        "orders": [_order(one, who[one.order.customer], ledger.method(one)) for one in sent],
        "order_lines": [row for one in sent for row in _order_lines(one.order)],
        **ledger.rows(),
        **parcels.rows(sent),
        **bills.return_rows(returned),
        "staff": [dict(one) for one in words["staff"]],
    }
    return Shop(tables, cut.last_day, _featured(cast, who, words))


def featured_toml(made: Shop) -> str:
    """The file featured.toml: the last day of the records and people worth a visit."""
    lines = [f"last_day = {made.last_day}"]
    for email, about in made.featured:
        lines += ["", "[[featured]]", f'email = "{email}"', f'about = "{about}"']
    return "\n".join(lines) + "\n"


def readable(name: str) -> str:
    """A recorded description as people write it.

    >>> readable("SET OF 2 WOODEN MARKET CRATES"), readable("CHILDREN'S T-LIGHT")
    ('Set of 2 Wooden Market Crates', "Children's T-light")
    """
    first, *others = capwords(name).split()
    return " ".join([first, *(word.lower() if word in _SMALL else word for word in others)])


def _readable(cut: Cut) -> Cut:
    products = tuple(replace(product, name=readable(product.name)) for product in cut.products)
    names = {product.sku: product.name for product in products}
    orders = tuple(
        replace(order, lines=tuple(sale._replace(name=names[sale.sku]) for sale in order.lines)) for order in cut.orders
    )
    return replace(cut, products=products, orders=orders)


def _cast(cut: Cut) -> _Cast:
    latest = {order.customer: order for order in cut.orders}
    lately = sorted(latest.values(), key=lambda order: (order.placed_at, order.number), reverse=True)
    end = cut.last_day

    def first(choose: Callable[[Order], bool], orders: Sequence[Order] = lately) -> Order:
        return next(order for order in orders if choose(order))

    in_two = first(
        lambda one: (
            one.country == "GB" and one.placed_at.date() <= end - timedelta(days=2) and 4 <= len(one.lines) <= 12
        )
    )
    delayed = first(
        lambda one: one.country == "GB" and one is not in_two and one.placed_at.date() <= end - timedelta(days=6)
    )
    by_number = {order.number: order for order in cut.orders}
    settled = [by_number[back.order] for back in reversed(cut.backs) if back.at.date() < end - timedelta(days=20)]
    credited = first(lambda one: one.country == "GB" and one not in {in_two, delayed}, settled)
    owing = first(lambda one: one.country == "JP")
    abroad = first(lambda one: one.country == "DE" and one.placed_at.date() <= end - timedelta(days=2))
    return _Cast(in_two, credited, owing, abroad, delayed)


def _featured(cast: _Cast, who: dict[str, Person], words: Any) -> tuple[tuple[str, str], ...]:
    about = {
        cast.in_two: "has an order on its way in two parcels: ask “where is my order?”",
        cast.credited: "sent goods back: ask “was my return refunded?” or for the credit note",
        cast.owing: "has an invoice to pay and a name no Latin font can print: ask for the invoice",
        cast.abroad: "orders from Germany without VAT: ask “where is my last order?”, then “and the invoice?”",
        cast.delayed: "waits for a parcel that is late: ask “where is my parcel?”",
    }
    roles = {
        "planner": "plans purchases and may approve up to £{limit}: open the planner's inbox",
        "support": "looks after customers the bot hands over",
        "admin": "may do everything, without a limit",
    }
    customers = [(who[order.customer].email, sentence) for order, sentence in about.items()]
    staff = [
        (one["email"], roles[one["role"]].format(limit=f"{float(one['approval_limit'] or 0):,.0f}"))
        for one in words["staff"]
    ]
    return (*customers, *staff)


def _order(one: parcels.Fulfilled, person: Person, method: str) -> Row:
    return {
        "order_number": one.order.number,
        "customer_id": one.order.customer,
        "placed_at": parcels.stamp(one.order.placed_at),
        "status": one.status,
        "payment_method": method,
        "ship_name": person.name,
        "ship_line1": person.line1,
        "ship_city": person.city,
        "ship_postcode": person.postcode,
        "ship_country": person.country,
    }


def _order_lines(order: Order) -> list[Row]:
    return [
        {
            "order_number": order.number,
            "line": str(number),
            "sku": sale.sku,
            "description": sale.name,
            "quantity": str(sale.units),
            "unit_price": bills.pounds(sale.price),
            "tax_rate": bills.tax_rate(order.country),
        }
        for number, sale in enumerate(order.lines, 1)
    ]
