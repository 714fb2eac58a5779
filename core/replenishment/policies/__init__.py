"""Ordering rules: each file has one `levels(curve, lot)`, which says when to order and up to what."""

from dataclasses import dataclass

from core.replenishment import Vector


@dataclass(frozen=True)
class Levels:
    """Order when the stock position is at most `reorder_point`, up to `order_up_to`; shape (n,), whole [units]."""

    reorder_point: Vector
    order_up_to: Vector
