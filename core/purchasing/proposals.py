"""Proposals as planners read them, and what another quantity would cost."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.catalog.service import products
from core.errors import NotFound
from core.inventory import service as inventory
from core.money import Money
from core.purchasing.asked_for import Queue, queues
from core.purchasing.inbound import arrivals
from core.purchasing.known import Known, arrays, as_money
from core.purchasing.model import Proposal, ProposalLine, ProposalStatus, Repriced
from core.purchasing.orders import numbers_by_proposal
from core.purchasing.rows import ApprovalRow, ProposalLineRow, ProposalRow
from core.purchasing.scarcity import Scarce, load
from core.purchasing.service import names_of, planner, supplier
from core.replenishment.plan import ahead, explain, propose, quantity_fault, reason, recost
from core.replenishment.trips import Choice

_DECIDED_SHOWN_FOR = timedelta(days=14)
_PICTURE_DAYS = 60
_MOST_UNITS = 10_000_000
_LIKELY = 0.5


def open_proposals(session: Session, staff: Staff, now: datetime) -> list[Proposal]:
    """Proposals that can still be decided, the one with most products about to run short first; without lines.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    rows = session.scalars(
        select(ProposalRow)
        .where(ProposalRow.status == ProposalStatus.OPEN.value, ProposalRow.expires_at > now)
        .order_by(ProposalRow.expires_at, ProposalRow.total.desc(), ProposalRow.proposal_id)
    ).all()
    return sorted(_short(session, rows), key=lambda one: -one.at_risk)


