"""Change what is in an open order: another variant, more or fewer units; the difference in price is settled at once."""

from typing import Any

from core.accounts.service import customer
from core.billing.settlement import Method, Settled, charge, overpaid, paid, refunded
from core.catalog.model import Product
from core.catalog.service import products
from core.chat import Action
from core.conversation import own
from core.conversation.paying import corrected, give_back, going_back, receipt, settles
from core.conversation.stock_answer import alert_choice, promised, when_back
from core.conversation.swapping import swaps_meant
from core.conversation.turn import Answer, Ask, Choice, Confirm, Instead, Step, Turn
from core.conversation.undoing import order_undo
from core.errors import Refused
from core.money import Money
from core.notifications.service import Notice, notify
from core.orders import changes
from core.orders.changes import Changed, LineChange
from core.orders.model import Order, OrderStatus
from core.orders.service import order_of

PROOF = 3
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Find the order and what should change in it, and show the order as it would be."""
    order = own.order_meant(turn, lambda order: order.status is OrderStatus.OPEN, turn.say("which_order"))
    if not isinstance(order, Order):
        return order or Answer(turn.say("no_open_order"))
    own.keep_order(turn, order)
    if order.status is OrderStatus.DELIVERED and "exchange_item" not in turn.slots.get("come_from", []):
        return Instead("exchange_item")
    try:
        changes.may_change_items(turn.session, order, turn.house.config.orders)
    except Refused as refusal:
        return Answer(turn.refusal(refusal), focus={"order_number": order.order_number})
    asked = _asked(turn, order)
    if isinstance(asked, Ask):
        return asked
    planned = changes.changed_order(order, asked)
    short = changes.short_of(turn.session, order, planned)
    if short:
        return _too_few(turn, order, short)
    difference = planned.total - order.total
    method = settles(turn, order, difference) if _is_settled(turn, order) else None
    if isinstance(method, Ask):
        return method
    return Confirm(_diff(turn, order, planned, {one.line for one in asked}, method), _plan(order, asked, method))


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Change the lines and settle the difference."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    rules = turn.house.config.orders
    known = products(turn.session, [line["new_sku"] for line in plan["lines"]])
    asked = [LineChange(line["line"], line["quantity"], _another(line, known)) for line in plan["lines"]]
    key = changes.next_key(turn.session, order, "items")
    was_paid = _is_settled(turn, order)
    changed = changes.change_lines(turn.session, order, asked, rules, key, turn.now)
    settled = _settle(turn, changed, plan["payment_method"], key) if was_paid else ()
    told = [turn.say("done", order=order.order_number, total=changed.after.total)]
    told += [*receipt(turn, settled), *corrected(turn, changed.before, changed.after)]
    text = "\n".join(told)
    notice = Notice(f"order:{order.order_number}:{key}", turn.say("mail_subject", order=order.order_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, text, turn.now)
    result = {"difference": str(changed.difference.major), "currency": order.currency}
    return Answer(text, actions=(Action("change_order", dict(plan), result),),
                  focus={"order_number": order.order_number},
                  undo=order_undo(changed, f"{order.order_number}:{key}"))  # fmt: skip


def _asked(turn: Turn, order: Order) -> list[LineChange] | Ask:
    """What should change: a number of units where that is all that was said, otherwise other variants."""
    counted = _counted(turn, order)
    if counted is not None:
        return counted
    swaps = swaps_meant(turn, order, order.lines)
    if isinstance(swaps, Ask):
        return swaps
    units = {line.line: line.quantity for line in order.lines}
    return [LineChange(line, units[line], product) for line, product in swaps.items()]


def _counted(turn: Turn, order: Order) -> list[LineChange] | Ask | None:
    """“Make it three mugs”: the line named, or the only one, with the number of units said."""
    said = turn.slots.get("quantity")
    if not turn.house.config.orders.change_quantity or said is None or not str(said).isdigit():
        return None
    if turn.slots.get("swaps") or turn.slots.get("queue"):
        return None
    text = f"{own.heard(turn)}\n{own.answered(turn)}"
    named = own.lines_named(turn, order, text)
    lines = list(named[0][1]) if named else list(order.lines)
    if turn.slots.get("line"):
        lines = [line for line in order.lines if line.line == turn.slots["line"]]
    if len(lines) > 1:
        return Ask("product", turn.say("which_line_units", units=int(said)), own.line_choices(turn, order, lines))
    if own.variants_meant(turn, lines[0], text) and not named:
        return None
    return [LineChange(lines[0].line, int(said))]


def _too_few(turn: Turn, order: Order, short: dict[str, int]) -> Answer:
    """What is missing on the shelf, how many of it can be had at once, and when the rest is here."""
    told: list[str] = []
    actions: tuple[Action, ...] = ()
    choices: tuple[Choice, ...] = ()
    for sku, product in products(turn.session, list(short)).items():
        said = promised(turn, sku, short[sku])
        when, noted = when_back(turn, product, said, name=turn.say("it"))
        told.append(turn.say("too_few", name=product.name))
        told += [turn.say("few_more", units=said.now)] if said.now else []
        told.append(when)
        actions += noted
        choices += alert_choice(turn, product)
    focus = {"order_number": order.order_number}
    return Answer(" ".join(told), choices, actions=actions, focus=focus)


def _is_settled(turn: Turn, order: Order) -> bool:
    """Whether the order was paid, so that a difference has to be settled now; otherwise its invoice will show it."""
    return (paid(turn.session, order) - refunded(turn.session, order)).minor > 0


def _plan(order: Order, asked: list[LineChange], method: Method | None) -> dict[str, Any]:
    skus = {line.line: line.sku for line in order.lines}
    lines = [
        {"line": one.line, "sku": skus[one.line], "quantity": one.quantity,
         "new_sku": one.product.sku if one.product else skus[one.line]}
        for one in asked
    ]  # fmt: skip
    return {"order_number": order.order_number, "lines": lines, "payment_method": method.method_id if method else None}


def _another(line: dict[str, Any], known: dict[str, Product]) -> Product | None:
    return known.get(line["new_sku"]) if line["new_sku"] != line["sku"] else None


def _settle(turn: Turn, changed: Changed, method_id: str | None, key: str) -> tuple[Settled, ...]:
    order, difference, cause = changed.before, changed.difference, f"{changed.before.order_number}:{key}"
    if difference.minor > 0 and method_id is not None:
        return (charge(turn.session, order, difference, method_id, cause, turn.now),)
    back = overpaid(turn.session, order, changed.after)
    return give_back(turn, order, back, method_id, cause) if back.minor else ()


def _diff(turn: Turn, order: Order, planned: Order, asked: set[int], method: Method | None) -> str:
    told = [turn.say("confirm", order=order.order_number)]
    known = products(turn.session, [line.sku for line in (*order.lines, *planned.lines)])
    after = {line.line: line for line in planned.lines}
    for line in order.lines:
        new = after.get(line.line)
        if new is None:
            told.append(turn.say("line_gone", name=line.description, units=line.quantity))
        elif new.sku != line.sku:
            told.append(turn.say("line_swapped", name=line.description, units=line.quantity,
                                 old=_options(known, line.sku), new=_options(known, new.sku),
                                 old_price=line.unit_price, new_price=new.unit_price))  # fmt: skip
        elif new.quantity != line.quantity:
            told.append(turn.say("line_counted", name=line.description, old=line.quantity, new=new.quantity))
    if len(told) == 1:
        told.append(turn.say("all_the_same"))
    told += [turn.say("line_same", name=line.description, options=_options(known, line.sku))
             for line in order.lines if line.line in asked and after.get(line.line) == line]  # fmt: skip
    told.append(turn.say("totals", before=order.total, after=planned.total))
    told += _money(turn, order, planned, method)
    if turn.house.config.orders.item_changes == 1:
        told.append(turn.say("only_once"))
    return "\n".join([*told, turn.say("go_ahead")])


def _money(turn: Turn, order: Order, planned: Order, method: Method | None) -> list[str]:
    difference = planned.total - order.total
    if difference.minor == 0:
        return [turn.say("no_difference")]
    if difference.minor > 0 and method is not None:
        return [turn.say("pays_more", amount=difference, method=method.label)]
    back = overpaid(turn.session, order, planned)
    if back.minor:
        shares = going_back(turn, order, back, method.method_id if method else None)
        return [turn.say("gets_back", amount=one.amount, method=one.method) for one in shares]
    amount = Money(abs(difference.minor), difference.currency)
    return [turn.say("billed_more" if difference.minor > 0 else "billed_less", amount=amount)]


def _options(known: dict[str, Product], sku: str) -> str:
    return known[sku].options_text or sku if sku in known else sku
