"""Pay an open order another way: the new way pays it, the old one gets its money back."""

from typing import Any

from core.accounts.service import customer
from core.billing.settlement import charge, kept_by_method, methods_of, paid, refund, refunded
from core.chat import Action
from core.conversation import own
from core.conversation.paying import method_for, receipt
from core.conversation.turn import Answer, Ask, Confirm, Instead, Step, Turn
from core.conversation.undoing import payment_undo
from core.errors import Refused
from core.notifications.service import Notice, notify
from core.orders import changes
from core.orders.model import Order, OrderStatus
from core.orders.service import order_of

PROOF = 3
AUDIENCE = frozenset({"customer"})
RIGHT = "money"


def answer(turn: Turn) -> Step:
    """Find the order and the way of paying, and show what would be paid and given back."""
    order = own.order_meant(turn, lambda order: order.status is OrderStatus.OPEN, turn.say("which_order"))
    if not isinstance(order, Order):
        return order or Answer(turn.say("no_open_order"))
    own.keep_order(turn, order)
    if any(swap.into for _, swap in own.swaps_named(turn, order, own.heard(turn), turn.say("links").split(", "))):
        return Instead("change_order")  # the way of paying was named for the difference
    try:
        changes.may_be_changed(turn.session, order, turn.house.config.orders, "payment")
    except Refused as refusal:
        return Answer(turn.refusal(refusal), focus={"order_number": order.order_number})
    kept = kept_by_method(turn.session, order)
    if not kept:
        return Answer(turn.say("not_paid", order=order.order_number), focus={"order_number": order.order_number})
    others = [method for method in methods_of(turn.session, turn.customer_id) if method.method_id not in kept]
    method = method_for(turn, order.total, others)
    if isinstance(method, Ask):
        return method
    if method is None:
        return Answer(turn.say("no_other"), focus={"order_number": order.order_number})
    told = [turn.say("confirm", order=order.order_number)]
    told += [turn.say("old", amount=one.amount, method=one.method) for one in kept.values()]
    told += [turn.say("new", amount=order.total, method=method.label), turn.say("go_ahead")]
    return Confirm("\n".join(told), {"order_number": order.order_number, "payment_method": method.method_id})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Charge the new way and give the old one its money back, in one transaction."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    rules = turn.house.config.orders
    times = len(changes.changes_of(turn.session, order)) + 1
    key = f"payment-{times}"
    label = next(
        one.label for one in methods_of(turn.session, turn.customer_id) if one.method_id == plan["payment_method"]
    )
    changes.pay_with(turn.session, order, label, rules, key, turn.now)
    back = paid(turn.session, order) - refunded(turn.session, order)
    cause = f"{order.order_number}:{key}"
    given = refund(turn.session, order, back, None, cause, turn.now)
    taken = charge(turn.session, order, order.total, plan["payment_method"], cause, turn.now)
    told = [turn.say("done", order=order.order_number, method=taken.method, amount=taken.amount)]
    told += receipt(turn, given)
    text = "\n".join(told)
    notice = Notice(f"order:{order.order_number}:{key}", turn.say("mail_subject", order=order.order_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, text, turn.now)
    refunds = [{"amount": str(one.amount.major), "payment_method": one.method_id} for one in given]
    action = Action("change_payment", dict(plan), {"refunds": refunds, "reference": taken.payment_id})
    undo = payment_undo(order, label, cause)
    return Answer(text, actions=(action,), focus={"order_number": order.order_number}, undo=undo)