def decided_proposals(session: Session, staff: Staff, now: datetime) -> list[Proposal]:
    """Proposals no longer open, of the last fortnight, latest first; without lines.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    rows = session.scalars(
        select(ProposalRow)
        .where(ProposalRow.status != ProposalStatus.OPEN.value, ProposalRow.decided_at > now - _DECIDED_SHOWN_FOR)
        .order_by(ProposalRow.decided_at.desc(), ProposalRow.proposal_id.desc())
    ).all()
    return _short(session, rows)


def proposal(session: Session, staff: Staff, proposal_id: int, now: datetime) -> Proposal:
    """One proposal with its lines, each with its reason, picture and who is waiting.

    Raises:
        NotFound: there is none, or not somebody who plans.
    """
    return known_proposal(session, proposal_id, now, planner(session, staff))


def known_proposal(session: Session, proposal_id: int, now: datetime, reader: Staff | None = None) -> Proposal:
    """One proposal with its lines, for whoever has been let in already; who waits is named to a reader who may know.

    Raises:
        NotFound: there is none.
    """
    row = session.get(ProposalRow, proposal_id)
    if row is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    found = lines_of(session, proposal_id)
    names = {sku: product.name for sku, product in products(session, [line.sku for line in found]).items()}
    waiting = queues(session, [line.sku for line in found], now, reader)
    coming = arrivals(session, [line.sku for line in found], row.location)
    lines = tuple(
        _line(row, line, names.get(line.sku, line.sku), waiting[line.sku], coming.get(line.sku, [])) for line in found
    )
    carried = load([(Known.from_json(line.known), line.quantity) for line in found], supplier(session, row.supplier))
    chosen = next((line.reason["load"] for line in lines if "load" in line.reason and line.quantity), None)
    why = str(Choice(**chosen)) if chosen else ""
    return replace(_short(session, [row])[0], lines=lines, load=replace(carried, why=why))


def reprice(
    session: Session, staff: Staff, proposal_id: int, quantities: dict[int, int], now: datetime
) -> dict[int, Repriced]:
    """What other quantities, by line number, would cost and risk, by the function that proposed them.

    Raises:
        NotFound: there is no such proposal or line, or not somebody who plans.
    """
    whole = proposal(session, staff, proposal_id, now)
    named = {line.line: line for line in whole.lines}
    rows = {row.line: row for row in lines_of(session, proposal_id)}
    if unknown := sorted(set(quantities) - set(rows)):
        raise NotFound(f"Proposal {proposal_id} has no line {unknown[0]}.")
    return {line: repriced(named[line], rows[line], quantity) for line, quantity in quantities.items()}


def lines_of(session: Session, proposal_id: int) -> Sequence[ProposalLineRow]:
    """The lines of a proposal as they stand."""
    return session.scalars(
        select(ProposalLineRow).where(ProposalLineRow.proposal_id == proposal_id).order_by(ProposalLineRow.line)
    ).all()


def content_hash(supplier: str, location: str, revision: int, lines: Iterable[tuple[str, int, int]]) -> str:
    """The fingerprint of what a planner is shown: supplier, place, revision, and (sku, quantity, unit cost) by line."""
    shown = json.dumps([supplier, location, revision, [list(line) for line in lines]], separators=(",", ":"))
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def repriced(line: ProposalLine, row: ProposalLineRow, quantity: int) -> Repriced:
    """One line with another quantity, costed by the function that proposed it."""
    known = Known.from_json(row.known)
    items, velocity = arrays([known])
    fault = fault_of(known, quantity)
    counted = quantity if not fault else 0
    costed = recost(items, velocity, np.array([float(counted)]))
    unit_cost = Money(known.item.cost_at(counted), known.item.currency)
    cost_lines = {part: round(float(getattr(costed, part)[0]), 2) for part in _COST_PARTS}
    is_stored = counted == row.quantity
    shown = row.reason if is_stored else reason(propose(items, velocity), 0, quantity=counted)
    return Repriced(
        quantity=counted,
        unit_cost=unit_cost,
        total=unit_cost * counted,
        expected_cost=as_money(round(sum(cost_lines.values()), 2), unit_cost.currency),  # adds up as it is shown
        cost_lines=cost_lines,
        risk=round(float(costed.risk[0]), 4),
        explanation=_explained(shown, line.name, unit_cost.currency),
        fault=fault,
    )


_COST_PARTS = ("purchase", "ordering", "holding", "stockout")


def fault_of(known: Known, quantity: int) -> str:
    """What is wrong with ordering so many, in one sentence; empty where nothing is."""
    if quantity < 0:
        return "a quantity is not below zero; 0 drops the line."
    if quantity > _MOST_UNITS:
        return f"{quantity:,} is more than anybody can order at once."
    fault = quantity_fault(arrays([known])[0], 0, quantity)
    return f"{fault}." if fault else ""


def _short(session: Session, rows: Sequence[ProposalRow]) -> list[Proposal]:
    ids = [row.proposal_id for row in rows]
    names = names_of(session, [row.supplier for row in rows])
    numbers_of = numbers_by_proposal(session, ids)
    places = inventory.location_names(session)
    risks, yes = _risks(session, ids), _approvals(session, ids)
    return [
        Proposal(
            row.proposal_id,
            row.supplier,
            names.get(row.supplier, row.supplier),
            row.location,
            places.get(row.location, row.location),
            ProposalStatus(row.status),
            row.revision,
            row.content_hash,
            Money(row.total, row.currency),
            len(risks[row.proposal_id]),
            row.created_at,
            row.expires_at,
            row.expected_on,
            row.decided_by,
            row.decided_at,
            row.decision_reason,
            row.edited_by,
            numbers_of.get(row.proposal_id),
            sum(risk > _LIKELY for risk in risks[row.proposal_id]),
            tuple(yes[row.proposal_id, row.revision]),
            root=row.root,
            snoozed_until=row.snoozed_until,
            editors=tuple(row.editors or ()),
            scarce=tuple(str(Scarce(kind, whose, price, row.currency)) for kind, whose, price in row.scarce or ()),
        )
        for row in rows
    ]


def _risks(session: Session, ids: Sequence[int]) -> dict[int, list[float]]:
    """Of each proposal, how likely each product that is ordered would run short without it."""
    lines = session.execute(
        select(ProposalLineRow.proposal_id, ProposalLineRow.reason).where(
            ProposalLineRow.proposal_id.in_(ids), ProposalLineRow.quantity > 0
        )
    )
    risks: dict[int, list[float]] = defaultdict(list)
    for proposal_id, numbers in lines:
        risks[proposal_id].append(numbers["risk_without"])
    return risks


def _approvals(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], list[str]]:
    """Who said yes to each revision of each proposal, in the order they did."""
    rows = session.scalars(
        select(ApprovalRow).where(ApprovalRow.proposal_id.in_(ids)).order_by(ApprovalRow.approved_at)
    )
    yes: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in rows:
        yes[row.proposal_id, row.revision].append(row.staff)
    return yes


def _line(
    head: ProposalRow, row: ProposalLineRow, name: str, queue: Queue, coming: Sequence[tuple[date, int]]
) -> ProposalLine:
    known = Known.from_json(row.known)
    items, velocity = arrays([known])
    events, due = [(one.first, one.end, one.factor) for one in known.ahead], _due(known, coming, head)
    return ProposalLine(
        row.line,
        row.sku,
        name,
        row.proposed,
        row.quantity,
        Money(row.unit_cost, head.currency),
        dict(row.reason),
        _explained(row.reason, name, head.currency),
        ahead(items, velocity, 0, quantity=row.quantity, days=_PICTURE_DAYS, due=due, otherwise=events),
        queue.people,
        queue.units,
        queue.names,
        known.item.in_packs(row.quantity),
    )


def _explained(numbers: dict[str, Any], name: str, currency: str) -> str:
    return explain(numbers, name, lambda major: str(as_money(major, currency)))


def _due(known: Known, coming: Sequence[tuple[date, int]], head: ProposalRow) -> list[tuple[float, float]]:
    """When what was on order comes, in days after the proposal was made; what has no day yet, within the lead time."""
    made_on = head.created_at.date()
    due = [(float(max(0, (expected_on - made_on).days)), float(units)) for expected_on, units in coming]
    undated = known.on_order - sum(units for _, units in coming)
    return [*due, (known.lead_days, float(undated))] if undated > 0 else due


def lines_for_table(session: Session, now: datetime) -> Iterator[dict[str, Any]]:
    """Every line of every open proposal, as rows of a table; money as decimal text."""
    rows = session.execute(
        select(ProposalRow, ProposalLineRow)
        .join(ProposalLineRow, ProposalLineRow.proposal_id == ProposalRow.proposal_id)
        .where(
            ProposalRow.status == ProposalStatus.OPEN.value,
            ProposalRow.expires_at > now,
            ProposalLineRow.quantity > 0,
        )
        .order_by(ProposalRow.supplier, ProposalRow.location, ProposalLineRow.line)
    ).all()
    names = {sku: product.name for sku, product in products(session, [line.sku for _, line in rows]).items()}
    for head, line in rows:
        cost = Money(line.unit_cost, head.currency)
        yield {
            "supplier": head.supplier,
            "location": head.location,
            "sku": line.sku,
            "name": names.get(line.sku, line.sku),
            "quantity": line.quantity,
            "unit_cost": str(cost.major),
            "line_total": str((cost * line.quantity).major),
            "currency": head.currency,
        }
