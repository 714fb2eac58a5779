"""Setting aside: a proposal is put off until a day, or some of its lines go into a proposal of their own.

What is put off still counts as supply, so that no plan proposes it again meanwhile, and comes back by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.config import Config
from core.database.audit import record
from core.errors import Conflict, InvalidInput, NotFound
from core.money import Money
from core.purchasing import cards, limits
from core.purchasing.decisions import Decider, as_shown, open_as_shown
from core.purchasing.known import Known, arrays
from core.purchasing.model import Proposal, ProposalLine, ProposalStatus
from core.purchasing.proposals import content_hash, fault_of, lines_of, proposal
from core.purchasing.renewal import restate
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.service import below_minimum, planner
from core.replenishment.plan import propose, reason

_DECIDABLE_AFTER = timedelta(days=2)
"""Whoever put something off has at least so long to decide it once it is back."""


@dataclass(frozen=True)
class Part:
    """One of the two parts of a line that is split, at the price of its own quantity."""

    quantity: int
    unit_cost: Money
    total: Money


@dataclass(frozen=True)
class Parted:
    """A line that would be split: as it stands, what would stay, and what would go into a proposal of its own."""

    proposal: Proposal
    before: ProposalLine
    stays: Part
    goes: Part

    @property
    def together(self) -> Money:
        """What both parts cost."""
        return self.stays.total + self.goes.total

    @property
    def dearer(self) -> Money:
        """How much more than as one line: a price break may be lost."""
        return self.together - self.before.total


def snooze(session: Session, decider: Decider, proposal_id: int, shown_hash: str, until: date) -> Proposal:
    """Put off what was shown until the morning of a day.

    Raises:
        Conflict: it was changed or decided since it was shown.
        InvalidInput: the day is not one of the next weeks.
        NotFound: there is none, or not somebody who plans.
    """
    person = planner(session, decider.staff)
    back_at = _morning(decider, until)
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    _put_off(session, row, back_at)
    detail = {"until": until.isoformat()}
    record(session, decider.now, f"staff:{person.email}", "proposal_snoozed", f"proposal:{proposal_id}", **detail)
    cards.redraw(session, proposal_id, decider.config, decider.now)
    return proposal(session, person, proposal_id, decider.now)


def wake(session: Session, decider: Decider, proposal_id: int, shown_hash: str) -> Proposal:
    """Take up again what was put off.

    Raises:
        Conflict: it was changed or decided since it was shown.
        NotFound: there is none, or not somebody who plans.
    """
    person = planner(session, decider.staff)
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    if row.snoozed_until is not None:
        _put_off(session, row, None)
        record(session, decider.now, f"staff:{person.email}", "proposal_woken", f"proposal:{proposal_id}")
        cards.redraw(session, proposal_id, decider.config, decider.now)
    return proposal(session, person, proposal_id, decider.now)


def split(
    session: Session, decider: Decider, proposal_id: int, shown_hash: str, lines: Collection[int]
) -> tuple[Proposal, Proposal]:
    """Put lines of what was shown into a second proposal; both are as good as the first, and count as one for limits.

    Returns:
        What is left of the proposal, and the new one.

    Raises:
        Conflict: it was changed or decided since it was shown.
        InvalidInput: nothing or everything would go, or a part is below what the supplier takes an order for.
        NotFound: there is no such proposal or line, or not somebody who plans.
    """
    person, now = planner(session, decider.staff), decider.now
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    rows = {line.line: line for line in lines_of(session, proposal_id)}
    if unknown := sorted(set(lines) - set(rows)):
        raise NotFound(f"Proposal {proposal_id} has no line {unknown[0]}.")
    going = [rows[line] for line in sorted(set(lines))]
    staying = [line for number, line in rows.items() if number not in set(lines)]
    _check_parts(session, row, going, staying)
    restate(session, row, staying, edited_by=person.email)
    session.refresh(row)
    new = _second(session, row, going, person.email)
    detail = {"into": new, "lines": [line.line for line in going]}
    record(session, now, f"staff:{person.email}", "proposal_split", f"proposal:{proposal_id}", **detail)
    record(session, now, f"staff:{person.email}", "proposal_split_off", f"proposal:{new}", out_of=proposal_id)
    for one in (proposal_id, new):
        cards.redraw(session, one, decider.config, now)
    return proposal(session, person, proposal_id, now), proposal(session, person, new, now)


def cost_split(session: Session, decider: Decider, proposal_id: int, shown_hash: str, line: int, stays: int) -> Parted:
    """What `split_units` would come to, by the same function; changes nothing.

    Raises:
        Conflict, InvalidInput, NotFound, Refused: as `split_units` does.
    """
    person = planner(session, decider.staff)
    row = as_shown(session, decider, session.get(ProposalRow, proposal_id), proposal_id, shown_hash)
    whole = proposal(session, person, proposal_id, decider.now)
    rows = {one.line: one for one in lines_of(session, proposal_id)}
    left, apart = _in_two(proposal_id, rows.get(line), stays)
    _check_parts(session, row, [apart], [left, *(one for one in rows.values() if one.line != line)])
    before = next(one for one in whole.lines if one.line == line)
    return Parted(whole, before, _part(left, whole.total.currency), _part(apart, whole.total.currency))


def split_units(
    session: Session, decider: Decider, proposal_id: int, shown_hash: str, line: int, stays: int
) -> tuple[Proposal, Proposal]:
    """Leave so many units of a line where they are, and put the rest of it into a second proposal.

    Each part is costed at its own quantity, so that a price break may be lost; what is left was made knowing of no
    other order, the second part counts on the first.

    Returns:
        What is left of the proposal, and the new one.

    Raises:
        Conflict: it was changed or decided since it was shown.
        InvalidInput: nothing or everything would stay, no whole packs, or a part is below what the supplier takes.
        NotFound: there is no such proposal or line, or not somebody who plans.
    """
    person, now = planner(session, decider.staff), decider.now
    row = open_as_shown(session, decider, proposal_id, shown_hash)
    rows = {one.line: one for one in lines_of(session, proposal_id)}
    left, apart = _in_two(proposal_id, rows.get(line), stays)
    for name in ("quantity", "proposed", "known", "unit_cost", "reason"):
        setattr(rows[line], name, getattr(left, name))
    going = apart.quantity
    _check_parts(session, row, [apart], list(rows.values()))
    restate(session, row, list(rows.values()), edited_by=person.email)
    session.refresh(row)
    new = _second(session, row, [apart], person.email)
    detail = {"into": new, "lines": [line], "units": going}
    record(session, now, f"staff:{person.email}", "proposal_split", f"proposal:{proposal_id}", **detail)
    record(session, now, f"staff:{person.email}", "proposal_split_off", f"proposal:{new}", out_of=proposal_id)
    for one in (proposal_id, new):
        cards.redraw(session, one, decider.config, now)
    return proposal(session, person, proposal_id, now), proposal(session, person, new, now)


def hold(
    session: Session, decider: Decider, proposal_id: int, shown_hash: str, lines: Collection[int], until: date
) -> Proposal:
    """Put off lines until the morning of a day: split off, unless they are all there is; the proposal put off.

    Raises:
        Conflict, InvalidInput, NotFound: as `split` and `snooze` do.
    """
    wanted = {line.line for line in lines_of(session, proposal_id) if line.quantity > 0}
    if wanted <= set(lines):
        return snooze(session, decider, proposal_id, shown_hash, until)
    _morning(decider, until)
    _, apart = split(session, decider, proposal_id, shown_hash, lines)
    return snooze(session, decider, apart.proposal_id, apart.content_hash, until)


def bring_back(session: Session, config: Config, now: datetime) -> int:
    """Show again what was put off until now; how many they were."""
    waking = (
        update(ProposalRow)
        .where(ProposalRow.status == ProposalStatus.OPEN.value, ProposalRow.snoozed_until <= now)
        .values(snoozed_until=None)
        .returning(ProposalRow.proposal_id)
    )
    back = session.scalars(waking).all()
    for proposal_id in back:
        record(session, now, "shop", "proposal_back", f"proposal:{proposal_id}")
        cards.redraw(session, proposal_id, config, now)
        cards.tell(
            session,
            proposal_id,
            f"back:{proposal_id}:{now.isoformat()}",
            "This waits for a decision again.",
            config,
            now,
        )
    return len(back)


def _morning(decider: Decider, until: date) -> datetime:
    days = (until - decider.today).days
    most = decider.config.planning.snooze_days
    if not 1 <= days <= most:
        raise InvalidInput(f"Put it off until a day from tomorrow to {most} days from now.", "snooze-day", days=most)
    return datetime.combine(until, time(), decider.config.shop.zone)


def _put_off(session: Session, row: ProposalRow, back_at: datetime | None) -> None:
    moving = update(ProposalRow).where(
        ProposalRow.proposal_id == row.proposal_id,
        ProposalRow.status == ProposalStatus.OPEN.value,
        ProposalRow.content_hash == row.content_hash,
    )
    expires_at = max(row.expires_at, back_at + _DECIDABLE_AFTER) if back_at else row.expires_at
    values = {"snoozed_until": back_at, "expires_at": expires_at}
    if session.scalar(moving.values(**values).returning(ProposalRow.proposal_id)) is None:
        raise Conflict("Somebody else changed or decided this proposal a moment ago; look at it again.")
    session.expire(row)


def _in_two(proposal_id: int, whole: ProposalLineRow | None, stays: int) -> tuple[ProposalLineRow, ProposalLineRow]:
    """What a line would be with so many units, and the one that gets the rest; neither is stored.

    Raises:
        InvalidInput: nothing or everything would stay, or no whole packs.
        NotFound: there is no such line.
    """
    if whole is None:
        raise NotFound(f"Proposal {proposal_id} has no such line.")
    known, going = Known.from_json(whole.known), whole.quantity - stays
    if not 0 < stays < whole.quantity:
        raise InvalidInput(f"{whole.sku}: {whole.quantity:,} are proposed; fewer can stay, but not none.")
    if faults := [fault for units in (stays, going) if (fault := fault_of(known, units))]:
        raise InvalidInput(f"{whole.sku}: {stays:,} would stay and {going:,} go. {faults[0]}")
    apart = ProposalLineRow(line=1, sku=whole.sku, proposed=min(whole.proposed, going), quantity=going)
    left = ProposalLineRow(line=whole.line, sku=whole.sku, proposed=whole.proposed - apart.proposed, quantity=stays)
    _cost(apart, replace(known, on_order=known.on_order + stays))
    _cost(left, replace(known, beside=known.beside + going))
    return left, apart


def _part(line: ProposalLineRow, currency: str) -> Part:
    unit_cost = Money(line.unit_cost, currency)
    return Part(line.quantity, unit_cost, unit_cost * line.quantity)


def _cost(line: ProposalLineRow, known: Known) -> None:
    """Let a line say why, and what a unit costs, at its own quantity."""
    line.known, line.unit_cost = known.as_json(), known.item.cost_at(line.quantity)
    line.reason = reason(propose(*arrays([known])), 0, quantity=line.quantity)


def _check_parts(
    session: Session, row: ProposalRow, going: list[ProposalLineRow], staying: list[ProposalLineRow]
) -> None:
    for part in (going, staying):
        total = sum(line.quantity * line.unit_cost for line in part)
        if not any(line.quantity for line in part):
            raise InvalidInput("Name some of its lines, not none and not all: each part has to order something.")
        if fault := below_minimum(session, row.supplier, Money(total, row.currency)):
            raise InvalidInput(fault)


def _second(session: Session, row: ProposalRow, lines: list[ProposalLineRow], who: str) -> int:
    shown = [(line.sku, line.quantity, line.unit_cost) for line in lines]
    root = limits.root_of(row)
    second = ProposalRow(
        run=f"split:{row.proposal_id}:{row.revision}",
        supplier=row.supplier,
        location=row.location,
        status=ProposalStatus.OPEN.value,
        revision=1,
        content_hash=content_hash(row.supplier, row.location, 1, shown),
        currency=row.currency,
        total=sum(line.quantity * line.unit_cost for line in lines),
        created_at=row.created_at,
        expires_at=row.expires_at,
        expected_on=row.expected_on,
        decision_reason="",
        edited_by=who,
        editors=row.editors,
        root=root,
    )
    session.add(second)
    row.root = root
    session.flush()
    for line in lines:
        line.proposal_id = second.proposal_id
        session.add(line)
    session.flush()
    return second.proposal_id
