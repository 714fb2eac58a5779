"""What it is worth to hear who asks for an empty shelf: python -m benchmarks.enquiries [SEED…].

Two hundred products are sold for two years, planned weekly by the product's own plan from what a shop knows: sales,
which days the shelf was empty, and who asked in the chat. Demand of a third of them steps up to three times as much on
some day of the second half, of another third down to half; the rest stays. Who finds the shelf empty leaves; three in
ten of them ask in the chat, and so do others who would not have bought, half as many. Nobody asks twice while a shelf
is empty. Lead time is 14 days, give or take 4. Costs are counted over the second year.
"""

import sys
from dataclasses import dataclass

import numpy as np

from core.replenishment import Table, Vector
from core.replenishment.demand import ENQUIRY_WEIGHT, Velocity, velocity
from core.replenishment.plan import Items, propose

PRODUCTS, DAYS, COUNTED, HISTORY = 200, 728, 364, 210
ASKS, CURIOUS = 0.3, 0.15
REVIEW, LEAD, LEAD_SD = 7, 14.0, 4.0


@dataclass(frozen=True)
class World:
    """What customers want each day, shape (n, days), and what the products cost, shape (n,)."""

    demand: Table
    curious: Table
    asking: Table
    cost: Vector
    margin: Vector
    lead: Table


@dataclass(frozen=True)
class Result:
    """What came of a replay: money, the share of demand that was served, and mean stock."""

    total: float
    holding: float
    stockout: float
    fill: float
    stock: float


def world(seed: int) -> World:
    """Draw a shop."""
    draw = np.random.default_rng(seed)
    rate = draw.lognormal(-0.3, 0.9, PRODUCTS)[:, None] * np.ones((1, DAYS))
    step = draw.integers(COUNTED - 60, DAYS - 60, PRODUCTS)
    kind = draw.permutation(PRODUCTS) % 3
    for row in range(PRODUCTS):
        rate[row, step[row] :] *= (3.0, 0.5, 1.0)[kind[row]]
    cost = draw.lognormal(1.0, 0.5, PRODUCTS)
    demand = draw.poisson(rate).astype(np.float64)
    asking = draw.binomial(demand.astype(int), ASKS).astype(np.float64)
    lead = np.maximum(1, np.round(draw.normal(LEAD, LEAD_SD, (PRODUCTS, DAYS))))
    return World(demand, draw.poisson(rate * CURIOUS).astype(np.float64), asking, cost, cost, lead)


def replay(shop: World, *, knows_empty: bool, hears: bool) -> Result:
    """Sell and plan day by day; `knows_empty`: empty days count as such; `hears`: enquiries count."""
    stock, due = 30.0 * np.mean(shop.demand[:, :90], axis=1).round(), np.zeros((PRODUCTS, DAYS + 60))
    sold, on_sale, asked = np.zeros((3, PRODUCTS, DAYS))
    counted = np.zeros((PRODUCTS, DAYS))
    for day in range(DAYS):
        stock = stock + due[:, day]
        wanted = shop.demand[:, day]
        sold[:, day] = np.minimum(stock, wanted)
        short = wanted - sold[:, day]
        on_sale[:, day] = np.where(short > 0, sold[:, day] / np.maximum(wanted, 1.0), stock > 0)
        heard = np.where(short > 0, np.minimum(shop.asking[:, day], short), 0.0)
        asked[:, day] = heard + np.where(stock - sold[:, day] <= 0, shop.curious[:, day], 0.0)
        stock = stock - sold[:, day]
        counted[:, day] = stock
        if day >= 60 and day % REVIEW == 0:
            _order(shop, day, stock, due, _pace(sold, on_sale, asked, day, knows_empty=knows_empty, hears=hears))
    year = slice(COUNTED, DAYS)
    lost = (shop.demand - sold)[:, year]
    holding = float(np.sum(counted[:, year] * shop.cost[:, None]) * 0.25 / 365)
    stockout = float(np.sum(lost * shop.margin[:, None]))
    fill = 1.0 - float(np.sum(lost) / np.sum(shop.demand[:, year]))
    return Result(holding + stockout, holding, stockout, fill, float(np.mean(np.sum(counted[:, year], axis=0))))


def _pace(sold: Table, on_sale: Table, asked: Table, day: int, *, knows_empty: bool, hears: bool) -> Velocity:
    seen = slice(max(0, day + 1 - HISTORY), day + 1)
    share = on_sale[:, seen] if knows_empty else np.ones_like(on_sale[:, seen])
    weight = ENQUIRY_WEIGHT if hears else 0.0
    return velocity(sold[:, seen], share, enquiries=asked[:, seen], enquiry_weight=weight)


def _order(shop: World, day: int, stock: Vector, due: Table, pace: Velocity) -> None:
    n = np.ones(PRODUCTS)
    items = Items(
        unit_cost=shop.cost, holding_rate=0.25 * n, stockout_cost=shop.margin, order_cost=2.0 * n, line_cost=1.0 * n,
        lead_days=LEAD * n, lead_sd=LEAD_SD * n, review_days=REVIEW * n, on_hand=stock,
        on_order=np.sum(due[:, day + 1 :], axis=1), backordered=0.0 * n, minimum=n, pack=n, maximum=np.inf * n,
        break_quantity=np.empty((PRODUCTS, 0)), break_cost=np.empty((PRODUCTS, 0)),
    )  # fmt: skip
    quantity = propose(items, pace).quantity
    for row in np.flatnonzero(quantity):
        due[row, day + int(shop.lead[row, day])] += quantity[row]


def main() -> None:
    """Print the table."""
    seeds = [int(seed) for seed in sys.argv[1:]] or [7, 8, 9]
    shops = [world(seed) for seed in seeds]
    print(f"{PRODUCTS} products, second of two years, mean of seeds {', '.join(str(seed) for seed in seeds)}")
    print(f"{'what the plan hears':36} {'cost':>9} {'holding':>9} {'stockout':>9} {'served':>8} {'stock':>8}")
    for label, knows_empty, hears in (
        ("sales alone", False, False),
        ("and which days the shelf was empty", True, False),
        ("and who asked for it", True, True),
    ):
        found = [replay(shop, knows_empty=knows_empty, hears=hears) for shop in shops]
        total, holding, stockout, fill, stock = (
            float(np.mean([getattr(one, name) for one in found]))
            for name in ("total", "holding", "stockout", "fill", "stock")
        )
        print(f"{label:36} {total:9,.0f} {holding:9,.0f} {stockout:9,.0f} {fill:8.2%} {stock:8,.0f}")


if __name__ == "__main__":
    main()
