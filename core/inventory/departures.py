"""What orders took off the shelves: booked once, at the moment it left, and put right for as long as no count came.

The ledger's sum is what lies there, so a departure is a movement like any other. What it is known by, an order line,
is kept beside: a count of a moment before it leaves it standing, one of a moment after it knew of it.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core.database.engine import one_at_a_time
from core.database.upsert import add, direct, upsert
from core.inventory.rows import DepartureRow, MovementRow, StockRow

log = logging.getLogger(__name__)
LEFT, UNCOUNTED = "order:", "uncounted:"
"""What causes of departures begin with, and those of units that left though the books did not have them."""

_COUNTING = "stock count"
_AT_ONCE = 5_000
Place = tuple[str, str]


@dataclass(frozen=True)
class Departure:
    """Units of an order line that left a shelf at a moment; no units: they are there, or there is no such line."""

    order_number: str
    line: int
    sku: str
    location: str
    units: int
    left_at: datetime

    @property
    def place(self) -> Place:
        """The shelf."""
        return self.sku, self.location


@dataclass
class _Shelf:
    on_hand: int
    counted_at: datetime


@dataclass
class _Ledger:
    """Shelves as they become, and what has to be written down for it."""

    shelves: dict[Place, _Shelf]
    known: dict[tuple[str, int], tuple[Departure, int]]
    moved: list[dict[str, Any]] = field(default_factory=list)
    redated: dict[str, datetime] = field(default_factory=dict)
    changed: set[tuple[str, int]] = field(default_factory=set)
    touched: set[Place] = field(default_factory=set)
    uncounted: int = 0

    def is_after_the_count(self, one: Departure) -> bool:
        """Whether the shelf is known, and was not counted since."""
        shelf = self.shelves.get(one.place)
        return shelf is not None and one.left_at > shelf.counted_at

    def hear(self, told: Departure) -> None:
        """Take in how a line stands; what was counted since it left stays as it was counted."""
        key = told.order_number, told.line
        before, turn = self.known.get(key, (replace(told, units=0), 0))
        leaves = told.units > 0 and self.is_after_the_count(told)
        if before.units and not self.is_after_the_count(before):
            if not told.units:
                self._keep(key, replace(before, units=0), turn)
            return
        if before.units and leaves and replace(told, left_at=before.left_at) == before:
            self._redate(before, told, turn)
            return
        if before.units:
            turn += 1
            self._move(_cause(LEFT, before, turn), before, before.units)
            self._keep(key, replace(before, units=0), turn)
        if leaves:
            self._take_off(key, told, turn + 1)

    def _take_off(self, key: tuple[str, int], one: Departure, turn: int) -> None:
        lacking = one.units - self.shelves[one.place].on_hand
        self._move(_cause(LEFT, one, turn), one, -one.units)
        if lacking > 0:
            self._move(_cause(UNCOUNTED, one, turn), one, lacking)
            self.uncounted += lacking
        self._keep(key, one, turn)

    def _redate(self, before: Departure, told: Departure, turn: int) -> None:
        if before.left_at != told.left_at:
            self._keep((told.order_number, told.line), told, turn)
            self.redated |= {_cause(kind, told, turn): told.left_at for kind in (LEFT, UNCOUNTED)}

    def _move(self, cause: str, one: Departure, units: int) -> None:
        row = {"cause": cause, "sku": one.sku, "location": one.location, "units": units, "moved_at": one.left_at}
        self.moved.append(row)
        self.shelves[one.place].on_hand += units
        self.touched.add(one.place)

    def _keep(self, key: tuple[str, int], one: Departure, turn: int) -> None:
        self.known[key] = one, turn
        self.changed.add(key)


def settle(session: Session, told: Sequence[Departure]) -> None:
    """Book what left, and put back what did not leave after all; the same again changes nothing.

    What left a shelf that nobody knows, or before it was last counted, is not booked. Of units that the books do not
    have there must have been more: the difference is booked as uncounted, so that no shelf goes below nothing.
    """
    in_turn = sorted(told, key=lambda one: (one.left_at, one.order_number, one.line))
    for first in range(0, len(in_turn), _AT_ONCE):
        alone(session)
        _settle(session, in_turn[first : first + _AT_ONCE])


def _settle(session: Session, told: Sequence[Departure]) -> None:
    known = _known(session, told)
    skus = {one.sku for one in told} | {one.sku for one, _ in known.values()}
    ledger = _Ledger(_shelves(session, skus), known)
    for one in told:
        ledger.hear(one)
    _write(session, ledger)
    if ledger.uncounted:
        log.warning("%d units left that the books did not have; their shelves want counting", ledger.uncounted)


def _write(session: Session, ledger: _Ledger) -> None:
    add(session, MovementRow, ledger.moved)
    if ledger.redated:
        _redate(session, ledger.redated)
    shelves = [
        {"sku": sku, "location": location, "on_hand": shelf.on_hand, "counted_at": shelf.counted_at}
        for (sku, location), shelf in ledger.shelves.items()
        if (sku, location) in ledger.touched
    ]
    upsert(session, StockRow, shelves)
    rows = [{**vars(one), "turn": turn} for one, turn in (ledger.known[key] for key in sorted(ledger.changed))]
    upsert(session, DepartureRow, rows)


def _redate(session: Session, moments: dict[str, datetime]) -> None:
    """Movements of these causes were at other moments; of units that were never counted there mostly are none."""
    booked = session.scalars(select(MovementRow.cause).where(MovementRow.cause.in_(moments)))
    here = update(MovementRow.__table__).where(MovementRow.cause == bindparam("of"))  # type: ignore[arg-type]
    rows = [{"of": cause, "at": moments[cause]} for cause in booked]
    direct(session).execute(here.values(moved_at=bindparam("at")), rows)


def alone(session: Session) -> None:
    """Wait for whoever else counts, or books what left: each has to know of the other."""
    one_at_a_time(session, _COUNTING)


def left_since(session: Session, skus: Collection[str], since: datetime) -> dict[Place, list[tuple[datetime, int]]]:
    """What left each shelf after a moment, as it was booked: when, and how many units."""
    rows = session.execute(
        select(DepartureRow.sku, DepartureRow.location, DepartureRow.left_at, DepartureRow.units).where(
            DepartureRow.sku.in_(skus), DepartureRow.left_at > since, DepartureRow.units > 0
        )
    )
    found: dict[Place, list[tuple[datetime, int]]] = {}
    for sku, location, left_at, units in rows:
        found.setdefault((sku, location), []).append((left_at, units))
    return found


def _known(session: Session, told: Sequence[Departure]) -> dict[tuple[str, int], tuple[Departure, int]]:
    """How these lines were booked so far, and how often they moved stock."""
    row, wanted = DepartureRow, {(one.order_number, one.line) for one in told}
    columns = (row.order_number, row.line, row.sku, row.location, row.units, row.left_at)
    found = session.execute(select(*columns, row.turn).where(row.order_number.in_({one.order_number for one in told})))
    return {(one[0], one[1]): (Departure(*one[:6]), one[6]) for one in found if (one[0], one[1]) in wanted}


def _shelves(session: Session, skus: Collection[str]) -> dict[Place, _Shelf]:
    """Shelves of these products, held until the end of the transaction."""
    here = select(StockRow.sku, StockRow.location, StockRow.on_hand, StockRow.counted_at).where(StockRow.sku.in_(skus))
    rows = session.execute(here.order_by(StockRow.sku, StockRow.location).with_for_update())
    return {(sku, location): _Shelf(on_hand, counted_at) for sku, location, on_hand, counted_at in rows}


def _cause(kind: str, one: Departure, turn: int) -> str:
    """What moves stock: the line, and from the second time on how often it did."""
    return f"{kind}{one.order_number}:{one.line}{f'~{turn}' if turn > 1 else ''}"
