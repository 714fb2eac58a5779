"""Withdraw from a purchase as consumers may: no reason asked, never refused inside its window, a lasting receipt."""

from typing import Any

from core.accounts.service import customer
from core.chat import Action
from core.conversation.paying import method_back, told_where
from core.conversation.sending_back import Goods, goods_meant, rules, value_back
from core.conversation.turn import Answer, Ask, Choice, Confirm, Instead, Step, Turn
from core.notifications.service import Notice, notify
from core.orders.service import order_of
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, request_return

PROOF = 3
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Show what would be withdrawn from; the yes to it is the second of the two steps."""
    if not turn.house.config.returns.withdrawal_days:
        return Instead("return_item")
    if customer(turn.session, turn.customer_id).company:
        return Answer(turn.say("consumers_only"), (Choice(turn.label_of("return_item"), {}, "return_item"),))
    goods = goods_meant(turn, ReturnKind.WITHDRAWAL)
    if not isinstance(goods, Goods):
        return goods
    method = method_back(turn, goods.order)
    if isinstance(method, Ask):
        return method
    told = [*goods.left_out, turn.say("confirm", order=goods.order.order_number)]
    told += [turn.say("line", units=goods.units[line.line], name=line.description) for line in goods.lines]
    back = value_back(turn, goods)
    where = told_where(turn, goods.order, back, method) if method else turn.say("as_paid")
    told.append(turn.say("refund", amount=back, method=where))
    plan = {
        "order_number": goods.order.order_number,
        "lines": goods.as_lines(),
        "reason": "",
        "payment_method": method.method_id if method else None,
    }
    return Confirm("\n".join([*told, turn.say("go_ahead")]), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Write the withdrawal down; its receipt by mail says what was declared and when."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    person = customer(turn.session, turn.customer_id)
    units = {line["line"]: line["quantity"] for line in plan["lines"]}
    asked = AskedReturn(units, "", ReturnKind.WITHDRAWAL, plan["payment_method"])
    written = request_return(turn.session, order, asked, rules(turn), turn.now)
    shop = turn.house.config.shop
    receipt = turn.say("done", number=written.return_number, order=order.order_number, name=person.name,
                       at=turn.show(written.requested_at), address=", ".join((shop.name, *shop.address)),
                       lines=", ".join(f"{line.quantity} × {line.description}" for line in written.lines))  # fmt: skip
    notice = Notice(f"return:{written.return_number}:requested", turn.say("mail_subject", number=written.return_number))
    notify(turn.session, person, notice, receipt, turn.now)
    action = Action("withdraw", dict(plan), {"return_number": written.return_number})
    undo = {"kind": "return", "return_number": written.return_number}
    return Answer(receipt, actions=(action,), focus={"order_number": order.order_number}, undo=undo)
