"""Items and demand rates for the tests: a plain one to vary, and random assortments."""

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from core.replenishment import Vector
from core.replenishment.demand import Velocity
from core.replenishment.plan import Items

LAW = settings(max_examples=40, deadline=None)
"""How hard a law is tried; without a deadline, for the machine may be busy."""

PLAIN: dict[str, float] = {
    "unit_cost": 2.0,
    "holding_rate": 0.25,
    "stockout_cost": 1.5,
    "order_cost": 4.0,
    "line_cost": 1.0,
    "lead_days": 14.0,
    "lead_sd": 2.0,
    "review_days": 7.0,
    "on_hand": 20.0,
    "on_order": 0.0,
    "backordered": 0.0,
    "minimum": 1.0,
    "pack": 1.0,
    "maximum": np.inf,
}


def columns(count: int = 1, breaks: tuple[tuple[float, float], ...] = (), **changes: Any) -> dict[str, Any]:
    """Columns of `Items`, the same plain item over and over where nothing is changed."""
    plain = {name: np.full(count, value) for name, value in PLAIN.items()}
    changed = {
        name: np.broadcast_to(np.asarray(value, dtype=float), (count,)).copy() for name, value in changes.items()
    }
    table = np.array(breaks, dtype=float).reshape(-1, 2)
    return {
        **plain,
        **changed,
        "break_quantity": np.tile(table[:, 0], (count, 1)),
        "break_cost": np.tile(table[:, 1], (count, 1)),
    }


def items(count: int = 1, breaks: tuple[tuple[float, float], ...] = (), **changes: Any) -> Items:
    """Items of those columns."""
    return Items(**columns(count, breaks, **changes))


def pace(rate: float | Vector, count: int = 1, exposure: float = 60.0, dispersion: float = 3.0) -> Velocity:
    """Demand rates known from so many days."""
    every = np.broadcast_to(np.asarray(rate, dtype=float), (count,))
    clumps = np.full(count, dispersion)
    return Velocity(every * exposure / clumps, exposure / clumps, clumps)


def assortment(count: int, seed: int) -> tuple[Items, Velocity]:
    """A random assortment with packs, minimums, maximums and price breaks."""
    draw = np.random.default_rng(seed)
    rate, clumps = draw.lognormal(0.5, 1.2, count), draw.uniform(1, 12, count)
    cost = draw.lognormal(0.5, 0.8, count) + 0.05
    pack = draw.choice([1.0, 6.0, 12.0, 24.0], count)
    tiers = draw.integers(0, 4, count)[:, None] > np.arange(3)
    given = columns(
        count,
        unit_cost=cost,
        stockout_cost=cost * draw.uniform(0.3, 1.5, count),
        lead_days=draw.choice([3.0, 7.0, 14.0, 35.0], count),
        on_hand=np.floor(rate * draw.uniform(0, 50, count)),
        on_order=draw.choice([0.0, 0.0, 30.0], count),
        backordered=draw.choice([0.0, 0.0, 3.0], count),
        minimum=pack * draw.choice([1.0, 2.0, 5.0], count) - draw.choice([0.0, 0.0, 1.0], count) * (pack > 1),
        pack=pack,
        maximum=np.where(draw.random(count) < 0.3, pack * 20, np.inf),
    )
    given["break_quantity"] = np.where(tiers, pack[:, None] * [4.0, 12.0, 40.0], np.inf)
    given["break_cost"] = np.where(tiers, cost[:, None] * [0.96, 0.92, 0.88], np.nan)
    return Items(**given), Velocity(rate * 60 / clumps, 60 / clumps, clumps)


def assortments(count: int = 20) -> st.SearchStrategy[tuple[Items, Velocity]]:
    """Any random assortment."""
    return st.integers(0, 2**32 - 1).map(lambda seed: assortment(count, seed))
