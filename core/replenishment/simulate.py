"""Shelves replayed week by week: goods come, an order is placed, customers take what is there or leave without."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from core.replenishment import Table, Vector, as_vector, checks
from core.replenishment.lot_size import Limits

DAYS = 7.0
YEAR_WEEKS = 365.0 / DAYS


@dataclass(frozen=True)
class Terms:
    """What n shelves cost and how they are supplied, shape (n,) each.

    Raises:
        ValueError: names the item with a number that is negative, not finite, or no whole number of weeks.
    """

    unit_cost: Vector
    order_cost: Vector
    """Of one order [money]."""
    holding: Vector
    """Of one unit for a week [money]."""
    stockout: Vector
    """Of one unit that a customer leaves without, or has to wait for, once [money]."""
    lead_weeks: Vector
    """Whole weeks from the review that orders to the week that begins with the goods."""
    on_hand: Vector
    minimum: Vector
    pack: Vector
    maximum: Vector
    lost_sales: Vector
    """1: who finds nothing buys elsewhere; 0: they wait."""

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, as_vector(getattr(self, field.name)))
        checks.not_negative(**{name: value for name, value in vars(self).items() if name != "maximum"})
        checks.positive(pack=self.pack)
        if np.any(self.lead_weeks != np.floor(self.lead_weeks)):
            raise ValueError("lead times are whole weeks")

    def __len__(self) -> int:
        """How many shelves there are."""
        return len(self.unit_cost)

    @property
    def limits(self) -> Limits:
        """What the supplier accepts."""
        return Limits(self.minimum, self.pack, self.maximum)


@dataclass(frozen=True)
class Week:
    """What a shop knows when a week is over: units sold, and the share of the week they were on sale, shape (n,)."""

    sold: Vector
    on_sale: Vector


@dataclass(frozen=True)
class Ledger:
    """What was spent over a replay, by shelf, shape (n,) each [money or units]."""

    holding: Vector
    stockout: Vector
    ordering: Vector
    purchase: Vector
    demand: Vector
    short: Vector
    stock: Vector
    """Mean units on the shelf."""
    orders: Vector

    @property
    def total(self) -> Vector:
        """Holding, stockout and ordering; what was bought is sold or still there, and is not counted."""
        return self.holding + self.stockout + self.ordering


Wanted = Callable[[int, Vector], Vector]
"""Units wanted in a week, given the week's number and the stock position of each shelf."""

Seen = Callable[[int, Week], None]
"""What is told of a week when it is over."""


def simulate(terms: Terms, demand: Table, wanted: Wanted, seen: Seen | None = None) -> Ledger:
    """Replay n shelves, each reviewed at the start of every week.

    A week begins with the goods that are due, then the order is placed, then customers come day by day. Units held
    are the mean of the shelf after delivery and at the week's end; a unit short is counted in the week it is asked for.

    Args:
        terms: of n shelves, empty-handed of orders at first.
        demand: asked for, shape (n, weeks, days), days 7 or 1 [units].
        wanted: the rule; what it wants is raised to what the supplier accepts.
        seen: told what could be sold, never what was asked for.

    Returns:
        The ledger of each shelf.

    Raises:
        ValueError: a demand of another shape, negative or not finite.
    """
    if demand.ndim != 3 or len(demand) != len(terms):
        raise ValueError(f"give the demand of {len(terms)} shelves by week and day")
    checks.not_negative(demand=demand.reshape(len(terms), -1))
    shelf = _Shelf(terms, demand.shape[1])
    for week in range(demand.shape[1]):
        shelf.receive(week)
        shelf.place(week, wanted(week, shelf.position))
        outcome = shelf.serve(demand[:, week])
        if seen is not None:
            seen(week, outcome)
    return shelf.ledger(demand.shape[1])


class _Shelf:
    """Stock on hand and on its way, and what it has cost so far."""

    def __init__(self, terms: Terms, weeks: int) -> None:
        count = len(terms)
        self.terms = terms
        self.stock = terms.on_hand.copy()  # below zero customers wait
        self.on_order = np.zeros(count)
        self.due = np.zeros((count, weeks + int(terms.lead_weeks.max(initial=0.0)) + 1))
        self.held, self.short, self.asked = np.zeros(count), np.zeros(count), np.zeros(count)
        self.orders, self.bought = np.zeros(count), np.zeros(count)
        self.row = np.arange(count)

    @property
    def position(self) -> Vector:
        """Stock and orders less what customers wait for."""
        return self.stock + self.on_order

    def receive(self, week: int) -> None:
        """Put on the shelf what is due."""
        self.stock = self.stock + self.due[:, week]
        self.on_order = self.on_order - self.due[:, week]

    def place(self, week: int, wanted: Vector) -> None:
        """Order; what needs no time is on the shelf at once."""
        quantity = np.where(wanted > 0, self.terms.limits.up(np.maximum(wanted, 0.0)), 0.0)
        now = self.terms.lead_weeks == 0
        self.stock = self.stock + np.where(now, quantity, 0.0)
        later = np.where(now, 0.0, quantity)
        self.due[self.row, week + self.terms.lead_weeks.astype(np.intp)] += later
        self.on_order = self.on_order + later
        self.orders += quantity > 0
        self.bought += quantity

    def serve(self, asked: Table) -> Week:
        """Let a week's customers take what is there."""
        terms, start = self.terms, np.maximum(self.stock, 0.0)
        gone = np.cumsum(asked, axis=1)
        total = gone[:, -1]
        sold = np.minimum(start, total)
        left = start - sold
        self.short += total - sold
        self.asked += total
        self.held += (start + left) / 2.0
        waiting = np.where(terms.lost_sales > 0, 0.0, np.minimum(self.stock, 0.0) - (total - sold))
        self.stock = left + waiting
        return Week(sold, _on_sale(start, asked, gone))

    def ledger(self, weeks: int) -> Ledger:
        """The sums."""
        terms = self.terms
        return Ledger(
            holding=self.held * terms.holding,
            stockout=self.short * terms.stockout,
            ordering=self.orders * terms.order_cost,
            purchase=self.bought * terms.unit_cost,
            demand=self.asked,
            short=self.short,
            stock=self.held / max(weeks, 1),
            orders=self.orders,
        )


def _on_sale(start: Vector, asked: Table, gone: Table) -> Vector:
    """Share of the days that began with stock; the day it ran out counts as far as the stock went, at least half."""
    if asked.shape[1] == 1:
        reach = np.divide(start, gone[:, 0], out=np.ones_like(start), where=gone[:, 0] > start)
        # a shop sees that it ran out about when, not how many more would have come
        return np.where(reach < 1.0, np.round(reach * DAYS) / DAYS, (start > 0) | (gone[:, 0] == 0)).astype(np.float64)
    before = start[:, None] - gone + asked
    share: Vector = np.where(before <= 0, 0.0, np.where(asked > before, 0.5, 1.0)).mean(axis=1)
    return share
