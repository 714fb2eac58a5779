"""What another quantity, or another supposition, would mean: costed by the function that proposed, changing nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.config import Config, Planning
from core.errors import InvalidInput, NotFound, Refused
from core.money import Money
from core.purchasing import limits
from core.purchasing.breaches import Edited, breaches
from core.purchasing.known import Known, arrays, as_money
from core.purchasing.model import Proposal, ProposalLine
from core.purchasing.proposals import fault_of, lines_of, proposal, repriced
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.service import below_minimum
from core.replenishment.plan import propose, recost

_LONGEST_LEAD_DAYS = 365.0
_MOST_DEMAND = 10.0


@dataclass(frozen=True)
class Priced:
    """A quantity of a line, priced: what it costs now, and in all over the coming year; `risk` is of running short."""

    kind: str
    quantity: int
    unit_cost: Money
    total: Money
    expected_cost: Money
    risk: float


@dataclass(frozen=True)
class Consequence:
    """What changing one line means: from, to, what else could be done, or why it cannot be ordered (`fault`)."""

    line: int
    sku: str
    name: str
    waiting: int
    before: Priced
    after: Priced
    without: Priced
    alternatives: tuple[Priced, ...]
    explanation: str
    fault: str = ""


@dataclass(frozen=True)
class Recosted:
    """What an edit would come to before it is made; `notes` are what the whole order meets then, such as a limit."""

    proposal: Proposal
    lines: tuple[Consequence, ...]
    total_before: Money
    total_after: Money
    expected_before: Money
    expected_after: Money
    notes: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Why it cannot be ordered like this, a sentence for each line that cannot."""
        return tuple(f"{line.name}: {line.fault}" for line in self.lines if line.fault)


@dataclass(frozen=True)
class Supposed:
    """What if: the supplier takes so many days, demand is so many times what it was."""

    lead_days: float | None = None
    demand: float | None = None


@dataclass(frozen=True)
class SupposedLine:
    """A line under a supposition: its risk and cost with the quantity that stands, and what would be proposed."""

    line: int
    sku: str
    name: str
    quantity: int
    would_propose: int
    risk_now: float
    risk_then: float
    risk_then_proposed: float
    expected_now: Money
    expected_then: Money


@dataclass(frozen=True)
class WhatIf:
    """A proposal under a supposition; nothing is changed by asking."""

    proposal: Proposal
    supposed: Supposed
    lines: tuple[SupposedLine, ...]
    total_now: Money
    total_then: Money
    expected_now: Money
    expected_then: Money


def recosted(
    session: Session, staff: Staff, proposal_id: int, quantities: Mapping[int, int], config: Config, now: datetime
) -> Recosted:
    """What other quantities, by line number, would mean, with what else could be ordered instead.

    Raises:
        NotFound: there is no such proposal or line, or not somebody who plans.
    """
    whole = proposal(session, staff, proposal_id, now)
    named = {line.line: line for line in whole.lines}
    rows = {row.line: row for row in lines_of(session, proposal_id)}
    if unknown := sorted(set(quantities) - set(rows)):
        raise NotFound(f"Proposal {proposal_id} has no line {unknown[0]}.")
    lines = tuple(_consequence(named[line], rows[line], quantity) for line, quantity in sorted(quantities.items()))
    change = sum((line.after.total - line.before.total for line in lines if not line.fault), _none(whole))
    expected = {line: _priced("", row, Known.from_json(row.known), row.quantity) for line, row in rows.items()}
    expected_before = sum((one.expected_cost for one in expected.values()), _none(whole))
    for one in lines:
        expected[one.line] = one.before if one.fault else one.after
    return Recosted(
        whole,
        lines,
        total_before=whole.total,
        total_after=whole.total + change,
        expected_before=expected_before,
        expected_after=sum((one.expected_cost for one in expected.values()), _none(whole)),
        notes=(
            *_notes(session, staff, whole, whole.total + change, config.planning),
            *breaches(session, whole, _edited(whole, rows, lines), whole.total + change, config, now),
        ),
    )


def what_if(session: Session, staff: Staff, proposal_id: int, supposed: Supposed, now: datetime) -> WhatIf:
    """The lines of a proposal if the supplier took so long, or if so much more or less were asked for.

    Raises:
        InvalidInput: nothing is supposed, or something nobody can plan with.
        NotFound: there is none, or not somebody who plans.
    """
    _check(supposed)
    whole = proposal(session, staff, proposal_id, now)
    named = {line.line: line for line in whole.lines}
    lines, total_then = [], _none(whole)
    for row in lines_of(session, proposal_id):
        known = Known.from_json(row.known)
        then = _supposing(known, supposed)
        would = int(propose(*arrays([then])).quantity[0])
        now_priced, then_priced = _priced("", row, known, row.quantity), _priced("", row, then, row.quantity)
        total_then = total_then + _unit_cost(known, would) * would
        lines.append(
            SupposedLine(
                row.line,
                row.sku,
                named[row.line].name,
                row.quantity,
                would,
                now_priced.risk,
                then_priced.risk,
                _priced("", row, then, would).risk,
                now_priced.expected_cost,
                then_priced.expected_cost,
            )
        )
    return WhatIf(
        whole,
        supposed,
        tuple(lines),
        whole.total,
        total_then,
        sum((line.expected_now for line in lines), _none(whole)),
        sum((line.expected_then for line in lines), _none(whole)),
    )


