"""Decisions simulated afterwards: the demand that came since, met by the proposed, the decided and no quantity.

What left a shelf and what was asked for in vain is the demand; what came from elsewhere (other orders, returns) comes
as it came. An order's goods come on the days they came, in proportion; those of an order that was never placed on the
day it was promised for. Costs are as those that were realised, less what lies there in the end at what it cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy.orm import Session

from core.inventory.departures import LEFT
from core.inventory.trails import Trail, trails
from core.money import Money
from core.purchasing.known import Known
from core.purchasing.rows import ProposalLineRow, ProposalRow
from core.replenishment import Table, Vector
from core.replenishment.hindsight import play

_YEAR_DAYS = 365.0


@dataclass(frozen=True)
class _Span:
    """Days from a decision to now, the first and the last included."""

    first: date
    days: int

    def at(self, day: date) -> int:
        """The place of a day, from 0; days of another zone that lie just beyond count as the first or the last."""
        return min(max((day - self.first).days, 0), self.days - 1)


def simulated(
    session: Session,
    row: ProposalRow,
    lines: Sequence[ProposalLineRow],
    number: str | None,
    time: tuple[datetime, datetime],
) -> dict[str, Money]:
    """What the time since a decision would have cost as proposed, as decided and with nothing; {} on its own day."""
    since, until = time
    span = _Span(since.date(), (until.date() - since.date()).days + 1)
    if span.days <= 1 or not lines:
        return {}
    known = [Known.from_json(line.known) for line in lines]
    shelves = trails(session, [line.sku for line in lines], row.location, since)
    mine = [_Shelf(shelves[line.sku], number, span) for line in lines]
    decided = np.array([line.quantity if number else 0 for line in lines], dtype=np.float64)
    promised = next((day for one in mine if (day := one.first_arrival) is not None), None)
    if promised is None and not number:
        promised = (
            row.expected_on - span.first
        ).days  # an order that was placed and did not come is late for any quantity
    wanted = {
        "proposed": np.array([line.proposed for line in lines], dtype=np.float64),
        "decided": decided,
        "nothing": np.zeros(len(lines)),
    }
    return {
        name: Money(round(_cost(known, mine, quantity, _came(mine, quantity, decided, promised))), row.currency)
        for name, quantity in wanted.items()
    }


class _Shelf:
    """One shelf's days: what came of the order itself, what came besides, and what was asked for."""

    def __init__(self, trail: Trail, number: str | None, span: _Span) -> None:
        self.start = float(max(trail.start, 0))
        self.ordered, self.other, self.asked = (np.zeros(span.days) for _ in range(3))
        for step in trail.steps:
            if step.units < 0 or step.cause.startswith(LEFT):  # what did not leave after all was not asked for
                self.asked[span.at(step.on)] -= step.units
            else:
                (self.ordered if _is_of(step.cause, number) else self.other)[span.at(step.on)] += step.units
        for day, units in trail.in_vain:
            self.asked[span.at(day)] += units

    @property
    def first_arrival(self) -> int | None:
        """The first day on which some of the order came."""
        came = np.flatnonzero(self.ordered)
        return int(came[0]) if came.size else None


def _is_of(cause: str, number: str | None) -> bool:
    return number is not None and cause.startswith("receipt:") and cause.rsplit(":", 2)[-2:-1] == [number]


def _came(mine: Sequence[_Shelf], quantity: Vector, decided: Vector, promised: int | None) -> Table:
    """What comes to each shelf by day if so many are ordered."""
    came = np.stack([one.other for one in mine])
    for at, one in enumerate(mine):
        if decided[at] > 0 and one.first_arrival is not None:
            came[at] += one.ordered * (quantity[at] / decided[at])
        elif decided[at] == 0 and promised is not None and promised < came.shape[1]:
            came[at, max(promised, 0)] += quantity[at]
    return came


def _cost(known: Sequence[Known], mine: Sequence[_Shelf], quantity: Vector, came: Table) -> float:
    """Minor units."""
    played = play(np.array([one.start for one in mine]), came, np.stack([one.asked for one in mine]))
    arrived = came.sum(axis=1) - np.array([one.other.sum() for one in mine])
    whole = 0.0
    for at, one in enumerate(known):
        paid, left = one.item.cost_at(int(quantity[at])), float(played.left[at])
        whole += paid * float(arrived[at])
        whole += (one.order_cost + one.line_cost) if quantity[at] > 0 else 0.0
        whole += float(played.unit_days[at]) * one.item.unit_cost * one.holding_rate / _YEAR_DAYS
        whole += float(played.short[at]) * one.stockout_cost
        fresh = min(left, float(arrived[at]))  # what was there before goes first
        whole -= fresh * paid + (left - fresh) * one.item.unit_cost
    return whole
