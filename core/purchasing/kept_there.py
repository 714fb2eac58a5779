"""Purchase orders as a connected system tells of them: those placed here stay ours, and only go on by what it says.

Orders that were placed elsewhere are mirrored as they stand there. What was approved here is changed by nobody but a
planner; of it a system says when it comes, how much of it, and that it was cancelled.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.mirror import take_over
from core.errors import PortalError
from core.purchasing.changes import By, Confirmation, acknowledge
from core.purchasing.deliveries import with_receipts
from core.purchasing.model import UNDER_WAY, PurchaseOrderStatus
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow

_UNDER_WAY = {status.value for status in UNDER_WAY}
Rows = Sequence[dict[str, Any]]
Ours = dict[str, PurchaseOrderRow]


def take_orders(session: Session, rows: Rows, by: By) -> dict[int, str]:
    """Take what is said of orders; for each row (by its index) that was left out, the sentence why."""
    ours = _ours(session, rows)
    faults = _mirrored(session, PurchaseOrderRow, rows, ours)
    for index, row in enumerate(rows):
        known = ours.get(row["purchase_order_number"])
        if known is None or known.status not in _UNDER_WAY:
            continue
        if row["status"] == PurchaseOrderStatus.CANCELLED.value:
            _go_on(session, faults, index, known, None, by)
        elif row["expected_on"] != known.expected_on or _is_news(row, known):
            _go_on(session, faults, index, known, Confirmation(row["expected_on"]), by)
    return faults


def take_lines(session: Session, rows: Rows, by: By) -> dict[int, str]:
    """Take what is said of their lines; for each row (by its index) that was left out, the sentence why.

    What has arrived of our own orders is told by receipts alone.
    """
    ours = _ours(session, rows)
    faults = _mirrored(session, PurchaseOrderLineRow, with_receipts(session, rows, by.now), ours)
    for index, row in enumerate(rows):
        known = ours.get(row["purchase_order_number"])
        if known is None or known.status not in _UNDER_WAY:
            continue
        line = session.get(PurchaseOrderLineRow, (known.purchase_order_number, row["line"]), populate_existing=True)
        if line is None or line.sku != row["sku"]:
            faults[index] = f"line {row['line']} of {known.purchase_order_number} was not ordered here; it is left out."
        elif row["quantity"] != line.quantity - line.cancelled:
            _go_on(session, faults, index, known, Confirmation(None, {row["line"]: row["quantity"]}), by)
    return faults


def _is_news(row: dict[str, Any], known: PurchaseOrderRow) -> bool:
    confirmed = PurchaseOrderStatus.CONFIRMED.value
    return bool(row["status"] == confirmed != known.status)


def _go_on(
    session: Session, faults: dict[int, str], index: int, known: PurchaseOrderRow, said: Confirmation | None, by: By
) -> None:
    """Write down what is said of an order of ours, as if its supplier had."""
    try:
        with session.begin_nested():
            acknowledge(session, known.supplier, known.purchase_order_number, None, said, by)
    except PortalError as refusal:
        faults[index] = str(refusal)


def _ours(session: Session, rows: Rows) -> Ours:
    """Those of the orders that were placed here."""
    numbers = {row["purchase_order_number"] for row in rows}
    found = session.scalars(
        select(PurchaseOrderRow).where(
            PurchaseOrderRow.purchase_order_number.in_(numbers), PurchaseOrderRow.proposal_id.is_not(None)
        )
    )
    return {row.purchase_order_number: row for row in found}


def _mirrored(session: Session, table: Any, rows: Rows, ours: Ours) -> dict[int, str]:
    """Take the rows of orders that are not ours as they are."""
    others = [index for index, row in enumerate(rows) if row["purchase_order_number"] not in ours]
    faults = take_over(session, table, [rows[index] for index in others])
    return {others[index]: why for index, why in faults.items()}
