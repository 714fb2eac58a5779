"""What waits for somebody who plans."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import Refused
from core.purchasing import limits, standing_in
from core.purchasing.decisions import Decider
from core.purchasing.model import Proposal, PurchaseOrder
from core.purchasing.moves import Move, open_moves
from core.purchasing.orders import late_orders
from core.purchasing.proposals import open_proposals
from core.purchasing.service import planner


@dataclass(frozen=True)
class Waiting:
    """What a planner may decide, what is above their limit or wants other eyes, what was put off, and what is late.

    `stands_in_for` are the names of those in whose place they decide today, `moves` the moves that can be decided.
    """

    mine: tuple[Proposal, ...]
    others: tuple[Proposal, ...]
    asleep: tuple[Proposal, ...]
    late: tuple[PurchaseOrder, ...]
    stands_in_for: tuple[str, ...]
    moves: tuple[Move, ...] = ()


def waiting_for(session: Session, decider: Decider) -> Waiting:
    """Sort what is open by who may decide it.

    Raises:
        NotFound: not somebody who plans.
    """
    person, planning, now = planner(session, decider.staff), decider.config.planning, decider.now
    mine, others, asleep = [], [], []
    for one in open_proposals(session, person, now):
        if one.is_asleep(now):
            asleep.append(one)
        elif _may_decide(session, decider, one):
            mine.append(one)
        else:
            others.append(one)
    late = late_orders(session, decider.today, planning.late_after_days)
    names = [one.absent_name for one in standing_in.holding_on(session, decider.today) if one.deputy == person.email]
    return Waiting(tuple(mine), tuple(others), tuple(asleep), tuple(late), tuple(names),
                   tuple(open_moves(session, person, now)))  # fmt: skip


def _may_decide(session: Session, decider: Decider, one: Proposal) -> bool:
    person, planning = planner(session, decider.staff), decider.config.planning
    row = limits.row_of(session, one.proposal_id)
    try:
        limits.check(session, person, one.proposal_id, planning)
    except Refused:
        return False
    if not limits.wants_four_eyes(session, row, planning):
        return True
    return person.email not in {*limits.editors(session, row, planning), *one.approved_by}
