"""The invoice of an order, and its credit notes, as PDF."""

from core.billing import service as billing
from core.chat import Attachment
from core.conversation.resolve import ask_order, focused_order, is_in_period, named_order
from core.conversation.turn import Answer, Ask, Step, Turn
from core.orders.model import Order
from core.orders.service import orders_of

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = "money"
_MOST = 4


def answer(turn: Turn) -> Step:
    """Hand over the documents of the order or number that was named, else of the order talked about."""
    number = turn.slots.get("invoice_number")
    if number:
        return _hand_over(turn, [billing.summary(turn.session, turn.customer_id, str(number))])
    is_named = any(turn.slots.get(slot) for slot in ("order_number", "reference", "product"))
    if not is_named and (turn.slots.get("period") or turn.slots.get("date")):
        return _of_the_time(turn)
    if not is_named and _has_words(turn, "open_words"):
        return _open_ones(turn)
    if not is_named and _has_words(turn, "credit_words"):
        return _credit_notes(turn)
    order = named_order(turn) or focused_order(turn) or _latest(turn)
    return _of_order(turn, order) if isinstance(order, Order) else order or Answer(turn.say("no_orders"))


def _of_order(turn: Turn, order: Order) -> Answer:
    documents = billing.documents_of_order(turn.session, turn.customer_id, order.order_number)
    if _has_words(turn, "credit_words"):
        documents = [one for one in documents if one.kind == "credit_note"]
        if not documents:
            return Answer(turn.say("no_credit_note_of", number=order.order_number))
    if not documents:
        return Answer(turn.say("not_issued", number=order.order_number), focus={"order_number": order.order_number})
    return _hand_over(turn, documents)


def _of_the_time(turn: Turn) -> Answer:
    found = billing.summaries(turn.session, turn.customer_id)
    fitting = [document for document in found if is_in_period(turn, document.issued_on)]
    return _hand_over(turn, fitting[:_MOST]) if fitting else Answer(turn.say("none_then"))


def _has_words(turn: Turn, key: str) -> bool:
    said = turn.text.casefold()
    return any(words in said for words in turn.say(key).split(", "))


def _open_ones(turn: Turn) -> Answer:
    """What is still to be paid, the oldest debt first."""
    found = [one for one in billing.summaries(turn.session, turn.customer_id) if one.open_amount.minor > 0]
    return _hand_over(turn, found[::-1][:_MOST]) if found else Answer(turn.say("all_paid"))


def _credit_notes(turn: Turn) -> Answer:
    """The credit notes of the order talked about, else all; the truth where there is none."""
    found = [one for one in billing.summaries(turn.session, turn.customer_id) if one.kind == "credit_note"]
    talked_about = [one for one in found if one.order_number == turn.focus.get("order_number")]
    chosen = talked_about or found
    return _hand_over(turn, chosen[:_MOST]) if chosen else Answer(turn.say("no_credit_note"))


def _latest(turn: Turn) -> Order | Ask | None:
    orders = orders_of(turn.session, turn.customer_id)
    return ask_order(turn, orders, turn.say("which")) if len(orders) > 1 else orders[0] if orders else None


def _sentence(turn: Turn, document: billing.InvoiceSummary) -> str:
    if document.kind == "credit_note":
        return "credit_note"
    if document.open_amount.minor <= 0:
        return "invoice_paid"
    is_overdue = document.due_on is not None and document.due_on < turn.today
    return "invoice_overdue" if is_overdue else "invoice_owing"


def _hand_over(turn: Turn, documents: list[billing.InvoiceSummary]) -> Answer:
    told, attached = [], []
    for document in documents:
        sentence = _sentence(turn, document)
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
