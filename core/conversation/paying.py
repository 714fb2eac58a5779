"""Which way of paying a flow is to use: said, the only one there is, or asked for; and what has moved."""

from collections.abc import Sequence

from core.billing.settlement import Method, Settled, methods_of
from core.conversation import own
from core.conversation.turn import Ask, Turn
from core.money import Money


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


def settles(turn: Turn, difference: Money) -> Method | Ask | None:
    """How a difference is settled; where there is none, only what was named counts and nothing is asked."""
    if difference.minor:
        return method_for(turn, difference)
    named = _said(turn, methods_of(turn.session, turn.customer_id))
    return named[0] if len(named) == 1 else None


def moved(turn: Turn, settled: Settled) -> str:
    """What was taken from where, or goes back where and how long that takes."""
    if settled.payment_id.startswith("charge:"):
        return turn.say("charged", amount=settled.amount, method=settled.method)
    if settled.kind == "gift_card":
        return turn.say("back_at_once", amount=settled.amount, method=settled.method)
    first, last = turn.house.config.orders.refund_days
    return turn.say("back_in_days", amount=settled.amount, method=settled.method, first=first, last=last)


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
