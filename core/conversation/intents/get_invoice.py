"""The invoice of an order, and its credit notes, as PDF."""

from core.billing import service as billing
from core.chat import Attachment
from core.conversation.resolve import ask_order, focused_order, named_order
from core.conversation.turn import Answer, Ask, Step, Turn
from core.orders.model import Order
from core.orders.service import orders_of

PROOF = 2
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Hand over the documents of the order or number that was named, else of the order talked about."""
    number = turn.slots.get("invoice_number")
    if number:
        return _hand_over(turn, [billing.summary(turn.session, turn.customer_id, str(number))])
    order = named_order(turn) or focused_order(turn) or _latest(turn)
    if isinstance(order, Ask):
        return order
    if order is None:
        return Answer(turn.say("no_orders"))
    documents = billing.documents_of_order(turn.session, turn.customer_id, order.order_number)
    if not documents:
        return Answer(turn.say("not_issued", number=order.order_number), focus={"order_number": order.order_number})
    return _hand_over(turn, documents)


def _latest(turn: Turn) -> Order | Ask | None:
    orders = orders_of(turn.session, turn.customer_id)
    return ask_order(turn, orders, turn.say("which")) if len(orders) > 1 else orders[0] if orders else None


def _hand_over(turn: Turn, documents: list[billing.InvoiceSummary]) -> Answer:
    told, attached = [], []
    for document in documents:
        owing = "owing" if document.open_amount.minor > 0 else "paid"
        sentence = "credit_note" if document.kind == "credit_note" else f"invoice_{owing}"
        told.append(
            turn.say(
                sentence,
                number=document.invoice_number,
                order=document.order_number or "",
                issued=document.issued_on,
                total=document.total,
                open=document.open_amount,
                due=document.due_on or document.issued_on,
            )
        )
        path = billing.link(turn.house.config, turn.customer_id, document.invoice_number, turn.now)
        attached.append(
            Attachment(f"{document.kind.replace('_', '-')}-{document.invoice_number}.pdf", "application/pdf", path)
        )
    return Answer("\n".join(told), attachments=tuple(attached), focus={"order_number": documents[0].order_number})
