"""Where the returns stand."""

from urllib.parse import quote

from core.conversation.resolve import named_order
from core.conversation.turn import Answer, Ask, Step, Turn
from core.errors import NotFound
from core.exchange.feeds import system_of
from core.orders.service import orders_of
from core.returns.model import Return
from core.returns.service import returns_of

PROOF = 2
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Tell of the return or the order that was named, else of all returns, the latest last."""
    order = named_order(turn)
    if isinstance(order, Ask):
        return order
    number = str(turn.slots.get("return_number") or "").upper()
    orders = [order] if order else orders_of(turn.session, turn.customer_id)
    told = [
        _told(turn, found)
        for order in orders
        for found in returns_of(turn.session, order)
        if number in {"", found.return_number.upper()}
    ]
    if number and not told:
        raise NotFound(turn.say("no_such", number=number[:20]))
    return Answer("\n".join(told[-5:]) if told else turn.say("none"))


def _told(turn: Turn, found: Return) -> str:
    """Where one return stands; where it waits to be sent, the label for its parcel."""
    line = turn.say(
        "line",
        number=found.return_number,
        order=found.order_number,
        asked=found.requested_at.astimezone(turn.house.zone).date(),
        status=turn.say(f"status_{found.status.value}"),
        lines=", ".join(f"{line.quantity} × {line.description}" for line in found.lines[:3]),
    )
    if found.why_not:
        line = turn.say("because_rejected", line=line, why=found.why_not)
    if not found.is_sendable:
        return line
    system = system_of(turn.session, "returns", found.return_number)
    if system is not None and "return" not in system.acts:
        where = system.elsewhere.get("return", "")
        return turn.say("label_elsewhere", line=line, system=system.label, where=where).rstrip(": ")
    page = f"{turn.house.config.web.base_url}/returns/{quote(found.return_number, safe='')}/label"
    return turn.say("with_label", line=line, link=page)
