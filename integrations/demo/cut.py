"""Cuts the demo shop from the Online Retail II records: python -m integrations.demo.cut FILE.

Only lines from 2010-12-01 on are used, which come from a source that allows it; see data/README.md.
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import NamedTuple

FIRST_DAY = date(2010, 12, 1)
FOLDER = Path(__file__).parent / "data"
_PRODUCTS = 300
_WEEKS = 22  # of the thirty: what sells in fewer is a passing thing
_LARGEST_LINE = 1_000  # units; whoever buys more at once would be half of the shop
_AT_HOME = 210
_LATELY_AT_HOME = 70
_LATELY = timedelta(days=8)
_COUNTRIES = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
    "Channel Islands": "JE", "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE", "Finland": "FI",
    "France": "FR", "Germany": "DE", "Greece": "GR", "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP",
    "Lebanon": "LB", "Lithuania": "LT", "Malta": "MT", "Netherlands": "NL", "Norway": "NO", "Poland": "PL",
    "Portugal": "PT", "Saudi Arabia": "SA", "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH",
    "United Arab Emirates": "AE", "United Kingdom": "GB", "USA": "US",
}  # fmt: skip


class Sale(NamedTuple):
    """One line of the records; negative units take goods back."""

    invoice: str
    sku: str
    name: str
    units: int
    at: datetime
    price: int
    customer: str
    country: str


@dataclass(frozen=True)
class Product:
    """A product with its price in pence and the units sold in all."""

    sku: str
    name: str
    price: int
    units: int


@dataclass(frozen=True)
class Order:
    """A recorded order, cut down to the products of the demo."""

    number: str
    customer: str
    country: str
    placed_at: datetime
    lines: tuple[Sale, ...]


@dataclass(frozen=True)
class Back:
    """Units of an order's line (1, 2, 3 …) that were cancelled."""

    order: str
    line: int
    units: int
    at: datetime


@dataclass(frozen=True)
class Cut:
    """What the records give the demo; times are the shop's wall clock."""

    products: tuple[Product, ...]
    orders: tuple[Order, ...]
    backs: tuple[Back, ...]
    other_sales: dict[tuple[str, date], int]
    last_day: date


def cut(sales: Sequence[Sale]) -> Cut:
    """Choose products and customers and take all that concerns them; the same records give the same cut."""
    bought = [sale for sale in sales if sale.units > 0]
    products = _products(bought)
    skus = {product.sku for product in products}
    bought = [sale for sale in bought if sale.sku in skus]
    last_day = max(sale.at for sale in sales).date()
    chosen = _customers(bought, last_day)
    orders = _orders([sale for sale in bought if sale.customer in chosen])
    taken_back = [sale for sale in sales if sale.units < 0 and sale.sku in skus]
    backs = _backs(orders, [sale for sale in taken_back if sale.customer in chosen])
    return Cut(products, orders, backs, _others(bought, taken_back, chosen), last_day)


