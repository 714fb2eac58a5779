"""The next revision of a proposal: after an edit, or because stock has overtaken it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.catalog.service import products
from core.database.audit import record
from core.errors import Conflict
from core.money import Money
from core.purchasing.known import Known, arrays
from core.purchasing.model import ProposalStatus
from core.purchasing.position import positions
from core.purchasing.proposals import content_hash, lines_of
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.purchasing.service import terms_of
from core.replenishment.plan import propose, reason

_OVERTAKEN_SHARE = 0.1
"""A line is overtaken when this share of its quantity, or a pack, has meanwhile come from elsewhere."""


def renew_if_overtaken(session: Session, row: ProposalRow, now: datetime) -> str:
    """Compute the lines anew that more stock, or less to serve, has made too large, or whose terms have changed.

    Returns:
        What changed, for whoever was about to approve; empty where nothing was overtaken.
    """
    lines = lines_of(session, row.proposal_id)
    at = positions(session, [line.sku for line in lines], without_proposal=row.proposal_id)
    asked = terms_of(session, row.supplier, [line.sku for line in lines])
    told = []
    names = products(session, [line.sku for line in lines])
    for line in lines:
        known, here = Known.from_json(line.known), at[line.sku, row.location]
        surplus = here.units - (known.on_hand + known.on_order + known.beside - known.waiting)
        # what it has is shared by the plan, and does not change what one line asks for
        item = replace(asked.get(line.sku, known.item), available=None)
        is_repriced = item != known.item and item.currency == row.currency
        is_overtaken = surplus >= max(known.item.pack, _OVERTAKEN_SHARE * line.quantity)
        if line.quantity == 0 or not (is_overtaken or is_repriced):
            continue
        fresh = replace(known, on_hand=here.on_hand, on_order=here.on_order, waiting=here.waiting, beside=0)
        before, cost = line.quantity, line.unit_cost
        _recompute(line, replace(fresh, item=item) if is_repriced else fresh)
        name = names[line.sku].name if line.sku in names else line.sku
        if is_repriced and (line.quantity, line.unit_cost) != (before, cost):
            paid = f"{Money(cost, row.currency)} before, {Money(line.unit_cost, row.currency)} now"
            told.append(
                f"{name}: the supplier asks something else, {paid} a unit; {before} before, {line.quantity} now"
            )
        elif line.quantity != before:
            told.append(f"{name}: {before} before, {line.quantity} now, because {surplus} more are here or coming")
    if not told:
        return ""
    _renew(session, row, lines, now)
    changes = "\n".join(told)
    if not any(line.quantity for line in lines):
        return f"Proposal {row.proposal_id} was computed anew and closed, for nothing of it is needed now:\n{changes}"
    return (
        f"Things have changed since proposal {row.proposal_id} was made; it was computed anew, look again:\n{changes}"
    )


def restate(session: Session, row: ProposalRow, lines: Sequence[ProposalLineRow], *, edited_by: str | None) -> None:
    """Give a proposal its next revision, after its lines changed, only if it still is as it was read.

    Raises:
        Conflict: somebody was first.
    """
    shown = [(line.sku, line.quantity, line.unit_cost) for line in lines]
    fresh = content_hash(row.supplier, row.location, row.revision + 1, shown)
    restating = update(ProposalRow).where(
        ProposalRow.proposal_id == row.proposal_id,
        ProposalRow.status == ProposalStatus.OPEN.value,
        ProposalRow.content_hash == row.content_hash,
    )
    values = {
        "revision": row.revision + 1,
        "content_hash": fresh,
        "total": sum(line.quantity * line.unit_cost for line in lines),
        "edited_by": edited_by,
        "editors": sorted({*(row.editors or []), edited_by}) if edited_by else row.editors,
    }
    if session.scalar(restating.values(**values).returning(ProposalRow.proposal_id)) is None:
        raise Conflict("Somebody else changed or decided this proposal a moment ago; look at it again.")
    session.flush()
    session.expire(row)


def _recompute(line: ProposalLineRow, fresh: Known) -> None:
    proposed = propose(*arrays([fresh]))
    quantity = int(proposed.quantity[0])
    line.known, line.reason = fresh.as_json(), reason(proposed, 0)
    if told := fresh.told:
        line.reason = {**line.reason, "events": told}
    line.proposed, line.quantity = quantity, quantity
    line.unit_cost = fresh.item.cost_at(quantity)


def _renew(session: Session, row: ProposalRow, lines: Sequence[ProposalLineRow], now: datetime) -> None:
    restate(session, row, lines, edited_by=None)
    record(session, now, "storekeeper", "proposal_renewed", f"proposal:{row.proposal_id}", revision=row.revision)
    if not any(line.quantity for line in lines):
        closing = update(ProposalRow).where(
            ProposalRow.proposal_id == row.proposal_id, ProposalRow.status == ProposalStatus.OPEN.value
        )
        session.execute(closing.values(status=ProposalStatus.SUPERSEDED.value, decided_at=now))
        record(session, now, "storekeeper", "proposal_superseded", f"proposal:{row.proposal_id}")
