"""What is open: invoices still to be paid, the oldest first, what is left on gift cards; and statements of account."""

from datetime import date, timedelta

from core.billing import service as billing
from core.billing import statement
from core.billing.settlement import methods_of
from core.chat import Attachment
from core.conversation.turn import Answer, Choice, Step, Turn
from core.money import Money

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = "money"
_MOST = 6
_USUAL_DAYS = timedelta(days=90)


def answer(turn: Turn) -> Step:
    """Tell the sum, the documents it is made of, and what gift cards hold; or hand over the account over some days."""
    said = turn.text.casefold()
    if any(word in said for word in turn.say("statement_words").split(", ")):
        return _statement(turn)
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


def _statement(turn: Turn) -> Answer:
    """The account over the days that were said, else over the last three months."""
    first, last = _days(turn)
    if not billing.summaries(turn.session, turn.customer_id):
        return Answer(turn.say("no_statement"))
    found = statement.statements(turn.session, turn.house.config, turn.customer_id, first, last)
    amounts = " + ".join(turn.show(Money(one.closing, one.currency)) for one in found)
    path = statement.link(turn.house.config, turn.customer_id, first, last, turn.now)
    file = Attachment(statement.file_name(first, last), "application/pdf", path)
    return Answer(turn.say("statement", first=first, last=last, amount=amounts), attachments=(file,))


def _days(turn: Turn) -> tuple[date, date]:
    said = str(turn.slots.get("period") or turn.slots.get("date") or "")
    if not said:
        return turn.today - _USUAL_DAYS, turn.today
    begin, _, end = said.partition("/")
    return date.fromisoformat(begin), min(date.fromisoformat(end or begin), turn.today)
