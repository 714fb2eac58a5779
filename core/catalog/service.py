"""Products by their code, and the names that people's words are compared with."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.model import Product
from core.catalog.rows import ProductRow
from core.money import Money

MIRRORED = {"products": ProductRow}


def products(session: Session, skus: Sequence[str]) -> dict[str, Product]:
    """The products of these codes, as far as there are any."""
    rows = session.scalars(select(ProductRow).where(ProductRow.sku.in_(skus)))
    return {row.sku: _product(row) for row in rows}


def all_products(session: Session) -> dict[str, Product]:
    """Every product by its code, those no longer sold included."""
    return {row.sku: _product(row) for row in session.scalars(select(ProductRow))}


def names_on_sale(session: Session) -> list[tuple[str, str]]:
    """Code and name of everything on sale, by code."""
    rows = session.execute(
        select(ProductRow.sku, ProductRow.name).where(ProductRow.active.is_(True)).order_by(ProductRow.sku)
    )
    return [(sku, name) for sku, name in rows]


def _product(row: ProductRow) -> Product:
    price = Money(row.price, row.currency)
    return Product(row.sku, row.name, price, Decimal(str(row.tax_rate)), row.returnable, row.active)
