"""Which of their own tickets somebody means."""

from collections.abc import Callable

from core.conversation.turn import Answer, Ask, Choice, Turn
from core.support.model import Ticket
from core.support.service import ticket_of, tickets_of

_MOST_CHOICES = 4


def ticket_meant(turn: Turn, fits: Callable[[Ticket], bool]) -> Ticket | Ask | Answer:
    """The ticket that was named, else the only open one, else the only one that fits; a question where several do.

    Raises:
        NotFound: a number that is none of the customer's.
    """
    number = str(turn.slots.get("ticket_number") or "")
    if number:
        return ticket_of(turn.session, turn.customer_id, number)
    fitting = [one for one in tickets_of(turn.session, turn.customer_id) if fits(one)]
    open_ones = [one for one in fitting if one.is_open]
    if not fitting:
        return Answer(turn.say("no_ticket"), (Choice(turn.label_of("open_ticket"), {}, "open_ticket"),))
    if len(open_ones) == 1 or len(fitting) == 1:
        return (open_ones or fitting)[0]
    choices = tuple(_choice(turn, one) for one in (open_ones or fitting)[:_MOST_CHOICES])
    return Ask("ticket_number", turn.say("which_ticket"), choices)


def _choice(turn: Turn, ticket: Ticket) -> Choice:
    label = f"{ticket.ticket_number} · {turn.show(turn.day_of(ticket.opened_at))} · {ticket.subject[:40]}"
    return Choice(label, {"ticket_number": ticket.ticket_number})
