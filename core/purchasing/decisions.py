"""Deciding proposals: a proposal leaves `open` once, whoever presses how often.

Every decision names the hash of what was shown. The status moves in the database, only from `open` and only with that
hash, so that of two planners who press at once one wins and the other is told who and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.accounts.service import staff_by_email
from core.config import Config, Planning
from core.database.audit import record
from core.database.upsert import insert_new
from core.errors import Conflict, InvalidInput, NotFound, PortalError, Refused
from core.money import Money
from core.purchasing import cards, limits, orders, renewal, standing_in
from core.purchasing.known import Known, arrays
from core.purchasing.model import Proposal, ProposalStatus
from core.purchasing.proposals import fault_of, lines_of, proposal
from core.purchasing.renewal import restate
from core.purchasing.rows import ApprovalRow, ProposalLineRow, ProposalRow
from core.purchasing.service import below_minimum, planner
from core.reasons import reason_in
from core.replenishment.plan import propose, reason


@dataclass(frozen=True)
class Decider:
    """Who decides, by which rules of the shop, and when."""

    staff: Staff
    config: Config
    now: datetime

    @property
    def today(self) -> date:
        """The day in the shop's time zone."""
        return self.now.astimezone(self.config.shop.zone).date()


def approve(session: Session, decider: Decider, proposal_id: int, shown_hash: str) -> Proposal | PortalError:
    """Approve what was shown; afterwards the purchase order exists, once, unless four eyes want another yes.

    A proposal that stock has overtaken meanwhile is renewed instead. That refusal is returned, not raised: raising
    would undo the renewal.

    Raises:
        Conflict: it was changed or decided since it was shown.
        Refused: expired, over this person's limit, or four eyes want somebody else.
        NotFound: there is none, or not somebody who plans.
    """
    person, now, planning = planner(session, decider.staff), decider.now, decider.config.planning
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    limits.check(session, person, proposal_id, planning)
    renewed = renewal.renew_if_overtaken(session, row, now)
    if renewed:
        cards.redraw(session, proposal_id, decider.config, now)
        return Conflict(renewed)
    four_eyes = limits.wants_four_eyes(session, row, planning)
    if four_eyes and person.email in limits.editors(session, row, planning):
        raise Refused("You changed this proposal yourself; above the four-eyes limit others approve it.", "four-eyes")
    yes = {"proposal_id": proposal_id, "revision": row.revision, "staff": person.email, "approved_at": now}
    is_new = insert_new(session, ApprovalRow, yes) is not None
    if four_eyes and len(_approvers(session, row, planning)) < 2:
        if is_new:
            record(session, now, f"staff:{person.email}", "proposal_seconded", f"proposal:{proposal_id}")
            cards.redraw(session, proposal_id, decider.config, now)
        return proposal(session, person, proposal_id, now)
    in_place_of = standing_in.stood_in_for(session, person.email, decider.today)
    _leave_open(session, row, decider, ProposalStatus.APPROVED, in_place_of=in_place_of)
    session.expire(row)
    number = orders.place(session, proposal(session, person, proposal_id, now), person, decider.config.shop, now)
    cards.redraw(session, proposal_id, decider.config, now)
    cards.hang_up(session, proposal_id, number, 1, decider.config, now)
    return proposal(session, person, proposal_id, now)


def reject(session: Session, decider: Decider, proposal_id: int, shown_hash: str, why: str) -> Proposal:
    """Reject what was shown, with a reason.

    Raises:
        Conflict: it was changed or decided since it was shown.
        InvalidInput: no reason.
        NotFound: there is none, or not somebody who plans.
    """
    person = planner(session, decider.staff)
    if not (said := reason_in(why)):
        raise InvalidInput("Say why it is rejected, so that the next plan can be judged by it.")
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    in_place_of = standing_in.stood_in_for(session, person.email, decider.today)
    _leave_open(session, row, decider, ProposalStatus.REJECTED, said, in_place_of)
    session.expire(row)
    cards.redraw(session, proposal_id, decider.config, decider.now)
    return proposal(session, person, proposal_id, decider.now)


def edit(session: Session, decider: Decider, proposal_id: int, shown_hash: str, quantities: dict[int, int]) -> Proposal:
    """Change quantities by line number (0 drops a line); earlier approvals are void, the proposal has a new revision.

    Raises:
        Conflict: it was changed or decided since it was shown.
        InvalidInput: below the minimum, not whole packs, above the maximum, nothing left; all faults in one text.
        NotFound: there is no such proposal or line, or not somebody who plans.
    """
    person, now = planner(session, decider.staff), decider.now
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    lines = {line.line: line for line in lines_of(session, proposal_id)}
    if unknown := sorted(set(quantities) - set(lines)):
        raise NotFound(f"Proposal {proposal_id} has no line {unknown[0]}.")
    changed = {line: quantity for line, quantity in quantities.items() if lines[line].quantity != quantity}
    if not changed:
        return proposal(session, person, proposal_id, now)
    if faults := [fault for line, quantity in changed.items() if (fault := _fault(lines[line], quantity))]:
        raise InvalidInput("\n".join(faults))
    before = {lines[line].sku: lines[line].quantity for line in changed}
    for line, quantity in changed.items():
        known = Known.from_json(lines[line].known)
        lines[line].reason = reason(propose(*arrays([known])), 0, quantity=quantity)
        lines[line].quantity, lines[line].unit_cost = quantity, known.item.cost_at(quantity)
    if not any(line.quantity for line in lines.values()):
        raise InvalidInput("Nothing would be left to order; reject the proposal instead, and say why.")
    total = sum(line.quantity * line.unit_cost for line in lines.values())
    if total < row.total and (fault := below_minimum(session, row.supplier, Money(total, row.currency))):
        raise InvalidInput(fault)
    restate(session, row, list(lines.values()), edited_by=person.email)
    after = {lines[line].sku: quantity for line, quantity in changed.items()}
    record(
        session, now, f"staff:{person.email}", "proposal_edited", f"proposal:{proposal_id}", before=before, after=after
    )
    cards.redraw(session, proposal_id, decider.config, now)
    return proposal(session, person, proposal_id, now)


