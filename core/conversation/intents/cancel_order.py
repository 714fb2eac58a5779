"""Cancel an order, whole or some of its lines, as long as it has not left: the money goes back where it came from."""

from typing import Any

from core.accounts.service import customer
from core.billing.correcting import without_lines
from core.billing.settlement import Settled, kept_by_method, overpaid, paid, refund, refunded, ways_back
from core.chat import Action
from core.conversation import own
from core.conversation.paying import corrected, receipt
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.conversation.undoing import order_undo
from core.errors import Refused
from core.notifications.service import Notice, notify
from core.orders import changes
from core.orders.changes import LineChange
from core.orders.model import Order, OrderStatus
from core.orders.restoring import may_come_back
from core.orders.service import order_of

PROOF = 3
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Find the order, the lines and the reason, and show what would be cancelled and what goes back."""
    order = own.order_meant(turn, lambda order: order.status is OrderStatus.OPEN, turn.say("which_order"))
    if not isinstance(order, Order):
        return order or Answer(turn.say("no_open_order"))
    own.keep_order(turn, order)
    rules = turn.house.config.orders
    try:
        changes.may_be_cancelled(turn.session, order, rules)
        if lines := _lines(turn, order):
            changes.may_change_items(turn.session, order, rules)
    except Refused as refusal:
        return Answer(turn.refusal(refusal), _instead(turn, order), focus={"order_number": order.order_number})
    reason = _reason_meant(turn)
    if rules.cancel_reasons and reason not in rules.cancel_reasons:
        choices = tuple(Choice(turn.reason(known), {"reason": known}) for known in rules.cancel_reasons)
        return Ask("reason", turn.say("why", order=order.order_number), choices)
    plan = {"order_number": order.order_number, "lines": lines, "reason": reason}
    return Confirm(_diff(turn, order, lines, reason), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Cancel, and give back what was paid for it."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    rules = turn.house.config.orders
    if not plan["lines"] or len(plan["lines"]) == len(order.lines):
        key = changes.next_key(turn.session, order, "cancel")
        changed = changes.cancel(turn.session, order, plan["reason"], rules, key, turn.now)
        back = paid(turn.session, order) - refunded(turn.session, order)
    else:
        key = changes.next_key(turn.session, order, "cancel-lines")
        asked = [LineChange(line["line"], 0) for line in plan["lines"]]
        changed = changes.change_lines(turn.session, order, asked, rules, key, turn.now)
        back = overpaid(turn.session, changed.before, changed.after)
    settled = refund(turn.session, order, back, None, f"{order.order_number}:{key}", turn.now) if back.minor else ()
    is_whole = changed.after.status is OrderStatus.CANCELLED
    told = [turn.say("done" if is_whole else "done_lines", order=order.order_number)]
    told += receipt(turn, settled)
    told += corrected(turn, changed.before, without_lines(changed.after) if is_whole else changed.after)
    text = "\n".join(told)
    notice = Notice(f"order:{order.order_number}:{key}", turn.say("mail_subject", order=order.order_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, text, turn.now)
    lines = plan["lines"] or [
        {"line": line.line, "sku": line.sku, "quantity": line.quantity} for line in changed.before.lines
    ]
    action = Action("cancel_order", {**plan, "lines": lines}, {"refunds": [_as_result(one) for one in settled]})
    undo = order_undo(changed, f"{order.order_number}:{key}")
    return Answer(text, actions=(action,), focus={"order_number": order.order_number}, undo=undo)


def _reason_meant(turn: Turn) -> str:
    """The reason that was chosen or said, as the shop's rules write it; empty where none was."""
    known = turn.house.config.orders.cancel_reasons
    chosen = str(turn.slots.get("reason") or "")
    if chosen in known:
        return chosen
    for text in (own.answered(turn), own.heard(turn)):
        if found := turn.reason_in(text, known):
            turn.slots["reason"] = found
            return found
    return ""


def _as_result(settled: Settled) -> dict[str, Any]:
    """A refund or charge in an action's result."""
    return {"amount": str(settled.amount.major), "currency": settled.amount.currency,
            "payment_method": settled.method_id, "reference": settled.payment_id}  # fmt: skip


def _lines(turn: Turn, order: Order) -> list[dict[str, Any]]:
    """The lines that are named, where the shop lets single lines be cancelled and others remain; else none: all."""
    if not turn.house.config.orders.cancel_lines or len(order.lines) < 2:
        return []
    text = f"{own.heard(turn)}\n{own.answered(turn)}"
    if turn.says("whole_words", text):
        return []
    named = own.lines_named(turn, order, own.heard(turn))
    sure = {fits[0].line for _, fits in named if len(fits) == 1}
    is_by_content = not turn.says("only_words", text)
    if not sure or len(sure) == len(order.lines) or is_by_content:
        return []
    return [
        {"line": line.line, "sku": line.sku, "quantity": line.quantity} for line in order.lines if line.line in sure
    ]


def _diff(turn: Turn, order: Order, lines: list[dict[str, Any]], reason: str) -> str:
    chosen = {line["line"] for line in lines} or {line.line for line in order.lines}
    told = [turn.say("confirm" if not lines else "confirm_lines", order=order.order_number)]
    told += [
        turn.say("line", units=line.quantity, name=line.description) for line in order.lines if line.line in chosen
    ]
    if reason:
        told.append(turn.say("because", reason=turn.reason(reason)))
    if not lines:
        kept = kept_by_method(turn.session, order).values()
        told += [turn.say("would_go_back", amount=one.amount, method=one.method) for one in kept]
    else:
        planned = changes.changed_order(order, [LineChange(line["line"], 0) for line in lines])
        told.append(turn.say("cheaper_by", amount=order.total - planned.total))
        back = ways_back(turn.session, order, overpaid(turn.session, order, planned), None)
        told += [turn.say("would_go_back", amount=one.amount, method=one.method) for one in back]
    minutes = turn.house.config.service.undo_minutes if lines or may_come_back(turn.session, order) else 0
    told.append(turn.say("for_good_after", minutes=minutes) if minutes else turn.say("for_good"))
    return "\n".join([*told, turn.say("go_ahead")])


def _instead(turn: Turn, order: Order) -> tuple[Choice, ...]:
    """What is still possible with an order that cannot be cancelled."""
    if order.status is OrderStatus.DELIVERED:
        return (Choice(turn.label_of("return_item"), {"order_number": order.order_number}, "return_item"),)
    if order.status is OrderStatus.CANCELLED:
        return ()
    return (Choice(turn.label_of("track_order"), {"order_number": order.order_number}, "track_order"),)
