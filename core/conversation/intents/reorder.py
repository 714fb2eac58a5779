"""Order a past order's goods once more: today's prices and stock beside the old, then a new order, paid."""

from collections import Counter
from typing import Any

from core.accounts.service import customer
from core.billing.settlement import charge, method_of
from core.catalog.service import products
from core.chat import Action
from core.conversation import own
from core.conversation.paying import method_for
from core.conversation.stock_answer import promised, when_back
from core.conversation.turn import Answer, Ask, Confirm, Step, Turn
from core.errors import Conflict
from core.notifications.service import Notice, notify
from core.orders.model import Order
from core.orders.placing import once_more, place
from core.orders.service import order_of

PROOF = 3
AUDIENCE = frozenset({"customer"})
RIGHT = "money"


def answer(turn: Turn) -> Step:
    """Find the order and show what it would be today."""
    order = own.order_meant(turn, lambda _: True, turn.say("which_order"))
    if not isinstance(order, Order):
        return order or Answer(turn.say("no_order"))
    own.keep_order(turn, order)
    draft = _draft(turn, order)
    focus = {"order_number": order.order_number}
    waits, noted = _when_more(turn, order, draft)
    if not draft.lines:
        told = [turn.say("nothing_left", order=order.order_number), *waits]
        return Answer("\n".join(told), actions=noted, focus=focus)
    method = method_for(turn, draft.total)
    if isinstance(method, Ask):
        return method
    if method is None:
        return Answer(turn.say("no_method"), focus=focus)
    told = [turn.say("confirm", order=order.order_number), *_lines(turn, order, draft), *waits]
    told.append(turn.say("ship_to", address=", ".join(draft.ship_to.lines)))
    told += [turn.say("to_pay", amount=draft.total, method=method.label), turn.say("go_ahead")]
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in draft.lines]
    plan = {"order_number": order.order_number, "lines": lines, "total": draft.total.minor}
    return Confirm("\n".join(told), {**plan, "payment_method": method.method_id})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Place the order as it was shown and have it paid; where prices or stock moved meanwhile, nothing is done."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    draft = _draft(turn, order)
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in draft.lines]
    if lines != plan["lines"] or draft.total.minor != plan["total"]:
        sentence = f"Prices or stock have changed since order {order.order_number} was shown to you; ask for it again."
        raise Conflict(sentence, "reorder-changed", number=order.order_number)
    label = method_of(turn.session, turn.customer_id, plan["payment_method"]).label
    new = place(turn.session, draft, label, turn.now)
    taken = charge(turn.session, new, new.total, plan["payment_method"], f"{new.order_number}:placed", turn.now)
    receipt = turn.say("done", order=new.order_number, amount=taken.amount, method=taken.method)
    notice = Notice(f"order:{new.order_number}:placed", turn.say("mail_subject", order=new.order_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, receipt, turn.now)
    result = {"order_number": new.order_number, "total": str(taken.amount.major), "reference": taken.payment_id}
    undo = {"kind": "placed", "order_number": new.order_number}
    action = Action("reorder", dict(plan), result)
    return Answer(receipt, actions=(action,), focus={"order_number": new.order_number}, undo=undo)


def _draft(turn: Turn, order: Order) -> Order:
    return once_more(turn.session, order, products(turn.session, [line.sku for line in order.lines]))


def _when_more(turn: Turn, order: Order, draft: Order) -> tuple[list[str], tuple[Action, ...]]:
    """For each product of which there is not enough, when the rest is here; what was asked in vain is noted."""
    wanted, had = _units(order), _units(draft)
    told: list[str] = []
    actions: tuple[Action, ...] = ()
    for sku, product in products(turn.session, list(wanted)).items():
        if not product.active or had[sku] >= wanted[sku]:
            continue
        said = promised(turn, sku, wanted[sku])
        when, noted = when_back(turn, product, said)
        told.append(turn.say("more_of", name=product.name, when=when) if said.now else when)
        actions += noted
    return told, actions


def _units(order: Order) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in order.lines:
        units[line.sku] += line.quantity
    return units


def _lines(turn: Turn, order: Order, draft: Order) -> list[str]:
    today = {line.line: line for line in draft.lines}
    told = []
    for line in order.lines:
        new = today.get(line.line)
        if new is None:
            told.append(turn.say("gone", name=line.description))
            continue
        key = "same" if (new.quantity, new.unit_price) == (line.quantity, line.unit_price) else "other"
        told.append(turn.say(key, name=new.description, quantity=new.quantity, price=new.unit_price,
                             was=line.quantity, old=line.unit_price))  # fmt: skip
    return told
