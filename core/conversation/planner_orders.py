"""Which purchase order, and which of its lines, a planner's words point at."""

from collections.abc import Sequence

from core.conversation.planner import planner
from core.conversation.planner_words import mentioned, order_digits
from core.conversation.turn import Ask, Choice, Turn
from core.errors import NotFound
from core.purchasing import orders
from core.purchasing.model import PurchaseOrder

_MOST_CHOICES = 6


def meant_order(turn: Turn, words: str) -> PurchaseOrder | Ask:
    """The order under way that a number names, or the only one of the supplier or the goods that are named.

    Raises:
        NotFound: none is, or not of that number.
    """
    known = turn.slots.get("purchase_order")
    if known is not None:
        return orders.purchase_order(turn.session, planner(turn), str(known))
    digits = order_digits(words)
    open_ones = [one for one in orders.purchase_orders(turn.session, planner(turn)) if one.is_under_way]
    if digits is not None:
        fitting = [one for one in open_ones if _digits(one.purchase_order_number) == digits]
        if not fitting:
            raise NotFound(turn.say("no_purchase_order", number=f"PO-{digits}"))
        return fitting[0]
    fitting = _named(open_ones, words) or open_ones
    if not fitting:
        raise NotFound(turn.say("no_purchase_orders"))
    if len(fitting) == 1:
        return fitting[0]
    choices = tuple(
        Choice(f"{one.purchase_order_number} · {one.supplier_name}", {"purchase_order": one.purchase_order_number})
        for one in fitting[:_MOST_CHOICES]
    )
    return Ask("purchase_order", turn.say("which_order"), choices)


def _named(open_ones: Sequence[PurchaseOrder], words: str) -> list[PurchaseOrder]:
    """Those of the goods and the supplier that are named."""
    suppliers = mentioned(words, {one.purchase_order_number: one.supplier_name for one in open_ones})
    theirs = [one for one in open_ones if one.purchase_order_number in suppliers] or open_ones
    goods = {one.purchase_order_number: " ".join(line.name for line in one.lines if line.open) for one in theirs}
    named = mentioned(words, goods)
    return [one for one in theirs if one.purchase_order_number in named] or (list(theirs) if suppliers else [])


def _digits(number: str) -> int | None:
    tail = number.rpartition("-")[2]
    return int(tail) if tail.isdigit() else None
