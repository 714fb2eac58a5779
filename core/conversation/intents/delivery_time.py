"""How long delivery takes: for an order on its way its own day, otherwise what each way of delivery takes."""

from datetime import timedelta

from core.conversation.turn import Answer, Step, Turn
from core.conversation.wording import day_words
from core.orders.model import Order, OrderStatus
from core.orders.service import orders_of
from core.shipments.asked_about import extra_days, lane_of
from core.shipments.service import parcels_of

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Tell what a delivery takes, and of the speaker's own orders on their way when they should come."""
    service = turn.house.config.service
    told = [turn.say("line", name=way.name, days=turn.say("one_day" if way.days[1] == 1 else "days",
                                                          first=way.days[0], last=way.days[1]))
            for way in service.deliveries]  # fmt: skip
    if turn.speaker.proof >= 2 and turn.speaker.customer_id:
        told = [*_under_way(turn, turn.speaker.customer_id), turn.say("in_general"), *told]
    return Answer("\n".join(told))


def _under_way(turn: Turn, customer_id: str) -> list[str]:
    orders = [one for one in orders_of(turn.session, customer_id, 20) if one.status is OrderStatus.SHIPPED]
    return [said for order in orders[:3] for said in _expected(turn, order)]


def _expected(turn: Turn, order: Order) -> list[str]:
    days = [
        one.expected_on + timedelta(days=extra_days(turn.session, lane_of(order, one), turn.today, turn.house.zone))
        for one in parcels_of(turn.session, order)
        if one.expected_on and not one.delivered_at
    ]
    if not days:
        return []
    day = day_words(max(days), turn.today, turn.house.wording, turn.speaker.language)
    late = max(days) < turn.today
    return [turn.say("order_late" if late else "order_expected", order=order.order_number, day=day)]
