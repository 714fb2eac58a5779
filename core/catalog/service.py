"""Products by their code, and the names that people's words are compared with."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.catalog.model import Handling, Product
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


def categories(session: Session) -> dict[str, str]:
    """The category of each product, by its code."""
    return dict(session.execute(select(ProductRow.sku, ProductRow.category)).all())


def handling(session: Session) -> dict[str, Handling]:
    """What handling each product takes, by its code."""
    names = ("weight_kg", "volume_m3", "shelf_life_days", "phase_out_on", "obsolescence_rate", "salvage_value")
    rows = session.execute(select(ProductRow.sku, *(getattr(ProductRow, name) for name in names)))
    return {sku: Handling(*values) for sku, *values in rows}


def names_on_sale(session: Session) -> list[tuple[str, str]]:
    """Code and name of everything on sale, by code."""
    rows = session.execute(
        select(ProductRow.sku, ProductRow.name).where(ProductRow.active.is_(True)).order_by(ProductRow.sku)
    )
    return [(sku, name) for sku, name in rows]


def variants_of(session: Session, product: Product) -> list[Product]:
    """The other products of the same family on sale, by code; none where the product has no variants."""
    if not product.family:
        return []
    family = select(ProductRow).where(ProductRow.family == product.family, ProductRow.active.is_(True))
    rows = session.scalars(family.where(ProductRow.sku != product.sku).order_by(ProductRow.sku))
    return [_product(row) for row in rows]


def options_of(session: Session, families: Sequence[str]) -> list[dict[str, str]]:
    """What tells apart the variants of some families, each as its options."""
    rows = session.scalars(select(ProductRow.options).where(ProductRow.family.in_([name for name in families if name])))
    return [{name: str(value) for name, value in options.items()} for options in rows if options]


def take_off_sale(session: Session, sku: str) -> None:
    """A product is no longer sold; what was bought of it stays."""
    session.execute(update(ProductRow).where(ProductRow.sku == sku).values(active=False))


def _product(row: ProductRow) -> Product:
    price, tax_rate = Money(row.price, row.currency), Decimal(str(row.tax_rate))
    options = {name: str(value) for name, value in (row.options or {}).items()}
    return Product(row.sku, row.name, price, tax_rate, row.returnable, row.active, row.family, options)