def _products(bought: Sequence[Sale]) -> tuple[Product, ...]:
    """Every so many of those that sell regularly, from the best seller to the slowest."""
    weeks, units, largest = defaultdict(set), Counter[str](), Counter[str]()
    prices, names = defaultdict(list), dict[str, str]()
    for sale in bought:
        weeks[sale.sku].add((sale.at.date() - FIRST_DAY).days // 7)
        units[sale.sku] += sale.units
        largest[sale.sku] = max(largest[sale.sku], sale.units)
        if sale.customer:  # guests of the web shop paid another price, tax included
            prices[sale.sku].append(sale.price)
        names[sale.sku] = sale.name or names.get(sale.sku, "")
    regular = [sku for sku in weeks if len(weeks[sku]) >= _WEEKS and largest[sku] * 4 <= units[sku] and prices[sku]]
    regular.sort(key=lambda sku: (-units[sku], sku))
    chosen = sorted({regular[place * len(regular) // _PRODUCTS] for place in range(_PRODUCTS)})
    return tuple(Product(sku, names[sku], int(median(prices[sku][-51:])), units[sku]) for sku in chosen)


def _customers(bought: Sequence[Sale], last_day: date) -> set[str]:
    orders, latest, country, largest = defaultdict(set), dict[str, date](), dict[str, str](), Counter[str]()
    for sale in bought:
        orders[sale.customer].add(sale.invoice)
        latest[sale.customer] = sale.at.date()
        country[sale.customer] = sale.country
        largest[sale.customer] = max(largest[sale.customer], sale.units)
    fit = [who for who in orders if who and country[who] in _COUNTRIES and largest[who] <= _LARGEST_LINE]
    fit.sort(key=lambda who: sha256(who.encode()).digest())
    abroad = [who for who in fit if country[who] != "United Kingdom" and len(orders[who]) > 1]
    home = [who for who in fit if country[who] == "United Kingdom" and 3 <= len(orders[who]) <= 40]
    lately = [who for who in home if latest[who] > last_day - _LATELY][:_LATELY_AT_HOME]
    others = [who for who in home if who not in set(lately)][: _AT_HOME - len(lately)]
    return {*abroad, *lately, *others}


def _orders(bought: Iterable[Sale]) -> tuple[Order, ...]:
    lines, country = defaultdict(list), dict[str, str]()
    for sale in bought:
        lines[sale.invoice].append(sale)
        country[sale.customer] = _COUNTRIES[sale.country]  # the latest, where records of one customer differ
    return tuple(
        Order(number, those[0].customer, country[those[0].customer], those[0].at, tuple(those))
        for number, those in sorted(lines.items())
    )


def _backs(orders: Sequence[Order], taken_back: Iterable[Sale]) -> tuple[Back, ...]:
    """Each cancelled unit goes to the latest earlier order of the same customer that still holds one."""
    left: dict[tuple[str, str], list[tuple[Order, int, int]]] = defaultdict(list)
    for order in orders:
        for number, sale in enumerate(order.lines, 1):
            left[order.customer, sale.sku].append((order, number, sale.units))
    backs = []
    for sale in taken_back:
        units, kept = -sale.units, []
        for order, number, there in reversed(left[sale.customer, sale.sku]):
            taken = min(units, there) if order.placed_at < sale.at else 0
            units -= taken
            if taken:
                backs.append(Back(order.number, number, taken, sale.at))
            if there > taken:
                kept.append((order, number, there - taken))
        left[sale.customer, sale.sku] = kept[::-1]
    return tuple(backs)


def _others(bought: Iterable[Sale], taken_back: Iterable[Sale], chosen: set[str]) -> dict[tuple[str, date], int]:
    """Units a day that everybody else bought; what was typed wrong and cancelled within a day is no demand."""
    slips = Counter(
        (sale.customer, sale.sku, -sale.units, sale.at.date() - timedelta(days=days))
        for sale in taken_back
        for days in (0, 1)
        if sale.customer
    )
    units = Counter[tuple[str, date]]()
    for sale in bought:
        if sale.customer in chosen or slips[sale.customer, sale.sku, sale.units, sale.at.date()]:
            continue
        units[sale.sku, sale.at.date()] += sale.units
    return dict(sorted(units.items()))


def read(path: Path) -> list[Sale]:
    """The lines of the Parquet file that are goods sold or taken back from FIRST_DAY on, in their order."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    table = table.filter(pc.field("invoice_ts") >= datetime.combine(FIRST_DAY, datetime.min.time()))
    goods = pc.match_substring_regex(table["stock_code"], r"^\d{5}[A-Za-z]{0,2}$")
    invoices = pc.match_substring_regex(table["invoice"], r"^C?\d+$")
    table = table.filter(pc.and_(goods, invoices)).filter(pc.field("unit_price") >= 0.01)
    names = ("invoice", "stock_code", "description", "quantity", "invoice_ts", "unit_price", "customer_id", "country")
    return [
        Sale(
            invoice, sku.upper(), " ".join(name.split()) if name else "", units, at, round(price * 100),
            str(customer) if customer else "", country,
        )
        for invoice, sku, name, units, at, price, customer, country in zip(
            *(table[column].to_pylist() for column in names), strict=True
        )
        if (units < 0) == invoice.startswith("C")
    ]  # fmt: skip


def write(tables: dict[str, list[dict[str, str]]], folder: Path) -> None:
    """Write each table as CSV; the columns are those of its first row."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def main() -> None:
    """Cut, invent what the records lack, and write the shop."""
    from integrations.demo.invent import featured_toml, shop

    if len(sys.argv) != 2:
        sys.exit("usage: python -m integrations.demo.cut FILE  (the Online Retail II records as Parquet)")
    made = shop(cut(read(Path(sys.argv[1]))))
    write(made.tables, FOLDER)
    (FOLDER / "featured.toml").write_text(featured_toml(made), encoding="utf-8")
    for name, rows in made.tables.items():
        sys.stdout.write(f"{name:<24}{len(rows):>8,}\n")


if __name__ == "__main__":
    main()
