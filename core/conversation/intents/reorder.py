"""Order a past order's goods once more: today's prices and stock beside the old, then a new order, paid."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.accounts.service import customer
from core.billing.settlement import charge, method_of
from core.catalog.service import products
from core.chat import Action
from core.conversation import own
from core.conversation.paying import method_for
from core.conversation.sending_back import number_before
from core.conversation.stock_answer import promised, when_back
from core.conversation.turn import Answer, Ask, Confirm, Step, Turn
from core.errors import Conflict
from core.notifications.service import Notice, notify
from core.orders.habits import Usual, usual
from core.orders.model import Order
from core.orders.placing import once_more, place
from core.orders.service import order_of, orders_of

PROOF = 3
AUDIENCE = frozenset({"customer"})
RIGHT = "money"
_ON_ACCOUNT = "invoice"
_LOOKED_AT = 50


def answer(turn: Turn) -> Step:
    """Find the order, or what is usual, and show what it would be today, with what was said about quantities."""
    found = _usual(turn) if _is_usual(turn) else None
    if found is None and _is_usual(turn):
        return Answer(turn.say("no_usual"))
    order = found.order if found else own.order_meant(turn, lambda _: True, turn.say("which_order"))
    if not isinstance(order, Order):
        return order or Answer(turn.say("no_order"))
    if not found:
        own.keep_order(turn, order)
    question = _listen(turn, order)
    if question is not None:
        return question
    wanted = _edited(order, turn.slots.get("edits") or {})
    draft = _draft(turn, wanted)
    focus = {"order_number": order.order_number}
    waits, noted = _when_more(turn, wanted, draft)
    if not draft.lines:
        told = [turn.say("nothing_left", order=order.order_number), *waits]
        return Answer("\n".join(told), actions=noted, focus=focus)
    method = method_for(turn, draft.total)
    if isinstance(method, Ask):
        return method
    if method is None:
        return Answer(turn.say("no_method"), focus=focus)
    head = turn.say("confirm_usual", orders=found.orders) if found else turn.say("confirm", order=order.order_number)
    told = [head, *_lines(turn, order, wanted, draft, found.times if found else {}), *waits]
    told.append(turn.say("ship_to", address=", ".join(draft.ship_to.lines)))
    paid_by = turn.say("to_pay", amount=draft.total, method=method.label)
    told.append(turn.say("on_account", amount=draft.total) if method.kind == _ON_ACCOUNT else paid_by)
    return Confirm("\n".join([*told, turn.say("go_ahead")]), _plan(turn, order, draft, method.method_id))


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Place the order as it was shown and have it paid; where prices or stock moved meanwhile, nothing is done.

    On account nothing is taken: the invoice asks for it.
    """
    found = _usual(turn) if plan.get("usual") else None
    order = found.order if found else order_of(turn.session, turn.customer_id, plan["order_number"])
    draft = _draft(turn, _edited(order, plan.get("edits") or {}))
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in draft.lines]
    if lines != plan["lines"] or draft.total.minor != plan["total"]:
        sentence = f"Prices or stock have changed since order {order.order_number} was shown to you; ask for it again."
        raise Conflict(sentence, "reorder-changed", number=order.order_number)
    method = method_of(turn.session, turn.customer_id, plan["payment_method"])
    new = place(turn.session, draft, method.label, turn.now)
    result = {"order_number": new.order_number, "total": str(new.total.major)}
    if method.kind == _ON_ACCOUNT:
        receipt = turn.say("done_on_account", order=new.order_number, amount=new.total)
    else:
        taken = charge(turn.session, new, new.total, method.method_id, f"{new.order_number}:placed", turn.now)
        receipt = turn.say("done", order=new.order_number, amount=taken.amount, method=taken.method)
        result["reference"] = taken.payment_id
    notice = Notice(f"order:{new.order_number}:placed", turn.say("mail_subject", order=new.order_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, receipt, turn.now)
    undo = {"kind": "placed", "order_number": new.order_number}
    action = Action("reorder", dict(plan), result)
    return Answer(receipt, actions=(action,), focus={"order_number": new.order_number}, undo=undo)


def _is_usual(turn: Turn) -> bool:
    return not turn.slots.get("order_number") and turn.says("usual_words", own.heard(turn))


def _usual(turn: Turn) -> Usual | None:
    return usual(orders_of(turn.session, turn.customer_id, limit=_LOOKED_AT))


def _plan(turn: Turn, order: Order, draft: Order, method_id: str) -> dict[str, Any]:
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in draft.lines]
    plan: dict[str, Any] = {"order_number": order.order_number, "lines": lines, "total": draft.total.minor}
    if _is_usual(turn):
        plan["usual"] = True
    if turn.slots.get("edits"):
        plan["edits"] = dict(turn.slots["edits"])
    return {**plan, "payment_method": method_id}


def _listen(turn: Turn, order: Order) -> Ask | None:
    """Take in other quantities: “only 2 of the mugs”, “without the lamp”, “make it 3” where there is one article."""
    source = "usual" if _is_usual(turn) else order.order_number
    if turn.slots.get("edits_of") != source:
        turn.slots["edits"], turn.slots["edits_of"] = {}, source
    text, edits = own.answered(turn), turn.slots["edits"]
    chosen, said, asked_for = (turn.slots.pop(name, None) for name in ("line", "quantity", "units"))
    if chosen is not None and asked_for is not None:
        edits[str(chosen)] = asked_for
        return None
    named = [(mention, fits[0]) for mention, fits in own.lines_named(turn, order, text) if len(fits) == 1]
    leaves_out = turn.says("without_words", text)
    alone = int(str(said)) if str(said or "").isdigit() else asked_for
    for mention, line in named:
        units = 0 if leaves_out else number_before(turn, text, mention.start)
        units = alone if units is None and len(named) == 1 else units
        if units is not None:
            edits[str(line.line)] = units
    if named or not text or alone is None:
        return None
    left = _edited(order, edits).lines
    if len(left) == 1:
        edits[str(left[0].line)] = alone
        return None
    turn.slots["units"] = alone
    return Ask("product", turn.say("which_line_units", units=alone), own.line_choices(turn, order, left))


def _edited(order: Order, edits: Mapping[str, int]) -> Order:
    """The order with other quantities of some lines; lines of nothing are left out."""
    lines = [replace(line, quantity=int(edits.get(str(line.line), line.quantity))) for line in order.lines]
    return replace(order, lines=tuple(line for line in lines if line.quantity > 0))


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


def _lines(turn: Turn, order: Order, wanted: Order, draft: Order, times: Mapping[int, int]) -> list[str]:
    """What each line would be today beside what it was, or beside how often it was ordered."""
    today, before = {line.line: line for line in draft.lines}, {line.line: line for line in order.lines}
    told = []
    for line in wanted.lines:
        new, old = today.get(line.line), before[line.line]
        if new is None:
            told.append(turn.say("gone", name=line.description))
            continue
        key = "same" if (new.quantity, new.unit_price) == (old.quantity, old.unit_price) else "other"
        told.append(turn.say("usual" if times else key, name=new.description, quantity=new.quantity,
                             price=new.unit_price, was=old.quantity, old=old.unit_price,
                             times=times.get(line.line, 0)))  # fmt: skip
    return told
