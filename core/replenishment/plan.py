"""What the stockroom is asked for, in one place: plan, cost, explain and draw an order."""

from core.replenishment.costing import Costed
from core.replenishment.explanation import explain, reason
from core.replenishment.items import Items, faults, quantity_fault
from core.replenishment.order_value import to_minimum_value
from core.replenishment.picture import ahead
from core.replenishment.proposal import Proposed, propose, recost

__all__ = [
    "Costed",
    "Items",
    "Proposed",
    "ahead",
    "explain",
    "faults",
    "propose",
    "quantity_fault",
    "reason",
    "recost",
    "to_minimum_value",
]
