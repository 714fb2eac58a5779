"""What was known of a line when it was computed, kept with it, so that it can be costed again by the same function.

Here money turns from minor units into the floats of the mathematics; it turns back only by multiplying whole
quantities with costs in minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from core.money import Money, exponent
from core.purchasing.events import Ahead
from core.purchasing.model import Pack, SupplierItem
from core.replenishment import Table
from core.replenishment.demand import Velocity
from core.replenishment.items import padded
from core.replenishment.life import life_cap
from core.replenishment.occasions import extra_days
from core.replenishment.plan import Items


@dataclass(frozen=True)
class Known:
    """One product at one place: its terms, its stock, its demand. Money in minor units, demand in units a day."""

    item: SupplierItem
    holding_rate: float
    stockout_cost: float
    order_cost: float
    line_cost: int
    lead_days: float
    lead_sd: float
    review_days: float
    on_hand: int
    on_order: int
    waiting: int
    shape: float
    exposure: float
    dispersion: float
    returning: int = 0
    """Units of `on_order` that customers announced to send back."""
    weight_kg: float = 0.0
    volume_m3: float = 0.0
    sells_for: float | None = None
    """Days from then until nothing of this order would sell any more; None: there is no such day."""
    salvage: int = 0
    beside: int = 0
    """Units of the same product in the other part of a split: supply, but none that the first part was made without."""
    ahead: tuple[Ahead, ...] = ()
    """Coming days that sell otherwise than usual."""
    season: tuple[float, ...] = ()
    """Index of each of the coming weeks of a year; none: it has no season."""

    @property
    def told(self) -> list[dict[str, Any]]:
        """Those of the days ahead that come before the next order could arrive, with what they add, for its reason."""
        until = self.lead_days + max(self.review_days, 1.0)
        rate = self.shape / self.exposure
        return [
            {
                "name": one.name,
                "first_on": one.first_on.isoformat(),
                "last_on": one.last_on.isoformat(),
                "factor": one.factor,
                "extra": round(rate * self.extra_days(until, (one,)), 1),
            }
            for one in self.ahead
            if one.first < until
        ]

    def extra_days(self, days: float, ahead: Sequence[Ahead] | None = None) -> float:
        """Plain days that so many days from the plan's sell for beyond their own and their season's."""
        span, season = np.array([days]), np.array([self.season])
        shown = self.ahead if ahead is None else ahead
        return sum(float(extra_days(one.first, one.end, one.factor, span, season)[0]) for one in shown)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a proposal's line."""
        terms = {
            "supplier": self.item.supplier,
            "sku": self.item.sku,
            "unit_cost": self.item.unit_cost,
            "currency": self.item.currency,
            "minimum": self.item.minimum,
            "pack": self.item.pack,
            "maximum": self.item.maximum,
            "breaks": [list(one) for one in self.item.breaks],
            "units_per_pallet": self.item.units_per_pallet,
            "packs": [[one.size, one.handling, one.name] for one in self.item.packs],
        }
        # what the supplier has is looked up again: it is no term of this line alone
        ahead = [{**vars(one), "first_on": one.first_on.isoformat()} for one in self.ahead]
        return {**vars(self), "item": terms, "ahead": ahead}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Known":
        """What `as_json` was taken of."""
        terms = dict(kept["item"])
        breaks = tuple((int(quantity), int(cost)) for quantity, cost in terms.pop("breaks"))
        packs = tuple(Pack(*one) for one in terms.pop("packs", ()))
        ahead = tuple(
            Ahead(**{**one, "first_on": date.fromisoformat(one["first_on"])}) for one in kept.get("ahead", ())
        )
        changed = {
            "item": SupplierItem(**terms, breaks=breaks, packs=packs),
            "ahead": ahead,
            "season": tuple(kept.get("season", ())),
        }
        return cls(**{**kept, **changed})


def columns(known: Sequence[Known]) -> dict[str, Any]:
    """The terms and stock as the columns of `Items`, money in major units."""
    scale = np.array([10.0 ** -exponent(one.item.currency) for one in known])
    break_quantity, break_cost = padded([sorted(one.item.breaks) for one in known])
    pack_size, handling = padded([[(pack.size, pack.handling) for pack in one.item.packs] for one in known])
    return {
        "unit_cost": scale * [one.item.unit_cost for one in known],
        "holding_rate": _floats(one.holding_rate for one in known),
        "stockout_cost": scale * [one.stockout_cost for one in known],
        "order_cost": scale * [one.order_cost for one in known],
        "line_cost": scale * [one.line_cost for one in known],
        "lead_days": _floats(one.lead_days for one in known),
        "lead_sd": _floats(one.lead_sd for one in known),
        "review_days": _floats(one.review_days for one in known),
        "on_hand": _floats(one.on_hand for one in known),
        "on_order": _floats(one.on_order for one in known),
        "backordered": _floats(one.waiting for one in known),
        "minimum": _floats(one.item.minimum for one in known),
        "pack": _floats(one.item.pack for one in known),
        "maximum": _floats(np.inf if one.item.maximum is None else one.item.maximum for one in known),
        "break_quantity": break_quantity,
        "break_cost": break_cost * scale[:, None],
        "pack_size": pack_size,
        "pack_handling": handling * scale[:, None],
        **_extras(known),
    }


def arrays(known: Sequence[Known]) -> tuple[Items, Velocity]:
    """The same as the arrays of the mathematics.

    Raises:
        ValueError: terms that cannot be planned; `core.replenishment.plan.faults` of the columns names them.
    """
    velocity = Velocity(
        shape=_floats(one.shape for one in known),
        exposure=_floats(one.exposure for one in known),
        dispersion=_floats(one.dispersion for one in known),
    )
    items = Items(**columns(known))
    if all(one.sells_for is None for one in known):
        return items, velocity
    until = _floats(np.inf if one.sells_for is None else one.sells_for for one in known)
    salvage = _floats(one.salvage / 10 ** exponent(one.item.currency) for one in known)
    extra = _floats(0.0 if one.sells_for is None else one.extra_days(one.sells_for) for one in known)
    return replace(items, life_cap=life_cap(items, velocity, until, salvage, extra)), velocity


def _extras(known: Sequence[Known]) -> dict[str, Any]:
    """What lead times, and review times after them, sell for beyond their days."""
    lead = _floats(one.extra_days(one.lead_days) if one.ahead else 0.0 for one in known)
    both = _floats(one.extra_days(one.lead_days + max(one.review_days, 1.0)) if one.ahead else 0.0 for one in known)
    return {"lead_extra": lead, "review_extra": both - lead, "season": _seasons(known)}


def _seasons(known: Sequence[Known]) -> Table:
    """Their seasons, week by week; no weeks where nothing has one."""
    weeks = max((len(one.season) for one in known), default=0)
    return np.array([one.season or (1.0,) * weeks for one in known], dtype=np.float64).reshape(len(known), weeks)


def as_money(major: float, currency: str) -> Money:
    """An amount that the mathematics came to, rounded to whole minor units."""
    return Money(round(major * 10 ** exponent(currency)), currency)


def _floats(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.fromiter(values, dtype=np.float64)
