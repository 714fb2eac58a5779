"""Stock ahead as a picture: from expected stock per day to the points of an SVG drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360.0, 190.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 8.0, 10.0, 36.0
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Day:
    """One row of the table beside the picture."""

    day: int
    without: float
    with_order: float
    low: float
    high: float


@dataclass(frozen=True)
class Picture:
    """A drawing of `width` x `height`: points of the band and of both lines, ticks, and where zero and arrival are."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    band: str
    without: str
    with_order: str
    zero: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    arrival: Tick | None
    runs_out_on: int | None
    table: tuple[Day, ...]


def picture(ahead: dict[str, Any]) -> Picture | None:
    """The picture of `day`, `without`, `with`, `low` and `high`; None where there are fewer than two days.

    >>> drawn = picture({"day": [0, 1], "without": [5, 0], "with": [5, 10], "low": [4, 8], "high": [6, 12]})
    >>> drawn.arrival.label, drawn.runs_out_on, drawn.without
    ('1', 1, '42.0,106.0 352.0,154.0')
    """
    names = ("day", "without", "with", "low", "high")
    days, without, with_order, low, high = ([float(value) for value in ahead.get(name, ())] for name in names)
    if len(days) < 2 or len({len(days), len(without), len(with_order), len(low), len(high)}) > 1:
        return None
    up = _ticks(min(0.0, *without, *with_order, *low), max(1.0, *without, *with_order, *high))
    scale = _Scale(days[0], days[-1], up[0], up[-1])
    arrival = _arrival(days, without, with_order)
    return Picture(
        width=WIDTH, height=HEIGHT, left=_LEFT, right=WIDTH - _RIGHT, top=_TOP, bottom=HEIGHT - _BOTTOM,
        band=scale.points([*days, *reversed(days)], [*high, *reversed(low)]),
        without=scale.points(days, without),
        with_order=scale.points(days, with_order),
        zero=scale.y(0.0),
        across=tuple(Tick(scale.x(day), _number(day)) for day in _ticks(days[0], days[-1]) if day <= days[-1]),
        up=tuple(Tick(scale.y(level), _number(level)) for level in up),
        arrival=None if arrival is None else Tick(scale.x(arrival), _number(arrival)),
        runs_out_on=next((int(day) for day, level in zip(days, without, strict=True) if level <= 0), None),
        table=_table(days, without, with_order, low, high),
    )  # fmt: skip


@dataclass(frozen=True)
class _Scale:
    first: float
    last: float
    least: float
    most: float

    def x(self, day: float) -> float:
        return round(_LEFT + (day - self.first) / (self.last - self.first) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, level: float) -> float:
        share = (level - self.least) / (self.most - self.least)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    def points(self, days: Sequence[float], levels: Sequence[float]) -> str:
        return " ".join(f"{self.x(day)},{self.y(level)}" for day, level in zip(days, levels, strict=True))


def _ticks(least: float, most: float) -> list[float]:
    """Round numbers, at most six of them, that enclose the range."""
    raw = (most - least) / 4
    magnitude = 10.0 ** (len(str(int(raw))) - 1) if raw >= 1 else 1.0
    step = max(1.0, next((magnitude * size for size in _STEPS if magnitude * size >= raw), raw))
    first = least // step
    count = int(-(-most // step) - first)
    return [(first + place) * step for place in range(count + 1)]


def _arrival(days: Sequence[float], without: Sequence[float], with_order: Sequence[float]) -> float | None:
    """The first day on which the order makes a difference."""
    gains = zip(days, without, with_order, strict=True)
    return next((day for day, less, more in gains if more - less > 0.5), None)


def _table(*columns: Sequence[float]) -> tuple[Day, ...]:
    """About a dozen rows."""
    rows = list(zip(*columns, strict=True))
    every = max(1, len(rows) // 12)
    return tuple(Day(int(row[0]), *row[1:]) for row in rows[::every])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
