"""The speaker's tickets: what they are about, whether they are open, and what was answered last."""

from core.conversation import transcript
from core.conversation.turn import Answer, Step, Turn
from core.errors import NotFound
from core.support.model import Ticket
from core.support.service import tickets_of

PROOF = 2
AUDIENCE = frozenset({"customer"})
_MOST = 4


def answer(turn: Turn) -> Step:
    """Tell of the ticket that was named, else of the latest ones."""
    tickets = tickets_of(turn.session, turn.customer_id)
    number = str(turn.slots.get("ticket_number") or "").upper()
    if number:
        tickets = [one for one in tickets if one.ticket_number.upper() == number]
        if not tickets:
            raise NotFound(turn.say("no_such", number=number[:20]))
    if not tickets:
        return Answer(turn.say("none"))
    return Answer("\n".join(_told(turn, ticket) for ticket in tickets[:_MOST]))


def _told(turn: Turn, ticket: Ticket) -> str:
    state = turn.say("is_open" if ticket.closed_at is None else "is_closed")
    told = [turn.say("line", number=ticket.ticket_number, subject=ticket.subject or turn.say("no_subject"),
                     day=turn.day_of(ticket.opened_at), state=state)]  # fmt: skip
    said = transcript.messages(turn.session, ticket.channel, ticket.chat, ticket.person, limit=200)
    answers = [one for one in said if one.speaker == "staff" and one.said_at >= ticket.opened_at]
    if answers:
        told.append(turn.say("answered", day=turn.day_of(answers[-1].said_at), text=answers[-1].reply.text[:200]))
    return " ".join(told)
