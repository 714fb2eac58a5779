"""Which way of paying a flow is to use: said, the only one there is, or asked for; and what has moved."""

from collections.abc import Sequence
from dataclasses import replace

from core.billing.correcting import correct
from core.billing.settlement import GIFT_CARD, Method, Settled, kept_by_method, methods_of, pay_out, refund, ways_back
from core.conversation import own
from core.conversation.turn import Ask, Turn
from core.money import Money
from core.orders.model import Order


def method_for(turn: Turn, amount: Money, among: Sequence[Method] | None = None) -> Method | Ask | None:
    """The method that was chosen or named, or the only one; None where the customer has none on file.

    `amount` is what it has to cover; nothing or less than nothing is covered by every method.
    """
    methods = list(methods_of(turn.session, turn.customer_id) if among is None else among)
    if not methods:
        return None
    said = _said(turn, methods)
    if len(said) == 1 and _covers(said[0], amount):
        turn.slots["payment_method"] = said[0].method_id
        return said[0]
    turn.slots.pop("payment_method", None)
    able = [method for method in (said or methods) if _covers(method, amount)]
    if len(able) == 1 and not said:
        return able[0]
    if len(said) == 1:
        able = [method for method in methods if _covers(method, amount)]
        text = turn.say("method_too_low", label=said[0].label, balance=said[0].balance or Money(0, amount.currency),
                        amount=amount)  # fmt: skip
    elif not able:
        text = turn.say("no_method_covers", amount=amount)
    else:
        text = turn.say("which_method" if amount.minor > 0 else "which_method_back", amount=_size(amount))
    return Ask("payment_method", text, tuple(own.method_choice(turn, method) for method in able))


def settles(turn: Turn, order: Order, difference: Money) -> Method | Ask | None:
    """How a difference is settled; where there is none, only what was named counts and nothing is asked."""
    if difference.minor < 0:
        return method_for(turn, difference) if _goes_anywhere(turn) else method_back(turn, order)
    if difference.minor:
        return method_for(turn, difference)
    named = _said(turn, methods_of(turn.session, turn.customer_id))
    return named[0] if len(named) == 1 else None


def method_back(turn: Turn, order: Order) -> Method | Ask | None:
    """Where money of an order goes: where it came from, or a gift card on file; asked where there is a choice.

    None where nothing was paid, or by nothing that is on file: then it goes back the way it was paid. A way of paying
    that paid nothing is refused with the reason.
    """
    kept = kept_by_method(turn.session, order)
    on_file = methods_of(turn.session, turn.customer_id)
    may_be_gift = turn.house.config.returns.gift_card_refund
    able = [one for one in on_file if one.method_id in kept or (may_be_gift and one.kind == GIFT_CARD)]
    if not able or not kept:
        return None
    named = _said(turn, on_file)
    strange = [one for one in named if one not in able]
    if strange and len(strange) == len(named):
        turn.slots.pop("payment_method", None)
        text = turn.say("method_paid_nothing", label=strange[0].label, order=order.order_number)
        return Ask("payment_method", text, tuple(own.method_choice(turn, one) for one in able))
    return method_for(turn, Money(-1, order.currency), able)


def told_where(turn: Turn, order: Order, amount: Money, method: Method) -> str:
    """Where money for goods that come back would go: the way chosen, and others beside it where it paid only a part."""
    shares = ways_back(turn.session, order, amount, method.method_id)
    if len(shares) < 2:
        return method.label
    return ", ".join(f"{one.method} ({turn.show(one.amount)})" for one in shares)


def going_back(turn: Turn, order: Order, amount: Money, method_id: str | None) -> tuple[Settled, ...]:
    """Where the difference of changed goods would go, for the plan that shows it."""
    return ways_back(turn.session, order, amount, method_id, anywhere=_goes_anywhere(turn))


def give_back(turn: Turn, order: Order, amount: Money, method_id: str | None, cause: str) -> tuple[Settled, ...]:
    """Give the difference of changed goods back, as far as the shop's policy lets customers choose where to."""
    give = pay_out if _goes_anywhere(turn) else refund
    return give(turn.session, order, amount, method_id, cause, turn.now)


def corrected(turn: Turn, before: Order, after: Order) -> list[str]:
    """Issue what an invoiced order needs now that it is another, and say under which numbers it is found."""
    why = turn.say("documents_for", order=before.order_number)
    numbers = correct(turn.session, turn.house.config.shop, before, after, why, turn.now)
    return [turn.say("documents_issued", numbers=", ".join(numbers))] if numbers else []


def receipt(turn: Turn, settled: Sequence[Settled]) -> list[str]:
    """What has moved, a line for each way of paying."""
    sums: dict[tuple[bool, str | None], Settled] = {}
    for one in settled:
        key = (one.payment_id.startswith("charge:"), one.method_id)
        before = sums.get(key)
        sums[key] = replace(one, amount=one.amount + before.amount) if before else one
    return [moved(turn, one) for one in sums.values()]


def moved(turn: Turn, settled: Settled) -> str:
    """What was taken from where, or goes back where and how long that takes."""
    if settled.payment_id.startswith("charge:"):
        return turn.say("charged", amount=settled.amount, method=settled.method)
    if settled.kind == "gift_card":
        return turn.say("back_at_once", amount=settled.amount, method=settled.method)
    first, last = turn.house.config.orders.refund_days
    return turn.say("back_in_days", amount=settled.amount, method=settled.method, first=first, last=last)


def _goes_anywhere(turn: Turn) -> bool:
    return turn.house.config.orders.difference_anywhere


def _said(turn: Turn, methods: Sequence[Method]) -> list[Method]:
    if own.answered(turn) and (named := own.method_meant(turn, own.answered(turn), methods)):
        return named
    chosen = turn.slots.get("payment_method")
    if chosen:
        known = [method for method in methods if method.method_id == chosen]
        if known:
            return known
        named = own.method_meant(turn, str(chosen), methods)
        if named:
            return named
    return own.method_meant(turn, own.heard(turn), methods) if own.heard(turn) else []


def _covers(method: Method, amount: Money) -> bool:
    return amount.minor <= 0 or method.covers(amount)


def _size(amount: Money) -> Money:
    return Money(abs(amount.minor), amount.currency)
