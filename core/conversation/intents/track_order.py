"""Where is my order: every parcel with what is in it, its latest scan and the day it should come."""

from datetime import date, timedelta

from core.conversation import guests
from core.conversation.resolve import ask_order, focused_order, named_order
from core.conversation.turn import Answer, Ask, Choice, Step, Turn
from core.conversation.wording import day_words
from core.exchange.feeds import silent_since
from core.orders.model import Order, OrderStatus
from core.orders.service import order_of, orders_of
from core.shipments.asked_about import extra_days, lane_of, note_questions
from core.shipments.model import Parcel, ParcelStatus
from core.shipments.service import order_number_of, parcels_of

PROOF = 1
AUDIENCE = frozenset({"customer"})
_UNDER_WAY = {OrderStatus.OPEN, OrderStatus.PACKED, OrderStatus.SHIPPED}
_MOST_LINES = 3


def answer(turn: Turn) -> Step:
    """Tell where the order is that was named, else the one talked about, else those under way, else the latest."""
    order = _of_parcel(turn) or named_order(turn) or focused_order(turn) or _under_way(turn)
    if isinstance(order, Ask):
        return order
    if order is None:
        return Answer(turn.say("no_orders"))
    parcels = parcels_of(turn.session, order)
    told = [turn.say("order", **_heading(turn, order)), turn.say(f"status_{_status(order, parcels)}")]
    told += [_parcel(turn, order, parcel, (number, len(parcels))) for number, parcel in enumerate(parcels, 1)]
    told += _age(turn, order)
    note_questions(turn.session, parcels, turn.today)
    choices = [Choice(turn.say("label_invoice"), {"order_number": order.order_number}, "get_invoice")]
    if any(parcel.delivered_at for parcel in parcels):
        choices.append(Choice(turn.say("label_return"), {"order_number": order.order_number}, "return_item"))
    return Answer("\n".join(told), tuple(choices), focus={"order_number": order.order_number, "listed": []})


def identify(turn: Turn) -> Step:
    """For somebody unknown: the order's number and its e-mail address or postcode are enough for its status."""
    return guests.track(turn)


def _of_parcel(turn: Turn) -> Order | None:
    tracking_number = turn.slots.get("tracking_number")
    if not tracking_number:
        return None
    number = order_number_of(turn.session, turn.customer_id, str(tracking_number))
    return order_of(turn.session, turn.customer_id, number)


def _under_way(turn: Turn) -> Order | Ask | None:
    orders = orders_of(turn.session, turn.customer_id)
    under_way = [order for order in orders if order.status in _UNDER_WAY]
    if len(under_way) > 1:
        return ask_order(turn, under_way, turn.say("which_under_way", count=len(under_way)))
    return under_way[0] if under_way else orders[0] if orders else None


def _age(turn: Turn, order: Order) -> list[str]:
    """As of when the order is known, where the system it came from does not answer."""
    silent = silent_since(turn.session, "orders", order.order_number)
    if silent is None:
        return []
    system, known_at = silent
    if known_at is None:
        return [turn.say("as_of_unknown", system=system)]
    return [turn.say("as_of", system=system, at=turn.show(known_at))]


def _heading(turn: Turn, order: Order) -> dict[str, object]:
    placed_on = order.placed_at.astimezone(turn.house.zone).date()
    pieces = sum(line.quantity for line in order.lines)
    return {"number": order.order_number, "placed": placed_on, "pieces": pieces, "total": order.total}


def _status(order: Order, parcels: tuple[Parcel, ...]) -> str:
    """What the parcels show counts more than what the order's record says."""
    if parcels and order.status is not OrderStatus.CANCELLED:
        delivered = sum(parcel.delivered_at is not None for parcel in parcels)
        return "delivered" if delivered == len(parcels) else "partly_delivered" if delivered else "shipped"
    return order.status.value


def _parcel(turn: Turn, order: Order, parcel: Parcel, place: tuple[int, int]) -> str:
    scan, (number, count) = parcel.last_scan, place
    told = [turn.say("parcel" if count > 1 else "only_parcel", number=number, count=count, carrier=parcel.carrier,
                     tracking=parcel.tracking_number)]  # fmt: skip
    told.append(turn.say(f"parcel_{parcel.status.value}"))
    if parcel.delivered_at is not None:
        told.append(turn.say("delivered_at", at=turn.show(parcel.delivered_at)))
    elif scan is not None:
        told.append(turn.say("last_scan", place=scan.place or parcel.carrier, at=turn.show(scan.scanned_at)))
    told += _expectation(turn, order, parcel)
    if count > 1 and parcel.lines:
        named = ", ".join(f"{line.quantity} × {line.description}" for line in parcel.lines[:_MOST_LINES])
        more = len(parcel.lines) - _MOST_LINES
        told.append(
            turn.say("contents_more", lines=named, more=more) if more > 0 else turn.say("contents", lines=named)
        )
    return " ".join(told)


def _expectation(turn: Turn, order: Order, parcel: Parcel) -> list[str]:
    if parcel.expected_on is None or parcel.status in {ParcelStatus.DELIVERED, ParcelStatus.RETURNED}:
        return []
    if parcel.is_late(turn.today):
        return [turn.say("late", day=parcel.expected_on)]
    told = [turn.say("expected", day=_day(turn, parcel.expected_on))]
    if room := extra_days(turn.session, lane_of(order, parcel), turn.today, turn.house.zone):
        told.append(turn.say("slow_lane", day=_day(turn, parcel.expected_on + timedelta(days=room))))
    return told


def _day(turn: Turn, day: date) -> str:
    return day_words(day, turn.today, turn.house.wording, turn.speaker.language)
