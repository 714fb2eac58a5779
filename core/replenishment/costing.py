"""What a quantity costs over the year after it could arrive, so that any two quantities can be compared.

Of that time, the order's own is costed from the stock position it leads to, until the position is down at the
reorder point and at least one review period long; the rest costs what the usual lot costs. What is not bought now
is bought later at the usual price. What falls short before the order can arrive is the same whatever is ordered, and
is not counted. Where a lot lasts longer than a year, the time is as long as that lot lasts. All of it is cost,
nothing is credited: what would lie longer than that time counts as spent.
"""

from dataclasses import dataclass

import numpy as np

from core.replenishment import Vector
from core.replenishment.cost_curve import Curve
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.lead_time import LeadTimeDemand, lead_time_demand
from core.replenishment.loss import survival
from core.replenishment.lot_size import Lot, best_lot
from core.replenishment.policies import Levels
from core.replenishment.policies.cost_based import levels

YEAR = 365.0


@dataclass(frozen=True)
class Costed:
    """Cost of n quantities over `Basis.horizon`, shape (n,) each; total is the sum of the four."""

    unit_cost: Vector
    """At the price break that the quantity reaches."""
    purchase: Vector
    ordering: Vector
    """Placing orders, and handling their packs."""
    holding: Vector
    stockout: Vector
    risk: Vector
    """Probability of being short when the next order could arrive."""
    expected_short: Vector
    """Units that fall short between the arrival of this order and of the next."""

    @property
    def total(self) -> Vector:
        """Purchase, ordering, holding and stockout, shape (n,) [money]."""
        return self.purchase + self.ordering + self.holding + self.stockout


@dataclass(frozen=True)
class Basis:
    """What every quantity of n items is judged by: demand, cost curve, levels, and the lot usually ordered."""

    rate: Vector
    review: Vector
    demand: LeadTimeDemand
    curve: Curve
    levels: Levels
    lot: Lot
    horizon: Vector
    """Days that quantities are costed over, from when they could arrive: a year, or as long as a lot lasts."""
    usual: tuple[Vector, Vector]
    """Units held and units short in a review period with the usual lot."""
    later: Curve
    """Cost of a review period once what the coming days have of their own is over."""
    later_point: Vector
    """And the reorder point then."""
    extra: Vector
    """Units asked for beyond the usual until the next order could arrive."""
    ahead: Vector
    """Demand while the lot lasts that is ordered now, over the usual: the season then."""


@dataclass(frozen=True)
class Ground:
    """What levels are found on: demand, the cost of a period by stock position, and the lot that is ordered."""

    rate: Vector
    review: Vector
    demand: LeadTimeDemand
    curve: Curve
    usual: Lot
    economic: Vector
    """The economic quantity of the base price, of at most a year's demand."""
    lot: Vector
    """The same within the supplier's limits; not in packs, or a lot that jumps with demand would let the reorder
    point fall when demand rises."""
    ahead: Vector
    """Demand over the usual in the time that the economic quantity lasts, after this order and the next arrive."""
    extra: Vector
    """Plain days that lead and review time sell for beyond their own."""


def ground(items: Items, velocity: Velocity) -> Ground:
    """Work out what the levels of n items are found on.

    Where a season is coming the economic quantity is what is asked for in the time that it usually lasts (the period
    order quantity of textbooks), so that nobody fills the shelf for months in which little is sold.
    """
    rate, review = velocity.mean, np.maximum(items.review_days, 1.0)
    yearly, order_cost = rate * YEAR, items.order_cost + items.line_cost
    days = items.lead_days + review
    lead_extra = items.lead_extra + items.sells_beyond(items.lead_days)
    review_extra = items.review_extra + items.sells_beyond(days, items.lead_days)
    demand = lead_time_demand(velocity, items.lead_days, items.lead_sd, review, lead_extra, review_extra)
    usual = best_lot(items.prices, order_cost, items.holding_rate, yearly, items.limits, items.packs)
    holding = items.holding_rate * items.unit_cost
    squared = np.divide(2.0 * order_cost * yearly, holding, out=np.full_like(rate, np.inf), where=holding > 0)
    lasting = np.minimum(np.sqrt(squared), yearly)
    time = np.maximum(_over(lasting, rate), 1.0)
    ahead = 1.0 + items.sells_beyond(days + time, days) / time
    economic = np.maximum(np.round(lasting * ahead), 1.0)
    tied_up = items.holding_rate * usual.unit_cost * review / YEAR
    curve = Curve(demand.protected, tied_up, items.stockout_cost, demand.lead)
    lot = np.maximum(np.minimum(economic, items.limits.most), items.limits.least)
    return Ground(rate, review, demand, curve, usual, economic, lot, ahead, lead_extra + review_extra)