def expire_old(session: Session, now: datetime, config: Config) -> int:
    """Close open proposals whose time is over; how many they were."""
    expiring = (
        update(ProposalRow)
        .where(ProposalRow.status == ProposalStatus.OPEN.value, ProposalRow.expires_at <= now)
        .values(status=ProposalStatus.EXPIRED.value, decided_at=now)
        .returning(ProposalRow.proposal_id)
    )
    gone = session.scalars(expiring).all()
    for proposal_id in gone:
        record(session, now, "storekeeper", "proposal_expired", f"proposal:{proposal_id}")
        cards.close(session, proposal_id, config, now)
    return len(gone)


def decided_sentence(session: Session, one: Proposal | ProposalRow, zone: ZoneInfo) -> str:
    """What became of a proposal, by whom and when, in the shop's time."""
    status = ProposalStatus(one.status)
    when = f" on {one.decided_at.astimezone(zone):%-d %B at %H:%M}" if one.decided_at else ""
    if status is ProposalStatus.EXPIRED:
        return f"Proposal {one.proposal_id} was not decided in time; the next plan brings a fresh one."
    if status is ProposalStatus.SUPERSEDED:
        return f"Proposal {one.proposal_id} was closed{when}: stock has arrived meanwhile and nothing of it is needed."
    by = _by(session, one.decided_by)
    return f"Proposal {one.proposal_id} was {status.value} already{by}{when}; nothing was done twice."


def _by(session: Session, email: str | None) -> str:
    who = staff_by_email(session, email) if email else None
    return f" by {who.name} ({who.email})" if who else ""


def open_as_shown(session: Session, decider: Decider, proposal_id: int, shown_hash: str) -> ProposalRow:
    """The proposal, if it can be decided and still is as it was shown.

    Raises:
        Conflict: it was changed or decided since.
        Refused: it is too old.
        NotFound: there is none.
    """
    row = session.get(ProposalRow, proposal_id, populate_existing=True, with_for_update=True)
    return as_shown(session, decider, row, proposal_id, shown_hash)


def as_shown(
    session: Session, decider: Decider, row: ProposalRow | None, proposal_id: int, shown_hash: str
) -> ProposalRow:
    """The same of a row that was read already.

    Raises:
        Conflict, NotFound, Refused: as `open_as_shown` does.
    """
    if row is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    if row.status != ProposalStatus.OPEN.value:
        raise Conflict(decided_sentence(session, row, decider.config.shop.zone))
    if row.expires_at <= decider.now:
        raise Refused("This proposal is too old to be decided; the next plan brings a fresh one.", "proposal-expired")
    if row.content_hash != shown_hash:
        by = _by(session, row.edited_by)
        raise Conflict(f"Proposal {proposal_id} was changed{by} since you saw it; nothing was decided. Look again.")
    return row


def _leave_open(
    session: Session,
    row: ProposalRow,
    decider: Decider,
    status: ProposalStatus,
    why: str = "",
    in_place_of: Sequence[str] = (),
) -> None:
    moving = update(ProposalRow).where(
        ProposalRow.proposal_id == row.proposal_id,
        ProposalRow.status == ProposalStatus.OPEN.value,
        ProposalRow.content_hash == row.content_hash,
    )
    who, now = decider.staff.email, decider.now
    values = {"status": status.value, "decided_by": who, "decided_at": now, "decision_reason": why}
    if session.scalar(moving.values(**values).returning(ProposalRow.proposal_id)) is None:
        session.refresh(row)
        if row.status != ProposalStatus.OPEN.value:
            raise Conflict(decided_sentence(session, row, decider.config.shop.zone))
        raise Conflict("Somebody else changed it a moment ago; look again.")
    detail: dict[str, Any] = {"revision": row.revision, "content_hash": row.content_hash, "reason": why}
    if in_place_of:
        detail["in_place_of"] = list(in_place_of)
    record(session, now, f"staff:{who}", f"proposal_{status.value}", f"proposal:{row.proposal_id}", **detail)


def _approvers(session: Session, row: ProposalRow, planning: Planning) -> set[str]:
    found = session.scalars(
        select(ApprovalRow.staff).where(
            ApprovalRow.proposal_id == row.proposal_id, ApprovalRow.revision == row.revision
        )
    )
    return set(found) - limits.editors(session, row, planning)


def _fault(line: ProposalLineRow, quantity: int) -> str:
    fault = fault_of(Known.from_json(line.known), quantity)
    return f"{line.sku}: {fault}" if fault else ""
