"""Late: orders that should have been here, told to planners once for each day that was expected."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.config import Config
from core.database.audit import record
from core.purchasing import cards
from core.purchasing.model import PurchaseOrder
from core.purchasing.notices import tell_planners
from core.purchasing.orders import late_orders
from core.purchasing.rows import PurchaseOrderRow


def tell_late(session: Session, config: Config, now: datetime) -> int:
    """Tell planners of every late order that they were not told of; how many."""
    today = now.astimezone(config.shop.zone).date()
    told = 0
    for order in late_orders(session, today, config.planning.late_after_days):
        noting = update(PurchaseOrderRow).where(
            PurchaseOrderRow.purchase_order_number == order.purchase_order_number,
            PurchaseOrderRow.late_told_on.is_(None),
            PurchaseOrderRow.expected_on == order.expected_on,
        )
        if session.scalar(noting.values(late_told_on=today).returning(PurchaseOrderRow.status)) is None:
            continue
        number = order.purchase_order_number
        cause = f"late:{number}:{order.expected_on.isoformat()}"
        link = f"{config.web.base_url}/planner/orders/{number}"
        tell_planners(session, cause, f"{number} is late", f"{late_sentence(order)}\n{link}", now)
        cards.tell(session, order.proposal_id, cause, late_sentence(order), config, now)
        record(session, now, "storekeeper", "purchase_order_late", f"purchase_order:{number}")
        told += 1
    return told


def late_sentence(order: PurchaseOrder) -> str:
    """What is late, and how much of it is still to come."""
    units = sum(line.open for line in order.lines)
    lines = ", ".join(f"{line.open:,} × {line.name}" for line in order.lines if line.open)
    return (
        f"Purchase order {order.purchase_order_number} from {order.supplier_name} was expected on "
        f"{order.expected_on:%-d %B %Y}, and {units:,} units are still to come: {lines}. "
        "Ask the supplier, and write down the new day: customers are told by it."
    )