def basis(items: Items, velocity: Velocity) -> Basis:
    """Work out what quantities of n items are judged by.

    The reorder point is the best for ordering the economic quantity of the base price, of at most a year's demand and
    within the supplier's limits; the order-up-to level lies one economic quantity above it.
    """
    on = ground(items, velocity)
    usual, economic = on.usual, on.economic
    found = levels(on.curve, on.lot)
    at = Levels(found.reorder_point, found.reorder_point + economic)
    later, point = on.curve, at.reorder_point
    if items.has_occasions:
        plain = ground(items.plain, velocity)
        later, point = plain.curve, levels(plain.curve, plain.lot).reorder_point
    held, short = later.between(point, point + usual.quantity)
    longest = np.maximum(np.maximum(economic, items.limits.least) + items.pack, usual.quantity)
    horizon = np.maximum(YEAR, np.ceil(on.review + _over(longest, on.rate)))
    missed = (held / usual.quantity, short / usual.quantity)
    extra = on.rate * on.extra
    return Basis(on.rate, on.review, on.demand, on.curve, at, usual, horizon, missed, later, point, extra, on.ahead)


def cost(items: Items, base: Basis, quantities: Vector) -> Costed:
    """What quantities of n items cost over `Basis.horizon`.

    Args:
        items: n products.
        base: of these items.
        quantities: shape (n,), whole, not negative [units].

    Returns:
        Their cost by kind, and the risk they leave.

    Raises:
        ValueError: quantities of another shape, negative or not finite.
    """
    if quantities.shape != base.rate.shape or not np.all(np.isfinite(quantities)) or np.any(quantities < 0):
        raise ValueError(f"give {len(base.rate)} quantities, finite and not negative")
    curve, rate, point, lot = base.curve, base.rate, base.later_point, base.lot
    soon = rate * base.ahead
    level = items.position + quantities
    seen = np.maximum(np.floor(level - curve.drawn), -1.0)
    end = np.minimum(np.maximum(point, np.floor(level - soon * base.horizon)), seen)
    later_days = np.maximum(base.horizon - base.review - _over(seen - end, soon), 0.0)
    period, own, later = curve.at(level), base.later.between(end, seen), later_days / base.review
    held, short = (
        period[kind] + _over(own[kind], base.later.drawn * base.ahead) + later * base.usual[kind]
        for kind in range(len(period))
    )
    orders = (quantities > 0) + later_days / np.maximum(base.review, _over(lot.quantity, rate, np.inf))
    needed = np.maximum(rate * base.horizon + base.extra + point - items.position, 0.0)
    unit_cost, bought_later = items.prices.at(quantities), np.maximum(needed - quantities, 0.0)
    handled = items.packs.cost(quantities) + items.packs.cost(lot.quantity) / lot.quantity * bought_later
    return Costed(
        unit_cost,
        purchase=quantities * unit_cost + lot.unit_cost * bought_later,
        ordering=orders * (items.order_cost + items.line_cost) + handled,
        holding=held * curve.holding,
        stockout=short * curve.stockout,
        risk=survival(level, curve.protected),
        expected_short=period[1],
    )


def _over(amount: Vector, divisor: Vector, otherwise: float = 0.0) -> Vector:
    """Amount over divisor; `otherwise` where the divisor is 0."""
    return np.divide(amount, divisor, out=np.full_like(amount, otherwise), where=divisor > 0)
