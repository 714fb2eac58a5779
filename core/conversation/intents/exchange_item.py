"""Swap delivered goods for another variant of the same; the difference in price is settled with the order's yes."""

from typing import Any

from core.accounts.service import customer
from core.billing.settlement import Method, Settled, charge, paid, refunded
from core.catalog.model import Product
from core.catalog.service import products
from core.chat import Action
from core.conversation.paying import give_back, going_back, receipt, settles
from core.conversation.sending_back import Goods, nothing_back, order_back, rules, value_back
from core.conversation.swapping import is_free, swaps_meant
from core.conversation.turn import Answer, Ask, Confirm, Instead, Step, Turn
from core.errors import Refused
from core.money import Money
from core.notifications.service import Notice, notify
from core.orders.changes import LineChange, changed_order
from core.orders.model import Order, OrderStatus
from core.orders.service import order_of
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, request_return, returnable

PROOF = 3
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Find out what should become what, and show both with the difference."""
    order = order_back(turn, ReturnKind.EXCHANGE)
    if not isinstance(order, Order):
        return order
    if order.status is OrderStatus.OPEN and "change_order" not in turn.slots.get("come_from", []):
        return Instead("change_order")
    verdicts = returnable(turn.session, order, rules(turn), turn.today, ReturnKind.EXCHANGE)
    possible = {one.line: one.quantity for one in verdicts if one.quantity > 0}
    if not possible:
        return Answer(nothing_back(turn, order, verdicts), focus={"order_number": order.order_number})
    swaps = swaps_meant(turn, order, [line for line in order.lines if line.line in possible])
    if isinstance(swaps, Ask):
        return swaps
    goods = Goods(order, {line: _units(turn, possible[line], swaps) for line in swaps})
    difference = _difference(turn, goods, swaps)
    method = settles(turn, order, difference)
    if isinstance(method, Ask):
        return method
    told = [turn.say("confirm", order=order.order_number)]
    told += [_line(turn, goods, line.line, swaps[line.line]) for line in goods.lines]
    told += _money(turn, order, difference, method)
    if turn.house.config.returns.requests_per_order == 1:
        told.append(turn.say("only_once"))
    lines = [{**line, "new_sku": swaps[line["line"]].sku} for line in goods.as_lines()]
    plan = {"order_number": order.order_number, "lines": lines, "payment_method": method.method_id if method else None}
    return Confirm("\n".join([*told, turn.say("go_ahead")]), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Write the exchange down, settle the difference, and confirm it by mail."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    known = products(turn.session, [line["new_sku"] for line in plan["lines"]])
    swaps = {line["line"]: known[line["new_sku"]] for line in plan["lines"]}
    units = {line["line"]: line["quantity"] for line in plan["lines"]}
    goods = Goods(order, units)
    for line in goods.lines:
        if not is_free(turn, line, swaps[line.line]):
            raise Refused(turn.say("gone", name=line.description), "exchange-no-stock")
    difference = _difference(turn, goods, swaps)
    new = {line: product.sku for line, product in swaps.items()}
    asked = AskedReturn(units, "", ReturnKind.EXCHANGE, plan["payment_method"], new)
    written = request_return(turn.session, order, asked, rules(turn), turn.now)
    settled = _settle(turn, order, difference, plan["payment_method"], f"exchange:{written.return_number}")
    shop = turn.house.config.shop
    told = [turn.say("done", number=written.return_number, address=", ".join((shop.name, *shop.address)))]
    told += receipt(turn, settled)
    text = "\n".join(told)
    notice = Notice(f"return:{written.return_number}:requested", turn.say("mail_subject", number=written.return_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, text, turn.now)
    result = {"return_number": written.return_number, "difference": str(difference.major), "currency": order.currency}
    action = Action("exchange_item", dict(plan), result)
    undo = {"kind": "return", "return_number": written.return_number}
    return Answer(text, actions=(action,), focus={"order_number": order.order_number}, undo=undo)


def _units(turn: Turn, most: int, swaps: dict[int, Product]) -> int:
    """All units of a line, or as many as were said where it is one line."""
    said = turn.slots.get("quantity")
    return min(most, int(said)) if len(swaps) == 1 and said is not None and str(said).isdigit() and int(said) else most


def _difference(turn: Turn, goods: Goods, swaps: dict[int, Product]) -> Money:
    """What the new goods cost above the old ones, tax included; the same again costs nothing."""
    changed = {line: product for line, product in swaps.items() if product.sku != _line_of(goods.order, line).sku}
    old = Goods(goods.order, {line: units for line, units in goods.units.items() if line in changed})
    asked = [LineChange(line, goods.units[line], changed[line]) for line in changed]
    asked += [LineChange(line.line, 0) for line in goods.order.lines if line.line not in changed]
    new = changed_order(goods.order, asked).total
    return new - value_back(turn, old)


def _settle(turn: Turn, order: Order, difference: Money, method_id: str | None, cause: str) -> tuple[Settled, ...]:
    if difference.minor > 0 and method_id is not None:
        return (charge(turn.session, order, difference, method_id, cause, turn.now),)
    back = _back(turn, order, difference)
    return give_back(turn, order, back, method_id, cause) if back.minor else ()


def _back(turn: Turn, order: Order, difference: Money) -> Money:
    """What of a difference below zero can go back: no more than was paid and is not back yet."""
    left = paid(turn.session, order) - refunded(turn.session, order)
    return Money(max(0, min(-difference.minor, left.minor)), order.currency)


def _money(turn: Turn, order: Order, difference: Money, method: Method | None) -> list[str]:
    if difference.minor > 0:
        label = method.label if method else turn.say("as_paid")
        return [turn.say("pays_more", amount=difference, method=label)]
    back = _back(turn, order, difference)
    shares = going_back(turn, order, back, method.method_id if method else None)
    told = [turn.say("gets_back", amount=one.amount, method=one.method) for one in shares]
    return told or [turn.say("no_difference")]


def _line(turn: Turn, goods: Goods, number: int, product: Product) -> str:
    line = _line_of(goods.order, number)
    known = products(turn.session, [line.sku])
    old = known[line.sku].options_text if line.sku in known else line.sku
    key = "line_same" if product.sku == line.sku else "line"
    return turn.say(key, units=goods.units[number], name=line.description, old=old, new=product.options_text,
                    old_price=line.unit_price, new_price=product.price)  # fmt: skip


def _line_of(order: Order, number: int) -> Any:
    return next(line for line in order.lines if line.line == number)
