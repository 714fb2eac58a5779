"""What a proposal counts against the limits of whoever approves it: itself, and all it is one thing with.

A limit that looked at one proposal alone could be got round: by splitting it, or by cutting its quantities and letting
the next plan propose the rest. So what was split from one proposal, and what a plan proposes again of what a planner
cut, have one root and count together, whether approved or still open.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.config import Planning
from core.errors import NotFound, Refused
from core.money import Money, exponent
from core.purchasing.model import ProposalStatus
from core.purchasing.rows import ProposalLineRow, ProposalRow

_COUNTING = (ProposalStatus.OPEN.value, ProposalStatus.APPROVED.value)
_GONE = (ProposalStatus.REJECTED.value, ProposalStatus.EXPIRED.value)


def root_of(row: ProposalRow) -> int:
    """What a proposal is one thing with; itself where it is alone."""
    return row.root or row.proposal_id


def row_of(session: Session, proposal_id: int) -> ProposalRow:
    """A proposal's own row.

    Raises:
        NotFound: there is no such proposal.
    """
    row = session.get(ProposalRow, proposal_id)
    if row is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    return row


def family(session: Session, row: ProposalRow, planning: Planning) -> Sequence[ProposalRow]:
    """The proposal and the others that count with it, oldest first."""
    root = root_of(row)
    since = row.created_at - timedelta(days=planning.limit_days)
    return session.scalars(
        select(ProposalRow)
        .where(
            or_(ProposalRow.root == root, ProposalRow.proposal_id == root),
            ProposalRow.currency == row.currency,
            or_(
                ProposalRow.proposal_id == row.proposal_id,
                and_(ProposalRow.status.in_(_COUNTING), ProposalRow.created_at >= since),
            ),
        )
        .order_by(ProposalRow.proposal_id)
    ).all()


def counted(session: Session, row: ProposalRow, planning: Planning) -> Money:
    """What approving a proposal counts against a limit."""
    return Money(sum(one.total for one in family(session, row, planning)), row.currency)


def editors(session: Session, row: ProposalRow, planning: Planning) -> set[str]:
    """Everybody who changed or split the proposal or one that counts with it: none of them is a pair of eyes."""
    return {editor for one in family(session, row, planning) for editor in one.editors or []}


def wants_four_eyes(session: Session, row: ProposalRow, planning: Planning) -> bool:
    """Whether two people have to approve."""
    above: int = planning.four_eyes_above * 10 ** exponent(row.currency)
    return above > 0 and counted(session, row, planning).minor > above


def check(session: Session, person: Staff, proposal_id: int, planning: Planning) -> None:
    """Whether a proposal, with all that counts with it, is within somebody's limit.

    Raises:
        Refused: it is not, or the two cannot be compared.
        NotFound: there is no such proposal.
    """
    row = row_of(session, proposal_id)
    total = counted(session, row, planning)
    try:
        check_amount(person, total)
    except Refused as refusal:
        others = [str(one.proposal_id) for one in family(session, row, planning) if one is not row]
        if not others:
            raise
        together = f"Proposal {proposal_id} counts together with {', '.join(others)}, which it is one order with."
        raise Refused(f"{together} {refusal}", "limit") from refusal


def check_amount(person: Staff, total: Money) -> None:
    """Whether an amount is within somebody's limit.

    Raises:
        Refused: it is not, or the two cannot be compared.
    """
    if person.approval_limit is None:
        return
    limit = Money(person.approval_limit, person.currency)
    if limit.currency != total.currency:
        raise Refused(f"Your limit is in {limit.currency} and this is in {total.currency}; ask an admin.", "limit")
    if total.minor > limit.minor:
        raise Refused(f"{total} is above your limit of {limit}; somebody with a higher limit has to approve.", "limit")


def continued(
    session: Session, supplier: str, location: str, skus: Collection[str], now: datetime, planning: Planning
) -> int | None:
    """The root of the latest proposal that a new one goes on with, if any.

    A planner cut that one, or rejected a part split from it, and the new one has a product of what was left out.
    """
    cut = and_(ProposalRow.status.in_(_COUNTING), ProposalLineRow.quantity < ProposalLineRow.proposed)
    part_rejected = and_(ProposalRow.status.in_(_GONE), ProposalRow.root.is_not(None))
    found = session.scalar(
        select(ProposalRow)
        .join(ProposalLineRow, ProposalLineRow.proposal_id == ProposalRow.proposal_id)
        .where(
            ProposalRow.supplier == supplier,
            ProposalRow.location == location,
            ProposalRow.created_at >= now - timedelta(days=planning.limit_days),
            ProposalLineRow.sku.in_(skus),
            or_(cut, part_rejected),
        )
        .order_by(ProposalRow.proposal_id.desc())
        .limit(1)
    )
    return root_of(found) if found is not None else None
