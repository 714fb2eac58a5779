"""What purchases of a month come to, so that budgets are kept."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.purchasing.model import ProposalStatus, PurchaseOrderStatus
from core.purchasing.rows import ProposalRow, PurchaseOrderLineRow, PurchaseOrderRow


class Spent(dict[tuple[str, str, str], int]):
    """Minor units by (supplier, location, currency)."""

    def of(self, currency: str, *, supplier: str | None = None, location: str | None = None) -> int:
        """What was spent in a currency, with one supplier or for one place where one is named."""
        return sum(
            minor
            for (by, at, money), minor in self.items()
            if money == currency and supplier in {None, by} and location in {None, at}
        )


def spent(session: Session, since: datetime, without_proposal: int | None = None) -> Spent:
    """What was ordered since then and not cancelled, and what open proposals would add; one of them may be left out."""
    wanted = PurchaseOrderLineRow.quantity - PurchaseOrderLineRow.cancelled
    ordered = session.execute(
        select(
            PurchaseOrderRow.supplier,
            PurchaseOrderRow.location,
            PurchaseOrderRow.currency,
            func.sum(wanted * PurchaseOrderLineRow.unit_cost),
        )
        .join(PurchaseOrderRow, PurchaseOrderRow.purchase_order_number == PurchaseOrderLineRow.purchase_order_number)
        .where(PurchaseOrderRow.ordered_at >= since, PurchaseOrderRow.status != PurchaseOrderStatus.CANCELLED.value)
        .group_by(PurchaseOrderRow.supplier, PurchaseOrderRow.location, PurchaseOrderRow.currency)
    )
    proposed = session.execute(
        select(ProposalRow.supplier, ProposalRow.location, ProposalRow.currency, func.sum(ProposalRow.total))
        .where(ProposalRow.status == ProposalStatus.OPEN.value, ProposalRow.proposal_id != (without_proposal or 0))
        .group_by(ProposalRow.supplier, ProposalRow.location, ProposalRow.currency)
    )
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for rows in (ordered, proposed):
        for supplier, location, currency, minor in rows:
            sums[supplier, location, currency] += int(minor)
    return Spent(sums)
