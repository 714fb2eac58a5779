"""A person, in one step: a ticket with what was said so far; the bot keeps quiet until asked back."""

from core.chat import Action
from core.conversation.handing_over import hand_over
from core.conversation.turn import Answer, Step, Turn
from core.support.service import leave_to_bot

PROOF = 0
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Open the ticket and hand over."""
    ticket = hand_over(turn, "", is_live=True)
    action = Action("open_ticket", {}, {"ticket_number": ticket.ticket_number})
    return Answer(turn.say("done", number=ticket.ticket_number), actions=(action,), hands_off=True)


def end(turn: Turn) -> None:
    """Back to the bot: a ticket that was for talking here is closed, others wait for somebody."""
    leave_to_bot(turn.session, turn.channel, turn.chat, turn.speaker.customer_id, turn.now)
