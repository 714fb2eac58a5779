"""Handing a chat to a person: a ticket that carries what was said, how far the customer is known, and their order."""

from typing import Any

from core.conversation import files, transcript
from core.conversation.turn import Turn
from core.orders.model import Order, OrderStatus
from core.orders.service import orders_of
from core.returns.service import returns_of
from core.shipments.service import parcels_of
from core.support.model import Ticket
from core.support.service import Handover, open_ticket

_MOST_MESSAGES = 40
_OWN_RECORDS = 2  # the proof from which on a person's records may be looked up for them


def hand_over(turn: Turn, subject: str, *, is_live: bool = False) -> Ticket:
    """Open the ticket of this chat; `is_live` where the customer wants the person here and now."""
    person = f"customer:{turn.speaker.customer_id}" if turn.speaker.customer_id else None
    said = transcript.messages(turn.session, turn.channel, turn.chat, person, limit=_MOST_MESSAGES)
    words = next((message.reply.text for message in reversed(said) if message.speaker == "person"), "")
    handover = Handover(
        customer_id=turn.speaker.customer_id,
        channel=turn.channel,
        chat=turn.chat,
        subject=subject or words[:120],
        transcript=transcript.as_text(said, turn.house.zone),
        words=words,
        is_live=is_live,
        proof=turn.speaker.proof,
        snapshot=_snapshot(turn),
        member=turn.speaker.member,
        files=files.take(turn),
    )
    return open_ticket(turn.session, handover, turn.now)


def _snapshot(turn: Turn) -> dict[str, Any] | None:
    """The order it may be about as it stands now: goods, parcels and returns; nobody's name, address or card."""
    if not turn.speaker.customer_id or turn.speaker.proof < _OWN_RECORDS:
        return None
    order = _order_at_hand(turn, orders_of(turn.session, turn.speaker.customer_id, limit=200))
    if order is None:
        return None
    parcels, returned = parcels_of(turn.session, order), returns_of(turn.session, order)
    return {
        "order_number": order.order_number,
        "status": order.status.value,
        "placed_at": order.placed_at.isoformat(),
        "total": {"minor": order.total.minor, "currency": order.currency},
        "lines": [{"quantity": line.quantity, "description": line.description} for line in order.lines],
        "parcels": [
            {"carrier": one.carrier, "tracking_number": one.tracking_number, "status": one.status.value,
             "expected_on": one.expected_on.isoformat() if one.expected_on else None}
            for one in parcels
        ],
        "returns": [{"return_number": one.return_number, "status": one.status.value} for one in returned],
    }  # fmt: skip


def _order_at_hand(turn: Turn, orders: list[Order]) -> Order | None:
    """The order that was last talked about, else the latest one, cancelled ones only for want of others."""
    focused = [order for order in orders if order.order_number == turn.focus.get("order_number")]
    standing = [order for order in orders if order.status is not OrderStatus.CANCELLED]
    return next(iter([*focused, *standing, *orders]), None)
