"""My orders: a page of them, of a time, in a state, of an amount, or with a product in them; and the next page."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from core.conversation.resolve import in_period, line_of, order_choice
from core.conversation.turn import Answer, Choice, Step, Turn
from core.conversation.understanding.text import fold
from core.money import Money
from core.orders.model import Order, OrderStatus
from core.orders.service import orders_of

PROOF = 2
AUDIENCE = frozenset({"customer"})
FOLLOWED_BY = "track_order"
_PAGE = 5
_STATES = {
    "delivered": {OrderStatus.DELIVERED},
    "cancelled": {OrderStatus.CANCELLED},
    "shipped": {OrderStatus.SHIPPED},
    "open": {OrderStatus.OPEN, OrderStatus.PACKED, OrderStatus.SHIPPED},
}
_LIMITS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "over": Decimal.__gt__,
    "under": Decimal.__lt__,
    "least": Decimal.__ge__,
    "most": Decimal.__le__,
}
_NO_TIME = r"(?!\s?(?:day|week|month|year|tag|woche|monat|jahr))"
_NUMBER = rf"\s?(?:£|€|\$|gbp|eur|usd)?\s?(\d{{1,9}}(?:[.,]\d{{1,2}})?)(?![\d.,]*\d){_NO_TIME}"


def answer(turn: Turn) -> Step:
    """List the orders that fit, latest first, with their sum; more of them at a press or a word."""
    _listen(turn)
    orders = [order for order in in_period(turn, orders_of(turn.session, turn.customer_id)) if _fits(turn, order)]
    words = turn.slots.get("product")
    if words:
        orders = [order for order in orders if line_of(order, str(words)) is not None]
    if not orders:
        return Answer(turn.say("none"), focus={"pages": None})
    first = min(int(turn.slots.get("from") or 0), (len(orders) - 1) // _PAGE * _PAGE)
    shown = orders[first : first + _PAGE]
    told = [turn.say("heading", count=len(orders), total=_sum(turn, orders))]
    told += [_line(turn, place, order) for place, order in enumerate(shown, 1)]
    choices = [order_choice(turn, order, "track_order") for order in shown[:3]]
    pages: dict[str, Any] = {"intent": "order_history", "more": None, "back": None}
    if first:
        pages["back"] = {**turn.slots, "from": max(0, first - _PAGE)}
    left = len(orders) - first - len(shown)
    if left > 0:
        told.append(turn.say("more", more=left, link=f"{turn.house.config.web.base_url}/orders"))
        pages["more"] = {**turn.slots, "from": first + _PAGE}
        choices.append(Choice(turn.say("label_more"), pages["more"], "order_history"))
    focus = {"listed": [order.order_number for order in shown], "pages": pages}
    return Answer("\n".join(told), tuple(choices), focus=focus)


def _line(turn: Turn, place: int, order: Order) -> str:
    return turn.say(
        "line",
        place=place,
        number=order.order_number,
        placed=order.placed_at.astimezone(turn.house.zone).date(),
        total=order.total,
        status=turn.say(f"status_{order.status.value}"),
    )


def _listen(turn: Turn) -> None:
    """Keep which state and which amounts were asked for, so that the next page knows them."""
    if "limits" in turn.slots:
        return
    state = next((state for state in _STATES if turn.says(f"{state}_words", turn.text)), "")
    turn.slots["state"] = "open" if turn.says("not_yet_words", turn.text) else state
    folded = fold(turn.text).text
    limits: dict[str, str] = {}
    if between := re.search(rf"(?<!\w)(?:{_any(turn, 'between')}){_NUMBER}\s?(?:{_any(turn, 'and')}){_NUMBER}", folded):
        limits = {"least": between[1], "most": between[2]}
    for limit in _LIMITS:
        if found := re.search(rf"(?<!\w)(?:{_any(turn, limit)}){_NUMBER}", folded):
            limits[limit] = found[1]
    turn.slots["limits"] = limits


def _any(turn: Turn, key: str) -> str:
    return "|".join(re.escape(fold(one).text) for one in turn.say(f"{key}_words").split(", "))


def _fits(turn: Turn, order: Order) -> bool:
    state = turn.slots.get("state")
    if state and order.status not in _STATES[str(state)]:
        return False
    limits = turn.slots.get("limits") or {}
    return all(_LIMITS[limit](order.total.major, Decimal(said.replace(",", "."))) for limit, said in limits.items())


def _sum(turn: Turn, orders: list[Order]) -> str:
    sums: dict[str, Money] = {}
    for order in orders:
        sums[order.currency] = sums.get(order.currency, Money(0, order.currency)) + order.total
    return " + ".join(turn.show(total) for total in sums.values())