def _edited(whole: Proposal, rows: Mapping[int, ProposalLineRow], changed: Sequence[Consequence]) -> list[Edited]:
    wanted = {one.line: one.after.quantity for one in changed if not one.fault}
    return [
        Edited(line.name, Known.from_json(rows[line.line].known), line.quantity, wanted.get(line.line, line.quantity))
        for line in whole.lines
    ]


def _check(supposed: Supposed) -> None:
    if supposed.lead_days is None and supposed.demand is None:
        raise InvalidInput("Say what to suppose: how long delivery takes, or how much more is asked for.", "what-if")
    if supposed.lead_days is not None and not 0 <= supposed.lead_days <= _LONGEST_LEAD_DAYS:
        raise InvalidInput("Suppose a delivery time of up to a year.", "what-if-days")
    if supposed.demand is not None and not 0 < supposed.demand <= _MOST_DEMAND:
        raise InvalidInput("Suppose up to ten times the demand there is.", "what-if-demand")


def _supposing(known: Known, supposed: Supposed) -> Known:
    if supposed.lead_days is not None:
        known = replace(known, lead_days=supposed.lead_days)
    if supposed.demand is not None:
        known = replace(known, exposure=known.exposure / supposed.demand)
    return known


def _consequence(line: ProposalLine, row: ProposalLineRow, quantity: int) -> Consequence:
    known = Known.from_json(row.known)
    fault = fault_of(known, quantity)
    before = _priced("standing", row, known, row.quantity)
    after = before if fault else _priced("chosen", row, known, quantity)
    return Consequence(
        row.line,
        row.sku,
        line.name,
        line.waiting,
        before,
        after,
        _priced("nothing", row, known, 0),
        _alternatives(row, known, before if fault else after),
        repriced(line, row, 0 if fault else quantity).explanation if not fault else "",
        fault,
    )


def _alternatives(row: ProposalLineRow, known: Known, chosen: Priced) -> tuple[Priced, ...]:
    """What else could be ordered: each once, the cheapest over the year first."""
    found: dict[int, Priced] = {}
    for kind, quantity in _candidates(row, known, chosen.quantity):
        if quantity != chosen.quantity and quantity not in found and not fault_of(known, quantity):
            found[quantity] = _priced(kind, row, known, quantity)
    return tuple(sorted(found.values(), key=lambda one: (one.expected_cost.minor, one.quantity)))


def _candidates(row: ProposalLineRow, known: Known, quantity: int) -> Iterator[tuple[str, int]]:
    """The proposed quantity, price breaks and full packs around it, a pack less and more, the least, and nothing."""
    pack, item = known.item.pack, known.item
    yield "proposed", row.proposed
    breaks = sorted(least for least, _ in item.breaks)
    below = [least for least in breaks if least < quantity]
    above = [least for least in breaks if least > quantity]
    yield from (("break_below", _up(least, pack)) for least in below[-1:])
    yield from (("break_above", _up(least, pack)) for least in above[:1])
    yield "pack_less", (quantity - 1) // pack * pack
    yield "pack_more", quantity // pack * pack + pack
    for level in item.packs[1:]:
        yield "full_less", quantity // level.size * level.size
        yield "full_more", _up(quantity + 1, level.size)
    yield "least", _up(max(item.minimum, 1), pack)
    yield "nothing", 0


def _up(quantity: int, pack: int) -> int:
    return -(-quantity // pack) * pack


def _priced(kind: str, row: ProposalLineRow, known: Known, quantity: int) -> Priced:
    items, velocity = arrays([known])
    costed = recost(items, velocity, np.array([float(quantity)]))
    unit_cost = Money(row.unit_cost, known.item.currency) if quantity == row.quantity else _unit_cost(known, quantity)
    parts = (round(float(part[0]), 2) for part in (costed.purchase, costed.ordering, costed.holding, costed.stockout))
    expected = as_money(round(sum(parts), 2), unit_cost.currency)
    return Priced(kind, quantity, unit_cost, unit_cost * quantity, expected, round(float(costed.risk[0]), 4))


def _unit_cost(known: Known, quantity: int) -> Money:
    return Money(known.item.cost_at(quantity), known.item.currency)


def _none(whole: Proposal) -> Money:
    return Money(0, whole.total.currency)


def _notes(session: Session, staff: Staff, whole: Proposal, total: Money, planning: Planning) -> Iterator[str]:
    """What the order would meet as a whole: the supplier's least value, this person's limit, four eyes."""
    if fault := below_minimum(session, whole.supplier, total):
        yield fault
    row = session.get_one(ProposalRow, whole.proposal_id)
    others = limits.counted(session, row, planning) - whole.total
    try:
        limits.check_amount(staff, others + total)
    except Refused as refusal:
        yield str(refusal)
    if planning.four_eyes_above and (others + total).major > planning.four_eyes_above:
        yield "At this amount two people have to approve, and whoever changes it is not one of them."
