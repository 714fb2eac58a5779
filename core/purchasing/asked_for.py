"""Who waits for a product, for planners: how many, for how many units, and by name for those who may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.model import Role, Staff
from core.accounts.service import customer, is_known
from core.inventory import alerts
from core.inventory import service as inventory
from core.orders import service as orders
from core.purchasing.model import ProposalStatus
from core.purchasing.rows import ProposalLineRow, ProposalRow

_ASKED_SINCE = timedelta(days=30)
_DECLINED_SINCE = timedelta(days=14)
_KNOW_NAMES = frozenset({Role.ADMIN, Role.SUPPORT})
_MOST_NAMES = 12


@dataclass(frozen=True)
class Queue:
    """Customers and strangers who wait for a product, and the units they want; `names` only for who may know them."""

    people: int = 0
    units: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What planners made of a product nothing is on its way of: proposed and to be decided, or declined on a day."""

    is_proposed: bool
    declined_at: datetime | None = None


def queues(session: Session, skus: Sequence[str], now: datetime, reader: Staff | None = None) -> dict[str, Queue]:
    """For each product those with an open order beyond stock, who asked in vain lately, or want to be told.

    Somebody who did several of these counts once, with the most units of them.
    """
    ordered = orders.customers_waiting(session, skus)
    asked = inventory.askers(session, skus, (now - _ASKED_SINCE).date())
    told = alerts.waiting_for(session, skus)
    here, owed = inventory.on_hand(session, skus), orders.reserved(session, skus)
    found = {}
    for sku in skus:
        is_short = owed.get(sku, 0) > here.get(sku, 0)
        wanted: dict[str, int] = {}
        for part in (ordered.get(sku, {}) if is_short else {}, asked.get(sku, {}), told.get(sku, {})):
            _take_most(wanted, part)
        found[sku] = Queue(len(wanted), sum(wanted.values()), _names(session, wanted, reader))
    return found


def decision_on(session: Session, sku: str, now: datetime) -> Decision | None:
    """What was last proposed or declined of a product; None where nothing was lately."""
    rows = session.execute(
        select(ProposalRow.status, ProposalRow.decided_at, ProposalRow.expires_at)
        .join(ProposalLineRow, ProposalLineRow.proposal_id == ProposalRow.proposal_id)
        .where(
            ProposalLineRow.sku == sku,
            ProposalLineRow.quantity > 0,
            ProposalRow.status.in_([ProposalStatus.OPEN.value, ProposalStatus.REJECTED.value]),
        )
        .order_by(ProposalRow.proposal_id.desc())
    ).all()
    if any(status == ProposalStatus.OPEN.value and expires_at > now for status, _, expires_at in rows):
        return Decision(is_proposed=True)
    declined = [at for status, at, _ in rows if status == ProposalStatus.REJECTED.value and at is not None]
    if declined and now - max(declined) < _DECLINED_SINCE:
        return Decision(is_proposed=False, declined_at=max(declined))
    return None


def _take_most(wanted: dict[str, int], part: Mapping[str, int]) -> None:
    for who, units in part.items():
        wanted[who] = max(units, wanted.get(who, 0))


def _names(session: Session, wanted: Mapping[str, int], reader: Staff | None) -> tuple[str, ...]:
    if reader is None or reader.role not in _KNOW_NAMES:
        return ()
    ids = [who.removeprefix("customer:") for who in sorted(wanted) if who.startswith("customer:")]
    people = [customer(session, one) for one in ids if is_known(session, one)]
    return tuple(person.company or person.name for person in people[:_MOST_NAMES])
