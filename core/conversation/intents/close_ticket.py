"""A ticket is done with: closed by whose it is, after a yes."""

from typing import Any

from core.chat import Action
from core.conversation import standing
from core.conversation.own_ticket import ticket_meant
from core.conversation.turn import Answer, Confirm, Step, Turn
from core.support.model import Ticket
from core.support.service import close_ticket, ticket_of

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = ""


def answer(turn: Turn) -> Step:
    """Find the ticket and show what closing it means."""
    ticket = ticket_meant(turn, lambda one: one.is_open)
    if not isinstance(ticket, Ticket):
        return ticket
    if not ticket.is_open:
        return Answer(turn.say("is_closed", number=ticket.ticket_number))
    days = turn.house.config.support.reopen_days
    text = turn.say("confirm", number=ticket.ticket_number, subject=ticket.subject, days=days)
    return Confirm(text, {"ticket_number": ticket.ticket_number})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Close it; whatever chat a person had because of it is the bot's again."""
    ticket = ticket_of(turn.session, turn.customer_id, plan["ticket_number"])
    if ticket.where[:2] != (turn.channel, turn.chat):
        standing.hand_back(turn.session, *ticket.where, turn.now)
    close_ticket(turn.session, ticket.ticket_number, f"customer:{turn.customer_id}", turn.now)
    action = Action("close_ticket", dict(plan), {"ticket_number": ticket.ticket_number})
    undo = {"kind": "ticket_closed", "ticket_number": ticket.ticket_number}
    return Answer(turn.say("done", number=ticket.ticket_number), actions=(action,), undo=undo)
