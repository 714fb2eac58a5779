"""Taking over the canonical tables: which slice keeps which, and how a batch of rows goes in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.accounts import service as accounts
from core.billing import service as billing
from core.catalog import service as catalog
from core.config import Planning, Shop
from core.database.base import Base
from core.database.mirror import take_once, take_over
from core.inventory import service as inventory
from core.orders import service as orders
from core.purchasing import deliveries
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


_ISSUED = "it was issued already and says something else; documents do not change, correct it by a credit note."


def take(
    session: Session,
    table: str,
    rows: Sequence[dict[str, Any]],
    shop: Shop,
    now: datetime,
    planning: Planning | None = None,
) -> dict[int, str]:
    """Take rows of one canonical table; the same rows twice leave the same records.

    What was issued stays as it is, a status only goes forward, and a count older than the latest is refused.

    Returns:
        For each row (by its index) that was left out, the sentence why.
    """
    gone = accounts.of_the_erased(session, rows) if table in accounts.PERSONAL else {}
    if gone:
        kept = [index for index in range(len(rows)) if index not in gone]
        taken = take(session, table, [rows[index] for index in kept], shop, now, planning)
        return gone | {kept[index]: why for index, why in taken.items()}
    if table == "stock":
        return inventory.count(session, rows, now)
    if table == "receipts":
        return deliveries.take(session, rows, planning or Planning(), now)
    if table == "purchase_order_lines":
        return take_over(session, KEPT_BY[table], deliveries.with_receipts(session, rows, now))
    if table == "invoices":
        seller = billing.seller_of(shop)
        return take_once(session, KEPT_BY[table], [{**row, "seller": seller} for row in rows], _ISSUED)
    if table == "invoice_lines":
        return take_once(session, KEPT_BY[table], rows, _ISSUED)
    if table == "orders":
        rows = orders.without_names(session, orders.only_forward(session, rows))
    if table in {"customers", "staff", "account_people"}:
        rows = accounts.with_folded_address(rows)
    return take_over(session, KEPT_BY[table], rows)
