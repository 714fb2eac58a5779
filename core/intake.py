"""Taking over the canonical tables: which slice keeps which, and how a batch of rows goes in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.accounts import service as accounts
from core.billing import service as billing
from core.catalog import service as catalog
from core.database.base import Base
from core.database.mirror import take_over
from core.inventory import service as inventory
from core.orders import service as orders
from core.purchasing import service as purchasing
from core.returns import service as returns
from core.shipments import service as shipments

KEPT_BY: dict[str, type[Base]] = {
    **accounts.MIRRORED,
    **billing.MIRRORED,
    **catalog.MIRRORED,
    **inventory.MIRRORED,
    **orders.MIRRORED,
    **purchasing.MIRRORED,
    **returns.MIRRORED,
    **shipments.MIRRORED,
}


def take(session: Session, table: str, rows: Sequence[dict[str, Any]], now: datetime) -> dict[int, str]:
    """Take rows of one canonical table; the same rows twice leave the same records.

    Returns:
        For each row (by its index) that was left out, the sentence why.
    """
    if table == "stock":
        return inventory.count(session, rows, now)
    return take_over(session, KEPT_BY[table], rows)
