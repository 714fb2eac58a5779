"""What is open: invoices still to be paid, the oldest first, and what is left on gift cards."""

from core.billing import service as billing
from core.billing.settlement import methods_of
from core.conversation.turn import Answer, Choice, Step, Turn
from core.money import Money

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = "money"
_MOST = 6


def answer(turn: Turn) -> Step:
    """Tell the sum, the documents it is made of, and what gift cards hold."""
    owing = [one for one in billing.summaries(turn.session, turn.customer_id) if one.open_amount.minor > 0]
    cards = [one for one in methods_of(turn.session, turn.customer_id) if one.balance is not None]
    told = []
    if owing:
        sums: dict[str, Money] = {}
        for one in owing:
            currency = one.open_amount.currency
            sums[currency] = sums.get(currency, Money(0, currency)) + one.open_amount
        told.append(turn.say("owing", amount=" + ".join(turn.show(one) for one in sums.values()), count=len(owing)))
        for one in sorted(owing, key=lambda one: one.due_on or one.issued_on)[:_MOST]:
            is_late = one.due_on is not None and one.due_on < turn.today
            told.append(turn.say("line_late" if is_late else "line", number=one.invoice_number,
                                 amount=one.open_amount, due=one.due_on or one.issued_on))  # fmt: skip
    else:
        told.append(turn.say("nothing_owing"))
    told += [turn.say("card", label=one.label, balance=one.balance or "") for one in cards]
    latest = [{"invoice_number": one.invoice_number} for one in owing[-1:]]
    return Answer("\n".join(told), tuple(Choice(turn.label_of("get_invoice"), one, "get_invoice") for one in latest))
