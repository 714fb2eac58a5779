"""The speaker's tickets: what they are about, whether they are open, and what was answered last."""

from core.conversation.turn import Answer, Choice, Step, Turn
from core.errors import NotFound
from core.support.model import STAFF, Ticket
from core.support.service import tickets_of
from core.support.thread import entries

PROOF = 2
AUDIENCE = frozenset({"customer"})
_MOST = 4
_MOST_ENTRIES = 6


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
    shown = tickets[:_MOST]
    told = _thread(turn, tickets[0]) if number else [_told(turn, ticket) for ticket in shown]
    told.append(turn.say("read_all", link=f"{turn.house.config.web.base_url}/tickets"))
    choices = tuple(
        Choice(turn.say("label_reply", number=one.ticket_number), {"ticket_number": one.ticket_number}, "reply_ticket")
        for one in shown
        if one.is_open
    )
    return Answer("\n".join(told), choices)


def _thread(turn: Turn, ticket: Ticket) -> list[str]:
    """A ticket with what was said in it last, oldest first."""
    said = entries(turn.session, ticket.ticket_number)[-_MOST_ENTRIES:]
    told = [
        turn.say("said_shop" if one.speaker == STAFF else "said_you", at=one.said_at.astimezone(turn.house.zone),
                 text=one.text[:200] or turn.say("a_file"))
        for one in said
    ]  # fmt: skip
    return [_head(turn, ticket), *told]


def _head(turn: Turn, ticket: Ticket) -> str:
    state = turn.say({"waiting": "is_open", "claimed": "is_claimed"}.get(ticket.state, "is_closed"))
    return turn.say("line", number=ticket.ticket_number, subject=ticket.subject or turn.say("no_subject"),
                    day=turn.day_of(ticket.opened_at), state=state)  # fmt: skip


def _told(turn: Turn, ticket: Ticket) -> str:
    told = [_head(turn, ticket)]
    answers = [one for one in entries(turn.session, ticket.ticket_number) if one.speaker == STAFF]
    if answers:
        told.append(turn.say("answered", day=turn.day_of(answers[-1].said_at), text=answers[-1].text[:200]))
    return " ".join(told)
