"""Send something back that is no longer wanted: which lines, how many and why; a plan to say yes to; a receipt."""

from typing import Any

from core.accounts.service import customer
from core.chat import Action
from core.conversation import own
from core.conversation.paying import method_back, told_where
from core.conversation.sending_back import OUR_FAULT, Goods, goods_meant, rules, value_back
from core.conversation.turn import Answer, Ask, Choice, Confirm, Instead, Step, Turn
from core.notifications.service import Notice, notify
from core.orders.service import order_of
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, request_return

PROOF = 3
AUDIENCE = frozenset({"customer"})
REASONS = ("no_longer_wanted", "too_many", "arrived_late", "damaged", "wrong_item", "not_as_described")


def answer(turn: Turn) -> Step:
    """Ask for what is missing, say what cannot come back and why, then show the return as a whole."""
    goods = goods_meant(turn, ReturnKind.RETURN)
    if not isinstance(goods, Goods):
        return goods
    reason = _reason(turn)
    if (reason in OUR_FAULT or turn.slots.get("is_faulty")) and turn.house.config.returns.claims:
        return Instead("claim_item")
    if turn.house.config.returns.asks_reason and reason not in REASONS:
        choices = tuple(Choice(turn.say(f"reason_{known}"), {"reason": known}) for known in REASONS)
        return Ask("reason", turn.say("why", name=_names(goods)), choices)
    method = method_back(turn, goods.order)
    if isinstance(method, Ask):
        return method
    told = [*goods.left_out, turn.say("confirm", order=goods.order.order_number)]
    told += [turn.say("line", units=goods.units[line.line], name=line.description) for line in goods.lines]
    if reason:
        told.append(turn.say("because", reason=turn.say(f"reason_{reason}")))
    back = value_back(turn, goods)
    where = told_where(turn, goods.order, back, method) if method else ""
    told.append(turn.say("worth_to" if method else "worth", amount=back, method=where))
    told.append(turn.say("go_ahead"))
    plan = {
        "order_number": goods.order.order_number,
        "lines": goods.as_lines(),
        "reason": reason,
        "payment_method": method.method_id if method else None,
    }
    return Confirm("\n".join(told), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Write the return down and confirm it by mail."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    units = {line["line"]: line["quantity"] for line in plan["lines"]}
    asked = AskedReturn(units, plan["reason"], ReturnKind.RETURN, plan["payment_method"])
    written = request_return(turn.session, order, asked, rules(turn), turn.now)
    shop = turn.house.config.shop
    receipt = turn.say(
        "done",
        number=written.return_number,
        lines=", ".join(f"{line.quantity} × {line.description}" for line in written.lines),
        address=", ".join((shop.name, *shop.address)),
    )
    notice = Notice(f"return:{written.return_number}:requested", turn.say("mail_subject", number=written.return_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, receipt, turn.now)
    action = Action("return_item", dict(plan), {"return_number": written.return_number})
    undo = {"kind": "return", "return_number": written.return_number}
    return Answer(receipt, actions=(action,), focus={"order_number": order.order_number}, undo=undo)


def _reason(turn: Turn) -> str:
    """The reason chosen or said; what was typed as an answer is looked at for one as well."""
    said = str(turn.slots.get("reason") or "")
    if said in REASONS or not own.answered(turn):
        return said
    found = turn.reason_in(own.answered(turn), [known.replace("_", " ") for known in REASONS])
    return found.replace(" ", "_")


def _names(goods: Goods) -> str:
    return ", ".join(line.description for line in goods.lines[:3])
