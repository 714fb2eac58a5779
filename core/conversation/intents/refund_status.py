"""Where the money is: refunds that were made, and returns whose refund is still to come."""

from core.billing.settlement import refunds_of
from core.conversation.resolve import named_order
from core.conversation.turn import Answer, Ask, Choice, Step, Turn
from core.orders.service import orders_of
from core.returns.model import UNDONE, ReturnKind, ReturnStatus
from core.returns.service import returned_units, returns_of, worth

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = "money"
_MOST = 5
_LOOKED_AT = 50


def answer(turn: Turn) -> Step:
    """Tell what went back when and where to, and what will once its goods are here."""
    order = named_order(turn) if turn.slots.get("order_number") or turn.slots.get("reference") else None
    if isinstance(order, Ask):
        return order
    orders = [order] if order else orders_of(turn.session, turn.customer_id, _LOOKED_AT)
    told = []
    for one in orders:
        for settled, paid_at in refunds_of(turn.session, one):
            told.append((paid_at, turn.say("made", amount=settled.amount, method=settled.method,
                                           order=one.order_number, day=turn.day_of(paid_at))))  # fmt: skip
        for found in returns_of(turn.session, one):
            is_done = found.status in UNDONE or found.status is ReturnStatus.REFUNDED
            if is_done or found.kind is ReturnKind.EXCHANGE:
                continue
            units = {line.line: line.quantity for line in found.lines}
            before = {
                line: gone - units.get(line, 0) for line, gone in returned_units(turn.session, one.order_number).items()
            }
            told.append((found.requested_at, turn.say("to_come", amount=worth(one, units, before),
                                                      number=found.return_number, order=one.order_number)))  # fmt: skip
    if not told:
        choices = (Choice(turn.label_of("return_item"), {}, "return_item"),)
        return Answer(turn.say("none_of" if order else "none", order=order.order_number if order else ""), choices)
    told.sort(key=lambda one: one[0], reverse=True)
    return Answer("\n".join(said for _, said in told[:_MOST]))
