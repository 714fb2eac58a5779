"""Moves between places: proposed by the plan before it buys, decided by a planner, sent from one shelf to the other.

What leaves a shelf is what another gets: both are movements with the move as their cause, and units that never arrive
stay on the move as missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.catalog.service import all_products
from core.config import Config, Planning
from core.database.audit import record
from core.database.upsert import insert_new
from core.errors import Conflict, InvalidInput, NotFound
from core.inventory import service as inventory
from core.inventory.service import Movement
from core.money import Money
from core.purchasing import cards
from core.purchasing.decisions import Decider
from core.purchasing.model import MoveStatus
from core.purchasing.rebalancing import Worthwhile
from core.purchasing.rows import MoveRow
from core.purchasing.service import planner
from core.reasons import reason_in

_LATER = {MoveStatus.OPEN: (MoveStatus.APPROVED, MoveStatus.SENT), MoveStatus.APPROVED: (MoveStatus.SENT,)}
_SHOWN_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Move:
    """Units of a product on their way from one place to another, or meant to be."""

    move_id: int
    sku: str
    name: str
    origin: str
    origin_name: str
    destination: str
    destination_name: str
    units: int
    status: MoveStatus
    saving: Money
    """What the year costs less with it than with buying, after the cost of the move."""
    spare: int
    """Units above its order-up-to level that the one place had."""
    wanted: int
    """Units up to its order-up-to level that the other lacked."""
    bought_otherwise: int
    """Units that would have been ordered for it."""
    proposed_at: datetime
    expected_on: date
    decided_by: str
    decided_at: datetime | None
    expires_at: datetime
    reason: str
    received: int | None
    there: int = 0
    """Units that all places had to spare when it was proposed."""
    asked: int = 0
    """Units that all places lacked that would have ordered them."""

    @property
    def share(self) -> str:
        """Where there was less than all places lacked: what of it goes here; empty where there was enough."""
        if self.asked <= self.there:
            return ""
        mine = "1 is for it" if self.units == 1 else f"{self.units:,} are for it"
        return (
            f"Of {self.there:,} there, {mine}: all places lack {self.asked:,}, and each unit goes where it saves most "
            "until the next delivery; the rest is bought once it is due."
        )

    @property
    def missing(self) -> int:
        """Units that left and did not arrive."""
        return 0 if self.received is None else self.units - self.received


def put_up(session: Session, run: str, worthwhile: Sequence[Worthwhile], planning: Planning, now: datetime) -> int:
    """Write what a plan would move; the same run twice writes nothing new. How many are new."""
    written = 0
    for one in worthwhile:
        row = {
            "run": run, "sku": one.sku, "origin": one.origin, "destination": one.destination, "units": one.units,
            "status": MoveStatus.OPEN.value, "currency": one.saving.currency, "saving": one.saving.minor,
            "known": {"spare": one.spare, "wanted": one.wanted, "bought_otherwise": one.bought_otherwise,
                      "there": one.there, "asked": one.asked},
            "proposed_at": now, "expires_at": now + timedelta(days=planning.proposal_days), "decision_reason": "",
            "expected_on": now.date() + timedelta(days=planning.move_days),
        }  # fmt: skip
        move_id = insert_new(session, MoveRow, row)
        if move_id is not None:
            written += 1
            record(session, now, "storekeeper", "move_proposed", f"move:{move_id}", run=run, units=one.units)
    return written


def expire_old(session: Session, config: Config, now: datetime) -> None:
    """Moves that nobody decided in time are no longer counted on."""
    old = update(MoveRow).where(MoveRow.status == MoveStatus.OPEN.value, MoveRow.expires_at <= now)
    for move_id in session.scalars(old.values(status=MoveStatus.EXPIRED.value).returning(MoveRow.move_id)).all():
        record(session, now, "storekeeper", "move_expired", f"move:{move_id}")
        cards.close_move(session, move_id, config, now)


def moves(session: Session, staff: Staff, now: datetime) -> list[Move]:
    """Moves to decide, to send and to receive, what saves most first; then those that were done with lately.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    rows = session.scalars(
        select(MoveRow)
        .where(
            MoveRow.status.in_(("open", "approved", "sent"))
            | (MoveRow.status.in_(("received", "rejected")) & (MoveRow.decided_at > now - _SHOWN_FOR))
        )
        .order_by(MoveRow.saving.desc(), MoveRow.move_id)
    ).all()
    order = list(MoveStatus)
    found = _shown(session, rows)
    return sorted(found, key=lambda one: order.index(one.status))


def count_open(session: Session, now: datetime) -> int:
    """How many moves wait for a decision."""
    waiting = select(func.count()).where(MoveRow.status == MoveStatus.OPEN.value, MoveRow.expires_at > now)
    return session.scalar(waiting) or 0


def move(session: Session, staff: Staff, move_id: int) -> Move:
    """One move.

    Raises:
        NotFound: there is none of that number, or not somebody who plans.
    """
    planner(session, staff)
    return known_move(session, move_id)


def known_move(session: Session, move_id: int) -> Move:
    """One move, for whoever has been let in already.

    Raises:
        NotFound: there is none of that number.
    """
    return _shown(session, [_row(session, move_id)])[0]


