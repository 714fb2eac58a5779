"""What is known of each product at a place before its order is planned, and what makes it impossible to plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from core.replenishment import Table, Vector, as_vector
from core.replenishment.lot_size import Limits, Prices
from core.replenishment.packs import Packs, level_faults
from core.replenishment.season import extra_days

HIGHEST_HOLDING_RATE = 5.0
LONGEST_LEAD_DAYS = 1825.0

_MONEY_AND_TIME = ("unit_cost", "holding_rate", "stockout_cost", "order_cost", "line_cost", "lead_days", "lead_sd")
_NOT_NEGATIVE = (*_MONEY_AND_TIME, "review_days", "on_hand", "on_order", "backordered", "minimum")
_WHOLE = ("on_hand", "on_order", "backordered", "minimum", "pack")
_LEVELS = ("pack_size", "pack_handling")
_TABLES = ("break_quantity", "break_cost", *_LEVELS)
_SHAPED = (*_TABLES, "season")
_WORKED_OUT = ("life_cap", "lead_extra", "review_extra", "season")


def _no_levels() -> Table:
    return np.empty((0, 0))


@dataclass(frozen=True)
class Items:
    """n products at a place; shape (n,) unless said otherwise, money in major units of one currency.

    Raises:
        ValueError: shapes that differ, or rows that `faults` names.
    """

    unit_cost: Vector
    holding_rate: Vector
    """A year, of unit cost."""
    stockout_cost: Vector
    """Of a unit short, once."""
    order_cost: Vector
    """The share of placing one order that this line bears."""
    line_cost: Vector
    lead_days: Vector
    lead_sd: Vector
    review_days: Vector
    """Days between two chances to order; below one it counts as one."""
    on_hand: Vector
    on_order: Vector
    backordered: Vector
    minimum: Vector
    pack: Vector
    maximum: Vector
    """Of one order; inf: no limit."""
    break_quantity: Table
    """Where a better price for all units begins, shape (n, t), rising; padded with inf."""
    break_cost: Table
    """That price, shape (n, t), falling; padded with nan."""
    pack_size: Table = field(default_factory=_no_levels)
    """Units in packs of each level, shape (n, l), the pack first; padded with inf, and all inf where there are none."""
    pack_handling: Table = field(default_factory=_no_levels)
    """Cost of handling one of them, shape (n, l) [money]; padded with nan."""
    life_cap: Vector = field(default_factory=lambda: as_vector(np.inf))
    """The most that sells before it spoils or is phased out, as `life.life_cap` has it; inf: no limit."""
    lead_extra: Vector = field(default_factory=lambda: as_vector(0.0))
    """Plain days that the lead time sells for beyond its own, as `occasions.extra_days` has them."""
    review_extra: Vector = field(default_factory=lambda: as_vector(0.0))
    """The same of the review time after it."""
    season: Table = field(default_factory=lambda: np.empty((1, 0)))
    """Index of each of the coming weeks of a year, shape (n, weeks), as `season.extra_days` reads it; (n, 0): none."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            shaped = np.asarray(value, dtype=np.float64) if one.name in _SHAPED else as_vector(value)
            object.__setattr__(self, one.name, shaped)
        for name in _LEVELS:
            if not getattr(self, name).size:
                object.__setattr__(self, name, np.empty((len(self), 0)))
        for name in _WORKED_OUT:
            if len(getattr(self, name)) == 1:
                object.__setattr__(self, name, np.repeat(getattr(self, name), len(self), axis=0))
        wrong = faults(vars(self))
        if wrong:
            shown = "; ".join(f"row {row}: {sentence}" for row, sentence in list(wrong.items())[:5])
            raise ValueError(f"{len(wrong)} of {len(self)} rows cannot be planned: {shown}")

    def __len__(self) -> int:
        """How many products there are."""
        return len(self.unit_cost)

    @property
    def position(self) -> Vector:
        """Stock position: on hand and on order, less what customers wait for, shape (n,) [units]."""
        return self.on_hand + self.on_order - self.backordered

    @property
    def plain(self) -> "Items":
        """The same without what the coming days have of their own."""
        none = np.zeros(len(self))
        return replace(self, lead_extra=none, review_extra=none, season=np.empty((len(self), 0)))

    @property
    def has_occasions(self) -> bool:
        """Whether coming days sell anything but the usual."""
        return bool(self.season.shape[1] or np.any(self.lead_extra != 0) or np.any(self.review_extra != 0))

    def sells_beyond(self, days: Vector, since: Vector | float = 0.0) -> Vector:
        """Plain days that the season makes so many days from today sell beyond their own, without those until `since`.

        Shape (n,).
        """
        until = extra_days(self.season, np.full(len(self), since) if isinstance(since, float) else since)
        return extra_days(self.season, days) - until

    @property
    def accepted(self) -> Limits:
        """What the supplier accepts."""
        return Limits(self.minimum, self.pack, self.maximum)

    @property
    def limits(self) -> Limits:
        """What the supplier accepts, at most what sells in time."""
        return Limits(self.minimum, self.pack, np.minimum(self.maximum, self.life_cap))

    @property
    def prices(self) -> Prices:
        """What a unit costs."""
        return Prices(self.unit_cost, self.break_quantity, self.break_cost)

    @property
    def packs(self) -> Packs:
        """How its packs are packed together."""
        return Packs(self.pack_size, self.pack_handling)

    def row(self, row: int) -> "Items":
        """One product alone."""
        return self.rows([row])

    def rows(self, rows: Any) -> "Items":
        """Some of the products."""
        return Items(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def faults(columns: Mapping[str, Any]) -> dict[int, str]:
    """Why rows cannot be planned, by row; the others can.

    Args:
        columns: the fields of `Items` by name.

    Returns:
        For each row at fault one sentence with its first fault.

    Raises:
        ValueError: columns that are missing or of different lengths.
    """
    parts = {name: as_vector(columns[name]) for name in _fields() if name not in _TABLES}
    count = len(parts["unit_cost"])
    if any(part.shape != (count,) for part in parts.values()):
        raise ValueError(f"every column must have one value for each of the {count} items")
    breaks = _pair(columns, ("break_quantity", "break_cost"), count)
    levels = _pair({name: np.empty((count, 0)) for name in _LEVELS} | dict(columns), _LEVELS, count)
    found: dict[int, str] = {}
    for rows, sentence in [
        *_value_faults(parts),
        *_order_faults(parts),
        *_break_faults(parts["unit_cost"], *breaks),
        *level_faults(parts["pack"], parts["maximum"], *levels),
    ]:
        for row in np.flatnonzero(rows).tolist():
            shown = {name: f"{part[row]:g}" for name, part in parts.items()}
            found.setdefault(row, sentence.format(**shown))
    return found


def quantity_fault(items: Items, row: int, quantity: float) -> str:
    """What a supplier would object to in a quantity of one product; empty where it is fine. Nothing is always fine."""
    minimum, pack, maximum = items.minimum[row], items.pack[row], items.maximum[row]
    if not np.isfinite(quantity) or quantity < 0 or quantity != np.floor(quantity):
        return f"{quantity:g} is not a number of units; give a whole number from 0"
    if quantity == 0:
        return ""
    if quantity < minimum:
        return (
            f"{quantity:,.0f} is below the minimum of {minimum:,.0f}; order {items.accepted.least[row]:,.0f} or nothing"
        )
    if quantity > maximum:
        return f"{quantity:,.0f} is above the maximum of {maximum:,.0f}; order at most {items.accepted.most[row]:,.0f}"
    if quantity % pack:
        below, above = np.floor(quantity / pack) * pack, np.ceil(quantity / pack) * pack
        fitting = [near for near in (below, above) if items.accepted.least[row] <= near <= items.accepted.most[row]]
        better = " or ".join(f"{near:,.0f}" for near in fitting)
        return f"{quantity:,.0f} is not in whole packs of {pack:,.0f}; order {better}"
    return ""


def padded(rows: Sequence[Sequence[tuple[float, float]]]) -> tuple[Table, Table]:
    """Pairs of a quantity and what it costs as tables as wide as the longest row, filled up with inf and nan.

    >>> padded([[(12.0, 0.2)], []])
    (array([[12.],
           [inf]]), array([[0.2],
           [nan]]))
    """
    most = max(map(len, rows), default=0)
    quantity, cost = np.full((len(rows), most), np.inf), np.full((len(rows), most), np.nan)
    for row, pairs in enumerate(rows):
        for at, (start, price) in enumerate(pairs):
            quantity[row, at], cost[row, at] = start, price
    return quantity, cost


def _pair(columns: Mapping[str, Any], names: tuple[str, str], count: int) -> tuple[Table, Table]:
    first, second = (np.asarray(columns[name], dtype=np.float64) for name in names)
    if any(table.ndim != 2 or len(table) != count for table in (first, second)) or first.shape != second.shape:
        raise ValueError(f"{names[0]} and {names[1]} must have the same shape ({count}, tiers)")
    return first, second


def _fields() -> list[str]:
    return [one.name for one in fields(Items) if one.name not in _WORKED_OUT]


Finding = tuple[Any, str]


def _value_faults(parts: Mapping[str, Vector]) -> list[Finding]:
    found: list[Finding] = []
    for name, values in parts.items():
        spoken = name.replace("_", " ")
        unlimited = np.isposinf(values) if name == "maximum" else np.zeros(len(values), dtype=bool)
        found.append((~np.isfinite(values) & ~unlimited, f"its {spoken} is not a number"))
        if name in _NOT_NEGATIVE:
            found.append((values < 0, f"its {spoken} is {{{name}}}, below 0"))
        if name in _WHOLE:
            found.append((values != np.floor(values), f"its {spoken} is {{{name}}}, not whole units"))
    high = parts["holding_rate"] > HIGHEST_HOLDING_RATE
    found.append((high, f"its holding rate is {{holding_rate}} a year; give a share of 0 to {HIGHEST_HOLDING_RATE:g}"))
    for name in ("lead_days", "lead_sd", "review_days"):
        spoken = name.replace("_", " ")
        long = parts[name] > LONGEST_LEAD_DAYS
        found.append((long, f"its {spoken} is {{{name}}}; give at most {LONGEST_LEAD_DAYS:g} days"))
    return found


def _order_faults(parts: Mapping[str, Vector]) -> list[Finding]:
    pack = np.where(parts["pack"] >= 1, parts["pack"], 1.0)
    least = np.maximum(np.ceil(parts["minimum"] / pack), 1.0) * pack
    return [
        (parts["pack"] < 1, "its pack is {pack}; give at least 1"),
        (pack > parts["maximum"], "its pack of {pack} is above its maximum of {maximum}"),
        (least > parts["maximum"], "its minimum of {minimum} in packs of {pack} is above its maximum of {maximum}"),
    ]


def _break_faults(unit_cost: Vector, quantity: Table, cost: Table) -> list[Finding]:
    if not quantity.shape[1]:
        return []
    used = ~np.isinf(quantity)
    earlier_quantity = np.column_stack([np.zeros(len(quantity)), quantity[:, :-1]])
    earlier_cost = np.column_stack([unit_cost, cost[:, :-1]])
    return [
        (np.any(~(quantity > 0), axis=1), "the quantity of a price break is not a number above 0"),
        (np.any(used & ~(quantity > earlier_quantity), axis=1), "the quantities of its price breaks do not rise"),
        (np.any(used & ~(np.isfinite(cost) & (cost >= 0)), axis=1), "the price of a price break is not a number"),
        (np.any(used & ~(cost < earlier_cost), axis=1), "a price break costs more, or no less, than the price before"),
    ]
