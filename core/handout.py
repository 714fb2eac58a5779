"""Handing out the canonical tables, row by row in the shape in which they are brought."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core import intake
from core.accounts import service as accounts
from core.canonical import BY_NAME, Batch
from core.database.base import Base
from core.inventory import service as inventory

KEPT_BY: dict[str, type[Base]] = {**intake.KEPT_BY, **inventory.COUNTED}
_PAGE = 5_000


def sizes(session: Session, tables: Sequence[str]) -> dict[str, int]:
    """How many rows of each table would be handed out."""
    return {
        name: session.scalars(select(func.count()).select_from(_asking(name).order_by(None).subquery())).one()
        for name in tables
    }


def batches(session: Session, name: str) -> Iterator[Batch]:
    """All rows of one table in the order of their key, a page at a time; an empty table is one empty page.

    Who was erased is left out, and what the law keeps of their orders and invoices comes without a customer.
    """
    names = [column.name for column in BY_NAME[name].columns]
    found = session.execute(_asking(name), execution_options={"yield_per": _PAGE})
    is_empty = True
    for page in found.partitions(_PAGE):
        is_empty = False
        yield Batch(name, [dict(zip(names, row, strict=True)) for row in page], [])
    if is_empty:
        yield Batch(name, [], [])


def _asking(name: str) -> Select[Any]:
    kept, table = KEPT_BY[name], BY_NAME[name]
    columns: dict[str, InstrumentedAttribute[Any]] = {one.name: getattr(kept, one.name) for one in table.columns}
    asked: list[ColumnElement[Any] | InstrumentedAttribute[Any]] = list(columns.values())
    order = [columns[key] for key in table.key]
    if "customer_id" not in columns:
        return select(*asked).order_by(*order)
    owner, erased = columns["customer_id"], accounts.erased_ids()
    if name in accounts.PERSONAL:
        return select(*asked).where(owner.not_in(erased)).order_by(*order)
    nameless = case((owner.in_(erased), None), else_=owner)
    return select(*[nameless if one is owner else one for one in asked]).order_by(*order)
