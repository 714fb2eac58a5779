"""What decisions were worth: predicted, simulated and realised cost side by side, and what overrides changed.

Predicted is what costing said when it was decided, over its year. Simulated is what the demand that came since would
have cost with each quantity. Realised is what the books show from the decision to now: what arrived at what it cost,
placing the order, what lay on the shelf, and what was asked for in vain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.inventory import service as inventory
from core.money import Money
from core.purchasing.hindsight import simulated
from core.purchasing.known import Known, arrays, as_money
from core.purchasing.model import ProposalStatus
from core.purchasing.orders import known_order, numbers_by_proposal
from core.purchasing.proposals import lines_of
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.service import names_of, planner
from core.replenishment.plan import recost

_SINCE = timedelta(days=365)
_YEAR_DAYS = 365.0


@dataclass(frozen=True)
class Outcome:
    """One decision: predicted costs of the coming year as proposed, as decided, with nothing; realised costs so far.

    `override` is what changing the quantities was predicted to cost (above zero) or save, `override_since` what it did
    on the demand that came. Of what was not approved nothing is realised, and of today nothing simulated.
    """

    proposal_id: int
    supplier_name: str
    status: ProposalStatus
    decided_by: str
    decided_at: datetime
    days: int
    proposed: Money
    decided: Money
    nothing: Money
    simulated: dict[str, Money]
    realised: dict[str, Money]

    @property
    def override(self) -> Money:
        """What the planner's own quantities were predicted to cost more than the proposed ones."""
        return self.decided - self.proposed

    @property
    def override_since(self) -> Money | None:
        """What those quantities cost more than the proposed ones on the demand that came; None on the first day."""
        if not self.simulated:
            return None
        return self.simulated["decided"] - self.simulated["proposed"]

    @property
    def realised_total(self) -> Money:
        """All that was realised so far."""
        return sum(self.realised.values(), Money(0, self.decided.currency))


def outcomes(session: Session, staff: Staff, now: datetime, limit: int | None = None) -> list[Outcome]:
    """Decisions of the last year, latest first.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    return known_outcomes(session, now, limit)


def known_outcomes(session: Session, now: datetime, limit: int | None = None) -> list[Outcome]:
    """The same for whoever has been let in already."""
    decided = (ProposalStatus.APPROVED.value, ProposalStatus.REJECTED.value)
    rows = session.scalars(
        select(ProposalRow)
        .where(ProposalRow.status.in_(decided), ProposalRow.decided_at > now - _SINCE)
        .order_by(ProposalRow.decided_at.desc(), ProposalRow.proposal_id.desc())
        .limit(limit)
    ).all()
    names = names_of(session, [row.supplier for row in rows])
    numbers = numbers_by_proposal(session, [row.proposal_id for row in rows])
    return [
        _outcome(session, row, names.get(row.supplier, row.supplier), numbers.get(row.proposal_id), now) for row in rows
    ]


def _outcome(session: Session, row: ProposalRow, name: str, number: str | None, now: datetime) -> Outcome:
    lines = lines_of(session, row.proposal_id)
    decided_at = row.decided_at or now
    is_approved = row.status == ProposalStatus.APPROVED.value
    return Outcome(
        row.proposal_id,
        name,
        ProposalStatus(row.status),
        row.decided_by or "",
        decided_at,
        (now - decided_at).days,
        proposed=_predicted(row, lines, [line.proposed for line in lines]),
        decided=_predicted(row, lines, [line.quantity if is_approved else 0 for line in lines]),
        nothing=_predicted(row, lines, [0 for _ in lines]),
        simulated=simulated(session, row, lines, number, (decided_at, now)),
        realised=_realised(session, row, lines, number, (decided_at, now)) if number else {},
    )


def _predicted(row: ProposalRow, lines: Sequence[ProposalLineRow], quantities: Sequence[int]) -> Money:
    if not lines:
        return Money(0, row.currency)
    costed = recost(*arrays([Known.from_json(line.known) for line in lines]), np.array(quantities, dtype=np.float64))
    return as_money(float(costed.total.sum()), row.currency)


def _realised(
    session: Session,
    row: ProposalRow,
    lines: Sequence[ProposalLineRow],
    number: str,
    time: tuple[datetime, datetime],
) -> dict[str, Money]:
    order = known_order(session, number)
    known = {line.sku: Known.from_json(line.known) for line in lines}
    wanted = [one for one in order.lines if one.sku in known]
    ordering = sum(known[one.sku].order_cost + known[one.sku].line_cost for one in wanted)
    asked = inventory.asked_in_vain(session, list(known), time[0].date())
    held = inventory.unit_days(session, list(known), row.location, *time)
    holding = sum(held.get(sku, 0.0) * one.item.unit_cost * one.holding_rate / _YEAR_DAYS for sku, one in known.items())
    stockout = sum(asked.get(sku, 0) * one.stockout_cost for sku, one in known.items())
    minor = {
        "purchase": float(sum(one.unit_cost.minor * one.received for one in wanted)),
        "ordering": ordering,
        "holding": holding,
        "stockout": stockout,
    }
    return {kind: Money(round(amount), row.currency) for kind, amount in minor.items()}
