"""Writes docs/explained.md, why a proposal orders what it does, in ten cases: python -m docs.explained."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.replenishment.capacity import within
from core.replenishment.demand import Velocity
from core.replenishment.items import Items
from core.replenishment.plan import explain, propose, reason
from core.replenishment.proposal import Proposed

PAGE = Path(__file__).with_name("explained.md")
_HEADING = """# Ten lines explained

What a planner reads beside a proposed line, in ten cases, by the code that proposes: `python -m docs.explained` writes
this page anew. The products are invented.
"""
_PLAIN = {
    "unit_cost": 4.0, "holding_rate": 0.25, "stockout_cost": 3.0, "order_cost": 12.0, "line_cost": 2.0,
    "lead_days": 14.0, "lead_sd": 2.0, "review_days": 7.0, "on_hand": 20.0, "on_order": 0.0, "backordered": 0.0,
    "minimum": 1.0, "pack": 1.0, "maximum": np.inf, "life_cap": np.inf,
}  # fmt: skip
_DAYS_SEEN, _CLUMPING = 90.0, 3.0


@dataclass(frozen=True)
class Case:
    """A product, what is asked for a day, and what is different about it."""

    title: str
    name: str
    per_day: float
    changes: dict[str, float] = field(default_factory=dict)
    breaks: tuple[tuple[float, float], ...] = ()
    budget: float = np.inf
    planner: int | None = None


CASES = (
    Case("Due, and nothing special", "Blue mug", 1.5, {"on_hand": 26.0}),
    Case("Enough is there", "Candle holder", 0.4, {"on_hand": 40.0}),
    Case("Customers wait, and goods are on their way", "Desk lamp", 2.0,
         {"on_hand": 0.0, "on_order": 24.0, "backordered": 7.0, "unit_cost": 18.0, "stockout_cost": 14.0}),
    Case("Whole boxes", "Paper napkins", 6.0, {"on_hand": 60.0, "pack": 48.0, "unit_cost": 0.8, "stockout_cost": 0.6}),
    Case("The supplier's minimum", "Brass bell", 0.2, {"on_hand": 2.0, "minimum": 60.0, "unit_cost": 6.0}),
    Case("A better price within reach", "Storage jar", 3.0, {"on_hand": 30.0}, ((150.0, 3.7), (600.0, 3.6))),
    Case("It spoils", "Gingerbread", 4.0, {"on_hand": 55.0, "life_cap": 60.0, "unit_cost": 2.5}, ((200.0, 2.2),)),
    Case("A delivery that takes long and is never on time", "Bamboo tray", 1.0,
         {"on_hand": 60.0, "lead_days": 70.0, "lead_sd": 14.0}),
    Case("Money is short", "Garden bench", 0.5, {"on_hand": 6.0, "unit_cost": 85.0, "stockout_cost": 40.0},
         budget=700.0),
    Case("The planner knows better", "Blue mug", 1.5, {"on_hand": 26.0}, planner=90),
)  # fmt: skip


def proposed(case: Case) -> Proposed:
    """The line of a case."""
    columns = {name: np.array([value]) for name, value in (_PLAIN | case.changes).items()}
    table = np.array(case.breaks, dtype=np.float64).reshape(-1, 2)
    items = Items(**columns, break_quantity=table[None, :, 0], break_cost=table[None, :, 1])
    pace = Velocity(*(np.array([one]) for one in (case.per_day * _DAYS_SEEN / _CLUMPING, _DAYS_SEEN / _CLUMPING,
                                                  _CLUMPING)))  # fmt: skip
    line = propose(items, pace)
    return within(line, items.unit_cost, case.budget, "to_budget").proposed


def explained(case: Case) -> str:
    """A case as the page has it: what is said of it."""
    return explain(reason(proposed(case), 0, case.planner), case.name)


def main() -> None:
    """Write the page."""
    parts = [f"## {number}. {case.title}\n\n{explained(case)}\n" for number, case in enumerate(CASES, start=1)]
    PAGE.write_text("\n".join([_HEADING, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main()
