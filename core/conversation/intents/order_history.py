"""My orders: a page of them, of a time or with a product in them."""

from core.conversation.resolve import in_period, line_of, order_choice
from core.conversation.turn import Answer, Step, Turn
from core.money import Money
from core.orders.model import Order
from core.orders.service import orders_of

PROOF = 2
AUDIENCE = frozenset({"customer"})
FOLLOWED_BY = "track_order"
_PAGE = 5


def answer(turn: Turn) -> Step:
    """List the orders that fit, latest first, with their sum."""
    orders = in_period(turn, orders_of(turn.session, turn.customer_id))
    words = turn.slots.get("product")
    if words:
        orders = [order for order in orders if line_of(order, str(words)) is not None]
    if not orders:
        return Answer(turn.say("none"))
    shown = orders[:_PAGE]
    told = [turn.say("heading", count=len(orders), total=_sum(turn, orders))]
    told += [
        turn.say(
            "line",
            place=place,
            number=order.order_number,
            placed=order.placed_at.astimezone(turn.house.zone).date(),
            total=order.total,
            status=turn.say(f"status_{order.status.value}"),
        )
        for place, order in enumerate(shown, 1)
    ]
    if len(orders) > _PAGE:
        told.append(turn.say("more", more=len(orders) - _PAGE, link=f"{turn.house.config.web.base_url}/orders"))
    choices = tuple(order_choice(turn, order, "track_order") for order in shown[:3])
    return Answer("\n".join(told), choices, focus={"listed": [order.order_number for order in shown]})


def _sum(turn: Turn, orders: list[Order]) -> str:
    sums: dict[str, Money] = {}
    for order in orders:
        sums[order.currency] = sums.get(order.currency, Money(0, order.currency)) + order.total
    return " + ".join(turn.show(total) for total in sums.values())