def open_moves(session: Session, staff: Staff, now: datetime) -> list[Move]:
    """Moves that can still be decided, what saves most first.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    waiting = select(MoveRow).where(MoveRow.status == MoveStatus.OPEN.value, MoveRow.expires_at > now)
    return _shown(session, session.scalars(waiting.order_by(MoveRow.saving.desc(), MoveRow.move_id)).all())


def approve(session: Session, decider: Decider, move_id: int) -> None:
    """Have it sent.

    Raises:
        Conflict: it was decided before, has expired, or the units are no longer there.
        NotFound: there is none, or not somebody who plans.
    """
    row = _row(session, move_id)
    here = inventory.on_hand_by_place(session, [row.sku]).get((row.sku, row.origin), 0)
    if row.status == MoveStatus.OPEN.value and here < row.units:
        raise Conflict(f"Only {here} units of {row.sku} are left at {row.origin}; the next plan looks again.")
    _step(session, decider, move_id, (MoveStatus.OPEN, MoveStatus.APPROVED))


def reject(session: Session, decider: Decider, move_id: int, why: str) -> None:
    """Leave the goods where they are; the next plan buys instead.

    Raises:
        Conflict: it was decided before, or has expired.
        InvalidInput: no reason.
        NotFound: there is none, or not somebody who plans.
    """
    if not (said := reason_in(why)):
        raise InvalidInput("Say why it is rejected, so that the next plan can be judged by it.")
    _step(session, decider, move_id, (MoveStatus.OPEN, MoveStatus.REJECTED), decision_reason=said)


def send(session: Session, decider: Decider, move_id: int) -> None:
    """The goods have left their shelf.

    Raises:
        Conflict: it is not approved, was sent before, or fewer units are there.
        NotFound: there is none, or not somebody who plans.
    """
    row = _step(session, decider, move_id, (MoveStatus.APPROVED, MoveStatus.SENT), sent_at=decider.now)
    inventory.move(session, Movement(f"move:{move_id}:out", row.sku, row.origin, -row.units), decider.now)


def receive(session: Session, decider: Decider, move_id: int, units: int) -> None:
    """The goods are on the other shelf; units that did not arrive are kept as missing.

    Raises:
        Conflict: it was not sent, or received before.
        InvalidInput: more than was sent, or less than nothing.
        NotFound: there is none, or not somebody who plans.
    """
    sent = _row(session, move_id).units
    if not 0 <= units <= sent:
        raise InvalidInput(f"{sent} units were sent; say how many of them arrived, from 0 to {sent}.")
    done = {"received": units, "received_at": decider.now}
    row = _step(session, decider, move_id, (MoveStatus.SENT, MoveStatus.RECEIVED), **done)
    if units:
        inventory.move(session, Movement(f"move:{move_id}:in", row.sku, row.destination, units), decider.now)


def _step(
    session: Session, decider: Decider, move_id: int, step: tuple[MoveStatus, MoveStatus], **more: Any
) -> MoveRow:
    """From one state to the next, once, by somebody who may."""
    person, now, (before, after) = planner(session, decider.staff), decider.now, step
    values = {"status": after.value, **more}
    if before is MoveStatus.OPEN:
        values |= {"decided_by": person.email, "decided_at": now}
    here = update(MoveRow).where(MoveRow.move_id == move_id, MoveRow.status == before.value)
    if before is MoveStatus.OPEN:
        here = here.where(MoveRow.expires_at > now)
    taken = session.scalar(here.values(**values).returning(MoveRow.move_id))
    row = _row(session, move_id)
    if taken is None:
        raise Conflict(_why_not(row, before))
    record(session, now, f"staff:{person.email}", f"move_{after.value}", f"move:{move_id}", units=row.units)
    cards.redraw_move(session, move_id, decider.config, now)
    return row


def _why_not(row: MoveRow, before: MoveStatus) -> str:
    now = MoveStatus(row.status)
    if now is before:
        return f"Move {row.move_id} has expired; the next plan looks again."
    if before in _LATER.get(now, ()):
        return f"Move {row.move_id} is not {before.value} yet."
    by = f" by {row.decided_by}" if row.decided_by else ""
    return f"Move {row.move_id} was {now.value}{by} already; look at it again."


def _row(session: Session, move_id: int) -> MoveRow:
    row = session.get(MoveRow, move_id, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no move {move_id}.")
    return row


def _shown(session: Session, rows: Sequence[MoveRow]) -> list[Move]:
    names, places = all_products(session), inventory.location_names(session)
    return [
        Move(
            row.move_id, row.sku, names[row.sku].name if row.sku in names else row.sku,
            row.origin, places.get(row.origin, row.origin), row.destination,
            places.get(row.destination, row.destination), row.units, MoveStatus(row.status),
            Money(row.saving, row.currency), int(row.known["spare"]), int(row.known["wanted"]),
            int(row.known["bought_otherwise"]), row.proposed_at, row.expected_on, row.decided_by or "",
            row.decided_at, row.expires_at, row.decision_reason, row.received,
            int(row.known.get("there", 0)), int(row.known.get("asked", 0)),
        )
        for row in rows
    ]  # fmt: skip
